"""Tables of text, which read well in a terminal and are Markdown."""

from benchmarks.results import Result

Row = list[str]
NOTHING = "–"


def table(headers: Row, rows: list[Row]) -> str:
    """Return a Markdown table with aligned columns, numbers to the right."""
    cells = [headers, *rows]
    widths = [max(3, *(len(row[column]) for row in cells)) for column in range(len(headers))]
    lines = [_line([headers[0].ljust(widths[0]), *_right(headers, widths)])]
    lines.append(_line(["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]))
    lines += [_line([row[0].ljust(widths[0]), *_right(row, widths)]) for row in rows]
    return "\n".join(lines)


def _right(row: Row, widths: list[int]) -> Row:
    return [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]


def _line(cells: Row) -> str:
    return f"| {' | '.join(cells)} |"


def number(value: float | None, unit: float = 1.0) -> str:
    """Return three significant digits, without an exponent."""
    if value is None:
        return NOTHING
    scaled = value / unit
    if abs(scaled) >= 100:
        return f"{scaled:,.0f}"
    return f"{scaled:.2f}" if abs(scaled) < 10 else f"{scaled:.1f}"


def decimals(value: float | None, count: int) -> str:
    """Return a number with so many digits after the point."""
    return NOTHING if value is None else f"{value:,.{count}f}"


def targets_table(result: Result) -> str:
    """What was promised and what was measured."""
    words = {True: "met", False: "NOT MET", None: "not measured"}
    rows = []
    for row in result["targets"]:
        digits = row.get("digits")
        measured = number(row["measured"]) if digits is None else decimals(row["measured"], digits)
        rows.append([row["what"], row["target"], measured, words[row["met"]]])
    return table(["what", "target", "measured", ""], rows)
