"""What is to be proven of the layers that are not affine: ∂E by all they have learned, by the formulas of their table.

∂E by what such a layer makes is free (g of an input layer), or what comes back from the units above. Input layers of
one kind share their formulas: each kind is proven once.
"""

from collections.abc import Iterator
from math import prod

from clearprop.derivation.expressions import Index, Partial, Relation
from clearprop.derivation.forms.layer_form import kind_of
from clearprop.derivation.layer_symbols import LayerSymbols
from clearprop.derivation.messages import Message
from clearprop.derivation.proving.claims import Claim
from clearprop.derivation.symbols import SAMPLE, Symbols
from clearprop.mathematics.network import Network


def layer_claims(one: Symbols, batch: Symbols, above: int) -> Iterator[Claim]:
    """Yield the statements about the layers that make Aˡ, l = `above` (of 0, the input layers and the factors)."""
    for name in proven_layers(one.network):
        for symbols, is_batch in ((one, False), (batch, True)):
            layer = LayerSymbols(symbols, name, is_batch)
            if layer.above == above:
                for parameter in (*layer.layer.shapes(), *(() if layer.is_input else ("x",))):
                    yield _claim(layer, parameter)


def proven_layers(network: Network) -> list[str]:
    """The layers that statements are about: of input layers the first of each kind; from the output down."""
    first_of_kind: dict[object, str] = {}
    for name, layer in network.other_layers.items():
        first_of_kind.setdefault(layer.name if name.startswith("input") else name, name)
    return list(first_of_kind.values())[::-1]


def _claim(layer: LayerSymbols, parameter: str) -> Claim:
    s, letters = layer.symbols, layer.letters(parameter)
    left, right = layer.gradient(parameter, {})
    statement = Relation(Partial(s.data_loss, left), "=", right)
    over = tuple((Index(letter), layer.sizes[letter.upper()]) for letter in letters if letter != "r")
    if layer.batch and "r" in letters:
        over = ((SAMPLE, s.n_samples), *over)
    start = ("Z", layer.above) if layer.above else ("Q", 0)
    about = "proof.layer_x" if parameter == "x" else "proof.layer_g" if layer.is_input else "proof.layer_theta"
    n_arguments = layer.layer.n_outputs if layer.is_input else s.size(layer.above + 1) * (s.size(layer.above) + 2) // 4
    rule = f"{layer.name}.{parameter}{' batch' * layer.batch}"
    work = 1 + prod(size for _, size in over) * n_arguments * s.n_samples**2
    return Claim(
        rule,
        layer.above,
        statement,
        Message(about, which=kind_of(layer)),
        start,
        over,
        s.n_samples,
        work=work,
        other=layer.name,
        always=((1,) * len(over),) if layer.layer.n_categories_taken else (),
    )
