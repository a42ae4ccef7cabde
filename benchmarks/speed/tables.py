"""The result as tables."""

from typing import Any

from benchmarks.results import Result
from benchmarks.speed.contenders import CONTENDERS
from benchmarks.speed.problems import SHAPES
from benchmarks.speed.targets import NATIVE, against_best, best_peer, limit_seconds, step_seconds
from benchmarks.tables import NOTHING, number, table, targets_table
from benchmarks.targets import ratio


def _spread(seconds: dict[str, Any] | None, unit: float) -> str:
    if seconds is None:
        return NOTHING
    return f"{number(seconds['median'], unit)} ({number(seconds['low'], unit)}–{number(seconds['high'], unit)})"


def _measured(result: Result) -> list[str]:
    networks = result["steps"]["networks"].values()
    return [name for name in CONTENDERS if any("seconds" in n["contenders"].get(name, {}) for n in networks)]


def steps_table(result: Result, *, spreads: bool) -> str:
    """Microseconds a step: medians, with their quartiles where asked for, and how far ahead of the best peer we are."""
    names = _measured(result)
    rows = []
    for network in result["steps"]["networks"]:
        contenders = result["steps"]["networks"][network]["contenders"]
        if spreads:
            row = [_spread(contenders.get(name, {}).get("seconds"), 1e-6) for name in names]
        else:
            row = [number(step_seconds(result, network, name), 1e-6) for name in names]
        rows.append([network, *row, _times(against_best(result, network))])
    return table(["µs a step", *names, "Clearprop is faster than the best float32 peer"], rows)


def _times(value: float | None) -> str:
    return NOTHING if value is None else f"{number(value)}×"


def limits_table(result: Result) -> str:
    """Each network's least time by the machine's limits, and what share of it was reached."""
    rows = []
    for network in result["steps"]["networks"]:
        machine = result["steps"]["networks"][network]["machine"]
        products, both = limit_seconds(result, network), limit_seconds(result, network, traffic=True)
        ours, best = step_seconds(result, network, NATIVE), best_peer(result, network)
        rows.append(
            [
                network,
                number(SHAPES[network].gemm_operations, 1e6),
                number(machine.get("float32", {}).get("median"), 1e9),
                number(machine["copy"]["median"], 1e9),
                number(products, 1e-6),
                number(both, 1e-6),
                number(ratio(products, ours)),
                number(ratio(both, ours)),
                NOTHING if best is None else f"{number(ratio(products, best[1]))} {best[0]}",
            ]
        )
    headers = ["network", "products, MFLOP", "best rate, GFLOP/s", "copying, GB/s", "products, µs", "and traffic, µs"]
    return table([*headers, "Clearprop: of products", "of both", "best peer: of products"], rows)


def settings_table(result: Result) -> str:
    """Each contender's threads, how long its first epoch took, and whether it led where the reference's did."""
    rows = []
    for network, found in result["steps"]["networks"].items():
        for name, entry in found["contenders"].items():
            if "seconds" not in entry:
                rows.append([network, name, NOTHING, NOTHING, entry["skipped"]])
                continue
            difference = entry.get("difference")
            same = NOTHING if difference is None else f"{difference:.0e}{'' if entry['same'] else ' NOT THE SAME'}"
            rows.append([network, name, str(entry["n_threads"] or "own"), number(entry["warm_up"]), same])
    return table(["network", "contender", "threads", "first epoch, s", "loss after it, relative difference"], rows)


def whole_table(result: Result) -> str:
    """Seconds of whole processes, and the share of test rows that were predicted right."""
    names = list(dict.fromkeys(name for task in result["whole"].values() for name in task.get("libraries", {})))
    rows = []
    for task, found in result["whole"].items():
        if "skipped" in found:
            continue
        cells = []
        for name in names:
            entry = found["libraries"].get(name, {})
            right = f", {entry['accuracy']:.3f} right" if "accuracy" in entry else ""
            cells.append(_spread(entry.get("seconds"), 1.0) + right)
        sizes = "-".join(map(str, [found["features"], *found["hidden"]]))
        rows.append([f"{task}: {found['rows']:,} rows, {sizes}/{found['batch']}, epochs: {found['epochs']}", *cells])
    return table(["whole process, s", *names], rows)


def prediction_table(result: Result) -> str:
    """Microseconds of a call."""
    rows = []
    for network, found in result["prediction"].items():
        for n_rows in ("1", "10000"):
            row = [_spread(entry.get(n_rows), 1e-6) for entry in found["libraries"].values()]
            least = number(found["products"]["median"], 1e-6) if n_rows == "1" else NOTHING
            rows.append([f"{network.split('/')[0]}, rows: {int(n_rows):,}", *row, least])
    names = list(dict.fromkeys(name for found in result["prediction"].values() for name in found["libraries"]))
    return table(["predict_proba, µs", *names, "products alone"], rows)


def command_table(result: Result) -> str:
    """Seconds of `clearprop predict` and of its counterpart."""
    titles = {"numbers": "digits, 64 numbers a row", "mixed": "Adult, text and numbers"}
    found = {kind: entry for kind, entry in result["command"].items() if "skipped" not in entry}
    rows = [[titles[kind], *(_spread(seconds, 1.0) for seconds in entry.values())] for kind, entry in found.items()]
    return table(["1,000 rows of a CSV, s", "clearprop predict", "scikit-learn, joblib"], rows)


def memory_table(result: Result) -> str:
    """Megabytes of the array and of the peak."""
    rows = [
        [name, number(entry["array"], 1e6), number(entry["peak"], 1e6), number(entry["peak"] / entry["array"])]
        for name, entry in result["memory"].items()
        if "peak" in entry
    ]
    return table(["peak memory of fit", "array, MB", "peak with the array, MB", "quotient"], rows)


def growth_table(result: Result) -> str:
    """Seconds as each of the four is doubled, and the power."""
    rows = []
    for name, entry in result["growth"].items():
        if isinstance(entry, dict) and "power" in entry:
            pairs = zip(entry["numbers"], entry["seconds"], strict=True)
            rows.append([name, ", ".join(f"{n:,}: {number(s, 1e-3)}" for n, s in pairs), number(entry["power"])])
    return table(["grows with", "milliseconds", "power"], rows)


#: Title and table of each part, in the order of a page.
TABLES = {
    "steps": ("A training step: median and quartiles, µs", lambda result: steps_table(result, spreads=True)),
    "limits": ("What the machine can do, in the same minutes", limits_table),
    "whole": ("Whole processes, from start to end", whole_table),
    "prediction": ("Prediction", prediction_table),
    "command": ("The command", command_table),
    "memory": ("Memory", memory_table),
    "growth": ("Growth", growth_table),
    "settings": ("Threads, first epochs, and whether all did the same", settings_table),
    "targets": ("Targets", targets_table),
}
#: Tables of another part's numbers.
PART_OF = {"limits": "steps", "settings": "steps"}


def tables_of(result: Result) -> dict[str, tuple[str, str]]:
    """Return title and text of every table whose part was measured."""
    return {key: (title, make(result)) for key, (title, make) in TABLES.items() if PART_OF.get(key, key) in result}
