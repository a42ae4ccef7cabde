"""`clearprop predict`, `evaluate` and `info`: what a saved model is used for."""

import sys
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from clearprop.cli.options import Json, check_not_over
from clearprop.cli.output import labelled, print_json, print_rows
from clearprop.estimators.table_predictor import TablePredictor
from clearprop.interchange.model_file import load_predictor
from clearprop.tables import Schema, is_table_path, read_table, write_table

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


def info(
    file: Annotated[Path, typer.Argument(help="A model file of `clearprop train`, or a table.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Of a table: a file for its schema, to change and `train --schema` with."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what a model is: its networks, its columns, how it was trained; or what the columns of a table are."""
    if is_table_path(file):
        if out is not None:
            check_not_over(out, file)
        _say_of_table(read_table(file), file, out, as_json)
    elif out is not None:
        raise ValueError(f"--out: is for the schema of a table, but {file} is no table")
    else:
        _say_of_model(load_predictor(file), file, as_json)


def _say_of_model(model: TablePredictor, file: Path, as_json: bool) -> None:
    if as_json:
        print_json(model.describe())
        return
    print_rows(str(file), labelled(model.overview()))
    print()
    print_rows("Columns", model.encoder.describe(), headings=("name", "kind", "how it is read"))
    print()
    print_rows("Training", labelled(model.record))


def _say_of_table(table: pa.Table, file: Path, out: Path | None, as_json: bool) -> None:
    schema = Schema.infer(table, source=file.name)
    if out is not None:
        schema.write(out)
    if as_json:
        print_json({"rows": table.num_rows, "columns": schema.to_dict()})
        return
    rows = [(column.name, column.kind, column.becomes, column.reason) for column in schema.columns]
    print_rows(f"{file}, {table.num_rows:,} rows", rows, headings=("column", "kind", "becomes", "reason"))
    if out is not None:
        print(f"\nWrote {out}. Change the kind of a column there, and train with --schema {out}")
