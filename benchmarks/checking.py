"""How long `clearprop check` takes as a whole process: `python -m benchmarks.checking`."""

import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

RUNS = 3
#: Two layers, as a student writes them; `slope` is what a wrong one has else.
CODE = """import numpy as np


def gradients(W, b, X, Y):
    a = [X]
    for w, c in zip(W, b):
        a.append(1 / (1 + np.exp(-(a[-1] @ w.T + c))))
    delta = (a[-1] - Y) / len(X)
    dW, db = [None] * len(W), [None] * len(W)
    for l in reversed(range(len(W))):
        dW[l], db[l] = delta.T @ a[l], delta.sum(axis=0)
        delta = delta @ W[l] * {slope}
    return dW, db
"""
FILES = {"right.py": CODE.format(slope="a[l] * (1 - a[l])"), "wrong.py": CODE.format(slope="1.0")}
NETWORKS = {"small": [], "784-128-10, 32 rows": ["--layers", "784,128,10", "--rows", "32"]}


def seconds(command: list[str], folder: str, status: int) -> float:
    """Return the median time of a command that ends with this status."""
    taken = []
    for _ in range(RUNS):
        start = perf_counter()
        done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)
        taken.append(perf_counter() - start)
        if done.returncode != status:
            raise SystemExit(f"{' '.join(command)}: status {done.returncode}, not {status}: {done.stderr}")
    return median(taken)


def main() -> None:
    """Print a line for each file and size: seconds, and how many times what importing NumPy takes."""
    with TemporaryDirectory() as folder:
        for name, code in FILES.items():
            Path(folder, name).write_text(code, encoding="utf-8")
        numpy = seconds(["-c", "import numpy"], folder, 0)
        rows = [("import numpy", "", numpy)]
        for network, options in NETWORKS.items():
            for status, name in enumerate(FILES):
                command = ["-m", "clearprop", "check", name, *options]
                rows.append((f"clearprop check {name}", network, seconds(command, folder, status)))
    print(f"{'command':<26}{'network':<22}{'seconds':>8}{'× import numpy':>16}")
    for command_name, network, taken in rows:
        print(f"{command_name:<26}{network:<22}{taken:>8.2f}{taken / numpy:>16.1f}")


if __name__ == "__main__":
    main()
