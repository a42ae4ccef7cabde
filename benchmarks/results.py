"""A benchmark's result: JSON in a file, and a line on standard error for each thing that was measured."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Result = dict[str, Any]
Say = Callable[[str], None]


def say(line: str) -> None:
    """Tell how it goes on; the tables come at the end, on standard output."""
    print(line, file=sys.stderr, flush=True)


def read_result(path: Path) -> Result:
    """Return the result that a file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_result(result: Result, path: Path) -> None:
    """Write the file under a temporary name and rename it: a run that is ended early leaves a whole one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    unfinished.replace(path)
