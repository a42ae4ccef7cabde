"""The table of layers that stand beside the affine ones: what turns columns into A⁰, and an activation with a weight.

Each entry is y = φ(x; θ) with its own forward and backward equation, the shapes of its θ and how these are drawn. The
rows of x are samples. `backward` takes ∂E/∂y and gives ∂E/∂θ and ∂E/∂x (empty where x is data), so that BP2–BP4 read
the same whatever stands before or after them.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar, Self

import numpy as np

from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.arrays import EMPTY, Array, Namespace
from clearprop.mathematics.registry import entry_named

Theta = Mapping[str, Array]
Shapes = dict[str, tuple[int, ...]]
Random = np.random.Generator | np.random.RandomState


class Layer(ABC):
    """One layer y = φ(x; θ).

    `formulas` has an entry of y from entries of x and θ, `gradient_formulas` the derivative of E by an entry of each
    parameter, and of x where this is not data, with g = ∂E/∂y. They are SymPy texts: r is the row, indices count from
    1, and the capital of an index letter is its last value (m, of r). f and df are the layer's activation and its
    derivative. `letters` says how a formula writes an array on paper where that is not its name; `rate_factors`
    multiply the learning rate of a parameter (1 where it is not named).
    """

    name: ClassVar[str]
    formulas: ClassVar[dict[str, str]]
    gradient_formulas: ClassVar[dict[str, str]] = {}
    letters: ClassVar[dict[str, str]] = {}
    rate_factors: ClassVar[dict[str, float]] = {}

    @property
    @abstractmethod
    def n_inputs(self) -> int:
        """Columns of x."""

    @property
    @abstractmethod
    def n_outputs(self) -> int:
        """Columns of y."""

    def shapes(self) -> Shapes:
        """The shape of each parameter; none by default."""
        return {}

    def initial(self, random: Random) -> dict[str, Array]:
        """Parameters drawn from a seeded generator, in the order of `shapes`."""
        return {}

    @property
    def n_categories_taken(self) -> int | None:
        """How many categories the column of x has, where it holds their codes; None: x holds numbers."""
        return None

    def arguments(self, x: Array) -> dict[str, Array]:
        """What the formulas call x, and what is fixed in them."""
        return {"x": x}

    def parts(self, y: Array) -> dict[str, Array]:
        """The columns of y, or of anything shaped like it, as the arrays that the formulas have: (m, ...) each."""
        return {"y": y}

    def sources(self) -> Array:
        """For each column of y the number, from 0, of the column of x that it is made of, (n_outputs,)."""
        return np.arange(self.n_outputs) * self.n_inputs // self.n_outputs

    def small(self) -> Self:
        """A layer of the same kind with few numbers, whose formulas are the same; itself unless it can be wide."""
        return self

    def check(self, x: Array, first_column: int) -> None:  # noqa: B027 (most layers take any number)
        """Raise ValueError where x cannot be taken; `first_column` is its place in X, for the message."""

    @abstractmethod
    def forward(self, theta: Theta, x: Array, xp: Namespace = np) -> Array:
        """Return y, (m, n_outputs), from x, (m, n_inputs)."""

    @abstractmethod
    def backward(self, theta: Theta, x: Array, g: Array, xp: Namespace = np) -> tuple[dict[str, Array], Array]:
        """∂E/∂θ, shaped as θ, and ∂E/∂x, (m, n_inputs), from g = ∂E/∂y, (m, n_outputs)."""


class _OfOneWidth(Layer):
    """A layer that gives as many columns as it takes."""

    width: int

    @property
    def n_inputs(self) -> int:
        """Columns of x."""
        return self.width

    @property
    def n_outputs(self) -> int:
        """Columns of y."""
        return self.width


@dataclass(frozen=True)
class Numbers(_OfOneWidth):
    """Numbers as they stand: y = x.

    Example:
        >>> Numbers(2).forward({}, np.array([[3.0, 4.0]]))
        array([[3., 4.]])
    """

    name: ClassVar[str] = "numbers"
    formulas: ClassVar[dict[str, str]] = {"y[r, j]": "x[r, j]"}
    gradient_formulas: ClassVar[dict[str, str]] = {"x[r, j]": "g[r, j]"}

    width: int

    def small(self) -> Self:
        """At most two columns."""
        return replace(self, width=min(self.width, 2))

    def forward(self, theta: Theta, x: Array, xp: Namespace = np) -> Array:
        """Return x."""
        return x

    def backward(self, theta: Theta, x: Array, g: Array, xp: Namespace = np) -> tuple[dict[str, Array], Array]:
        """∂E/∂x = g."""
        return {}, g


@dataclass(frozen=True)
class PiecewiseLinear(Layer):
    """How far a number has come through each of its bins: y_t = (x − e_{t−1})/(e_t − e_{t−1}), kept within [0, 1].

    Arguments:
        edges: for each column, e_0 < e_1 < ... < e_T.

    Example:
        >>> PiecewiseLinear(((0.0, 1.0, 4.0),)).forward({}, np.array([[0.5], [2.5], [9.0]]))
        array([[0.5, 0. ],
               [1. , 0.5],
               [1. , 1. ]])

    Source: Gorishniy et al. 2022, piecewise linear encoding (there, the first bin has no lower and the last no upper
    bound).
    """

    name: ClassVar[str] = "piecewise_linear"
    formulas: ClassVar[dict[str, str]] = {
        "y[r, t]": "Piecewise((0, x[r, column[t]] < low[t]), (1, x[r, column[t]] > high[t]), "
        "((x[r, column[t]] - low[t])/(high[t] - low[t]), x[r, column[t]] <= high[t]))"
    }
    letters: ClassVar[dict[str, str]] = {"column": "k", "low": "e", "high": "ē"}

    edges: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        for edges in self.edges:
            if len(edges) < 2 or not all(low < high for low, high in pairwise(edges)):
                raise ValueError(f"edges: at least two rising numbers a column are needed; got {edges}")

    @property
    def n_inputs(self) -> int:
        """Columns of x."""
        return len(self.edges)

    @property
    def n_outputs(self) -> int:
        """Columns of y: a bin each."""
        return sum(len(edges) - 1 for edges in self.edges)

    def arguments(self, x: Array) -> dict[str, Array]:
        """x, and of each bin its column (from 1), its lower and its upper edge."""
        column, low, _ = self.bins()
        high = np.concatenate([np.asarray(edges[1:]) for edges in self.edges])
        return {"x": x, "column": column + 1, "low": low, "high": high}

    def sources(self) -> Array:
        """The column of each bin."""
        return self.bins()[0]

    def small(self) -> Self:
        """Two bins, or one, of the first column."""
        return replace(self, edges=(self.edges[0][:3],))

    def bins(self) -> tuple[Array, Array, Array]:
        """The column, the lower edge and 1/(width) of each bin, (n_outputs,) each."""
        column = np.concatenate([np.full(len(edges) - 1, j) for j, edges in enumerate(self.edges)])
        low = np.concatenate([np.asarray(edges[:-1]) for edges in self.edges])
        return column, low, 1.0 / np.concatenate([np.diff(edges) for edges in self.edges])

    def forward(self, theta: Theta, x: Array, xp: Namespace = np) -> Array:
        """Return y, a share of each bin."""
        column, low, per_width = self.bins()
        return xp.clip((x[:, column] - low.astype(x.dtype)) * per_width.astype(x.dtype), 0.0, 1.0)

    def backward(self, theta: Theta, x: Array, g: Array, xp: Namespace = np) -> tuple[dict[str, Array], Array]:
        """Nothing: it has no parameters and x is data."""
        return {}, EMPTY


@dataclass(frozen=True)
class Periodic(Layer):
    """A number beside a learned projection of its cosines: y = (x, W₂ cos(2π w₁ x + b₁) + b₂), for each column.

    Arguments:
        width: columns of x; each has its own parameters.
        n_frequencies: k, numbers of w₁ and b₁ a column.
        n_features: numbers of y a column, x itself included.
        sigma: the standard deviation that w₁ is drawn with.

    Example:
        >>> layer = Periodic(1, n_frequencies=1, n_features=2)
        >>> theta = {"w1": [[1.0]], "b1": [[0.0]], "W2": [[[3.0]]], "b2": [[0.5]]}
        >>> layer.forward({name: np.asarray(value) for name, value in theta.items()}, np.array([[0.5], [1.0]]))
        array([[ 0.5, -2.5],
               [ 1. ,  3.5]])

    Source: Holzmüller et al. 2024 (RealMLP), PBLD embeddings; Gorishniy et al. 2022.
    """

    name: ClassVar[str] = "periodic"
    formulas: ClassVar[dict[str, str]] = {
        "y0[r, p]": "x[r, p]",
        "y[r, p, t]": "Sum(W2[p, t, k]*cos(2*pi*w1[p, k]*x[r, p] + b1[p, k]), (k, 1, K)) + b2[p, t]",
    }
    gradient_formulas: ClassVar[dict[str, str]] = {
        "w1[p, k]": "-Sum(Sum(g[r, p, t]*W2[p, t, k], (t, 1, T))*sin(2*pi*w1[p, k]*x[r, p] + b1[p, k])"
        "*2*pi*x[r, p], (r, 1, m))",
        "b1[p, k]": "-Sum(Sum(g[r, p, t]*W2[p, t, k], (t, 1, T))*sin(2*pi*w1[p, k]*x[r, p] + b1[p, k]), (r, 1, m))",
        "W2[p, t, k]": "Sum(g[r, p, t]*cos(2*pi*w1[p, k]*x[r, p] + b1[p, k]), (r, 1, m))",
        "b2[p, t]": "Sum(g[r, p, t], (r, 1, m))",
    }
    letters: ClassVar[dict[str, str]] = {"y0": "q̄", "w1": "v", "b1": "ψ", "W2": "u", "b2": "d"}
    rate_factors: ClassVar[dict[str, float]] = {"w1": 0.1, "b1": 0.1, "W2": 0.1, "b2": 0.1}

    width: int
    n_frequencies: int = 16
    n_features: int = 4
    sigma: float = 0.1

    @property
    def n_inputs(self) -> int:
        """Columns of x."""
        return self.width

    @property
    def n_outputs(self) -> int:
        """Columns of y: those of the first column of x, then those of the second, ..."""
        return self.width * self.n_features

    def small(self) -> Self:
        """One column, two frequencies, one projected cosine."""
        return replace(self, width=1, n_frequencies=min(2, self.n_frequencies), n_features=min(2, self.n_features))

    def shapes(self) -> Shapes:
        """w₁, b₁, W₂, b₂ of each column."""
        n, k, d = self.width, self.n_frequencies, self.n_features - 1
        return {"w1": (n, k), "b1": (n, k), "W2": (n, d, k), "b2": (n, d)}

    def initial(self, random: Random) -> dict[str, Array]:
        """w₁ ~ N(0, σ²), b₁ ~ U[−π, π], W₂ and b₂ ~ U[±1/√k]."""
        shapes, bound = self.shapes(), self.n_frequencies**-0.5
        return {
            "w1": self.sigma * random.standard_normal(shapes["w1"]),
            "b1": random.uniform(-np.pi, np.pi, shapes["b1"]),
            "W2": random.uniform(-bound, bound, shapes["W2"]),
            "b2": random.uniform(-bound, bound, shapes["b2"]),
        }

    def parts(self, y: Array) -> dict[str, Array]:
        """Of each column x itself, y0, (m, width), and the projected cosines, y, (m, width, n_features − 1)."""
        y = y.reshape(len(y), self.width, self.n_features)
        return {"y0": y[:, :, 0], "y": y[:, :, 1:]}

    def _phase(self, theta: Theta, x: Array) -> Array:
        return (2.0 * np.pi) * theta["w1"] * x[:, :, None] + theta["b1"]

    def forward(self, theta: Theta, x: Array, xp: Namespace = np) -> Array:
        """Return y, (m, width · n_features)."""
        wave = xp.cos(self._phase(theta, x))
        projected = xp.einsum("mnk,ndk->mnd", wave, theta["W2"]) + theta["b2"]
        return xp.concatenate((x[:, :, None], projected), axis=2).reshape(x.shape[0], self.n_outputs)

    def backward(self, theta: Theta, x: Array, g: Array, xp: Namespace = np) -> tuple[dict[str, Array], Array]:
        """∂E/∂w₁, ∂E/∂b₁, ∂E/∂W₂, ∂E/∂b₂; x is data."""
        g = g.reshape(x.shape[0], self.width, self.n_features)[:, :, 1:]
        phase = self._phase(theta, x)
        d_phase = -xp.sin(phase) * xp.einsum("mnd,ndk->mnk", g, theta["W2"])
        gradients = {
            "w1": (2.0 * np.pi) * xp.einsum("mnk,mn->nk", d_phase, x),
            "b1": xp.sum(d_phase, axis=0),
            "W2": xp.einsum("mnd,mnk->ndk", g, xp.cos(phase)),
            "b2": xp.sum(g, axis=0),
        }
        return gradients, EMPTY


@dataclass(frozen=True)
class Embedding(Layer):
    """A learned vector for each category: y = C_c, the row of the table C that the code c = 0, 1, ... names.

    Arguments:
        n_categories: rows of C.
        width: numbers of y.

    Example:
        >>> Embedding(2, width=3).forward({"C": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])}, np.array([[1.0], [0.0]]))
        array([[4., 5., 6.],
               [1., 2., 3.]])

    Source: Guo & Berkhahn 2016; Holzmüller et al. 2024 (RealMLP): 8 numbers, drawn from N(0, 1).
    """

    name: ClassVar[str] = "embedding"
    formulas: ClassVar[dict[str, str]] = {"y[r, j]": "C[c[r], j]"}
    gradient_formulas: ClassVar[dict[str, str]] = {"C[i, j]": "Sum(g[r, j]*KroneckerDelta(c[r], i), (r, 1, m))"}

    n_categories: int
    width: int = 8

    @property
    def n_inputs(self) -> int:
        """One column of codes."""
        return 1

    @property
    def n_outputs(self) -> int:
        """Columns of y."""
        return self.width

    @property
    def n_categories_taken(self) -> int:
        """Rows of C."""
        return self.n_categories

    def small(self) -> Self:
        """Three categories with two numbers each."""
        return replace(self, n_categories=min(3, self.n_categories), width=min(2, self.width))

    def arguments(self, x: Array) -> dict[str, Array]:
        """c, (m,): the row of C that each code names, counted from 1."""
        return {"c": x[:, 0].astype(np.int64) + 1}

    def shapes(self) -> Shapes:
        """C, a row for each category."""
        return {"C": (self.n_categories, self.width)}

    def check(self, x: Array, first_column: int) -> None:
        """Raise ValueError unless every code is 0, 1, ..., n_categories − 1."""
        if x.size and not (x.min() >= 0 and x.max() < self.n_categories and (x == np.floor(x)).all()):
            wrong = x[(x < 0) | (x >= self.n_categories) | (x != np.floor(x))][0]
            raise ValueError(
                f"X: column {first_column} holds {wrong:g}, but its categories are 0 to {self.n_categories - 1}"
            )

    def initial(self, random: Random) -> dict[str, Array]:
        """C ~ N(0, 1)."""
        return {"C": random.standard_normal((self.n_categories, self.width))}

    def forward(self, theta: Theta, x: Array, xp: Namespace = np) -> Array:
        """Return y, the rows of C that the codes name."""
        return theta["C"][x[:, 0].astype(np.int64)]

    def backward(self, theta: Theta, x: Array, g: Array, xp: Namespace = np) -> tuple[dict[str, Array], Array]:
        """∂E/∂C: each row's sum of g over the samples of its category."""
        of_category = (x[:, :1].astype(np.int64) == xp.arange(self.n_categories)).astype(g.dtype)
        return {"C": of_category.T @ g}, EMPTY


