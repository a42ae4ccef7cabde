"""From this house's arrays to a person's layout, and from what the person's code returns back to this house's."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from clearprop.derivation.submissions.answer import Answer, Layout
from clearprop.mathematics.arrays import EMPTY, Array
from clearprop.mathematics.network import Parameters


def words_of(source: str) -> frozenset[str]:
    """The lower-case identifiers of a source, and the words within them.

    >>> sorted(words_of("A2 = np.tanh(Z2)  # sigmoid_grad"))
    ['a2', 'grad', 'np', 'sigmoid', 'sigmoid_grad', 'tanh', 'z2']
    """
    identifiers = re.findall(r"[^\W\d]\w*", source.lower())
    return frozenset(part for name in identifiers for part in (name, *name.split("_")) if part)


def laid_weight(W: Array, layout: Layout) -> Array:
    """A copy of Wˡ, (n_l, n_{l−1}), as the code stores it."""
    return np.array(W if layout.weights == "out_in" else W.T, dtype=layout.dtype, order="C")


def laid_bias(b: Array, layout: Layout) -> Array:
    """A copy of bˡ, (n_l,), as the code stores it."""
    shape = {"flat": (-1,), "column": (-1, 1), "row": (1, -1)}[layout.biases]
    return np.array(b, dtype=layout.dtype).reshape(shape)


def laid_inputs(X: Array, layout: Layout) -> Array:
    """A copy of X, (m, n_0), with one sample a row or a column."""
    return np.array(X.T if layout.batch == "columns" else X, dtype=layout.dtype, order="C")


def laid_targets(Y: Array, layout: Layout) -> Array:
    """A copy of Y, (m, n_L), with one sample a row or a column, or as m labels."""
    if layout.targets == "labels":
        return labels_of(Y)
    return np.array(Y.T if layout.batch == "columns" else Y, dtype=layout.dtype, order="C")


def labels_of(Y: Array) -> Array:
    """The class of each row of Y, (m, n_L) → (m,): the largest entry, or the only one."""
    if Y.shape[1] > 1:
        return np.argmax(Y, axis=1)
    labels: Array = Y[:, 0]
    whole = labels.astype(np.int64)
    return whole if np.array_equal(whole, labels) else labels.copy()


def samples_of(X: Array, Y: Array, layout: Layout) -> list[tuple[Array, Array]]:
    """The rows of X and Y, each as the one sample that a call takes: (n,) where biases are flat, else (n, 1)."""
    shape = (-1,) if layout.biases == "flat" else (-1, 1)
    targets = laid_targets(Y, layout)
    if layout.targets == "labels":
        return [(np.array(x, layout.dtype).reshape(shape), y) for x, y in zip(X, targets, strict=True)]
    pairs = zip(X, targets, strict=True)
    return [(np.array(x, layout.dtype).reshape(shape), y.reshape(shape)) for x, y in pairs]


def plain(value: Any) -> Any:
    """A tensor (or anything that numpy reads) as an array of numbers; what is no number as it is."""
    if value is None:
        return None
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    array = np.array(value)  # a copy, and an ndarray where it was a matrix
    return array if array.dtype.kind in "fiubc" else value


def number(value: Any) -> float | None:
    """A loss as a float; None for what is not one number."""
    array = plain(value)
    return float(array.reshape(()).real) if isinstance(array, np.ndarray) and array.size == 1 else None


def own_weight(array: Any, layout: Layout, shape: tuple[int, int]) -> Array | None:
    """∇Wˡ in this house's shape (n_l, n_{l−1}); left in its own where that does not fit.

    >>> own_weight(np.ones((3, 2)), Layout(weights="in_out"), (2, 3)).shape, own_weight([1, 2], Layout(), (3, 2)).shape
    ((2, 3), (2,))
    """
    found = plain(array)
    if not isinstance(found, np.ndarray):
        return found if found is None else np.asarray(found)
    if found.ndim >= 2 and layout.weights == "in_out":
        found = np.swapaxes(found, -1, -2)
    squeezed = tuple(n for n in found.shape if n != 1)
    return found.reshape(shape) if squeezed == tuple(n for n in shape if n != 1) else found


def own_bias(array: Any, n: int) -> Array | None:
    """∇bˡ in this house's shape (n_l,); left in its own where that does not fit, but for axes of one entry.

    >>> own_bias(np.ones((2, 1)), 2).shape, own_bias(np.ones((1, 7)), 2).shape, own_bias(np.ones((2, 7)), 2).shape
    ((2,), (7,), (2, 7))
    """
    found = plain(array)
    if not isinstance(found, np.ndarray):
        return found if found is None else np.asarray(found)
    lean = found.squeeze()
    return found.reshape(n) if lean.shape in ((n,), () if n == 1 else (n,)) else lean


def own_output(output: Any, layout: Layout, shape: tuple[int, int]) -> Array | None:
    """What the network gives, (m, n_L); None where that does not fit."""
    found = plain(output)
    if not isinstance(found, np.ndarray):
        return None
    if layout.batch == "columns" and found.ndim == 2:
        found = found.T
    if (found.ndim == 1 and shape[1] == 1) or layout.batch == "single":
        found = found.reshape(-1, shape[1]) if found.size == shape[0] * shape[1] else found
    return found if found.shape == shape and found.dtype.kind in "fiu" else None


def probabilities(scores: Array | None) -> Array | None:
    """Aᴸ of a softmax network whose code gives Zᴸ, (m, n_L); what already sums to 1 stays."""
    if scores is None or (np.all(scores >= 0) and np.allclose(scores.sum(axis=1), 1)):
        return scores
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def altered(before: Mapping[str, Array], now: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the arrays that are no longer what they were."""
    return tuple(name for name, array in before.items() if not np.array_equal(plain(now[name]), array))


def answer_of(
    gradients: Mapping[tuple[str, int], Any],
    layout: Layout,
    parameters: Parameters,
    loss: Any = None,
    output: Array | None = None,
) -> Answer:
    """An answer from arrays in the code's layout, by ("W", l) and ("b", l)."""
    W, b = parameters.W, parameters.b
    layers = range(1, len(W))
    dW = [own_weight(gradients.get(("W", l)), layout, (W[l].shape[0], W[l].shape[1])) for l in layers]
    db = [own_bias(gradients.get(("b", l)), len(b[l])) for l in layers]
    return Answer([EMPTY, *dW], [EMPTY, *db], number(loss), output)


def summed(answers: Sequence[Answer], output: Array | None = None) -> Answer:
    """The sum of the answers to single samples; an entry that any of them misses is missing."""

    def total(entries: Sequence[Array | None]) -> Array | None:
        present = [entry for entry in entries if entry is not None]
        same = len(present) == len(entries) and len({entry.shape for entry in present}) == 1
        return np.asarray(np.sum(present, axis=0)) if same else None

    losses = [answer.loss for answer in answers if answer.loss is not None]
    return Answer(
        [EMPTY, *(total(entries) for entries in list(zip(*(answer.dW for answer in answers), strict=True))[1:])],
        [EMPTY, *(total(entries) for entries in list(zip(*(answer.db for answer in answers), strict=True))[1:])],
        sum(losses) if len(losses) == len(answers) else None,
        output,
        tuple(dict.fromkeys(name for answer in answers for name in answer.changed)),
    )
