"""The search for the fewest slips that explain a person's gradients, number by number, from the output layer down.

At each layer the error signal is tried right and with every slip, and what they returned for ∇W and ∇b is compared with
what would come out. The error signals that explain a layer are carried to the layer below it, so that the slips of many
layers add up and need not be tried in all combinations.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeVar

import numpy as np

from clearprop.derivation.diagnosis.error_slips import factors, output_errors, products, slopes
from clearprop.derivation.diagnosis.gradient_slips import (
    WEIGHT_CONTRACTIONS,
    Contraction,
    bias_contractions,
    contract_weights,
    errors,
    inputs,
    penalty_slip,
)
from clearprop.derivation.diagnosis.scene import Choice, Scene, Used, same
from clearprop.derivation.gradients.problem import Problem
from clearprop.mathematics.arrays import Array

#: What an array that no slip explains costs; what a slip costs that was made in the layer above or beside; how many
#: slips an array may have; how many error signals are carried down, and how much dearer than the best they may be.
UNEXPLAINED, REPEATED, MOST_SLIPS, CARRIED, SLACK = 3.5, 0.3, 2, 8, 1.5
#: The numbers of a hypothesis and those given may differ by this share of the largest: in float64, in float32.
CLOSE = {8: 1e-8, 4: 3e-4}
#: What cancels in a sum leaves this share of the terms of the right one at most, before `CLOSE` is applied.
ZERO = 1e-3
#: Entries that are so much smaller than their array's largest tell nothing of a slip.
TINY = 1e-9


Way = TypeVar("Way")


@dataclass(frozen=True)
class Finding:
    """A slip in the error signal ("delta"), in ∇W ("W") or in ∇b ("b") of a layer."""

    layer: int
    place: str
    used: Used


@dataclass(frozen=True, eq=False)
class Explanation:
    """The slips down to some layer, and by array what would come out with them (None: no slip explains it)."""

    scene: Scene
    cost: float = 0.0
    findings: tuple[Finding, ...] = ()
    expected: tuple[tuple[str, int, Array | None], ...] = ()

    @property
    def unexplained(self) -> list[tuple[str, int]]:
        """The arrays, ("W", l) or ("b", l), that no slip explains."""
        return [(kind, l) for kind, l, array in self.expected if array is None]


@dataclass(frozen=True, eq=False)
class Returned:
    """What a person's code returned, and how far its numbers may be from a hypothesis, see `CLOSE`."""

    dW: list[Array | None]
    db: list[Array | None]
    close: float
    floors: tuple[float, ...] = ()  # by layer: gradients that are so much smaller than the right ones are 0

    @property
    def telling(self) -> int:
        """So many numbers of a layer must come out by a slip: fewer may do so by chance where they are only near."""
        return 1 if self.close < 1e-6 else 4

    @property
    def is_zero(self) -> bool:
        """Whether nothing but zeros was returned: these speak of no slip."""
        return not any(np.any(array) for arrays in (self.dW, self.db) for array in arrays if array is not None)

    def above_zero(self, problem: Problem) -> "Returned":
        """The same, with what counts as 0 beside the right gradients of a problem."""
        deltas, a = problem.gradients.delta, problem.passed.a
        sizes = (
            float(np.max(np.abs(deltas[l]), initial=0.0) * np.max(np.abs(a[l - 1]), initial=0.0))
            for l in problem.network.layers
        )
        return replace(self, floors=(0.0, *(ZERO * size for size in sizes)))

    def near(self, kind: str, l: int, expected: Array, size: float) -> bool:
        """Whether an array that was returned is the expected one, to rounding."""
        given = (self.dW if kind == "W" else self.db)[l]
        if given is None or given.shape != expected.shape:
            return False
        return bool(np.all(np.abs(given - expected) <= self.close * max(size, self.floors[l] if self.floors else 0.0)))


def explanations(problem: Problem, returned: Returned, limit: float = np.inf) -> list[Explanation]:
    """The likeliest explanations of all arrays, the one with the fewest slips first.

    Arguments:
        problem: what should have been differentiated.
        returned: the gradients that are to be explained.
        limit: dearer ones are not looked for; there may be none.
    """
    returned = returned.above_zero(problem)
    states = [Explanation(Scene(problem, returned.dW))]
    if returned.is_zero:
        nothing = tuple((kind, l, None) for l in reversed(problem.network.layers) for kind in "Wb")
        cost = UNEXPLAINED * len(nothing)
        return [replace(states[0], cost=cost, expected=nothing)] if cost <= limit else []
    with np.errstate(all="ignore"):  # what a slip would make may be too large for any number
        for l in reversed(problem.network.layers):
            below = [state for above in states for state in _layer(above, l, returned, limit)]
            states = _best([state for state in below if state.cost <= limit], l)
    return states


