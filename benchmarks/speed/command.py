"""`clearprop predict` on 1,000 rows as a whole process, beside scikit-learn with a joblib file."""

import csv
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import joblib
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from benchmarks.results import Say
from benchmarks.speed.options import Options
from benchmarks.speed.steps import spread
from benchmarks.speed.whole_process import PROCESSES, timed_process
from benchmarks.worker import WorkerError

N_ROWS = 1000
HIDDEN, EPOCHS = (128, 64), 3


def measure_command(options: Options, folder: Path, say: Say) -> dict[str, Any]:
    """Return the seconds of both processes: on numbers alone (read by NumPy there), and on Adult (read by pandas)."""
    found: dict[str, Any] = {}
    for kind, make in (("numbers", _numbers), ("mixed", _mixed)):
        place = folder / f"command-{kind}"
        place.mkdir(parents=True)
        try:
            make(place)
            found[kind] = _rounds(kind, place, options)
        except WorkerError as error:
            found[kind] = {"skipped": str(error)}
            say(f"predicting a file of {kind} is left out: {error}")
            continue
        for name, seconds in found[kind].items():
            say(f"predict {N_ROWS} rows, {kind:<11}{name:<22}{seconds['median']:>12.2f} s from start to end")
    return found


def _rounds(kind: str, place: Path, options: Options) -> dict[str, Any]:
    rows, model = str(place / "rows.csv"), str(place / "model.clearprop")
    commands = {
        "Clearprop": ["-m", "clearprop", "predict", model, rows, "--out", str(place / "ours.csv")],
        "scikit-learn": [
            str(PROCESSES / "predict_scikit.py"),
            kind,
            str(place / "model.joblib"),
            rows,
            str(place / "theirs.csv"),
        ],
    }
    train = [
        "-m",
        "clearprop",
        "train",
        str(place / "train.csv"),
        "--target",
        "target",
        "--out",
        model,
        "--hidden",
        ",".join(map(str, HIDDEN)),
        "--epochs",
        str(EPOCHS),
        "--quiet",
    ]
    timed_process(train)
    runs: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(options.process_rounds + 1):
        for name, command in commands.items():
            seconds, _ = timed_process(command)
            if turn > 0:  # the first only brings the files into the cache
                runs[name].append(seconds)
    return {name: spread(seconds) for name, seconds in runs.items()}


def _numbers(place: Path) -> None:
    X, y = load_digits(return_X_y=True)
    names = [f"pixel{column}" for column in range(X.shape[1])]
    _write(place / "train.csv", [*names, "target"], [[*row, f"digit {label}"] for row, label in zip(X, y, strict=True)])
    _write(place / "rows.csv", names, X[:N_ROWS].tolist())
    model = make_pipeline(StandardScaler(), _network())
    joblib.dump(model.fit(X, [f"digit {label}" for label in y]), place / "model.joblib")


def _mixed(place: Path) -> None:
    if find_spec("pandas") is None:
        raise WorkerError("pandas, with which scikit-learn reads text and numbers, is not installed")
    import pyarrow.csv

    from clearprop.tables.adult import adult

    train, test = adult()
    pyarrow.csv.write_csv(train, place / "train.csv")
    pyarrow.csv.write_csv(test.slice(0, N_ROWS).drop_columns(["target"]), place / "rows.csv")
    import pandas as pd

    frame = pd.read_csv(place / "train.csv")
    text = make_column_selector(dtype_exclude="number")
    encoder = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), text), (StandardScaler(), make_column_selector(dtype_include="number"))
    )
    joblib.dump(
        make_pipeline(encoder, _network()).fit(frame.drop(columns="target"), frame["target"]), place / "model.joblib"
    )


def _network() -> MLPClassifier:
    return MLPClassifier(HIDDEN, max_iter=EPOCHS, random_state=0)


def _write(path: Path, names: list[str], rows: list[list[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(rows)
