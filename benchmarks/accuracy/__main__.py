"""Measure, print, keep as JSON, and write the page: `python -m benchmarks.accuracy --help`."""

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.accuracy.contenders import CONTENDERS
from benchmarks.accuracy.data import TableError, files, read_table, size_of
from benchmarks.accuracy.document import write_documents
from benchmarks.accuracy.runs import Plan, measure_runs
from benchmarks.accuracy.tables import tables_of
from benchmarks.accuracy.targets import targets
from benchmarks.machine import describe_machine
from benchmarks.results import Result, read_result, say, write_result
from benchmarks.worker import ROOT

RESULT = ROOT / "benchmarks" / "results" / "accuracy.json"
PAGE = ROOT / "docs" / "accuracy.md"
N_THREADS = 2
#: What two halves of a run must have in common.
SAME_MACHINE = ("processor", "cores", "memory_gb", "system")


def arguments() -> argparse.ArgumentParser:
    """Return the command's options."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=__doc__)
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="Parquet files, with the columns `target` and `split` (train, test)"
    )
    parser.add_argument("--tables", type=names, metavar="NAME,NAME", help="only these files, without .parquet")
    parser.add_argument(
        "--contenders", type=names, default=tuple(CONTENDERS), metavar="NAME,NAME", help=f"of {', '.join(CONTENDERS)}"
    )
    parser.add_argument("--seeds", type=positive, default=1, metavar="N", help="how often each is trained (1)")
    parser.add_argument(
        "--threads", type=positive, default=N_THREADS, metavar="N", help=f"cores and threads of each ({N_THREADS})"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the result is kept, after each run")
    parser.add_argument("--resume", type=Path, metavar="FILE", help="make the runs that this result lacks")
    parser.add_argument(
        "--again", type=names, default=(), metavar="NAME,NAME", help="with --resume: these contenders' runs anew"
    )
    parser.add_argument("--from-json", type=Path, metavar="FILE", help="show this result; measure nothing")
    parser.add_argument(
        "--write",
        type=Path,
        nargs="?",
        const=PAGE,
        metavar="PAGE",
        help="write the result into a page, and its picture beside it (docs/accuracy.md)",
    )
    return parser


def names(text: str) -> tuple[str, ...]:
    """Return names that are parted by commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def positive(text: str) -> int:
    """Return a whole number from 1 on; raises ValueError."""
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


class WrongArgumentError(Exception):
    """An option does not fit; the message says what would."""


@dataclass(frozen=True)
class Task:
    """What was asked for: runs, the result that they are added to, and where it is kept."""

    plan: Plan
    result: Result
    path: Path


def task_of(given: argparse.Namespace) -> Task:
    """Return what was asked for; raises `WrongArgumentError` or `TableError`."""
    if given.data is None:
        raise WrongArgumentError("--data FOLDER is needed")
    found = files(given.data)
    known(given.contenders + given.again, CONTENDERS, "--contenders")
    known(given.tables or (), found, "--tables")
    if not found:
        raise WrongArgumentError(f"--data: {given.data} holds no Parquet files")
    sizes = {name: size_of(*read_table(found[name])) for name in given.tables or found}
    smallest_first = sorted(sizes, key=lambda name: sizes[name]["train_rows"])
    plan = Plan({name: found[name] for name in smallest_first}, given.contenders, given.seeds, given.threads)
    result: Result = {
        "machine": describe_machine(),
        "when": datetime.now(UTC).strftime("%Y-%m-%d"),
        "options": {"n_threads": given.threads},
        "tables": {name: sizes[name] for name in smallest_first},
        "runs": [],
    }
    if given.resume is None:
        return Task(plan, result, given.json or RESULT)
    return Task(plan, joined(read_result(given.resume), result, given.again), given.json or given.resume)


def known(asked: Iterable[str], table: Iterable[str], option: str) -> None:
    """Raise `WrongArgumentError` for a name that is not in a table."""
    wrong = [name for name in asked if name not in table]
    if wrong:
        raise WrongArgumentError(f"{option}: {', '.join(wrong)}; there are {', '.join(table)}")


def joined(before: Result, now: Result, again: tuple[str, ...]) -> Result:
    """Return the earlier result, to be gone on with here; raises `WrongArgumentError` where it would be two things."""
    shared = before["tables"].keys() & now["tables"].keys()
    same = {
        "the number of threads": before["options"] == now["options"],
        "the machine": all(before["machine"][key] == now["machine"][key] for key in SAME_MACHINE),
        **{f"the table {name}": before["tables"][name] == now["tables"][name] for name in sorted(shared)},
    }
    other = [what for what, is_same in same.items() if not is_same]
    if other:
        raise WrongArgumentError(f"--resume: {other[0]} is not what it was; start anew")
    return {
        **now,
        "tables": before["tables"] | now["tables"],
        "runs": [run for run in before["runs"] if run["contender"] not in again],
    }


def main() -> None:
    """Do what was asked for."""
    parser = arguments()
    given = parser.parse_args()
    if given.from_json:
        result = read_result(given.from_json)
    else:
        try:
            task = task_of(given)
        except (WrongArgumentError, TableError) as error:
            parser.error(str(error))
        result = task.result
        measure_runs(task.plan, result, lambda kept: write_result(kept, task.path), say)
    result["targets"] = targets(result)
    if not given.from_json:
        write_result(result, task.path)
    for title, shown in tables_of(result).values():
        print(f"\n{title}\n\n{shown}")
    if given.write:
        for line in write_documents(result, given.write):
            say(line)


if __name__ == "__main__":
    main()