def _best(states: list[Explanation], l: int) -> list[Explanation]:
    """The cheapest, each error signal once."""
    kept: list[Explanation] = []
    for state in sorted(states, key=lambda state: state.cost):
        if len(kept) == CARRIED or state.cost > states_cost(kept, state) + SLACK:
            break
        if not any(same(state.scene.delta[l], other.scene.delta[l]) for other in kept):
            kept.append(state)
    return kept


def states_cost(kept: list[Explanation], otherwise: Explanation) -> float:
    """What the cheapest explanation costs."""
    return kept[0].cost if kept else otherwise.cost


def _layer(above: Explanation, l: int, returned: Returned, limit: float) -> Iterator[Explanation]:
    """Every way to explain one more layer, or the right error signal where none explains anything."""
    least, nothing = np.inf, 2 * UNEXPLAINED
    earlier = {finding.used.slip for finding in above.findings}
    for delta in _error_signals(above.scene, l, returned, earlier):
        room = limit - above.cost - delta.cost
        if delta.cost > least + SLACK or room < 0.0:
            break
        scene = above.scene.below(l, delta.array)
        weights, bias = _plain_weights(scene, l, returned), _plain_bias(scene, l, returned)
        if delta.used and weights is None and bias is None:
            continue  # a wrong error signal that by itself explains nothing is no hypothesis
        weights = weights or _explain_weights(scene, l, returned, earlier, room)
        seen = earlier | {used.slip for used in (*delta.used, *(weights.used if weights else ()))}
        bias = bias or _explain_bias(scene, l, returned, seen, room)
        if _is_chance(weights, bias, returned, l, delta.used):
            if delta.used:
                continue
            weights = bias = None
        cost = delta.cost + sum(UNEXPLAINED if match is None else match.cost for match in (weights, bias))
        least = min(least, cost)
        matches = ("W", weights), ("b", bias)
        findings = [Finding(l, "delta", used) for used in delta.used]
        findings += [Finding(l, kind, used) for kind, match in matches if match for used in match.used]
        expected = tuple((kind, l, match.array if match else None) for kind, match in matches)
        yield replace(
            above,
            scene=scene,
            cost=above.cost + cost,
            findings=(*above.findings, *findings),
            expected=(*above.expected, *expected),
        )
    solved = _solved_error(above.scene, l, returned) if least >= nothing and l > 1 else None
    if solved is not None:
        expected = ("W", l, None), ("b", l, None)
        scene = above.scene.below(l, solved)
        yield replace(above, scene=scene, cost=above.cost + nothing, expected=(*above.expected, *expected))


def _is_chance(weights: Choice | None, bias: Choice | None, returned: Returned, l: int, used: tuple[Used, ...]) -> bool:
    """Whether slips explain one array of a layer alone, and that has so few numbers that they may be near by chance."""
    found = [(match, given) for match, given in ((weights, returned.dW[l]), (bias, returned.db[l])) if match]
    if len(found) != 1:
        return False
    match, given = found[0]
    return bool(used or match.used) and given is not None and _n_telling(given) < returned.telling


def _n_telling(array: Array) -> int:
    """How many entries are not 0, which units that are off would make them whatever the slip."""
    return int(np.count_nonzero(np.abs(array) > TINY * np.max(np.abs(array), initial=0.0)))


def _solved_error(scene: Scene, l: int, returned: Returned) -> Array | None:
    """The Δˡ that makes what was returned for ∇Wˡ and ∇bˡ, whatever its slip: [∇Wˡ ∇bˡ] = Δᵀ [A 1] solved; or None."""
    dW, db = returned.dW[l], returned.db[l]
    table = np.concatenate([scene.a[l - 1], np.ones((scene.m, 1))], axis=1)
    shapes = (scene.W[l].shape, scene.problem.parameters.b[l].shape)
    if dW is None or db is None or (dW.shape, db.shape) != shapes or scene.m > table.shape[1]:
        return None
    wanted = np.concatenate([dW - scene.problem.decay * scene.W[l], db[:, None]], axis=1).T
    solved, _, _, singular = np.linalg.lstsq(table.T, wanted)
    off = np.max(np.abs(table.T @ solved - wanted), initial=0.0)
    certain = singular[-1] > singular[0] * returned.close**0.5 * 0.1  # else rounding decides
    return solved if certain and off <= returned.close * np.max(np.abs(wanted), initial=0.0) else None


