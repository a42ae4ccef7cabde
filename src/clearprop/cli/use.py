"""`clearprop predict`, `evaluate` and `info`: what a saved model is used for."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from clearprop.cli.options import Json, check_not_over
from clearprop.cli.output import labelled, print_json, print_rows
from clearprop.interchange.model_file import load_predictor
from clearprop.tables import read_table, write_table

ModelPath = Annotated[Path, typer.Argument(help="A model file of `clearprop train`.")]
TablePath = Annotated[Path, typer.Argument(help="CSV, Parquet, Arrow, JSON lines or .npz, with the model's columns.")]


def predict(
    model: ModelPath,
    file: TablePath,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="CSV, Parquet or JSON lines by suffix; default: CSV to the output."),
    ] = None,
    proba: Annotated[bool, typer.Option("--proba", help="Add probability_<class> for each class.")] = False,
) -> None:
    """Predict every row of a file: one row out per row in, in order."""
    if out is not None:
        check_not_over(out, file, model)
    table_model = load_predictor(model)
    predictions = table_model.predict_table(read_table(file), source=file.name, probabilities=proba)
    write_table(predictions, out)
    if out is not None:
        print(f"Wrote {predictions.num_rows:,} predictions to {out}", file=sys.stderr)


def evaluate(model: ModelPath, file: TablePath, as_json: Json = False) -> None:
    """Measure a model on a file that has the target, beside a baseline that knows only the target."""
    measures = load_predictor(model).evaluate(read_table(file), source=file.name)
    if as_json:
        print_json(measures)
    else:
        print_rows("", labelled(measures))


def info(model: ModelPath, as_json: Json = False) -> None:
    """Say what a model is: its network, its columns, and how it was trained."""
    table_model = load_predictor(model)
    if as_json:
        print_json(table_model.describe())
        return
    print_rows(str(model), labelled(table_model.overview()))
    print()
    print_rows("Columns", table_model.encoder.describe(), headings=("name", "kind", "how it is read"))
    print()
    print_rows("Training", labelled(table_model.record))
