"""`clearprop train`: from a file to a model file, by a preset, or by one network of the person's own making."""

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
from clearprop.estimators.own_network import DEFAULTS
from clearprop.estimators.table_model import TableModel, own_arguments
from clearprop.estimators.table_task import TASKS
from clearprop.estimators.tabular.presets import PRESETS
from clearprop.interchange import save
from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.optimizers import OPTIMIZERS
from clearprop.mathematics.registry import entry_named
from clearprop.mathematics.schedules import SCHEDULES
from clearprop.tables import Schema, check_writable, read_table

#: Constructor arguments whose options have another name.
OPTIONS = {
    "hidden_layer_sizes": "--hidden",
    "learning_rate_init": "--learning-rate",
    "max_iter": "--epochs",
    "max_epochs": "--epochs",
    "n_folds": "--folds",
    "random_state": "--seed",
    "n_members": "--members",
}


OWN_NETWORK = "One network of your own, instead of a preset's: with any of these options"


def _option(argument: str, words: str, **more: Any) -> Any:
    """Build the option of a network's constructor argument, which shows the default that tables are trained with."""
    own = inspect.signature(MLPClassifier).parameters[argument].default
    return _own(words, _shown(DEFAULTS.get(argument, own)), **more)


def _own(words: str, default: str, **more: Any) -> Any:
    """Build an option of a network of one's own."""
    return typer.Option(help=words, show_default=default, rich_help_panel=OWN_NETWORK, **more)


def _shown(default: Any) -> str:
    return ",".join(map(str, default)) if isinstance(default, tuple) else str(default)


ACTIVATION_NAMES = ", ".join(entry.name for entry in ACTIVATIONS.values() if entry.elementwise)