def _cost(used: tuple[Used, ...], cost: float, earlier: set[str]) -> float:
    """The cost of slips, less where one was made before: who makes a slip in a loop makes it in each layer."""
    repeated = sum(one.slip in earlier for one in used)
    return cost - repeated * (1.0 - REPEATED)


def _error_signals(scene: Scene, l: int, returned: Returned, earlier: set[str], most: int = MOST_SLIPS) -> list[Choice]:
    """Δˡ right, and with up to so many slips, the cheapest first."""
    top = l == scene.network.n_layers
    firsts = output_errors(scene.problem) if top else products(scene, l)
    seconds = [Choice(np.ones(1))] if top else slopes(scene, l)
    found = []
    for first, second, (factor, sign, price) in product(firsts, seconds, factors(scene.m)):
        used = first.used + second.used + sign
        if len(used) <= most:
            cost = _cost(used, first.cost + second.cost + price, earlier)
            found.append(Choice(first.array * second.array * factor, used, cost))
    if not top:
        found += _updated_weights(scene, l, returned, seconds, earlier)
    return sorted(found, key=lambda choice: choice.cost)


def _updated_weights(
    scene: Scene, l: int, returned: Returned, slopes_: list[Choice], earlier: set[str]
) -> Iterator[Choice]:
    """Δˡ through Wˡ⁺¹ − η∇Wˡ⁺¹, with the η that fits best what was returned for ∇bˡ, or else for ∇Wˡ."""
    above = scene.dW[l + 1]
    if above is None or above.shape != scene.W[l + 1].shape:
        return
    ones, decay = np.ones((scene.m, 1)), scene.problem.decay * scene.W[l]
    ways = ((returned.db[l], ones, np.zeros((1, 1))), (returned.dW[l], scene.a[l - 1], decay))
    for chosen, (given, inputs_, penalty) in product(slopes_, ways):
        right, moved = ((scene.delta[l + 1] @ matrix) * chosen.array for matrix in (scene.W[l + 1], above))
        if given is None or given.size != right.shape[1] * inputs_.shape[1]:
            continue
        base, change = (delta.T @ inputs_ for delta in (right, moved))
        numbers = given.reshape(base.shape) - penalty
        for factor, sign, price in factors(scene.m):
            used = (*chosen.used, *sign)
            rate = _rate(base * factor, change * factor, numbers) if len(used) < MOST_SLIPS else None
            if rate is not None:
                used = (Used("updated_weights", "", rate), *used)
                cost = _cost(used, chosen.cost + price + 1.0, earlier)
                yield Choice((right - rate * moved) * factor, used, cost)


def _rate(base: Array, change: Array, numbers: Array) -> float | None:
    """The η with which base − η change are these numbers, or None."""
    length = float(np.sum(change * change))
    if length == 0.0 or _n_telling(change) < 3:
        return None  # any number would fit
    rate = float(np.sum((base - numbers) * change)) / length
    left = np.linalg.norm(numbers - base + rate * change)
    return rate if rate > 1e-9 and left < 1e-2 * np.linalg.norm(numbers - base) else None


def _plain_weights(scene: Scene, l: int, returned: Returned) -> Choice | None:
    """What was returned for ∇Wˡ as ΔᵀA with a penalty, right or wrong; or None."""
    delta, a = scene.delta[l], scene.a[l - 1]
    return _matched(delta.T @ a, returned, scene, ("W", l), float(np.max(np.abs(delta).T @ np.abs(a), initial=0.0)))


def _plain_bias(scene: Scene, l: int, returned: Returned) -> Choice | None:
    """What was returned for ∇bˡ as Σ_i Δ_i; or None."""
    delta = scene.delta[l]
    return _matched(delta.sum(axis=0), returned, scene, ("b", l), _bias_size(scene, l))


def _bias_size(scene: Scene, l: int) -> float:
    return float(np.max(np.sum(np.abs(scene.delta[l]), axis=0), initial=0.0))


def _explain_weights(
    scene: Scene, l: int, returned: Returned, earlier: set[str], room: float = np.inf
) -> Choice | None:
    """The cheapest explanation of what was returned for ∇Wˡ, given Δˡ."""
    given = returned.dW[l]
    if given is None:
        return None
    ways = [
        (cost, used, (error.array, taken.array, contraction), factor)
        for error, taken, contraction, (factor, sign, price) in product(
            errors(scene, l), inputs(scene, l), WEIGHT_CONTRACTIONS, factors(scene.m)
        )
        if len(used := error.used + taken.used + contraction.used + sign) <= MOST_SLIPS
        for cost in (_cost(used, error.cost + taken.cost + contraction.cost + price, earlier),)
    ]

    def tried(way: tuple[Array, Array, Contraction], factor: float) -> tuple[Array, float]:
        delta, taken, contraction = way
        size = float(np.max(np.abs(delta).T @ np.abs(taken), initial=0.0)) * abs(factor)
        return contract_weights(contraction, delta, taken) * factor, size

    return _cheapest(ways, tried, returned, scene, ("W", l), earlier, room)


