"""What a network is (sizes, activations, loss) and what it has learned (W, b)."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import DTypeLike

from clearprop.mathematics.activations import ACTIVATIONS, Activation
from clearprop.mathematics.arrays import EMPTY, Array
from clearprop.mathematics.layers import Layer, Mixture, Scale, Shapes
from clearprop.mathematics.losses import LOSSES, Loss
from clearprop.mathematics.registry import entry_named


@dataclass(frozen=True)
class Network:
    """A chain of L fully connected layers: Zˡ = Aˡ⁻¹(Wˡ)ᵀ + bˡ, Aˡ = fˡ(Zˡ), with a loss on Aᴸ.

    Arguments:
        sizes: units (n_0, n_1, ..., n_L); layer 0 is the input, so L = len(sizes) − 1 ≥ 1.
        hidden: activation of the hidden layers 1..L−1: one name for all, or one name per layer.
        output: activation of layer L ("softmax", "sigmoid", "identity", ...).
        loss: "cross_entropy", "binary_cross_entropy", "half_squared_error" or "poisson".
        inputs: layers that turn the columns of X into A⁰, side by side: each takes the next columns. None: A⁰ = X.
        scaled: whether each feature of A⁰ has a learned factor.
        mixed: whether each hidden unit has a learned share of its activation, z + α (f(z) − z).

    Raises:
        ValueError: an unknown name, a size below 1, names that do not match the hidden layers, input layers that do not
            give n_0 features, or an output whose range lies outside the loss's domain.

    Example:
        >>> network = Network(sizes=(2, 2, 2))  # note 1's network
        >>> network.n_layers, network.n_parameters, network.is_paired
        (2, 12, True)

    Source: note 1 (2-2-2, sigmoid, softmax, cross-entropy) and note 2 (L layers).
    """

    sizes: tuple[int, ...] = (2, 2, 2)
    hidden: str | tuple[str, ...] = "sigmoid"
    output: str = "softmax"
    loss: str = "cross_entropy"
    inputs: tuple[Layer, ...] = ()
    scaled: bool = False
    mixed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "sizes", _whole_sizes(self.sizes))
        if not isinstance(self.hidden, str):
            object.__setattr__(self, "hidden", tuple(self.hidden))
            if len(self.hidden) != self.n_layers - 1:
                raise ValueError(
                    f"hidden: {len(self.hidden)} activations for {self.n_layers - 1} hidden layers; "
                    "give one name, or one per layer"
                )
        for name in (self.hidden,) if isinstance(self.hidden, str) else self.hidden:
            if not entry_named(ACTIVATIONS, name, "hidden activation").elementwise:
                raise ValueError(f"hidden activation: {name!r} is for the output layer only; use an elementwise one")
        if self.inputs and (given := sum(layer.n_outputs for layer in self.inputs)) != self.sizes[0]:
            raise ValueError(f"inputs: {given} features come out of the input layers, but sizes[0] is {self.sizes[0]}")
        low, high = self.activation(self.n_layers).range
        domain = self.loss_entry.domain
        if low < domain[0] or high > domain[1]:
            raise ValueError(
                f"loss: {self.loss!r} needs outputs in {domain}, but {self.output!r} gives {(low, high)}; "
                f"its paired output is {self.loss_entry.paired_output!r}"
            )

    @property
    def n_layers(self) -> int:
        """L, the number of weight layers."""
        return len(self.sizes) - 1

    @property
    def n_parameters(self) -> int:
        """Σ_l n_l (n_{l−1} + 1), all weights and biases, and the numbers of the other layers."""
        affine = sum(self.sizes[l] * (self.sizes[l - 1] + 1) for l in self.layers)
        return affine + sum(math.prod(shape) for shape in self.theta_shapes.values())

    @cached_property
    def n_columns(self) -> int:
        """Columns of X: n_0, unless input layers make A⁰ of others."""
        return sum(layer.n_inputs for layer in self.inputs) if self.inputs else self.sizes[0]

    def placed_inputs(self) -> Iterator[tuple[str, Layer, slice, slice]]:
        """Each input layer's name, the layer, the columns of X that it takes and the features of A⁰ that it gives."""
        column = feature = 0
        for i, layer in enumerate(self.inputs, 1):
            after = column + layer.n_inputs, feature + layer.n_outputs
            yield f"input{i}", layer, slice(column, after[0]), slice(feature, after[1])
            column, feature = after

    @cached_property
    def column_of_feature(self) -> tuple[int, ...]:
        """For each of the n_0 features of A⁰ the number, from 0, of the column of X that it is made of."""
        if not self.inputs:
            return tuple(range(self.sizes[0]))
        placed = [columns.start + layer.sources() for _, layer, columns, _ in self.placed_inputs()]
        return tuple(int(column) for column in np.concatenate(placed))

    def check_columns(self, X: Array) -> None:
        """Raise ValueError where an input layer cannot take its columns of X: a code that names no category, say."""
        if not self.inputs:  # told quickly: one row is predicted in microseconds
            return
        for _, layer, columns, _ in self.placed_inputs():
            layer.check(X[:, columns], columns.start)

    @cached_property
    def other_layers(self) -> dict[str, Layer]:
        """The layers that are not affine, by name: input1, input2, ..., scale, mixture1, ..., mixture(L − 1)."""
        layers: dict[str, Layer] = {f"input{i}": layer for i, layer in enumerate(self.inputs, 1)}
        if self.scaled:
            layers["scale"] = Scale(self.sizes[0])
        if self.mixed:
            names = self.hidden_names
            layers |= {f"mixture{l}": Mixture(names[l - 1], self.sizes[l]) for l in self.layers[:-1]}
        return layers

    @cached_property
    def theta_shapes(self) -> Shapes:
        """The shape of each array of `Parameters.theta`: "scale.s", "input2.C", ..."""
        return {
            f"{name}.{parameter}": shape
            for name, layer in self.other_layers.items()
            for parameter, shape in layer.shapes().items()
        }

    def parameters(self, flat: Array) -> "Parameters":
        """Views into one vector of all numbers: W¹, ..., Wᴸ, b¹, ..., bᴸ, then those of the other layers."""
        return Parameters.from_flat(self.sizes, flat, self.theta_shapes)

    @property
    def n_weights(self) -> int:
        """Σ_l n_l n_{l−1}, the weights alone."""
        return sum(self.sizes[l] * self.sizes[l - 1] for l in self.layers)

    @property
    def layers(self) -> range:
        """1..L."""
        return range(1, self.n_layers + 1)

    @property
    def hidden_names(self) -> tuple[str, ...]:
        """The names of f¹..fᴸ⁻¹."""
        return (self.hidden,) * (self.n_layers - 1) if isinstance(self.hidden, str) else self.hidden

    def activation(self, l: int) -> Activation:
        """The table entry of fˡ, l in 1..L."""
        return self._activations[l - 1]

    @cached_property
    def _activations(self) -> tuple[Activation, ...]:
        hidden = [entry_named(ACTIVATIONS, name, "hidden activation") for name in self.hidden_names]
        return (*hidden, entry_named(ACTIVATIONS, self.output, "output activation"))

    @cached_property
    def loss_entry(self) -> Loss:
        """The table entry of the loss."""
        return entry_named(LOSSES, self.loss, "loss")

    def __reduce__(self) -> tuple[type["Network"], tuple[object, ...]]:
        # Table entries hold functions: by name only.
        return Network, tuple(getattr(self, field.name) for field in fields(self))

    @cached_property
    def is_paired(self) -> bool:
        """Whether output and loss are a pair, so that Δᴸ = ω ⊙ (Aᴸ − Y)."""
        return self.loss_entry.paired_output == self.activation(self.n_layers).name


