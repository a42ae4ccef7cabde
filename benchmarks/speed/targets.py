"""What was promised and what was measured: every ratio is of medians of one run."""

from typing import Any

from benchmarks.results import Result
from benchmarks.speed.contenders import CONTENDERS, OURS
from benchmarks.speed.problems import IMAGE, LARGE, SHAPES
from benchmarks.targets import geometric_mean, ratio, target

NATIVE, NATIVE_16, TORCH_16 = "Clearprop", "Clearprop bfloat16", "PyTorch bfloat16"
PEERS = [name for name, entry in CONTENDERS.items() if name not in OURS and not entry.bfloat16]
LARGER = list(SHAPES)[2:]
MEGABYTE = 1e6


def step_seconds(result: Result, network: str, name: str) -> float | None:
    """Return the median seconds of a step, if it was measured."""
    found = result.get("steps", {}).get("networks", {}).get(network, {}).get("contenders", {}).get(name, {})
    return found["seconds"]["median"] if "seconds" in found else None


def best_peer(result: Result, network: str) -> tuple[str, float] | None:
    """Return who else is fastest in float32, and the seconds of its step."""
    seconds = {name: step_seconds(result, network, name) for name in PEERS}
    measured = [(name, taken) for name, taken in seconds.items() if taken is not None]
    return min(measured, key=lambda pair: pair[1], default=None)


def limit_seconds(result: Result, network: str, *, dtype: str = "float32", traffic: bool = False) -> float | None:
    """Return the least time of a step at the machine's best rate: its products, and the optimizer's traffic if told."""
    machine = result.get("steps", {}).get("networks", {}).get(network, {}).get("machine", {})
    if dtype not in machine:
        return None
    shape = SHAPES[network]
    copying = shape.optimizer_bytes / machine["copy"]["median"] if traffic else 0.0
    return shape.gemm_operations / machine[dtype]["median"] + copying


def against_best(result: Result, network: str) -> float | None:
    """Return how many of our steps are made while the best peer makes one."""
    best = best_peer(result, network)
    return ratio(best[1] if best else None, step_seconds(result, network, NATIVE))


def targets(result: Result) -> list[dict[str, Any]]:
    """Return every target: what, target, measured, and whether it is met (None: not measured)."""
    return [*_steps(result), *_half(result), *_processes(result), *_rest(result)]


def _steps(result: Result) -> list[dict[str, Any]]:
    ours = [against_best(result, network) for network in SHAPES]
    learn = [ratio(step_seconds(result, n, "scikit-learn"), step_seconds(result, n, NATIVE)) for n in SHAPES]
    rows = [
        target(f"step, times faster than the best float32 peer, {n}", r, least=1.3)
        for n, r in zip(SHAPES, ours, strict=True)
    ]
    rows.append(target("step, the same, geometric mean", geometric_mean(ours), least=3.0))
    rows.append(target("step, times faster than scikit-learn, geometric mean", geometric_mean(learn), least=10.0))
    for network in LARGER:
        fraction = ratio(limit_seconds(result, network), step_seconds(result, network, NATIVE))
        rows.append(target(f"step, fraction of the measured limit, float32, {network}", fraction, least=0.75))
    return rows


def _half(result: Result) -> list[dict[str, Any]]:
    """What was promised of processors with AMX; what others do with bfloat16 stands among the steps."""
    rows = []
    has_amx = "amx_bf16" in result["machine"]["abilities"]
    for network, least in ((IMAGE, 2.0), (LARGE, 3.0)):
        half = step_seconds(result, network, NATIVE_16) if has_amx else None
        own = ratio(step_seconds(result, network, NATIVE), half)
        theirs = ratio(step_seconds(result, network, TORCH_16), half)
        rows.append(target(f"bfloat16 on AMX, times faster than own float32, {network}", own, least=least))
        rows.append(target(f"bfloat16 on AMX, times faster than PyTorch's autocast, {network}", theirs, least=1.2))
    return rows


def _processes(result: Result) -> list[dict[str, Any]]:
    rows = []
    for task, most in (("iris", 0.9), ("digits", 0.6)):
        libraries = result.get("whole", {}).get(task, {}).get("libraries", {})
        measured = ratio(_median(libraries, "Clearprop"), _median(libraries, "scikit-learn"))
        rows.append(target(f"whole process against scikit-learn's, {task}", measured, most=most))
    for kind, entry in result.get("command", {}).items():
        medians = {name: seconds["median"] for name, seconds in entry.items() if name != "skipped"}
        measured = ratio(medians.get("Clearprop"), medians.get("scikit-learn"))
        table = {"numbers": "numbers only", "mixed": "Adult"}[kind]
        rows.append(
            target(f"`clearprop predict`, 1,000 rows, against scikit-learn and joblib, {table}", measured, most=0.6)
        )
    return rows


def _median(libraries: dict[str, Any], name: str) -> float | None:
    found = libraries.get(name, {})
    return found["seconds"]["median"] if "seconds" in found else None


def _rest(result: Result) -> list[dict[str, Any]]:
    memory = result.get("memory", {}).get("Clearprop", {})
    over = (memory["peak"] - 1.3 * memory["array"]) / MEGABYTE if "peak" in memory else None
    predicted = result.get("prediction", {}).get(IMAGE, {})
    one = predicted.get("libraries", {}).get("Clearprop", {}).get("1")
    allowed = 3 * predicted["products"]["median"] + 10e-6 if predicted else None
    members = result.get("growth", {}).get("members", {})
    growth = members["seconds"][-1] / members["seconds"][0] if "seconds" in members else None
    return [
        target("peak memory of `fit` less 1.3 × the array, MB", over, most=100.0),
        target(
            f"one row's `predict_proba`, share of 3 × its products + 10 µs, {IMAGE}",
            ratio(one["median"] if one else None, allowed),
            most=1.0,
        ),
        target("16 members, times the time of one", growth, most=8.0),
    ]
