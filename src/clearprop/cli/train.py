"""`clearprop train`: from a file to a model file."""

import inspect
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from clearprop.cli.interrupt import ends_at_the_epoch
from clearprop.cli.options import Json, Quiet, check_not_over
from clearprop.cli.output import print_json
from clearprop.cli.progress import training_progress
from clearprop.engines.precision import PRECISIONS
from clearprop.estimators.classifier import MLPClassifier
from clearprop.estimators.table_model import DEFAULTS, TASKS, TableModel
from clearprop.interchange import save
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.optimizers import OPTIMIZERS
from clearprop.mathematics.registry import entry_named
from clearprop.mathematics.schedules import SCHEDULES
from clearprop.tables import check_writable, read_table

#: Constructor arguments whose options have another name.
OPTIONS = {
    "hidden_layer_sizes": "--hidden",
    "learning_rate_init": "--learning-rate",
    "max_iter": "--epochs",
    "random_state": "--seed",
    "n_members": "--members",
}


def _option(argument: str, words: str, **more: Any) -> Any:
    """Build the option of a constructor argument, which shows the default that tables are trained with."""
    own = inspect.signature(MLPClassifier).parameters[argument].default
    return typer.Option(help=words, show_default=_shown(DEFAULTS.get(argument, own)), **more)


def _shown(default: Any) -> str:
    return ",".join(map(str, default)) if isinstance(default, tuple) else str(default)


ACTIVATION_NAMES = ", ".join(entry.name for entry in ACTIVATIONS.values() if entry.elementwise)

Target = Annotated[str, typer.Option("--target", "-t", help="The column to predict.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="The model file.", show_default="FILE's name.clearprop")]
Task = Annotated[str, typer.Option(help=f"{', '.join(TASKS)}; auto: regression if the target is an amount.")]
Hidden = Annotated[str | None, _option("hidden_layer_sizes", "Units of the hidden layers; '' for none.")]
Activation = Annotated[str | None, _option("activation", f"{ACTIVATION_NAMES}.")]
Solver = Annotated[str | None, _option("solver", f"{', '.join(OPTIMIZERS)}, lbfgs.")]
LearningRate = Annotated[float | None, _option("learning_rate_init", "The first step's size.")]
ScheduleName = Annotated[str | None, _option("learning_rate", f"{', '.join(SCHEDULES)}.")]
Epochs = Annotated[int | None, _option("max_iter", "At most so many times through all rows.", min=1)]
BatchSize = Annotated[int | None, typer.Option(help="Rows a step.", show_default="200, or all if fewer", min=1)]
Dropout = Annotated[float | None, _option("dropout", "Share of hidden units dropped at each step.")]
Alpha = Annotated[float | None, _option("alpha", "L2 penalty.")]
MaxGradNorm = Annotated[float | None, _option("max_grad_norm", "Cut the gradient to this norm.")]
Scoring = Annotated[
    str | None,
    typer.Option(help="Held-out score to stop by, a scikit-learn scorer.", show_default="neg_log_loss or r2"),
]
EarlyStopping = Annotated[
    bool | None,
    typer.Option("--early-stopping/--no-early-stopping", help="Hold out a tenth of the rows.", show_default="on"),
]
Members = Annotated[int | None, _option("n_members", "Train so many networks, and average their predictions.", min=1)]
Precision = Annotated[
    str | None,
    typer.Option(help=f"{', '.join(PRECISIONS)} (bfloat16 where it is faster).", show_default="as the data"),
]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same model.")]


def train(
    file: Annotated[Path, typer.Argument(help="CSV (any delimiter, .gz), Parquet, Arrow, JSON lines or .npz.")],
    target: Target,
    out: Out = None,
    task: Task = "auto",
    hidden: Hidden = None,
    activation: Activation = None,
    solver: Solver = None,
    learning_rate: LearningRate = None,
    schedule: ScheduleName = None,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    dropout: Dropout = None,
    alpha: Alpha = None,
    max_grad_norm: MaxGradNorm = None,
    scoring: Scoring = None,
    early_stopping: EarlyStopping = None,
    members: Members = None,
    precision: Precision = None,
    seed: Seed = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train a classifier (or a regressor) on a table and save it as one file.

    Ctrl-C ends training at the epoch, keeps the best weights and saves.
    """
    _check_names(activation, solver, schedule, precision)
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
        "n_members": members,
        "precision": precision,
        "random_state": seed,
    }
    given = {name: value for name, value in chosen.items() if value is not None}
    out = out or file.with_name(file.name.removesuffix(".gz")).with_suffix(".clearprop")
    check_not_over(out, file)
    table = read_table(file)
    try:
        train_and_save(table, target, out, source=file.name, task=task, quiet=quiet, as_json=as_json, **given)
    except ValueError as error:
        raise ValueError(_in_options(str(error))) from None


def _check_names(activation: str | None, solver: str | None, schedule: str | None, precision: str | None) -> None:
    """Refuse unknown names before the table is read, with the closest known one."""
    elementwise = {name: entry for name, entry in ACTIVATIONS.items() if entry.elementwise}
    if activation is not None:
        entry_named(elementwise, activation, "--activation")
    if solver not in (None, "lbfgs", "sgd"):
        entry_named(OPTIMIZERS, solver, "--solver")
    if precision is not None:
        entry_named({name: name for name in PRECISIONS}, precision, "--precision")
    if schedule is not None:
        entry_named(SCHEDULES, schedule, "--schedule")


def train_and_save(
    table: Any, target: str, out: Path, *, source: str, task: str, quiet: bool, as_json: bool, **arguments: Any
) -> TableModel:
    """Train, show, save and say where."""
    check_writable(out)  # before the training, which may take long
    silent = quiet or as_json
    say = (lambda line: None) if silent else print
    with ends_at_the_epoch() as asked_to_end:
        with training_progress(silent) as show:
            callbacks = [show, asked_to_end]
            model = TableModel.fit(table, target, source=source, task=task, say=say, callbacks=callbacks, **arguments)
        save(model, out)  # one Ctrl-C, however late, never loses the model
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
    if not re.fullmatch(r"(\d+([,-]\d+)*)?", text):
        raise ValueError(f"--hidden: {text!r} is no list of whole numbers; write for example 128,64 or 128-64")
    return tuple(int(part) for part in re.findall(r"\d+", text))
