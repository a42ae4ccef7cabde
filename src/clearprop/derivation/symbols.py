"""The symbols of one network: which letter, which layer, which shape, so that every formula writes them alike.

One hidden layer is h and the output is ŷ, as in note 1; with more hidden layers they are a¹, a², ... Small letters are
one sample (columns), capitals a batch (a sample a row); an entry is written small either way.
"""

from clearprop.derivation.expressions import (
    Activate,
    Expression,
    Hadamard,
    Index,
    Negate,
    Number,
    Quantity,
    Shape,
    Transpose,
    expression,
)
from clearprop.mathematics.activations import Activation
from clearprop.mathematics.network import Network

At = int | Expression

#: Index letters for sums, in the order in which they are used; each has a Unicode subscript. r is the sample's.
INDEX_LETTERS = ("j", "k", "i", "p", "s", "t", "u", "v", "o", "β", "γ", "ρ", "φ", "χ")
SAMPLE = Index("r")

E = Quantity("E", "E")
#: The loss without the penalty, and the penalty (λ/2) Σ w².
DATA_LOSS = Quantity("data_loss", "C")
PENALTY = Quantity("penalty", "R")
LAMBDA = Quantity("lambda", "λ")
ETA = Quantity("eta", "η")


class Symbols:
    """The quantities of a network for one sample (z, a, δ, ...) and for a batch of m (Z, A, Δ, ...).

    Arguments:
        network: whose symbols.
        n_samples: m, rows in the batch.
        penalised: whether a penalty is set, so that the loss is E = C + R.
    """

    def __init__(self, network: Network, n_samples: int = 1, penalised: bool = False) -> None:
        self.network, self.n_samples, self.penalised = network, n_samples, penalised
        self.L = network.n_layers

    def W(self, l: int, *indices: At) -> Quantity:
        """Wˡ, (n_l, n_{l−1}); its row j; w_jk, INTO unit j FROM unit k."""
        sizes = self.network.sizes
        return _quantity("W", "W" if len(indices) < 2 else "w", l, (sizes[l], sizes[l - 1]), indices)

    def b(self, l: int, *indices: At) -> Quantity:
        """bˡ, (n_l,)."""
        return self._vector("b", "b", l, indices)

    def z(self, l: int, *indices: At) -> Quantity:
        """zˡ, (n_l,)."""
        return self._vector("z", "z", l, indices)

    def a(self, l: int, *indices: At) -> Quantity:
        """aˡ, (n_l,): x of layer 0, h of the only hidden layer, ŷ of the output."""
        letter = self._activation_letter(l)
        return self._vector("a", letter, l, indices, l if letter == "a" else None)

    def delta(self, l: int, *indices: At) -> Quantity:
        """δˡ = ∂E/∂zˡ, (n_l,)."""
        return self._vector("delta", "δ", l, indices)

    def y(self, *indices: At) -> Quantity:
        """y, (n_L,)."""
        return self._vector("y", "y", self.L, indices, None)

    def x(self, *indices: At) -> Quantity:
        """The input x = a⁰, (n_0,)."""
        return self.a(0, *indices)

    @property
    def makes_inputs(self) -> bool:
        """Whether a⁰ is made from the columns of X by other layers, and is not x itself."""
        return bool(self.network.inputs) or self.network.scaled

    def q(self, *indices: At) -> Quantity:
        """The features before the learned factors, (n_0,): all that the input layers make, or x."""
        return self._vector("q", "q" if self.network.inputs else "x", 0, indices, None)

    def Q(self, *indices: At) -> Quantity:
        """The same of a batch, (m, n_0)."""
        return self._batch("Q", "Qq" if self.network.inputs else "Xx", 0, indices, None)

    def share(self, l: int, *indices: At) -> Quantity:
        """αˡ, (n_l,): the shares of a mixture."""
        return _quantity(f"mixture{l}.alpha", "α", None, (self.size(l),), indices, l)

    def Z(self, l: int, *indices: At) -> Quantity:
        """Zˡ, (m, n_l); its row r; z_rj."""
        return self._batch("Z", "Zz", l, indices)

    def A(self, l: int, *indices: At) -> Quantity:
        """Aˡ, (m, n_l): X of layer 0, H of the only hidden layer, Ŷ of the output."""
        letter = self._activation_letter(l)
        return self._batch("A", letter.upper() + letter, l, indices, l if letter == "a" else None)

    def Delta(self, l: int, *indices: At) -> Quantity:
        """Δˡ = ∂E/∂Zˡ, (m, n_l)."""
        return self._batch("Delta", "Δδ", l, indices)

    def Y(self, *indices: At) -> Quantity:
        """Y, (m, n_L)."""
        return self._batch("Y", "Yy", self.L, indices, None)

    def omega(self, *indices: At) -> Quantity:
        """ω, (m, 1): the weights of the rows, which sum to 1; 1/m each unless they are given."""
        return _quantity("omega", "ω", None, (self.n_samples,), indices)

    def row_loss(self, *indices: At) -> Quantity:
        """e, (m,): the loss of each row."""
        return _quantity("row_loss", "e", None, (self.n_samples,), indices)

    @property
    def data_loss(self) -> Quantity:
        """E, or C where a penalty is added to make E."""
        return DATA_LOSS if self.penalised else E

    def size(self, l: int) -> int:
        """n_l."""
        return self.network.sizes[l]

    def activation(self, l: int) -> Activation:
        """The table entry of fˡ."""
        return self.network.activation(l)

    def f(self, l: int, argument: Expression, order: int = 0) -> Expression:
        """fˡ of an argument, or its derivative; of a mixture z + α (f(z) − z), or 1 + α (f′(z) − 1)."""
        entry = self.activation(l)
        plain = Activate(entry.name, entry.symbol, argument, order)
        if not self.is_mixed(l):
            return plain
        other: Expression = Number(1) if order else argument
        difference = plain + Negate(other)
        if not argument.shape:
            assert isinstance(argument, Quantity)
            return other + self.share(l, argument.indices[-1]) * difference
        share = self.share(l)
        return other + Hadamard((share if len(argument.shape) == 1 else Transpose(share), difference))

    def is_mixed(self, l: int) -> bool:
        """Whether each unit of layer l has a learned share of its activation."""
        return self.network.mixed and 1 <= l < self.L

    def _activation_letter(self, l: int) -> str:
        if l == 0:
            return "a" if self.makes_inputs else "x"
        if l == self.L:
            return "ŷ"
        return "h" if self.L == 2 else "a"

    def _vector(
        self, name: str, letter: str, l: int, indices: tuple[At, ...], shown_layer: int | None = -1
    ) -> Quantity:
        return _quantity(name, letter, l, (self.size(l),), indices, l if shown_layer == -1 else shown_layer)

    def _batch(
        self, name: str, letters: str, l: int, indices: tuple[At, ...], shown_layer: int | None = -1
    ) -> Quantity:
        letter = letters[0] if len(indices) < 2 else letters[1]
        shape = (self.n_samples, self.size(l))
        return _quantity(name, letter, l, shape, indices, l if shown_layer == -1 else shown_layer)


def _quantity(
    name: str, letter: str, l: int | None, shape: Shape, indices: tuple[At, ...], shown_layer: int | None = -1
) -> Quantity:
    at = tuple(expression(index) for index in indices)
    return Quantity(name, letter, l, shape, at, l if shown_layer == -1 else shown_layer)