@dataclass(frozen=True)
class Scale(_OfOneWidth):
    """A learned factor for each feature: y = s ⊙ x.

    Example:
        >>> Scale(2).forward({"s": np.array([2.0, -1.0])}, np.array([[3.0, 4.0]]))
        array([[ 6., -4.]])

    Source: Holzmüller et al. 2024 (RealMLP): a soft choice of features.
    """

    name: ClassVar[str] = "scale"
    formulas: ClassVar[dict[str, str]] = {"y[r, j]": "s[j]*x[r, j]"}
    gradient_formulas: ClassVar[dict[str, str]] = {
        "s[j]": "Sum(g[r, j]*x[r, j], (r, 1, m))",
        "x[r, j]": "g[r, j]*s[j]",
    }
    rate_factors: ClassVar[dict[str, float]] = {"s": 6.0}

    width: int

    def shapes(self) -> Shapes:
        """s, a factor for each column."""
        return {"s": (self.width,)}

    def initial(self, random: Random) -> dict[str, Array]:
        """All s are 1."""
        return {"s": np.ones(self.width)}

    def forward(self, theta: Theta, x: Array, xp: Namespace = np) -> Array:
        """Return s ⊙ x."""
        return x * theta["s"]

    def backward(self, theta: Theta, x: Array, g: Array, xp: Namespace = np) -> tuple[dict[str, Array], Array]:
        """∂E/∂s = Σ g ⊙ x and ∂E/∂x = g ⊙ s."""
        return {"s": xp.sum(g * x, axis=0)}, g * theta["s"]


