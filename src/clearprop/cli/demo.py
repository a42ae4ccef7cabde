"""`clearprop demo`: the whole path on real data that ships in the package, in under two minutes."""

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from clearprop.cli.options import Json, Quiet
from clearprop.cli.output import print_json
from clearprop.cli.train import PresetName, train_and_save, write_report
from clearprop.estimators.tabular.presets import PRESETS
from clearprop.mathematics.registry import entry_named
from clearprop.tables import write_table
from clearprop.tables.adult import SOURCE, adult


def demo(
    folder: Annotated[Path, typer.Option("--folder", help="Where model and predictions are written.")] = Path(
        "clearprop-demo"
    ),
    preset: PresetName = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train on a real table, say how good the model is, and save model, predictions and a report on the test rows."""
    began = time.perf_counter()
    silent = quiet or as_json
    training, test = adult()
    if not silent:
        print(f"{SOURCE}\nWho earned more than $50,000 a year? Columns of numbers and text, with missing cells.\n")
    folder.mkdir(parents=True, exist_ok=True)
    model_path, predictions_path = folder / "adult.clearprop", folder / "adult-predictions.csv"
    report_path = folder / "adult-report.html"
    if preset is not None:
        entry_named(PRESETS, preset, "--preset")
    chosen = {} if preset is None else {"preset": preset}
    model = train_and_save(training, "target", model_path, source="adult.parquet", task="auto", silent=silent, **chosen)
    measures = model.evaluate(test, source="adult.parquet")
    write_table(model.predict_table(test, probabilities=True), predictions_path)
    options = {"model_path": model_path, "source": "the test rows of adult.parquet", "trained_on": False}
    write_report(model, test, report_path, silent=True, **options)
    seconds = time.perf_counter() - began
    if as_json:
        written = {"model": model_path, "predictions": predictions_path, "report": report_path}
        print_json({**{name: str(path) for name, path in written.items()}, "seconds": seconds, **measures})
    elif not quiet:
        print(f"Wrote {predictions_path}\nWrote {report_path}: open it in a browser, it has charts and every gradient")
        print(f"\n{_verdict(measures)}\nin {seconds:.1f} seconds. Next:\n")
        print(f"  clearprop info {model_path}\n  clearprop train YOUR_TABLE.csv --target YOUR_COLUMN")


def _verdict(measures: dict[str, Any]) -> str:
    return (
        f"On {measures['rows']:,} test rows that training never saw:\n"
        f"  test accuracy      {measures['accuracy']:7.2%}  (always the commonest class: "
        f"{measures['majority_class_accuracy']:.2%})\n"
        f"  area under the ROC {measures['auc']:7.4f}  (guessing: 0.5)\n"
        f"  log loss           {measures['log_loss']:7.4f}"
    )
