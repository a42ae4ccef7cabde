"""How results are printed: for a person, or as JSON for a machine."""

import json
import math
from collections.abc import Sequence
from typing import Any


def print_json(values: dict[str, Any]) -> None:
    """Print one JSON object; numbers that JSON does not know become null."""
    print(json.dumps(_json_numbers(values), ensure_ascii=False))


def print_rows(title: str, rows: Sequence[tuple[str, ...]], headings: tuple[str, ...] = ()) -> None:
    """Print a small table: its texts as they are, whatever they contain."""
    from rich.console import Console  # whoever prints none does not wait for it
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(title) if title else None, title_justify="left", show_header=bool(headings), box=None, pad_edge=False
    )
    for j in range(len(rows[0])):
        table.add_column(headings[j] if headings else "", justify="left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def shown(value: Any) -> str:
    """Write a value for a person.

    >>> shown(16281), shown(0.85712), shown(None)
    ('16,281', '0.8571', '–')
    """
    if value is None:
        return "–"
    if isinstance(value, bool | str):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}" if abs(value) < 1e5 else f"{value:.4g}"


def labelled(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Write names and values as rows.

    >>> labelled({"log_loss": 0.25})
    [('log loss', '0.2500')]
    """
    return [(name.replace("_", " "), shown(value)) for name, value in values.items()]


def _json_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json_numbers(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
