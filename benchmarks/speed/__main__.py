"""Measure, print, keep as JSON, and write the pages: `python -m benchmarks.speed --help`."""

import argparse
import warnings
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.machine import describe_machine
from benchmarks.results import read_result, say, write_result
from benchmarks.speed.document import write_documents
from benchmarks.speed.options import PARTS, Options, quick
from benchmarks.speed.problems import SHAPES
from benchmarks.speed.tables import tables_of
from benchmarks.speed.targets import targets
from benchmarks.worker import ROOT, WorkerError

RESULT = ROOT / "benchmarks" / "results" / "speed.json"


def arguments() -> argparse.ArgumentParser:
    """Return the command's options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less than three minutes: fewer rounds, small tasks")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="the four IDX files of Fashion-MNIST")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="measure only these parts")
    parser.add_argument("--contenders", nargs="+", metavar="NAME", help="only these contenders take steps")
    parser.add_argument("--networks", nargs="+", choices=list(SHAPES), metavar="NAME", help="only on these networks")
    parser.add_argument("--json", type=Path, default=RESULT, metavar="PATH", help="where the result is kept")
    parser.add_argument("--from-json", type=Path, metavar="PATH", help="show this result; measure nothing")
    parser.add_argument(
        "--write", action="store_true", help="write docs/speed.md, docs/speed.svg and the README's table"
    )
    return parser


def options_of(given: argparse.Namespace) -> Options:
    """Return the numbers of the run that was asked for."""
    options = quick(data=given.data) if given.quick else Options(data=given.data)
    options = replace(options, parts=tuple(given.only))
    if given.contenders:
        options = replace(options, contenders=tuple(given.contenders))
    return replace(options, networks=tuple(given.networks)) if given.networks else options


def measure(options: Options) -> dict[str, Any]:
    """Return the result of every part that was asked for."""
    from benchmarks.speed.command import measure_command
    from benchmarks.speed.growth import measure_growth
    from benchmarks.speed.memory import measure_memory
    from benchmarks.speed.prediction import measure_prediction
    from benchmarks.speed.steps import measure_steps
    from benchmarks.speed.whole_process import measure_whole

    warnings.simplefilter("ignore")
    start = perf_counter()
    kept = {name: value for name, value in asdict(options).items() if name != "data"}
    result: dict[str, Any] = {"machine": describe_machine(), "options": kept}
    result["when"] = datetime.now(UTC).strftime("%Y-%m-%d")
    with TemporaryDirectory() as name:
        folder = Path(name)
        measures = {
            "steps": lambda: measure_steps(options, say),
            "whole": lambda: measure_whole(options, folder, say),
            "prediction": lambda: measure_prediction(options, say),
            "command": lambda: measure_command(options, folder, say),
            "memory": lambda: measure_memory(options, say),
            "growth": lambda: measure_growth(options, say),
        }
        for part in options.parts:
            try:
                result[part] = measures[part]()
            except WorkerError as error:  # the other parts are not lost for it
                say(f"{part}: {error}")
                result.setdefault("failed", {})[part] = str(error)
    result["seconds"] = perf_counter() - start
    return result


def main() -> None:
    """Do what was asked for."""
    given = arguments().parse_args()
    kept = given.from_json
    result = read_result(kept) if kept else measure(options_of(given))
    result["targets"] = targets(result)
    if not kept:
        write_result(result, given.json)
    for title, shown in tables_of(result).values():
        print(f"\n{title}\n\n{shown}")
    if given.write:
        for line in write_documents(result, ROOT):
            say(line)


if __name__ == "__main__":
    main()
