"""Who does the arithmetic: one interface, one result."""

from clearprop.engines.interface import Engine, EpochCall, EpochResult, Recipe, Trainer
from clearprop.engines.reference import ReferenceEngine
from clearprop.mathematics.registry import entry_named

__all__ = ["ENGINES", "Engine", "EpochCall", "EpochResult", "Recipe", "ReferenceEngine", "Trainer", "engine_named"]

ENGINES: dict[str, Engine] = {"reference": ReferenceEngine()}


def engine_named(name: str) -> Engine:
    """The engine called `name`; "auto" takes the fastest there is.

    Raises ValueError that lists what there is.

    >>> engine_named("auto").name
    'reference'
    """
    return next(iter(ENGINES.values())) if name == "auto" else entry_named(ENGINES, name, "engine")
