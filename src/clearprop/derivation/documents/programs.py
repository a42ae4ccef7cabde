"""What an explanation gives to programs: Python that computes it anew, for a notebook, and its facts, for JSON."""

from typing import Any

from clearprop.derivation.expressions import Expression
from clearprop.derivation.printing.latex import to_latex
from clearprop.derivation.printing.unicode import to_unicode
from clearprop.mathematics.arrays import Array
from clearprop.mathematics.network import Network, Parameters

#: The numbers of a larger network are not written out in code, and those of one larger still not in facts.
MOST_IN_CODE, MOST_IN_FACTS = 200, 5_000


def network_code(network: Network) -> str:
    """Return a network as Python.

    >>> network_code(Network((2, 2)))
    "Network((2, 2), hidden=(), output='softmax', loss='cross_entropy')"
    """
    hidden = network.hidden_names
    shown = repr(hidden[0] if len(hidden) and len(set(hidden)) == 1 else hidden)
    others = f", inputs={network.inputs!r}" if network.inputs else ""
    others += ", scaled=True" * network.scaled + ", mixed=True" * network.mixed
    return f"Network({network.sizes}, hidden={shown}, output={network.output!r}, loss={network.loss!r}{others})"


def layer_imports(network: Network) -> str:
    """Return the line that imports the input layers of a network; nothing where it has none."""
    names = sorted({type(layer).__name__ for layer in network.inputs})
    return f"from clearprop.mathematics.layers import {', '.join(names)}\n" if names else ""


def parameters_code(parameters: Parameters) -> str:
    """Return parameters as Python, every number in full."""
    W, b = (lists(arrays[1:]) for arrays in (parameters.W, parameters.b))
    theta = {name: array.tolist() for name, array in parameters.theta.items()}
    others = f"    theta={theta},\n" if theta else ""
    return f"Parameters.of(\n    {W},\n    {b},\n{others})"


def network_facts(network: Network) -> dict[str, Any]:
    """Return what a network is, as JSON holds it."""
    return {
        "sizes": list(network.sizes),
        "hidden": list(network.hidden_names),
        "output": network.output,
        "loss": network.loss,
        **({"inputs": [repr(layer) for layer in network.inputs]} if network.inputs else {}),
        **({"scaled": True} if network.scaled else {}),
        **({"mixed": True} if network.mixed else {}),
    }


def formula_facts(node: Expression, shapes: bool, language: str) -> dict[str, str]:
    """Return a formula in Unicode and in LaTeX."""
    return {"unicode": to_unicode(node, shapes, language), "latex": to_latex(node, shapes, language)}


def lists(arrays: list[Array]) -> list[Any]:
    """Return arrays as nested lists of numbers."""
    return [array.tolist() for array in arrays]
