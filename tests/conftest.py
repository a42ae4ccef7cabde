"""What must be set before NumPy and SciPy are loaded."""

import os

# Several test processes share the cores: one thread each for the linear algebra.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

# scikit-learn skips its checks of array-API input without it.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
