"""What a run was made on: processor, memory, system, and the version of every package."""

import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

#: Packages that any of the benchmarks runs on; a page names those that are installed.
PACKAGES = (
    *("clearprop", "numpy", "scipy", "scikit-learn", "torch", "jax", "jaxlib", "pandas", "joblib"),
    *("lightgbm", "catboost", "pytabkit"),
)
#: What of the processor's abilities decides how fast products can be.
FLAGS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "sve")


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine_text(result: dict[str, Any]) -> str:
    """Return what the run was made on, in a paragraph."""
    machine = result["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    abilities = f" ({', '.join(machine['abilities'])})" if machine["abilities"] else ""
    memory = f", {machine['memory_gb']} GB" if machine["memory_gb"] else ""
    return (
        f"{machine['processor']}{abilities}, cores: {machine['cores']}{memory}, {machine['system']}, "
        f"Python {machine['python']}, {packages}; {result['when']}."
    )


def describe_machine() -> dict[str, Any]:
    """Return the description as JSON holds it."""
    text = _read("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", text)
    flags = re.search(r"(?:flags|Features)\s*: (.*)", text)
    memory = re.search(r"MemTotal:\s+(\d+) kB", _read("/proc/meminfo"))
    return {
        "processor": found[1].strip() if found else platform.processor() or platform.machine(),
        "abilities": [flag for flag in FLAGS if flags and flag in flags[1].split()],
        "cores": cores(),
        "memory_gb": round(int(memory[1]) / 2**20) if memory else None,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: number for name in PACKAGES if (number := _version(name))},
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8", errors="replace") if Path(path).exists() else ""
