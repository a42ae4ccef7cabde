"""The symbols of one network: which letter, which layer, which shape, so that every formula writes them alike.

One hidden layer is h and the output is ŷ, as in note 1; with more hidden layers they are a¹, a², ... Small letters are
one sample (columns), capitals a batch (a sample a row); an entry is written small either way.
"""

from clearprop.derivation.expressions import Activate, Expression, Index, Quantity, Shape, expression
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


def check_is_affine(network: Network) -> None:
    """Raise ValueError where a network has layers whose equations are not derived here yet."""
    if network.other_layers:
        there = ", ".join(network.other_layers)
        raise ValueError(f"network: only affine layers with activations are derived so far; this one has {there}")


class Symbols:
    """The quantities of a network for one sample (z, a, δ, ...) and for a batch of m (Z, A, Δ, ...).

    Arguments:
        network: whose symbols.
        n_samples: m, rows in the batch.
        penalised: whether a penalty is set, so that the loss is E = C + R.
    """

    def __init__(self, network: Network, n_samples: int = 1, penalised: bool = False) -> None:
        check_is_affine(network)
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

    def f(self, l: int, argument: Expression, order: int = 0) -> Activate:
        """fˡ of an argument, or its derivative."""
        entry = self.activation(l)
        return Activate(entry.name, entry.symbol, argument, order)

    def _activation_letter(self, l: int) -> str:
        if l == 0:
            return "x"
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