def _whole_sizes(given: object) -> tuple[int, ...]:
    sizes = tuple(given) if isinstance(given, Iterable) else ()
    whole = tuple(int(size) for size in sizes if isinstance(size, int | float | np.integer) and size % 1 == 0 < size)
    if len(whole) < 2 or len(whole) != len(sizes):
        raise ValueError(f"sizes: at least (n_0, n_1), whole numbers from 1, are needed; got {given}")
    return whole


@dataclass(frozen=True)
class Parameters:
    """What a network has learned: `W[l]` of shape (n_l, n_{l−1}) and `b[l]` of shape (n_l,); index 0 is empty.

    Arguments:
        W: list of L + 1 arrays; `W[l][j, k]` is the weight INTO unit j FROM unit k (note 1's w_jk).
        b: list of L + 1 arrays.
        theta: the arrays of the other layers, by name; see `Network.theta_shapes`.

    Raises:
        ValueError: lists of different lengths, or shapes that do not chain.

    Example:
        >>> parameters = Parameters.of([[[1.0, 2.0]]], [[0.5]])
        >>> parameters.W[1].shape, parameters.b[1].shape, parameters.sizes
        ((1, 2), (1,), (2, 1))
    """

    W: list[Array]
    b: list[Array]
    theta: dict[str, Array] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.W) != len(self.b) or len(self.W) < 2:
            raise ValueError(
                f"W and b: one entry a layer and an empty one in front; got {len(self.W)} and {len(self.b)}"
            )
        for l in range(1, len(self.W)):
            if self.W[l].ndim != 2 or self.b[l].shape != self.W[l].shape[:1]:
                raise ValueError(
                    f"layer {l}: W[{l}] is (n_l, n_{{l−1}}) and b[{l}] is (n_l,); "
                    f"got {self.W[l].shape} and {self.b[l].shape}"
                )
            if l > 1 and self.W[l].shape[1] != self.W[l - 1].shape[0]:
                raise ValueError(
                    f"layer {l}: W[{l}] takes {self.W[l].shape[1]} units, "
                    f"but layer {l - 1} has {self.W[l - 1].shape[0]}"
                )

    @classmethod
    def of(
        cls,
        W: Sequence[object],
        b: Sequence[object],
        dtype: DTypeLike | None = None,
        theta: Mapping[str, object] | None = None,
    ) -> "Parameters":
        """Parameters from W¹..Wᴸ and b¹..bᴸ (lists or arrays), without the empty index 0."""
        others = {name: np.asarray(array, dtype) for name, array in (theta or {}).items()}
        return cls([EMPTY, *(np.asarray(w, dtype) for w in W)], [EMPTY, *(np.asarray(v, dtype) for v in b)], others)

    @classmethod
    def from_flat(cls, sizes: Sequence[int], flat: Array, theta_shapes: Mapping[str, tuple[int, ...]] = {}) -> Self:
        """Views into one vector that holds W¹, ..., Wᴸ (row by row), then b¹, ..., bᴸ, then the arrays of theta."""
        n_layers = len(sizes) - 1
        shapes = [*pairwise(sizes), *((n,) for n in sizes[1:]), *theta_shapes.values()]
        shapes[:n_layers] = [(n, k) for k, n in shapes[:n_layers]]
        cuts = np.cumsum([math.prod(shape) for shape in shapes])
        if flat.shape != (cuts[-1],):
            raise ValueError(f"flat: {cuts[-1]} numbers fit sizes {tuple(sizes)}; got shape {flat.shape}")
        parts = [part.reshape(shape) for part, shape in zip(np.split(flat, cuts[:-1]), shapes, strict=True)]
        W, b, theta = parts[:n_layers], parts[n_layers : 2 * n_layers], parts[2 * n_layers :]
        return cls([EMPTY, *W], [EMPTY, *b], dict(zip(theta_shapes, theta, strict=True)))

    @property
    def sizes(self) -> tuple[int, ...]:
        """(n_0, ..., n_L)."""
        return (self.W[1].shape[1], *(W.shape[0] for W in self.W[1:]))

    @property
    def dtype(self) -> "np.dtype[np.generic]":
        """The type of the numbers."""
        return self.W[1].dtype

    def astype(self, dtype: DTypeLike) -> "Parameters":
        """The same in another type of number; arrays that have it already are shared."""
        return Parameters.of(self.W[1:], self.b[1:], dtype, self.theta)

    def arrays(self) -> Iterator[Array]:
        """W¹, ..., Wᴸ, b¹, ..., bᴸ, then theta: the order of the flat vector."""
        yield from self.W[1:]
        yield from self.b[1:]
        yield from self.theta.values()

    def theta_of(self, layer: str) -> dict[str, Array]:
        """The arrays of one of the other layers, by their own names ("s" of "scale.s")."""
        return {name.partition(".")[2]: array for name, array in self.theta.items() if name.startswith(f"{layer}.")}

    def flatten(self) -> Array:
        """A copy of all numbers in one vector (the inverse of `from_flat`)."""
        return np.concatenate([array.ravel() for array in self.arrays()])

    def check_fit(self, network: Network) -> None:
        """Raise ValueError if these are not parameters of that network."""
        if self.sizes != network.sizes:
            raise ValueError(f"parameters: the network has sizes {network.sizes}, these have {self.sizes}")
        shapes = {name: array.shape for name, array in self.theta.items()}
        if list(shapes.items()) != list(network.theta_shapes.items()):
            raise ValueError(f"parameters: theta of the network is shaped {network.theta_shapes}, this one {shapes}")
