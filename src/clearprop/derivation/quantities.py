"""What a person can ask to have derived: `W2[1,1]`, `b1`, `h[1,2]`, `x[1]`, `sigmoid'`, `equations`, ..."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from clearprop.mathematics.activations import ACTIVATIONS
from clearprop.mathematics.network import Network
from clearprop.mathematics.registry import entry_named

#: Quantities that are not an array of the network, each with the spellings that are understood.
TOPICS = {
    "equations": ("equations", "bp", "all"),
    "update": ("update",),
    "softmax_shift": ("softmax_shift", "softmax shift", "shift"),
    "softmax_jacobian": ("softmax_jacobian", "softmax jacobian", "softmax'", "jacobian"),
    "output_error": ("output_error", "dE/dz", "dCE/dz", "dC/dz", "∂E/∂z", "∂CE/∂z"),
}
EXAMPLES = "W2[1,1], W2, b1[2], z[2,1], h[1,2], x[1], sigmoid', softmax', 'softmax shift', dE/dz, equations or update"

_ARRAY = re.compile(r"(W|b|z|h|a|x|delta|δ)(\d*)(?:\[([^\]]*)\])?", re.IGNORECASE)
_SIGNS = str.maketrans("′’、‚(){}", "'',,[][]")
#: Indices as they are printed: w¹₁₂, z²₁.
_LOWERED = re.compile("[₀-₉‚]+")
#: What stands before the name of an array where its derivative is meant: dE/dW1[1,2], ∂E/∂w1[1,2], dW1, ∇W1.
_DERIVATIVE = re.compile(r"[d∂][A-Z]+/[d∂](?=.)|[d∂∇](?=[A-Za-z]\d)", re.IGNORECASE)
_NAMES = {"h": "a", "x": "a", "δ": "z", "delta": "z"}


@dataclass(frozen=True)
class Target:
    """One thing to derive: an array ("W", "b", "z", "a" or another layer's, "theta"), whole or in part; an f′; a topic.

    `inputs_are_made`: a⁰ comes from other layers, and is not x.
    """

    kind: str
    layer: int = 0
    indices: tuple[int, ...] = ()
    activation: str | None = None
    theta: str = ""
    inputs_are_made: bool = False

    @property
    def is_array(self) -> bool:
        """Whether it is an array of the network, or an entry of one."""
        return self.kind in ("W", "b", "z", "a", "theta")

    @property
    def text(self) -> str:
        """How it is asked for."""
        if not self.is_array:
            return f"{self.activation}'" if self.activation else self.kind
        indices = f"[{','.join(map(str, self.indices))}]" if self.indices else ""
        if self.theta:
            return self.theta + indices
        is_x = (self.kind, self.layer) == ("a", 0) and not self.inputs_are_made
        return ("x" if is_x else f"{self.kind}{self.layer}") + indices


def check_network(network: Any) -> None:
    """Raise ValueError for what is no network."""
    if not isinstance(network, Network):
        raise ValueError(f"network: a Network is needed, such as Network((2, 2, 2)); got {_shown(network)}")


def _shown(given: Any) -> str:
    text = " ".join(repr(given).split())
    return text if len(text) <= 60 else f"{text[:60]}…"


def target(network: Network, quantity: str) -> Target:
    """Read the name of a quantity.

    Arguments:
        network: whose quantity it is.
        quantity: "W2[1,1]" (row 1, column 1 of W²), "W2", "b1[2]", "z[2,1]" (layer 2, unit 1), "h[1,2]", "x[1]",
            "sigmoid'" (any activation), or a topic ("equations", "update", "softmax'", "softmax shift", "dE/dz");
            "scale.s[2]", "input2.C[5,1]", "mixture1.alpha" (of the other layers, as `Network.theta_shapes` names them);
            "w1(1,2)", "W1[1][2]", "dE/dW1[1,2]" and "∂E/∂w¹₁₂" are "W1[1,2]".

    Raises:
        ValueError: an unknown name, or an index out of range; the message says what is possible.

    Example:
        >>> found = target(Network((3, 2, 2)), "W1[2,3]")
        >>> found.kind, found.layer, found.indices
        ('W', 1, (2, 3))
        >>> target(Network((3, 2, 2)), "∂E/∂w¹₂₃").text
        'W1[2,3]'
    """
    if not isinstance(quantity, str):
        raise ValueError(f"quantity: a text is needed, such as 'W1[1,2]' or 'equations'; got {_shown(quantity)}")
    text = _plain(quantity)
    for topic, spellings in TOPICS.items():
        if text.lower() in {spelling.lower() for spelling in spellings}:
            return Target(topic)
    if text.endswith("'"):
        return _slope(text[:-1], quantity)
    bare = re.sub(r"[\s^_]", "", text).replace("][", ",")
    derivative = _DERIVATIVE.match(bare)
    if (of_layer := _theta(network, bare[derivative.end() :] if derivative else bare, quantity)) is not None:
        return of_layer
    match = _ARRAY.fullmatch(bare[derivative.end() :] if derivative else bare)
    if match is None:
        raise ValueError(f"quantity: {_shown(quantity)} is unknown; ask for {_examples(network)}")
    letter, layer, indices = match.groups()
    return _array(network, _shown(quantity), "W" if letter in "Ww" else letter.lower(), layer, indices)


def _theta(network: Network, bare: str, quantity: str) -> Target | None:
    """A parameter of one of the other layers: "scale.s[2]", "input2.C", or "scale" where it has but one."""
    name, bracket, rest = bare.partition("[")
    shapes = {key.lower(): (key, shape) for key, shape in network.theta_shapes.items()}
    of_layer = [key for key in shapes if key.partition(".")[0] == name.lower()]
    key = of_layer[0] if len(of_layer) == 1 else name.lower()
    if key in shapes:
        theta, shape = shapes[key]
        numbers = _whole_numbers(_shown(quantity), rest.removesuffix("]") if bracket else None)
        _check_indices(_shown(quantity), theta, numbers, shape)
        return Target("theta", indices=tuple(numbers), theta=theta)
    if "." in name or name.lower() in network.other_layers:
        there = ", ".join(network.theta_shapes) or "no layers beside the affine ones"
        raise ValueError(f"quantity: {_shown(quantity)} is unknown; this network has {there}")
    return None


def _examples(network: Network) -> str:
    examples = EXAMPLES.replace("x[1]", "a0[1]") if _makes_inputs(network) else EXAMPLES
    return f"{examples}, or {', '.join(network.theta_shapes)}" if network.theta_shapes else examples


def _plain(quantity: str) -> str:
    """Return a name in the signs of a keyboard.

    >>> _plain("w¹₁₂"), _plain("Ｗ１［１，２］"), _plain("W1(1, 2)")
    ('w1[1,2]', 'W1[1,2]', 'W1[1, 2]')
    """
    lowered = _LOWERED.sub(lambda found: f"[{','.join(_split(found[0]))}]", quantity)
    return unicodedata.normalize("NFKC", lowered).strip().translate(_SIGNS)


def _split(digits: str) -> list[str]:
    """Return the indices of a subscript: a digit each, unless a low comma parts them."""
    return digits.split("‚") if "‚" in digits else list(digits)


def _slope(name: str, quantity: str) -> Target:
    try:
        entry = entry_named(ACTIVATIONS, {"σ": "sigmoid"}.get(name, name.lower()), "activation")
    except ValueError as error:
        raise ValueError(f"quantity: {quantity!r}: {error}") from None
    return Target("slope", activation=entry.name) if entry.elementwise else Target("softmax_jacobian")


def _array(network: Network, quantity: str, letter: str, layer_text: str, indices_text: str | None) -> Target:
    kind = _NAMES.get(letter, letter)
    numbers = _whole_numbers(quantity, indices_text)
    if letter == "x" and _makes_inputs(network):
        raise ValueError(
            f"quantity: {quantity}: x are columns that other layers take as they are given; ask for a0, what they make"
        )
    if letter == "x":
        if layer_text not in ("", "0"):
            raise ValueError(f"quantity: {quantity}: x is layer 0; write x[1] for its first entry")
        layer = 0
    elif layer_text:
        layer = int(layer_text)
    elif kind in ("z", "a") and numbers:
        layer, *numbers = numbers
    else:
        raise ValueError(f"quantity: {quantity} names no layer; write {letter}1 for that of layer 1")
    _check_layer(network, quantity, letter, layer, in_brackets=not layer_text)
    sizes = network.sizes
    shape = (sizes[layer], sizes[layer - 1]) if kind == "W" else (sizes[layer],)
    _check_indices(quantity, f"{letter}{'' if letter == 'x' else layer}", numbers, shape)
    return Target(kind, layer, tuple(numbers), inputs_are_made=_makes_inputs(network))


def _first_input(network: Network) -> str:
    return "a0[1]" if _makes_inputs(network) else "x[1]"


def _makes_inputs(network: Network) -> bool:
    return bool(network.inputs) or network.scaled


def _whole_numbers(quantity: str, text: str | None) -> list[int]:
    if text is None:
        return []
    parts = text.split(",")
    if not all(part.isdecimal() for part in parts):
        raise ValueError(f"quantity: {quantity}: indices are whole numbers that count from 1, such as W2[1,1]")
    return [int(part) for part in parts]


def _check_layer(network: Network, quantity: str, letter: str, layer: int, in_brackets: bool) -> None:
    first = 0 if letter in ("a", "x") else 1
    last = network.n_layers - 1 if letter == "h" else network.n_layers
    if not first <= layer <= last:
        shape = "-".join(str(size) for size in network.sizes)
        possible = f"{letter} has layers {first} to {last}" if last >= first else "there is no hidden layer"
        hint = (
            f"; {letter}[{last},1] is unit 1 of layer {last}, {_first_input(network)} is input 1"
            if in_brackets and last
            else ""
        )
        raise ValueError(f"quantity: {quantity}: there is no layer {layer}; in a {shape} network {possible}{hint}")


def _check_indices(quantity: str, name: str, numbers: list[int], shape: tuple[int, ...]) -> None:
    if not numbers:
        return
    possible = ",".join(f"1–{size}" for size in shape)
    if len(numbers) != len(shape):
        raise ValueError(f"quantity: {quantity}: {name} takes {_counted(len(shape))}, {name}[{possible}]")
    if not all(1 <= number <= size for number, size in zip(numbers, shape, strict=True)):
        raise ValueError(f"quantity: {quantity}: an index is out of range; {name} has entries [{possible}]")


def _counted(n: int) -> str:
    return "1 index" if n == 1 else f"{n} indices"
