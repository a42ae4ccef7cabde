"""What the classes of a target are, and how targets become the rows of Y and outputs become classes again.

scikit-learn's `LabelBinarizer` does the same, but to import its package takes longer than to train a small network.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse

from clearprop.estimators.scikit_learn import type_of_target, unique_labels
from clearprop.mathematics.arrays import Array

KINDS = ("binary", "multiclass", "multilabel-indicator")


@dataclass(frozen=True)
class Labels:
    """The classes in order, and the kind of target.

    Arguments:
        classes: (n_classes,), sorted; of labels: 0..n_L − 1.
        kind: "binary" (one class or two), "multiclass" or "multilabel-indicator", as `type_of_target` names them.
        sparse: whether labels were given as a sparse array, and are given back so.

    Example:
        >>> labels = Labels.of(np.array(["no", "yes", "no"]))
        >>> labels.encode(np.array(["yes", "no"]), np.float64).ravel(), labels.decode(np.array([[0.9], [0.2]]))
        (array([1., 0.]), array(['yes', 'no'], dtype='<U3'))
    """

    classes: Array
    kind: str
    sparse: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind of target: one of {', '.join(KINDS)} is needed; got {self.kind!r}")

    @classmethod
    def of(cls, y: Any) -> "Labels":
        """The classes of a target, (n,), or of labels, (n, n_L) of 0 and 1.

        Raises ValueError for a target that is no classes, such as amounts or several columns of classes.
        """
        kind = type_of_target(y, input_name="y")
        if "multioutput" in kind:
            raise ValueError("Multioutput target data is not supported with label binarization")
        return cls(unique_labels(y), kind, issparse(y))

    def encode(self, y: Any, dtype: Any) -> Array:
        """Y, (n, n_L): one column for two classes, else one a class; labels as they are."""
        if self.kind == "multilabel-indicator":
            return (y.toarray() if issparse(y) else np.asarray(y)).astype(dtype)
        codes = np.searchsorted(self.classes, np.asarray(y).ravel())
        if self.kind == "binary":
            return codes.astype(dtype)[:, None]
        Y = np.zeros((len(codes), len(self.classes)), dtype)
        Y[np.arange(len(codes)), codes] = 1
        return Y

    def decode(self, output: Array) -> Any:
        """The most probable class of each row of Aᴸ, (n,), or the labels above one half, (n, n_L)."""
        if self.kind == "multilabel-indicator":
            labels = (output > 0.5).astype(int)
            return csr_matrix(labels) if self.sparse else labels
        if self.kind == "multiclass":
            return self.classes.take(output.argmax(axis=1))
        codes = output.ravel() > 0.5
        return self.classes.take(codes if len(self.classes) == 2 else np.zeros(len(codes), int))
