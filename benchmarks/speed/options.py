"""How much is measured: all of it, a quick look, or as little as a test needs."""

from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.machine import cores
from benchmarks.speed.contenders import CONTENDERS
from benchmarks.speed.limits import SIZES
from benchmarks.speed.problems import LARGE, SHAPES

PARTS = ("steps", "whole", "prediction", "command", "memory", "growth")


@dataclass(frozen=True)
class Options:
    """The numbers of a run; the defaults are those of the full one.

    `run_seconds` is the length of one timed run of a contender, `rounds` how often each has its turn.
    """

    quick: bool = False
    parts: tuple[str, ...] = PARTS
    contenders: tuple[str, ...] = tuple(CONTENDERS)
    networks: tuple[str, ...] = tuple(SHAPES)
    rounds: int = 9
    run_seconds: float = 0.3
    product_seconds: float = 0.2
    product_sizes: tuple[int, ...] = SIZES
    process_rounds: int = 5
    tasks: tuple[str, ...] = ("iris", "digits", "adult", "fashion-mnist")
    memory_rows: int = 640_000
    growth_repetitions: int = 3
    growth_steps: int = 4
    data: Path | None = None
    n_cores: int = field(default_factory=cores)


def quick(**given: object) -> Options:
    """A run of less than three minutes: fewer rounds, shorter runs, small tasks."""
    numbers: dict[str, object] = {
        "quick": True,
        "contenders": tuple(name for name in CONTENDERS if name != "PyTorch compiled"),
        "networks": tuple(name for name in SHAPES if name != LARGE),
        "rounds": 3,
        "run_seconds": 0.1,
        "product_seconds": 0.1,
        "product_sizes": SIZES[1:3],
        "process_rounds": 3,
        "tasks": ("iris", "digits"),
        "memory_rows": 160_000,
        "growth_repetitions": 1,
        "growth_steps": 3,
    }
    return Options(**{**numbers, **given})  # type: ignore[arg-type]
