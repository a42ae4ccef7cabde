"""What the commands that explain and check have in common: options, formats, and what an error calls them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from clearprop.derivation.documents.presented import FORMATS, Presented
from clearprop.derivation.messages import languages

#: What an error calls an argument, and its option here.
OPTIONS = {
    "activation": "--activation",
    "hidden activation": "--activation",
    "hidden": "--activation",
    "output": "--output",
    "output activation": "--output",
    "loss": "--loss",
    "scaling": "--scaling",
    "penalty": "--penalty",
    "penalty_form": "--penalty-form",
    "sizes": "--layers",
    "layers": "--layers",
    "n_samples": "--rows",
    "limit": "--limit",
    "X": "--data",
    "Y": "--data",
    "quantity": "--of",
    "form": "--form",
    "language": "--language",
    "learning_rate": "--learning-rate",
}
#: The width of text in a file, whatever the terminal's may be.
FILE_WIDTH = 100

Language = Annotated[str, typer.Option(help=f"{', '.join(languages())}.")]
Format = Annotated[
    str | None, typer.Option("--format", help=f"{', '.join(FORMATS)}.", show_default="by --out's suffix; else text")
]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="Write to this file.", show_default="to the screen")]


def checked_sizes(text: str) -> tuple[int, ...]:
    """Return the units of every layer from "3,3,2,2" (or "3-3-2-2")."""
    parts = [part.strip() for part in text.replace("-", ",").split(",")]
    if len(parts) < 2 or not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise ValueError(f"--layers: two or more whole numbers from 1, such as 3,3,2,2, are needed; got {text!r}")
    return tuple(int(part) for part in parts)


@contextmanager
def told_by_option() -> Iterator[None]:
    """Name the option of the command line where an error names the argument of a function."""
    try:
        yield
    except ValueError as error:
        name, colon, problem = str(error).partition(": ")
        raise ValueError(OPTIONS.get(name, name) + colon + problem) from None


def checked_format(name: str | None, out: Path | None, *inputs: Path) -> str:
    """Return the format that is asked for, by name or by suffix; check, before any work, that it can be written."""
    if name is not None and name not in FORMATS:
        raise ValueError(f"--format: {name!r} is unknown; there are {', '.join(FORMATS)}")
    if out is None:
        return name or "text"
    suffixes = {suffix: format_name for format_name, (_, suffix) in FORMATS.items()}
    if name is None and out.suffix.lower() not in suffixes:
        problem = f"the suffix {out.suffix!r} is unknown" if out.suffix else "there is no suffix"
        raise ValueError(f"--out: {out}: {problem}; give one of {', '.join(suffixes)}, or --format")
    by_suffix = suffixes.get(out.suffix.lower()) or str(name)
    if name is not None and name != by_suffix:
        raise ValueError(
            f"--out: {out}: the suffix is that of {by_suffix}, but --format is {name}; leave one out, "
            f"or write to {out.with_suffix(FORMATS[name][1]).name}"
        )
    if inputs:
        from clearprop.cli.options import check_not_over

        check_not_over(out, *inputs)
    from clearprop.tables.atomic import check_writable

    check_writable(out)
    return by_suffix


def present(found: Presented, format_name: str, out: Path | None) -> None:
    """Print an explanation, or write it whole to a file."""
    if out is None:
        _print(FORMATS[format_name][0](found.document))
        return
    from clearprop.tables.atomic import atomic_write

    text = found.to_text(FILE_WIDTH) if format_name == "text" else FORMATS[format_name][0](found.document)
    with atomic_write(out) as temporary:
        temporary.write_text(text.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    print(f"Wrote {out}", file=sys.stderr)


def _print(text: str) -> None:
    """Print a text as a whole, so that a reader who has gone is noticed here."""
    try:
        print(text.rstrip("\n"), flush=True)
    except UnicodeEncodeError as error:
        sign = error.object[error.start]
        raise ValueError(
            f"{sign!a} cannot be shown in the output's encoding, {error.encoding}; set PYTHONUTF8=1, or give --out FILE"
        ) from None
