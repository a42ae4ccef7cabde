"""What an array is here, and the one that stands for "nothing at this index"."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Namespace: TypeAlias = Any  # the array namespace `xp`: numpy, jax.numpy, ...

EMPTY: Array = np.empty((0, 0))  # lists are counted as the layers are: index 0 of W, b, z, delta, dW, db is empty
