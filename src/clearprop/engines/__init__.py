"""Who does the arithmetic: one interface, one result."""

from clearprop.engines import native
from clearprop.engines.interface import Engine, EpochCall, EpochResult, Recipe, Trainer
from clearprop.engines.native import native_engine
from clearprop.engines.reference import ReferenceEngine
from clearprop.mathematics.registry import entry_named

__all__ = ["ENGINES", "Engine", "EpochCall", "EpochResult", "Recipe", "ReferenceEngine", "Trainer", "engine_named"]

#: The engines that can run here, the fastest first.
ENGINES: dict[str, Engine] = {
    engine.name: engine for engine in (native_engine(), ReferenceEngine()) if engine is not None
}


def engine_named(name: str) -> Engine:
    """The engine called `name`; "auto" takes the fastest there is.

    Raises ValueError that lists what there is, and says why the native engine is missing where it is.

    >>> engine_named("reference").name
    'reference'
    """
    if name == "auto":
        return next(iter(ENGINES.values()))
    if name == "native" and native.why_not:
        raise ValueError(f"engine: {native.why_not}")
    return entry_named(ENGINES, name, "engine")
