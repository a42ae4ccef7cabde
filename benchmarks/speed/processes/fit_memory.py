"""How much memory one `fit` needs at its peak: `python fit_memory.py scikit-learn|clearprop ROWS COLUMNS`."""

import json
import re
import resource
import sys
import warnings
from pathlib import Path

import numpy as np

library, n_rows, n_columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if library == "scikit-learn":
    from sklearn.neural_network import MLPClassifier
else:
    from clearprop import MLPClassifier


def peak_bytes() -> int:
    """The most memory that this program has held (Linux counts its parent's into ru_maxrss, so not that there)."""
    status = Path("/proc/self/status")
    if status.exists() and (found := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(found[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


warnings.simplefilter("ignore")
random = np.random.default_rng(0)
model = MLPClassifier((64,), batch_size=200, max_iter=1, random_state=0)
small = random.random((400, n_columns), np.float32)
model.fit(small, np.arange(400) % 10)  # whatever is loaded on first use is loaded
before = peak_bytes()
X = np.empty((n_rows, n_columns), np.float32)
random.random(dtype=np.float32, out=X)
y = np.arange(n_rows) % 10
with_array = peak_bytes()
model.fit(X, y)
print(json.dumps({"array": X.nbytes, "before": before, "with_array": with_array, "peak": peak_bytes()}))
