"""Back-propagation as a student writes it, in columns, right or with any slip at any layer; nothing of ours is used.

One column is one sample: A[l] and Z[l] are (n_l, m), W[l] is (n_l, n_{l-1}), b[l] is (n_l,). `Student.gradients` takes
and gives the layout that is asked for: W in x out, rows, float32.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

Numbers = Any


def sigmoid(z: Numbers) -> Numbers:
    """Without overflow, by tanh."""
    return (np.tanh(z / 2) + 1) / 2


#: name: f, f' of z, and f' in terms of a where courses write it so.
FUNCTIONS: dict[str, tuple[Callable, Callable, Callable | None]] = {
    "identity": (lambda z: z, lambda z: z * 0 + 1, None),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)), lambda a: a * (1 - a)),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(np.clip(z, -40, 40)) ** 2, lambda a: 1 - a**2),
    "relu": (lambda z: z * (z > 0), lambda z: (z > 0) * (z * 0 + 1), lambda a: 1.0 * (a > 0)),
    "leaky_relu": (
        lambda z: np.where(z > 0, z, z * z.dtype.type(0.01)),
        lambda z: np.where(z > 0, 1, 0.01).astype(z.dtype),
        None,
    ),
    "elu": (lambda z: np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1), lambda z: np.exp(np.minimum(z, 0)), None),
    "softplus": (lambda z: np.logaddexp(z, 0).astype(z.dtype), sigmoid, None),
    "silu": (lambda z: z * sigmoid(z), lambda z: sigmoid(z) + z * sigmoid(z) * (1 - sigmoid(z)), None),
    "exponential": (np.exp, np.exp, lambda a: a),
}


def softmax(z: Numbers) -> Numbers:
    """Of columns."""
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)


#: dE/dA of one row's loss.
LOSS_SLOPES: dict[str, Callable] = {
    "cross_entropy": lambda a, y: -y / a,
    "binary_cross_entropy": lambda a, y: (1 - y) / (1 - a) - y / a,
    "half_squared_error": lambda a, y: a - y,
    "poisson": lambda a, y: 1 - y / a,
}
LOSS_VALUES: dict[str, Callable] = {
    "cross_entropy": lambda a, y: -np.sum(y * np.log(a)),
    "binary_cross_entropy": lambda a, y: -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a)),
    "half_squared_error": lambda a, y: np.sum((a - y) ** 2) / 2,
}
PAIRS = {
    ("softmax", "cross_entropy"),
    ("sigmoid", "binary_cross_entropy"),
    ("identity", "half_squared_error"),
    ("exponential", "poisson"),
}


@dataclass(frozen=True)
class Mistake:
    """One slip: in the error signal ("delta"), in dW ("W") or in db ("b") of a layer."""

    slip: str
    place: str
    layer: int
    detail: str = ""


@dataclass
class Notebook:
    """What a student has on paper in the backward pass."""

    student: "Student"
    W: list[Numbers]
    b: list[Numbers]
    Y: Numbers
    A: list[Numbers]
    Z: list[Numbers]
    dZ: dict[int, Numbers] = field(default_factory=dict)
    dW: dict[int, Numbers] = field(default_factory=dict)
    db: dict[int, Numbers] = field(default_factory=dict)

    @property
    def m(self) -> int:
        """The number of samples."""
        return self.Y.shape[1]

    @property
    def n_layers(self) -> int:
        """The number of layers."""
        return len(self.W) - 1

    def name(self, l: int) -> str:
        """The activation of a layer."""
        return self.student.output if l == self.n_layers else self.student.hidden[l - 1]

    def loss_slope(self, loss: str = "") -> Numbers:
        """dE/dA of the output, before any scale."""
        return LOSS_SLOPES[loss or self.student.loss](self.A[-1], self.Y)

    def through_output(self, dA: Numbers) -> Numbers:
        """dE/dZ of dE/dA."""
        if self.student.output != "softmax":
            return dA * FUNCTIONS[self.student.output][1](self.Z[-1])
        columns = [(np.diag(a) - np.outer(a, a)) @ d for a, d in zip(self.A[-1].T, dA.T, strict=True)]
        return np.array(columns).T

    def output_error(self) -> Numbers:
        """As it should be."""
        if (self.student.output, self.student.loss) in PAIRS:
            return self.A[-1] - self.Y
        return self.through_output(self.loss_slope())

    def is_paired(self) -> bool:
        """Whether the slope cancels."""
        return (self.student.output, self.student.loss) in PAIRS


def table_of(mistake: Mistake) -> int:
    """The number of the table that holds a mistake: of one table only one mistake can be made in one place."""
    return next(
        number
        for number, (table, place, _, _) in enumerate(KINDS)
        if place == mistake.place and any(slip == mistake.slip for slip, _ in table)
    )


class InapplicableError(Exception):
    """The slip cannot be made here."""


def _only_if(condition: Any, value: Callable[[], Numbers]) -> Numbers:
    if not condition:
        raise InapplicableError
    return value()


def _elementwise(s: Notebook, l: int) -> bool:
    return s.name(l) != "softmax"


def _own_form(s: Notebook, l: int) -> Callable:
    form = FUNCTIONS[s.name(l)][2] if _elementwise(s, l) else None
    return _only_if(form, lambda: form)


def _output_with_slope(slope: Callable) -> Callable:
    """dE/dA times what was taken for the slope."""
    return lambda s, l: _only_if(_elementwise(s, l), lambda: s.loss_slope() * slope(s, l))


def _square(s: Notebook, l: int) -> bool:
    return s.W[l + 1].shape[0] == s.W[l + 1].shape[1]


def _number(detail: str) -> int:
    return int(detail or 0)


def _like_weights(s: Notebook, l: int, k: int) -> Numbers:
    return _only_if(0 < k <= s.n_layers and k != l + 1 and s.W[k].shape == s.W[l + 1].shape, lambda: s.W[k])


def _like(arrays: Any, k: int, other: Numbers) -> Numbers:
    found = arrays.get(k) if isinstance(arrays, dict) else arrays[k] if k < len(arrays) else None
    return _only_if(found is not None and np.shape(found) == np.shape(other), lambda: found)


def _transposed(s: Notebook, l: int) -> Numbers:
    return _only_if(_square(s, l), lambda: s.W[l + 1] @ s.dZ[l + 1])


def _same_index(s: Notebook, l: int) -> Numbers:
    n = len(s.Z[l])
    return _only_if(
        len(s.Z[l + 1]) >= n > 1,
        lambda: np.array([s.W[l + 1][k, k] * s.dZ[l + 1][k] for k in range(n)]),
    )


def _unweighted(s: Notebook, l: int) -> Numbers:
    return _only_if(_square(s, l), lambda: s.dZ[l + 1])


#: (slip, detail): dZ of the output, before the scale. {k} in a detail: any other layer; {f}, {e}: another name.
OUTPUT: dict[tuple[str, str], Callable[[Notebook, int, str], Numbers]] = {
    ("softmax_diagonal", ""): lambda s, l, d: _only_if(
        not _elementwise(s, l), lambda: s.loss_slope() * s.A[l] * (1 - s.A[l])
    ),
    ("slope_left_out", "difference"): lambda s, l, d: _only_if(not s.is_paired(), lambda: s.A[l] - s.Y),
    ("slope_left_out", ""): lambda s, l, d: s.loss_slope(),
    ("slope_once_too_often", ""): lambda s, l, d: _only_if(
        s.is_paired(),
        lambda: (s.A[l] - s.Y) * (FUNCTIONS[s.name(l)][1](s.Z[l]) if _elementwise(s, l) else s.A[l] * (1 - s.A[l])),
    ),
    ("slope_of_value", ""): lambda s, l, d: _output_with_slope(lambda s, l: FUNCTIONS[s.name(l)][1](s.A[l]))(s, l),
    ("slope_at_z", ""): lambda s, l, d: _output_with_slope(lambda s, l: _own_form(s, l)(s.Z[l]))(s, l),
    ("value_for_slope", ""): lambda s, l, d: _output_with_slope(lambda s, l: s.A[l])(s, l),
    ("wrong_activation", "{f}"): lambda s, l, d: _output_with_slope(lambda s, l: FUNCTIONS[d][1](s.Z[l]))(s, l),
    ("wrong_layer_activation", "{k}"): lambda s, l, d: _output_with_slope(
        lambda s, l: FUNCTIONS[s.name(l)][1](_like(s.Z, _number(d), s.Z[l]))
    )(s, l),
    ("wrong_layer_activation", "{k} its function"): lambda s, l, d: _output_with_slope(
        lambda s, l: FUNCTIONS[s.name(_number(d.split()[0]))][1](s.Z[l])
    )(s, _only_if(0 < _number(d.split()[0]) < l, lambda: l)),
    ("other_loss", "{e}"): lambda s, l, d: s.through_output(s.loss_slope(d)),
    ("factor_two", ""): lambda s, l, d: 2 * s.output_error(),
    ("factor_two", "half"): lambda s, l, d: s.output_error() / 2,
    ("pre_activation_for_activation", ""): lambda s, l, d: s.Z[l] - s.Y,
    ("target_left_out", ""): lambda s, l, d: s.A[l] + 0,
    ("broadcast", "sum"): lambda s, l, d: _only_if(
        len(s.Y) == 1 and s.is_paired(), lambda: np.sum(s.A[l].T - s.Y, axis=1)[None]
    ),
    ("broadcast", "mean"): lambda s, l, d: _only_if(
        len(s.Y) == 1 and s.is_paired(), lambda: np.mean(s.A[l].T - s.Y, axis=1)[None]
    ),
}
#: dA of a hidden layer, sent back from the next.
PRODUCT: dict[tuple[str, str], Callable[[Notebook, int, str], Numbers]] = {
    ("weights_not_transposed", ""): lambda s, l, d: _transposed(s, l),
    ("activation_for_weight", ""): lambda s, l, d: s.A[l] * np.sum(s.dZ[l + 1], axis=0),
    ("next_units_left_out", "first"): lambda s, l, d: np.outer(s.W[l + 1][0], s.dZ[l + 1][0]),
    ("next_units_left_out", "last"): lambda s, l, d: np.outer(s.W[l + 1][-1], s.dZ[l + 1][-1]),
    ("next_units_left_out", "same"): lambda s, l, d: _same_index(s, l),
    ("next_units_left_out", "mean"): lambda s, l, d: s.W[l + 1].T @ s.dZ[l + 1] / len(s.Z[l + 1]),
    ("wrong_layer_weights", "{k}"): lambda s, l, d: _like_weights(s, l, _number(d)).T @ s.dZ[l + 1],
    ("weights_left_out", ""): lambda s, l, d: _unweighted(s, l),
    ("weights_left_out", "sum"): lambda s, l, d: np.ones((len(s.Z[l]), 1)) * s.dZ[l + 1].sum(axis=0),
    ("wrong_layer_error", "{k}"): lambda s, l, d: (
        s.W[l + 1].T @ _only_if(_number(d) != l + 1, lambda: _like(s.dZ, _number(d), s.dZ[l + 1]))
    ),
    ("updated_weights", ""): lambda s, l, d: (s.W[l + 1] - 0.3 * _like(s.dW, l + 1, s.W[l + 1])).T @ s.dZ[l + 1],
    ("broadcast", "sum"): lambda s, l, d: s.W[l + 1].T @ s.dZ[l + 1].sum(axis=1, keepdims=True) * np.ones((1, s.m)),
    ("broadcast", "mean"): lambda s, l, d: s.W[l + 1].T @ s.dZ[l + 1].mean(axis=1, keepdims=True) * np.ones((1, s.m)),
}
#: f' of a hidden layer.
SLOPE: dict[tuple[str, str], Callable[[Notebook, int, str], Numbers]] = {
    ("slope_left_out", ""): lambda s, l, d: np.ones_like(s.Z[l]),
    ("slope_of_value", ""): lambda s, l, d: FUNCTIONS[s.name(l)][1](s.A[l]),
    ("slope_at_z", ""): lambda s, l, d: _own_form(s, l)(s.Z[l]),
    ("wrong_layer_activation", "{k}"): lambda s, l, d: FUNCTIONS[s.name(l)][1](
        _only_if(_number(d) != l, lambda: _like([s.A[0], *s.Z[1:]], _number(d), s.Z[l]))
    ),
    ("wrong_layer_activation", "{k} its function"): lambda s, l, d: _only_if(
        0 < _number(d.split()[0]) <= s.n_layers and _elementwise(s, _number(d.split()[0])),
        lambda: FUNCTIONS[s.name(_number(d.split()[0]))][1](s.Z[l]),
    ),
    ("wrong_layer_activation", "{k} both"): lambda s, l, d: _only_if(
        0 < _number(d.split()[0]) <= s.n_layers and _elementwise(s, _number(d.split()[0])),
        lambda: FUNCTIONS[s.name(_number(d.split()[0]))][1](_like(s.Z, _number(d.split()[0]), s.Z[l])),
    ),
    ("wrong_activation", "{f}"): lambda s, l, d: FUNCTIONS[d][1](s.Z[l]),
    ("slope_once_too_often", ""): lambda s, l, d: FUNCTIONS[s.name(l)][1](s.Z[l]) ** 2,
    ("value_for_slope", ""): lambda s, l, d: s.A[l],
}
#: dW of dZ and the layer's inputs.
WEIGHTS: dict[tuple[str, str], Callable[[Notebook, int, str], Numbers]] = {
    ("pre_activation_for_activation", ""): lambda s, l, d: _only_if(l > 1, lambda: s.dZ[l] @ s.Z[l - 1].T),
    ("wrong_layer_inputs", "{k}"): lambda s, l, d: (
        s.dZ[l] @ _only_if(_number(d) != l - 1, lambda: _like(s.A, _number(d), s.A[l - 1])).T
    ),
    ("wrong_layer_error", "{k}"): lambda s, l, d: (
        _only_if(_number(d) != l, lambda: _like(s.dZ, _number(d), s.dZ[l])) @ s.A[l - 1].T
    ),
    ("gradient_transposed", ""): lambda s, l, d: (s.dZ[l] @ s.A[l - 1].T).T,
    ("samples_left_out", "first"): lambda s, l, d: np.outer(s.dZ[l][:, 0], s.A[l - 1][:, 0]),
    ("samples_left_out", "last"): lambda s, l, d: np.outer(s.dZ[l][:, -1], s.A[l - 1][:, -1]),
    ("samples_left_out", "all"): lambda s, l, d: np.array(
        [np.outer(s.dZ[l][:, i], s.A[l - 1][:, i]) for i in range(s.m)]
    ),
    ("broadcast", "sums"): lambda s, l, d: np.outer(s.dZ[l].sum(axis=1), s.A[l - 1].sum(axis=1)),
}
#: db of dZ.
BIASES: dict[tuple[str, str], Callable[[Notebook, int, str], Numbers]] = {
    ("samples_left_out", "first"): lambda s, l, d: s.dZ[l][:, 0],
    ("samples_left_out", "last"): lambda s, l, d: s.dZ[l][:, -1],
    ("samples_left_out", "all"): lambda s, l, d: s.dZ[l],
    ("bias_wrong_axis", ""): lambda s, l, d: s.dZ[l].sum(axis=0),
    ("bias_wrong_axis", "mean"): lambda s, l, d: s.dZ[l].mean(axis=0),
    ("broadcast", "sum"): lambda s, l, d: np.ones(len(s.dZ[l])) * np.sum(s.dZ[l]),
    ("broadcast", "mean"): lambda s, l, d: np.ones(len(s.dZ[l])) * np.mean(s.dZ[l]) * s.m,
    ("wrong_layer_error", "{k}"): lambda s, l, d: _only_if(
        _number(d) != l, lambda: _like(s.dZ, _number(d), s.dZ[l])
    ).sum(axis=1),
}
#: What any of them is multiplied by, given m.
FACTORS: dict[tuple[str, str], Callable[[int], float]] = {
    ("sign_flipped", ""): lambda m: -1.0,
    ("mean_missing", ""): lambda m: float(m),
    ("mean_twice", ""): lambda m: 1.0 / m,
}
#: The penalty's term of dW, as a multiple of W, given its right factor and m; and that of db.
PENALTY: dict[tuple[str, str], Callable[[float, int], float]] = {
    ("penalty_missing", ""): lambda c, m: 0.0 * c,
    ("penalty_doubled", ""): lambda c, m: 2 * c,
    ("penalty_halved", ""): lambda c, m: c / 2,
    ("penalty_sign", ""): lambda c, m: -c,
    ("penalty_divided_by_samples", ""): lambda c, m: c / m,
    ("penalty_times_samples", ""): lambda c, m: c * m,
    ("penalty_coefficient", ""): lambda c, m: 0.37 * c,
    ("penalty_not_asked", ""): lambda c, m: c if c else 0.23,
}
BIAS_PENALTY: dict[tuple[str, str], Callable[[float, int], float]] = {
    ("penalty_on_biases", ""): lambda c, m: c or 0.2,
}
#: Where each table's slips are made: (table, place, at the output layer, at hidden layers).
KINDS = (
    (OUTPUT, "delta", True, False),
    (PRODUCT, "delta", False, True),
    (SLOPE, "delta", False, True),
    (WEIGHTS, "W", True, True),
    (BIASES, "b", True, True),
    (FACTORS, "delta", True, True),
    (FACTORS, "W", True, True),
    (FACTORS, "b", True, True),
    (PENALTY, "W", True, True),
    (BIAS_PENALTY, "b", True, True),
)


@dataclass(frozen=True)
class Student:
    """A student's code: what it means to compute, how it lays its arrays out, and its slips.

    `scaling`: "mean" or "sum". `penalty`: lambda of (lambda / 2) sum w^2. `by_sample`: with a loop over the samples.
    """

    hidden: tuple[str, ...]
    output: str
    loss: str
    scaling: str = "mean"
    penalty: float = 0.0
    in_out: bool = False
    columns: bool = False
    dtype: str = "float64"
    by_sample: bool = False
    gives_loss: bool = False
    mistakes: tuple[Mistake, ...] = ()

    def with_mistakes(self, *mistakes: Mistake) -> "Student":
        """The same with these slips."""
        return replace(self, mistakes=mistakes)

    def gradients(self, W: Any, b: Any, X: Any, Y: Any) -> Any:
        """What is asked for: dW, db, in the layout that it was called in."""
        W, b = ([np.asarray(array, self.dtype) for array in arrays] for arrays in (W, b))
        X, Y = np.asarray(X, self.dtype), np.asarray(Y, self.dtype)
        if self.in_out:
            W = [array.T for array in W]
        if not self.columns:
            X, Y = X.T, Y.T
        dW, db = self._in_columns([None, *W], [None, *(array.reshape(-1) for array in b)], X, Y)
        if self.in_out:
            dW = [np.swapaxes(array, -1, -2) for array in dW]
        return (self._loss(W, b, X, Y), dW, db) if self.gives_loss else (dW, db)

    def _forward(self, W: Any, b: Any, X: Any, Y: Any) -> Notebook:
        s = Notebook(self, W, b, Y, [X], [None])
        for l in range(1, len(W)):
            s.Z.append(W[l] @ s.A[l - 1] + b[l][:, None])
            s.A.append(softmax(s.Z[l]) if s.name(l) == "softmax" else FUNCTIONS[s.name(l)][0](s.Z[l]))
        return s

    def _loss(self, W: Any, b: Any, X: Any, Y: Any) -> float:
        s = self._forward([None, *W], [None, *(array.reshape(-1) for array in b)], X, Y)
        value = LOSS_VALUES[self.loss](s.A[-1], Y) * (1 / s.m if self.scaling == "mean" else 1)
        wrong = any(mistake.slip == "loss_inconsistent" for mistake in self.mistakes)
        return float(value + self.penalty / 2 * sum(np.sum(w**2) for w in W)) * (2.5 if wrong else 1.0)

    def _in_columns(self, W: Any, b: Any, X: Any, Y: Any) -> Any:
        if self.by_sample:
            return self._one_after_the_other(W, b, X, Y)
        s = self._forward(W, b, X, Y)
        for l in range(s.n_layers, 0, -1):
            s.dZ[l] = self._output(s) if l == s.n_layers else self._hidden(s, l)
            s.dZ[l] = (s.dZ[l] * self._factor(s, "delta", l)).astype(self.dtype)
            dW = self._made(WEIGHTS, "W", s, l, lambda l=l: s.dZ[l] @ s.A[l - 1].T) * self._factor(s, "W", l)
            db = self._made(BIASES, "b", s, l, lambda l=l: np.sum(s.dZ[l], axis=1)) * self._factor(s, "b", l)
            s.dW[l] = self._penalised(PENALTY, "W", dW, W[l], self.penalty, s, l).astype(self.dtype)
            s.db[l] = self._penalised(BIAS_PENALTY, "b", db, b[l], 0.0, s, l).astype(self.dtype)
        return [s.dW[l] for l in range(1, s.n_layers + 1)], [s.db[l] for l in range(1, s.n_layers + 1)]

    def _one_after_the_other(self, W: Any, b: Any, X: Any, Y: Any) -> Any:
        """Right, with a loop over the samples that adds up."""
        m = X.shape[1]
        whole = replace(self, by_sample=False, scaling="sum", penalty=0.0, mistakes=())
        dW, db = [0 * w for w in W[1:]], [0 * c for c in b[1:]]
        for i in range(m):
            for own, more in zip((dW, db), whole._in_columns(W, b, X[:, [i]], Y[:, [i]]), strict=True):
                for l in range(len(own)):
                    own[l] = own[l] + more[l]
        scale = np.dtype(self.dtype).type(1 / m if self.scaling == "mean" else 1)
        dW = [d * scale + np.dtype(self.dtype).type(self.penalty) * w for d, w in zip(dW, W[1:], strict=True)]
        return dW, [d * scale for d in db]

    def _made(self, table: Any, place: str, s: Notebook, l: int, right: Callable) -> Numbers:
        for mistake in self.mistakes:
            if (mistake.place, mistake.layer) == (place, l):
                for (slip, detail), function in table.items():
                    if slip == mistake.slip and is_of(mistake.detail, detail):
                        return np.asarray(function(s, l, mistake.detail))
        return right()

    def _output(self, s: Notebook) -> Numbers:
        return self._made(OUTPUT, "delta", s, s.n_layers, s.output_error) * (1 / s.m if self.scaling == "mean" else 1)

    def _hidden(self, s: Notebook, l: int) -> Numbers:
        dA = self._made(PRODUCT, "delta", s, l, lambda: s.W[l + 1].T @ s.dZ[l + 1])
        return dA * self._made(SLOPE, "delta", s, l, lambda: FUNCTIONS[s.name(l)][1](s.Z[l]))

    def _factor(self, s: Notebook, place: str, l: int) -> float:
        here = [mistake.slip for mistake in self.mistakes if (mistake.place, mistake.layer) == (place, l)]
        return float(np.prod([FACTORS[slip, ""](s.m) for slip in here if (slip, "") in FACTORS]))

    def _penalised(
        self, table: Any, place: str, array: Numbers, parameter: Numbers, c: float, s: Notebook, l: int
    ) -> Numbers:
        for mistake in self.mistakes:
            if (mistake.place, mistake.layer) == (place, l) and (mistake.slip, "") in table:
                c = table[mistake.slip, ""](c if place == "W" else self.penalty, s.m)
        if not c:
            return array
        return array + c * (parameter if array.shape == parameter.shape else _fitted(parameter, array))


def _fitted(parameter: Numbers, array: Numbers) -> Numbers:
    if parameter.T.shape == array.shape:
        return parameter.T
    raise InapplicableError


def is_of(detail: str, pattern: str) -> bool:
    """Whether a mistake's detail, "2 both", is of a table's, "{k} both"."""
    if not pattern.startswith("{"):
        return detail == pattern
    return detail.partition(" ")[2] == pattern.partition(" ")[2] and detail != ""


def possible_mistakes(n_layers: int, hidden: Any, output: str, loss: str) -> list[Mistake]:
    """Every slip at every place of a network of that depth; some cannot be made, and raise InapplicableError."""
    found = []
    for l in range(1, n_layers + 1):
        for table, place, at_top, below in KINDS:
            if not (at_top if l == n_layers else below):
                continue
            for slip, pattern in table:
                fillings = _fillings(pattern, n_layers, hidden, output, loss, l)
                found += [Mistake(slip, place, l, filling) for filling in fillings]
    return found


def _fillings(pattern: str, n_layers: int, hidden: Any, output: str, loss: str, l: int) -> list[str]:
    if pattern.startswith("{k}"):
        return [pattern.format(k=k) for k in range(n_layers + 1)]
    if pattern == "{f}":
        own = output if l == n_layers else hidden[l - 1]
        others = (output, *hidden)  # theirs are the slip "wrong_layer_activation"
        return [name for name in FUNCTIONS if name not in (own, "identity", *others)]
    if pattern == "{e}":
        possible = {
            "cross_entropy": ("softmax", "sigmoid", "exponential"),
            "binary_cross_entropy": ("softmax", "sigmoid"),
            "poisson": ("softmax", "sigmoid", "exponential"),
        }
        return [name for name in LOSS_SLOPES if name != loss and output in possible.get(name, (output,))]
    return [pattern]
