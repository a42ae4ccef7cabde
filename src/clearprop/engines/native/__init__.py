"""The native engine: the equations in C++, whole epochs at a time, without Python in between."""

from importlib.util import find_spec

from clearprop.engines.interface import Engine

#: What is said where the compiled core is missing, or cannot run here; "" where all is well.
why_not = ""

if find_spec("clearprop.engines.native._core") is None:
    why_not = "no native engine: there was no C++20 compiler, or no header of Python, when Clearprop was installed"
else:
    try:
        from clearprop.engines.native.engine import NativeEngine
    except (ImportError, AttributeError) as error:  # AttributeError: a core that was compiled from other sources
        why_not = f"no native engine: {error}; install Clearprop anew"


def native_engine() -> Engine | None:
    """The engine, or None where it was not built: `why_not` says why."""
    return None if why_not else NativeEngine()