Target = Annotated[str, typer.Option("--target", "-t", help="The column to predict.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="The model file.", show_default="FILE's name.clearprop")]
Task = Annotated[str, typer.Option(help=f"{', '.join(TASKS)}; auto: regression if the target is an amount.")]
PresetName = Annotated[
    str | None,
    typer.Option(help="; ".join(f"{n}: {p.summary}" for n, p in PRESETS.items()) + ".", show_default="default"),
]
SchemaFile = Annotated[
    Path | None,
    typer.Option(
        "--schema", help="What the columns are: a file of `clearprop info TABLE --out FILE`, as you changed it."
    ),
]
DecisionMetric = Annotated[
    str | None,
    typer.Option(
        help="Predict the classes that make this best on held-out rows: balanced_accuracy, f1, or another scorer.",
        show_default="the most probable class",
    ),
]
Folds = Annotated[
    int | None,
    typer.Option(
        help="Networks of each kind, each chosen by its own part of the rows.", show_default="the preset's", min=1
    ),
]
Epochs = Annotated[
    int | None,
    typer.Option(help="At most so many times through all rows.", show_default="the preset's; own network: 200", min=1),
]
Precision = Annotated[
    str | None,
    typer.Option(
        help=f"{', '.join(PRECISIONS)} (bfloat16 where it is faster).", show_default="float32, or as the data"
    ),
]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same model.")]
Hidden = Annotated[str | None, _option("hidden_layer_sizes", "Units of the hidden layers; '' for none.")]
Activation = Annotated[str | None, _option("activation", f"{ACTIVATION_NAMES}.")]
Solver = Annotated[str | None, _option("solver", f"{', '.join(OPTIMIZERS)}, lbfgs.")]
LearningRate = Annotated[float | None, _option("learning_rate_init", "The first step's size.")]
ScheduleName = Annotated[str | None, _option("learning_rate", f"{', '.join(SCHEDULES)}.")]
BatchSize = Annotated[int | None, _own("Rows a step.", "200, or all if fewer", min=1)]
Dropout = Annotated[float | None, _option("dropout", "Share of hidden units dropped at each step.")]
Alpha = Annotated[float | None, _option("alpha", "L2 penalty.")]
MaxGradNorm = Annotated[float | None, _option("max_grad_norm", "Cut the gradient to this norm.")]
Scoring = Annotated[
    str | None,
    _own("Held-out score to stop by, a scikit-learn scorer.", "neg_log_loss or r2"),
]
ReportFile = Annotated[
    Path | None,
    typer.Option(
        "--report",
        help="Write a report on the model, measured on held-out rows: .html, .md or .pdf.",
        show_default="none",
    ),
]
EarlyStopping = Annotated[
    bool | None,
    typer.Option(
        "--early-stopping/--no-early-stopping",
        help="Hold out a tenth of the rows.",
        show_default="on",
        rich_help_panel=OWN_NETWORK,
    ),
]
Members = Annotated[int | None, _option("n_members", "Train so many networks, and average their predictions.", min=1)]


def train(
    file: Annotated[Path, typer.Argument(help="CSV (any delimiter, .gz), Parquet, Arrow, JSON lines or .npz.")],
    target: Target,
    out: Out = None,
    task: Task = "auto",
    preset: PresetName = None,
    schema: SchemaFile = None,
    decision: DecisionMetric = None,
    folds: Folds = None,
    epochs: Epochs = None,
    precision: Precision = None,
    seed: Seed = 0,
    report: ReportFile = None,
    quiet: Quiet = False,
    as_json: Json = False,
    hidden: Hidden = None,
    activation: Activation = None,
    solver: Solver = None,
    learning_rate: LearningRate = None,
    schedule: ScheduleName = None,
    batch_size: BatchSize = None,
    dropout: Dropout = None,
    alpha: Alpha = None,
    max_grad_norm: MaxGradNorm = None,
    scoring: Scoring = None,
    early_stopping: EarlyStopping = None,
    members: Members = None,
) -> None:
    """Train a classifier (or a regressor) on a table and save it as one file.

    The networks of a preset are trained, or one of your own where an option of it is given. Ctrl-C ends training at the
    epoch, keeps the best weights and saves.
    """
    _check_names(preset, activation, solver, schedule, precision)
    chosen: dict[str, Any] = {
        "preset": preset,
        "schema": None if schema is None else Schema.read(schema),
        "decision": decision,
        "n_folds": folds,
        "hidden_layer_sizes": None if hidden is None else _sizes(hidden),
        "activation": activation,
        "solver": solver,
        "learning_rate_init": learning_rate,
        "schedule": schedule,
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
    if epochs is not None:
        given["max_iter" if own_arguments(given) else "max_epochs"] = epochs
    out = out or file.with_name(file.name.removesuffix(".gz")).with_suffix(".clearprop")
    check_not_over(out, *(path for path in (file, schema) if path is not None))
    if report is not None:
        check_report(report, *(path for path in (file, schema, out) if path is not None))
    table, silent = read_table(file), quiet or as_json
    try:
        model = train_and_save(table, target, out, source=file.name, task=task, silent=silent, **given)
        if report is not None:
            write_report(model, table, report, model_path=out, source=file.name, trained_on=True, silent=silent)
        if as_json:
            print_json(_told(model, out, report))
    except ValueError as error:
        raise ValueError(_in_options(str(error))) from None


def _check_names(
    preset: str | None, activation: str | None, solver: str | None, schedule: str | None, precision: str | None
) -> None:
    """Refuse unknown names before the table is read, with the closest known one."""
    if preset is not None:
        entry_named(PRESETS, preset, "--preset")
    elementwise = {name: entry for name, entry in ACTIVATIONS.items() if entry.elementwise}
    if activation is not None:
        entry_named(elementwise, activation, "--activation")
    if solver not in (None, "lbfgs", "sgd"):
        entry_named(OPTIMIZERS, solver, "--solver")
    if precision is not None:
        entry_named({name: name for name in PRECISIONS}, precision, "--precision")
    if schedule is not None:
        entry_named(SCHEDULES, schedule, "--schedule")


def check_report(report: Path, *others: Path) -> None:
    """Refuse a report that cannot be written, or would be written over another file, before the training."""
    from clearprop.report.reports import checked_suffix  # late: few trainings are reported on

    checked_suffix(report)
    check_not_over(report, *others)
    if any(report == other for other in others):
        raise ValueError(f"--report: {report} is where the model is written; give the report a name of its own")
    check_writable(report)


def write_report(model: TableModel, table: Any, out: Path, *, silent: bool, **options: Any) -> None:
    """Write a report on a model and say where it is."""
    from clearprop.report.making import report

    if not silent:
        print("Writing the report ...", flush=True)
    report(model, table, path=out, **options)
    if not silent:
        print(f"Wrote {out}: open it in a browser")


def _told(model: TableModel, out: Path, report: Path | None) -> dict[str, Any]:
    """What a machine is told of a training."""
    told = {} if report is None else {"report": str(report)}
    return {"model": str(out), **told, "notes": model.encoder.notes, **model.record}


def train_and_save(
    table: Any, target: str, out: Path, *, source: str, task: str, silent: bool, **arguments: Any
) -> TableModel:
    """Train, show, save and say where."""
    check_writable(out)  # before the training, which may take long
    say = (lambda line: None) if silent else print
    with ends_at_the_epoch() as asked_to_end:
        with training_progress(silent) as show:
            callbacks = [show, asked_to_end]
            model = TableModel.fit(table, target, source=source, task=task, say=say, callbacks=callbacks, **arguments)
        save(model, out)  # one Ctrl-C, however late, never loses the model
    if not silent:
        print(model.summary())
        print(f"Saved {out}")
    return model


def _in_options(message: str) -> str:
    """Name the option of the command line where scikit-learn names the constructor's argument.

    >>> _in_options("The 'learning_rate_init' parameter of MLPClassifier must be a float in the range (0.0, inf).")
    '--learning-rate must be a float in the range (0.0, inf).'
    >>> _in_options("decision='f1': that is for two classes")
    "--decision 'f1': that is for two classes"
    """

    def option(match: re.Match[str]) -> str:
        return OPTIONS.get(match[1], "--" + match[1].replace("_", "-"))

    message = re.sub(r"^decision=", "--decision ", message)
    return re.sub(r"[Tt]he '(\w+)' parameter of \w+", option, message)


def _sizes(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"(\d+([,-]\d+)*)?", text):
        raise ValueError(f"--hidden: {text!r} is no list of whole numbers; write for example 128,64 or 128-64")
    return tuple(int(part) for part in re.findall(r"\d+", text))
