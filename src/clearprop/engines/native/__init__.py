"""The native engine: the equations in C++, whole epochs at a time, without Python in between."""

from clearprop.engines.interface import Engine

#: What is said where the compiled core is missing, or cannot run here; "" where all is well.
why_not = ""

try:
    from clearprop.engines.native.engine import NativeEngine
except (ImportError, AttributeError) as error:  # AttributeError: a core that was compiled from other sources
    why_not = f"the native engine was not built when Clearprop was installed (no C++ compiler?): {error}"


def native_engine() -> Engine | None:
    """The engine, or None where it was not built: `why_not` says why."""
    return None if why_not else NativeEngine()
