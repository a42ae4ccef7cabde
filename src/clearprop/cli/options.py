"""Options that several commands share, and the check of where their output goes."""

from pathlib import Path
from typing import Annotated

import typer

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, for machines.")]


def check_not_over(out: Path, *inputs: Path) -> None:
    """Raise ValueError where the output would be written over an input."""
    for file in inputs:
        if out.exists() and file.exists() and out.samefile(file):
            raise ValueError(f"--out: {out} is {file} itself; give the output a name of its own")