@dataclass(frozen=True)
class Mixture(_OfOneWidth):
    """An activation with a learned share for each unit: a = z + α ⊙ (f(z) − z).

    Arguments:
        activation: f, an elementwise entry of the table of activations.
        width: units.

    Example:
        >>> Mixture("relu", 2).forward({"alpha": np.array([1.0, 0.5])}, np.array([[-2.0, -2.0]]))
        array([[ 0., -1.]])

    Source: Holzmüller et al. 2024 (RealMLP), parametric activation.
    """

    name: ClassVar[str] = "mixture"
    formulas: ClassVar[dict[str, str]] = {"y[r, j]": "x[r, j] + alpha[j]*(f(x[r, j]) - x[r, j])"}
    gradient_formulas: ClassVar[dict[str, str]] = {
        "alpha[j]": "Sum(g[r, j]*(f(x[r, j]) - x[r, j]), (r, 1, m))",
        "x[r, j]": "g[r, j]*(1 + alpha[j]*(df(x[r, j]) - 1))",
    }
    letters: ClassVar[dict[str, str]] = {"alpha": "α"}
    rate_factors: ClassVar[dict[str, float]] = {"alpha": 0.1}

    activation: str
    width: int

    def shapes(self) -> Shapes:
        """α, a share for each unit."""
        return {"alpha": (self.width,)}

    def initial(self, random: Random) -> dict[str, Array]:
        """All α are 1: f itself."""
        return {"alpha": np.ones(self.width)}

    def forward(self, theta: Theta, x: Array, xp: Namespace = np) -> Array:
        """Return a = z + α ⊙ (f(z) − z)."""
        f = entry_named(ACTIVATIONS, self.activation, "activation")
        return x + theta["alpha"] * (f.value(x, xp) - x)

    def backward(self, theta: Theta, x: Array, g: Array, xp: Namespace = np) -> tuple[dict[str, Array], Array]:
        """∂E/∂α = Σ g ⊙ (f(z) − z) and ∂E/∂z = g ⊙ (1 + α ⊙ (f′(z) − 1))."""
        f = entry_named(ACTIVATIONS, self.activation, "activation")
        value = f.value(x, xp)
        through_f = f.pull_back(g, x, value, xp)
        return {"alpha": xp.sum(g * (value - x), axis=0)}, g + theta["alpha"] * (through_f - g)


LAYERS: dict[str, type[Layer]] = {
    layer.name: layer for layer in (Numbers, PiecewiseLinear, Periodic, Embedding, Scale, Mixture)
}
