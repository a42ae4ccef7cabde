"""Formulas as the explorer takes them: MathML with a class for each index, and a tree to be filled in with numbers."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from clearprop.derivation.expressions import (
    Add,
    Divide,
    Expression,
    Function,
    Index,
    Multiply,
    Negate,
    Number,
    Power,
    Quantity,
    Relation,
    Sum,
    rebuilt,
    walk,
)
from clearprop.derivation.printing.mathml import to_mathml
from clearprop.mathematics.arrays import Array
from clearprop.report.exploring.applied import Applied, written

#: A language whose conditions stand without words, so that a formula is the same in all.
WORDLESS = "zh"
#: Stands for the number that a function is applied to; a letter that no formula has.
_HOLE = "Ж"
#: Stands for the α of a mixture.
_SHARE_HOLE = "Ю"
_INDEX = re.compile(r"<mi>([jki])</mi>")
_MINUS_ONE = {"number": -1.0}


def mathml_of(root: Expression) -> str:
    """Return an expression as MathML, each index j, k or i with its class.

    >>> 'class="index-j"' in mathml_of(Index("j"))
    True
    """
    text = to_mathml(written(root), language=WORDLESS)
    return _INDEX.sub(r'<mi class="index-\1">\1</mi>', text)


def tree_of(root: Expression) -> dict[str, Any]:
    """Return the right side of a formula as the explorer's tree.

    Raises:
        ValueError: an expression that such a tree cannot hold.

    Example:
        >>> from clearprop.derivation.expressions import Index, Quantity
        >>> a, y = (Quantity(name, name, 2, (3,), (Index("j"),)) for name in "ay")
        >>> tree_of(a - y)
        {'minus': [{'ref': ['a', 2, 'j']}, {'ref': ['y', 2, 'j']}]}
    """
    match root:
        case Applied():
            return _applied(root)
        case Function(argument=argument):
            return {**_function(root, argument), "value": None}  # its value is in no array: the sum's is, as the loss
        case Quantity(name=name, layer=int(layer), indices=indices):
            return {"ref": [name, layer, *(index.letter for index in indices if isinstance(index, Index))]}
        case Sum(body=body, index=index, skip=None):
            return {"sum": index.letter, "over": _layer_of(body, index), "of": tree_of(body)}
        case Number(value=value):
            return {"number": float(value)}
    return _arithmetic(root)


def _arithmetic(root: Expression) -> dict[str, Any]:
    """Sums and products; a quotient by a number and a square are products too."""
    match root:
        case Multiply(factors=factors):
            return {"product": [_factor(factor) for factor in factors]}
        case Add(terms=terms):
            plus = [tree_of(term) for term in terms if not isinstance(term, Negate)]
            minus = [tree_of(term.argument) for term in terms if isinstance(term, Negate)]
            return _difference(plus, minus)
        case Negate(argument=argument):
            return {"product": [_MINUS_ONE, tree_of(argument)]}
        case Divide(numerator=numerator, denominator=Number(value=value)):
            return {"product": [{"number": 1.0 / float(value)}, tree_of(numerator)]}
        case Power(base=base, exponent=Number(value=2)):
            return {"product": [tree_of(base), tree_of(base)]}
    raise ValueError(f"formula: {type(root).__name__} has no place in a tree of numbers")


def _factor(root: Expression) -> dict[str, Any]:
    """A factor: a function that is written as a sum stands in brackets."""
    tree = tree_of(root)
    if isinstance(root, Applied) and isinstance(root.formula, Add | Negate):
        start, end = tree["function"].index(">") + 1, tree["function"].rindex("<")
        inner = tree["function"][start:end]
        bracketed = f'<mrow><mo stretchy="false">[</mo>{inner}<mo stretchy="false">]</mo></mrow>'
        tree["function"] = tree["function"][:start] + bracketed + tree["function"][end:]
    return tree


def _applied(root: Applied) -> dict[str, Any]:
    """A function whose value the engine has kept; the α of a mixture has a hole of its own."""
    value = tree_of(root.kept)
    if root.share is None:
        return {**_function(root.formula, root.argument), "value": value}
    tree = _function(rebuilt(root.formula, {root.share: Quantity("share", _SHARE_HOLE)}), root.argument)
    tree["function"] = _marked(tree["function"], _SHARE_HOLE, "share", root.share.letter)
    _, *place = value["ref"]
    return {**tree, "share": {"ref": ["share", *place]}, "value": value}


def _function(formula: Expression, argument: Expression) -> dict[str, Any]:
    """A formula with a hole in the place of its argument, and what is put in there."""
    letter = argument.letter if isinstance(argument, Quantity) else "z"
    text = mathml_of(rebuilt(formula, {argument: Quantity("hole", _HOLE)}))
    return {"function": _marked(text, _HOLE, "hole", letter), "of": tree_of(argument)}


def _marked(text: str, hole: str, name: str, letter: str) -> str:
    """Give the holes in MathML their class, and the letter that is seen there until they are filled."""
    found = re.compile(rf"<m[io][^>]*>(?:{hole}|&#x0*{ord(hole):X};)</m[io]>", re.IGNORECASE)
    return found.sub(f'<mi class="{name}">{letter}</mi>', text)


def _difference(plus: list[dict[str, Any]], minus: list[dict[str, Any]]) -> dict[str, Any]:
    whole = {"product": [_MINUS_ONE, minus.pop(0)]} if not plus else plus[0] if len(plus) == 1 else {"plus": plus}
    for term in minus:
        whole = {"minus": [whole, term]}
    return whole


def _layer_of(body: Expression, index: Index) -> int:
    """The layer whose units a sum runs over: that of a vector with this index."""
    for node in walk(body):
        if isinstance(node, Quantity) and node.indices == (index,) and node.layer is not None:
            return node.layer
    raise ValueError(f"formula: nothing is summed over {index.letter}")


def value_of(node: Mapping[str, Any], arrays: Mapping[tuple[str, int], Array], at: Mapping[str, int]) -> float:
    """Return the value of a tree, as the explorer evaluates it; NaN where it holds a function whose value is nowhere.

    Arguments:
        node: see `tree_of`.
        arrays: by name and layer: W (n_l, n_{l−1}), all others (n_l,).
        at: the values of the indices, from 0.

    Example:
        >>> arrays = {("a", 1): np.array([2.0, 3.0]), ("y", 1): np.array([1.0, 1.0])}
        >>> product = {"product": [{"ref": ["a", 1, "i"]}, {"ref": ["y", 1, "i"]}]}
        >>> value_of({"sum": "i", "over": 1, "of": product}, arrays, {})
        5.0
    """
    match node:
        case {"ref": [name, layer, *letters]}:
            return float(arrays[name, layer][tuple(at[letter] for letter in letters)])
        case {"sum": letter, "over": layer, "of": body}:
            n = len(arrays["a", layer])
            return float(np.sum([value_of(body, arrays, {**at, letter: place}) for place in range(n)]))
        case {"product": factors}:
            return float(np.prod([value_of(factor, arrays, at) for factor in factors]))
        case {"plus": terms}:
            return float(np.sum([value_of(term, arrays, at) for term in terms]))
        case {"minus": [first, second]}:
            return value_of(first, arrays, at) - value_of(second, arrays, at)
        case {"number": number}:
            return float(number)
        case {"function": _, "value": value}:
            return float("nan") if value is None else value_of(value, arrays, at)
    raise ValueError(f"tree: {node} is no node")


def shapes_in(relation: Relation) -> list[tuple[str, str]]:
    """Return each array of an equation with its shape, "3 × 4"; a vector is a column.

    Of an equation that has entries alone, the arrays that these are of.
    """
    quantities = [node for node in walk(relation) if isinstance(node, Quantity)]
    arrays = [node for node in quantities if node.shape] or [replace(node, indices=()) for node in quantities]
    found: dict[str, str] = {}
    for node in arrays:
        if node.shape:
            n, k = (*node.shape, 1)[:2]
            found[mathml_of(node)] = f"{n} × {k}"
    return list(found.items())