def _explain_bias(scene: Scene, l: int, returned: Returned, earlier: set[str], room: float = np.inf) -> Choice | None:
    """The cheapest explanation of what was returned for ∇bˡ, given Δˡ."""
    if returned.db[l] is None:
        return None
    ways = [
        (cost, used, contraction.array, factor)
        for error in errors(scene, l)
        for contraction, (factor, sign, price) in product(
            bias_contractions(scene.below(l, error.array), l), factors(scene.m)
        )
        if len(used := error.used + contraction.used + sign) <= MOST_SLIPS
        for cost in (_cost(used, error.cost + contraction.cost + price, earlier),)
    ]
    size = _bias_size(scene, l)

    def tried(base: Array, factor: float) -> tuple[Array, float]:
        return base * factor, max(size, float(np.max(np.abs(base), initial=0.0))) * abs(factor)

    return _cheapest(ways, tried, returned, scene, ("b", l), earlier, room)


def _cheapest(
    ways: list[tuple[float, tuple[Used, ...], Way, float]],
    tried: Callable[[Way, float], tuple[Array, float]],
    returned: Returned,
    scene: Scene,
    at: tuple[str, int],
    earlier: set[str],
    room: float,
) -> Choice | None:
    """The cheapest of the ways, each (cost, slips, what it takes, factor), whose outcome is what was returned."""
    best: Choice | None = None
    for cost, used, way, factor in sorted(ways, key=lambda way: way[0]):
        if cost >= (best.cost if best else np.inf) or cost > room:
            break
        base, size = tried(way, factor)
        match = _matched(base, returned, scene, at, size)
        if match and len(used) + len(match.used) <= MOST_SLIPS:
            total = cost + _cost(match.used, match.cost, earlier)
            if best is None or total < best.cost:
                best = Choice(match.array, used + match.used, total)
    return best


def _matched(base: Array, returned: Returned, scene: Scene, at: tuple[str, int], size: float) -> Choice | None:
    """What was returned as base + c · parameter: with the c that belongs there, or with another, a slip; or None."""
    kind, l = at
    given = (returned.dW if kind == "W" else returned.db)[l]
    if given is None or base.shape != given.shape:
        return None
    parameter = (scene.W if kind == "W" else scene.problem.parameters.b)[l]
    if parameter.shape != given.shape:
        parameter = parameter.T if parameter.T.shape == given.shape else np.zeros(given.shape)
    decay = scene.problem.decay if kind == "W" else 0.0
    size = max(size, abs(decay) * float(np.max(np.abs(parameter), initial=0.0)))
    expected = base + decay * parameter
    if returned.near(kind, l, expected, size):
        return Choice(expected)
    length = float(np.sum(parameter * parameter))
    few = parameter.size < max(2, returned.telling - 1)  # any number would fit a factor
    if length == 0.0 or (few and not scene.problem.decay):
        return None
    coefficient = float(np.sum((given - base) * parameter)) / length
    if abs(coefficient) * np.max(np.abs(parameter)) <= returned.close * size:
        coefficient = 0.0
    expected = base + coefficient * parameter
    if not returned.near(kind, l, expected, size):
        return None
    used = penalty_slip(coefficient, scene.problem.decay, scene.m, kind == "b")
    fitted = any(one.number is not None for one in used)
    if few and fitted and not np.isclose(coefficient, scene.problem.decay, rtol=1e-4):
        return None
    return Choice(expected, used, float(len(used)))


def top_is_explained(problem: Problem, returned: Returned, slips: int) -> bool:
    """Whether an error signal explains anything in the output layer: else it is another convention.

    Arguments:
        problem: what should have been differentiated, by this convention.
        returned: the gradients that are to be explained.
        slips: so many in the error signal, at most; 0: none there, but some in the gradients.
    """
    if returned.is_zero:
        return False
    scene, L, returned = Scene(problem, returned.dW), problem.network.n_layers, returned.above_zero(problem)
    for delta in _error_signals(scene, L, returned, set(), max(1, slips)):
        top = scene.below(L, delta.array)
        if slips and (_plain_bias(top, L, returned) or _plain_weights(top, L, returned)):
            return True
        if not slips:
            return bool(_explain_bias(top, L, returned, set()) or _explain_weights(top, L, returned, set()))
    return False
