"""`clearprop train`: from a file to a model file."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from clearprop.cli.interrupt import ends_at_the_epoch
from clearprop.cli.output import print_json
from clearprop.cli.progress import training_progress
from clearprop.estimators.table_model import DEFAULTS, TASKS, TableModel
from clearprop.interchange import save
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.optimizers import OPTIMIZERS
from clearprop.mathematics.schedules import SCHEDULES
from clearprop.tables import check_writable, read_table

#: Constructor arguments whose options have another name.
OPTIONS = {
    "hidden_layer_sizes": "--hidden",
    "learning_rate_init": "--learning-rate",
    "max_iter": "--epochs",
    "random_state": "--seed",
}

HIDDEN = ",".join(str(size) for size in DEFAULTS["hidden_layer_sizes"])
ACTIVATION_NAMES = ", ".join(entry.name for entry in ACTIVATIONS.values() if entry.elementwise)

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output, for machines.")]


def train(
    file: Annotated[Path, typer.Argument(help="CSV (any delimiter, .gz), Parquet, Arrow, JSON lines or .npz.")],
    target: Annotated[str, typer.Option("--target", "-t", help="The column to predict.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The model file; default: FILE's name.clearprop")] = (
        None
    ),
    task: Annotated[str, typer.Option(help=f"{', '.join(TASKS)}; auto: regression if the target is an amount.")] = (
        "auto"
    ),
    hidden: Annotated[str | None, typer.Option(help=f"Units of the hidden layers. [default: {HIDDEN}]")] = None,
    activation: Annotated[str | None, typer.Option(help=f"{ACTIVATION_NAMES}. [default: relu]")] = None,
    solver: Annotated[str | None, typer.Option(help=f"{', '.join(OPTIMIZERS)}, lbfgs. [default: adam]")] = None,
    learning_rate: Annotated[float | None, typer.Option(help=f"[default: {DEFAULTS['learning_rate_init']}]")] = None,
    schedule: Annotated[str | None, typer.Option(help=f"{', '.join(SCHEDULES)}. [default: constant]")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help=f"At most. [default: {DEFAULTS['max_iter']}]")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Rows a step. [default: 200]")] = None,
    dropout: Annotated[float | None, typer.Option(help=f"Share of units. [default: {DEFAULTS['dropout']}]")] = None,
    alpha: Annotated[float | None, typer.Option(help="L2 penalty. [default: 0.0001]")] = None,
    max_grad_norm: Annotated[float | None, typer.Option(help="Cut the gradient to this norm. [default: never]")] = None,
    scoring: Annotated[
        str | None, typer.Option(help="Held-out score to stop by, a scikit-learn scorer. [default: neg_log_loss or r2]")
    ] = None,
    early_stopping: Annotated[
        bool | None,
        typer.Option("--early-stopping/--no-early-stopping", help="Hold out a tenth of the rows. [default: on]"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same model.")] = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train a classifier (or a regressor) on a table and save it as one file.

    Ctrl-C ends training at the epoch, keeps the best weights and saves.
    """
    chosen: dict[str, Any] = {
        "hidden_layer_sizes": None if hidden is None else _sizes(hidden),
        "activation": activation,
        "solver": solver,
        "learning_rate_init": learning_rate,
        "schedule": schedule,
        "max_iter": epochs,
        "batch_size": batch_size,
        "dropout": dropout,
        "alpha": alpha,
        "max_grad_norm": max_grad_norm,
        "scoring": scoring,
        "early_stopping": early_stopping,
        "random_state": seed,
    }
    given = {name: value for name, value in chosen.items() if value is not None}
    out = out or file.with_name(file.name.removesuffix(".gz")).with_suffix(".clearprop")
    if out.exists() and file.exists() and out.samefile(file):
        raise ValueError(f"--out: {out} is the table itself; give the model a name of its own")
    table = read_table(file)
    try:
        train_and_save(table, target, out, source=file.name, task=task, quiet=quiet, as_json=as_json, **given)
    except ValueError as error:
        raise ValueError(_in_options(str(error))) from None


def train_and_save(
    table: Any, target: str, out: Path, *, source: str, task: str, quiet: bool, as_json: bool, **arguments: Any
) -> TableModel:
    """Train, show, save and say where."""
    check_writable(out)  # before the training, which may take long
    silent = quiet or as_json
    with ends_at_the_epoch() as asked_to_end, training_progress(silent) as show:
        say = (lambda line: None) if silent else print
        callbacks = [show, asked_to_end]
        model = TableModel.fit(table, target, source=source, task=task, say=say, callbacks=callbacks, **arguments)
    save(model, out)
    if as_json:
        print_json({"model": str(out), "notes": model.encoder.notes, **model.record})
    elif not quiet:
        print(model.summary())
        print(f"Saved {out}")
    return model


def _in_options(message: str) -> str:
    """Name the option of the command line where scikit-learn names the constructor's argument.

    >>> _in_options("The 'learning_rate_init' parameter of MLPClassifier must be a float in the range (0.0, inf).")
    '--learning-rate must be a float in the range (0.0, inf).'
    """

    def option(match: re.Match[str]) -> str:
        return OPTIONS.get(match[1], "--" + match[1].replace("_", "-"))

    return re.sub(r"The '(\w+)' parameter of \w+", option, message)


def _sizes(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.replace("-", ",").split(",") if part.strip())
    except ValueError:
        raise ValueError(f"--hidden: {text!r} is no list of whole numbers; write for example 128,64") from None
