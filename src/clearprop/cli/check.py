"""`clearprop check`: whether the back-propagation in a person's file is right, and what went wrong if it is not."""

import json
import sys
import textwrap
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from clearprop.cli.presenting import Format, Language, Out, checked_format, checked_sizes, present, told_by_option
from clearprop.derivation.diagnosis.conventions import PENALTIES, SCALINGS, SQUARED_ERRORS, Told, told
from clearprop.derivation.diagnosis.given import Given, given
from clearprop.derivation.messages import catalog, check_language, pieces
from clearprop.derivation.submissions.answer import SubmissionError
from clearprop.derivation.submissions.submission import open_file
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.losses import LOSSES

if TYPE_CHECKING:
    from clearprop.derivation.gradient_checks import GradientCheck

#: Exit statuses: not right; not checked.
WRONG, NOT_CHECKED = 1, 2
#: Rows of a table that are used unless more are asked for.
MOST_ROWS = 32
#: What is imported while the file's own process starts: it takes some tenths of a second.
LOADED_MEANWHILE = ("clearprop.derivation.submission_checks", "clearprop.derivation.gradients.methods")


def check(
    file: Annotated[
        Path, typer.Argument(help="A Python file or notebook with back-propagation in it; or a model file.")
    ],
    layers: Annotated[
        str | None,
        typer.Option("--layers", "-l", help="Units of every layer: 4,5,3.", show_default="small ones that differ"),
    ] = None,
    activation: Annotated[
        str | None,
        typer.Option(help="Of the hidden layers, one name or one per layer: as for derive.", show_default="by trying"),
    ] = None,
    output: Annotated[str | None, typer.Option(help=f"{', '.join(ACTIVATIONS)}.", show_default="by trying")] = None,
    loss: Annotated[
        str | None,
        typer.Option(help=f"{', '.join(dict.fromkeys((*LOSSES, *SQUARED_ERRORS)))}.", show_default="by trying"),
    ] = None,
    scaling: Annotated[str | None, typer.Option(help=f"{', '.join(SCALINGS)}.", show_default="by trying")] = None,
    penalty: Annotated[
        float | None,
        typer.Option(help="λ with which the code is called; 0: none.", show_default="0.1 where the code takes one"),
    ] = None,
    penalty_form: Annotated[
        str | None,
        typer.Option(
            help=f"Of the penalty: {', '.join(PENALTIES)}; half is (λ/2) Σ w², mean is over m.",
            show_default="by trying",
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            help="A table of numbers, the class or target last; its first rows are used, and the first of each class.",
        ),
    ] = None,
    rows: Annotated[int | None, typer.Option(help="How many rows.", show_default="7; of --data, up to 32")] = None,
    seed: Annotated[int, typer.Option(help="Of the numbers that are drawn.")] = 0,
    limit: Annotated[float, typer.Option(help="Seconds that the code may take, for loading and for each call.")] = 20.0,
    automatic: Annotated[
        bool | None,
        typer.Option("--automatic/--no-automatic", help="Ask automatic differentiation too.", show_default="if quick"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for a program.")] = False,
    language: Language = "en",
    format_name: Format = None,
    out: Out = None,
) -> None:
    """Check every entry of the gradients that a file computes, and say what went wrong if one is not right.

    The exit status is 0 where all are right, 1 where one is wrong, and 2 where the file could not be checked.
    """
    format_name = checked_format("json" if as_json else format_name, out, file)
    with told_by_option():
        check_language(language)
        sizes = checked_sizes(layers) if layers is not None else None
        what = told(activation, output, loss, scaling, penalty, penalty_form)
        X, Y = (None, None) if data is None else _rows(data, rows)
        asked = given(sizes, X, Y, None, rows, seed)
        if not 0 < limit < float("inf"):
            raise ValueError(f"limit: a number of seconds above 0 is needed; got {limit}")
        try:
            found = _checked(file, what, asked, limit, language, automatic)
        except SubmissionError as error:
            _tell("".join(map(str, pieces(error.message, language))), format_name, file)
            raise typer.Exit(NOT_CHECKED) from None
    present(found, format_name, out)
    if not found.passed:
        raise typer.Exit(WRONG)


def _checked(
    file: Path, what: Told, asked: Given, limit: float, language: str, automatic: bool | None
) -> "GradientCheck":
    if file.suffix == ".clearprop":
        from clearprop.interchange.checking import check_gradient  # late: it loads the estimators

        if any(one is not None for one in (asked.sizes, asked.X, what.hidden, what.output, what.loss, what.scaling)):
            raise ValueError(f"{file.name}: a model knows its layers, activations and loss; leave these options out")
        return check_gradient(
            file,
            language=language,
            automatic=automatic,
            n_samples=asked.n_samples,
            seed=asked.seed,
            penalty=what.penalty,
        )
    loading = Thread(target=lambda: [import_module(name) for name in LOADED_MEANWHILE], daemon=True)
    loading.start()
    with open_file(file, limit) as submission:
        loading.join()
        from clearprop.derivation.submission_checks import check_submission

        return check_submission(submission, what, asked, language, automatic)


def _rows(data: Path, n_rows: int | None) -> tuple[Array, Array]:
    """Return rows of a table as numbers, (m, n_0), and its last column as targets, (m, n_L).

    They are the first ones, and the first of each class.
    """
    from clearprop.tables import TableEncoder, class_labels, looks_continuous, read_table, split_target

    table = read_table(data)
    features, target, _ = split_target(table, table.column_names[-1], source=data.name)
    m = min(n_rows or MOST_ROWS, features.num_rows)
    X = TableEncoder().fit_transform(features, source=data.name).astype(float)
    if looks_continuous(target):
        amounts = np.asarray(target, float)[:, None]
        return X[:m], (amounts[:m] - amounts.mean()) / (amounts.std() or 1.0)
    labels, codes = class_labels(target)
    firsts = np.sort(np.unique(codes, return_index=True)[1])  # code that counts classes must see them all
    others = np.setdiff1d(np.arange(len(codes)), firsts)
    rows = np.sort(np.concatenate([firsts, others])[:m])
    return X[rows], np.eye(len(labels))[codes[rows]]


def _tell(problem: str, format_name: str, file: Path) -> None:
    """Say in one line why the file could not be checked; in JSON where that is asked for."""
    if format_name == "json":
        print(json.dumps({"kind": "gradient_check", "source": file.name, "passed": None, "error": problem}))
    print("clearprop: " + " ".join(problem.split()), file=sys.stderr)


def _forms() -> str:
    """The known forms of code, one a line, for the help."""
    return "\n".join(f"- {text}" for key, text in catalog("en").items() if key.startswith("forms."))


check.__doc__ = f"{check.__doc__}\n    The file has one of:\n\n" + textwrap.indent(_forms(), "    ") + "\n"
