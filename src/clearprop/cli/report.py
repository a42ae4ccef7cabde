"""`clearprop report`: what a model is, how good it is and why its gradients are right, on one page."""

from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.options import check_not_over
from clearprop.cli.presenting import Language, told_by_option
from clearprop.cli.use import ModelPath

SUFFIX = "-report.html"


def report(
    model: ModelPath,
    file: Annotated[
        Path | None,
        typer.Argument(help="A table with the model's columns and the target, to measure on.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="HTML, Markdown or PDF by suffix.", show_default=f"MODEL's name{SUFFIX}"),
    ] = None,
    language: Language = "en",
) -> None:
    """Report on a model: how good it is, what it relies on, how it was trained, where its gradients come from.

    One self-contained page in every language (the option says which is shown first), Markdown, or PDF (by a Chromium
    that is installed).
    """
    from clearprop.report.making import report as reported  # late: it loads all that a report is made of

    out = model.with_name(model.stem + SUFFIX) if out is None else out
    check_not_over(out, *(path for path in (model, file) if path is not None))
    with told_by_option():
        reported(model, file, path=out, language=language)
    print(f"Wrote {out}")
