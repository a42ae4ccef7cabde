"""One network's derivations, each derived once, and their tables."""

from functools import cache

from clearprop.derivation.derivations import Derivation, derive
from clearprop.derivation.documents.blocks import Table
from clearprop.derivation.messages import Message
from clearprop.mathematics.network import Network

NETWORK = Network((2, 3, 2, 2), ("sigmoid", "tanh"))
QUANTITIES = ("W1[2,1]", "W2", "b1[3]", "b3", "z[2,1]", "z1", "a[1,2]", "h1", "a[3,1]", "x[2]", "x", "W3[1,2]")
QUESTIONS = (*QUANTITIES, "sigmoid'", "softmax'", "softmax shift", "dE/dz", "equations", "update")


@cache
def derived(quantity: str, form: str = "index", language: str = "en", penalty: bool = False) -> Derivation:
    return derive(NETWORK, quantity, form, language, penalty=penalty)


def tables(derivation: Derivation, heading: str) -> list[Table]:
    """The tables whose first column has that heading."""
    found = [block for block in derivation.blocks if isinstance(block, Table)]
    return [table for table in found if table.headings[0] == Message(heading)]
