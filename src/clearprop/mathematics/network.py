"""What a network is (sizes, activations, loss) and what it has learned (W, b)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import DTypeLike

from clearprop.mathematics.activations import ACTIVATIONS, Activation
from clearprop.mathematics.arrays import EMPTY, Array
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

    Raises:
        ValueError: an unknown name, a size below 1, names that do not match the hidden layers, or an output whose range
            lies outside the loss's domain.

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
        """Σ_l n_l (n_{l−1} + 1), all weights and biases."""
        return sum(self.sizes[l] * (self.sizes[l - 1] + 1) for l in self.layers)

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
        return Network, (self.sizes, self.hidden, self.output, self.loss)  # table entries hold functions: by name only

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

    Raises:
        ValueError: lists of different lengths, or shapes that do not chain.

    Example:
        >>> parameters = Parameters.of([[[1.0, 2.0]]], [[0.5]])
        >>> parameters.W[1].shape, parameters.b[1].shape, parameters.sizes
        ((1, 2), (1,), (2, 1))
    """

    W: list[Array]
    b: list[Array]

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
    def of(cls, W: Sequence[object], b: Sequence[object], dtype: DTypeLike | None = None) -> "Parameters":
        """Parameters from W¹..Wᴸ and b¹..bᴸ (lists or arrays), without the empty index 0."""
        return cls([EMPTY, *(np.asarray(w, dtype) for w in W)], [EMPTY, *(np.asarray(v, dtype) for v in b)])

    @classmethod
    def from_flat(cls, sizes: Sequence[int], flat: Array) -> "Parameters":
        """Views into one vector that holds W¹, ..., Wᴸ (row by row) and then b¹, ..., bᴸ."""
        shapes = [(sizes[l], sizes[l - 1]) for l in range(1, len(sizes))]
        cuts = np.cumsum([n * k for n, k in shapes] + list(sizes[1:]))
        if flat.shape != (cuts[-1],):
            raise ValueError(f"flat: {cuts[-1]} numbers fit sizes {tuple(sizes)}; got shape {flat.shape}")
        parts = np.split(flat, cuts[:-1])
        W = [part.reshape(shape) for part, shape in zip(parts, shapes, strict=False)]
        return cls([EMPTY, *W], [EMPTY, *parts[len(shapes) :]])

    @property
    def sizes(self) -> tuple[int, ...]:
        """(n_0, ..., n_L)."""
        return (self.W[1].shape[1], *(W.shape[0] for W in self.W[1:]))

    @property
    def dtype(self) -> "np.dtype[np.generic]":
        """The type of the numbers."""
        return self.W[1].dtype

    def arrays(self) -> Iterator[Array]:
        """W¹, ..., Wᴸ, b¹, ..., bᴸ: the order of the flat vector."""
        yield from self.W[1:]
        yield from self.b[1:]

    def flatten(self) -> Array:
        """A copy of all numbers in one vector (the inverse of `from_flat`)."""
        return np.concatenate([array.ravel() for array in self.arrays()])

    def check_fit(self, network: Network) -> None:
        """Raise ValueError if these are not parameters of that network."""
        if self.sizes != network.sizes:
            raise ValueError(f"parameters: the network has sizes {network.sizes}, these have {self.sizes}")
