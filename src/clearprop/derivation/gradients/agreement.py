"""How it is known what is right: the equations beside measurements that know no formula, and a code's own loss."""

import sys
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from clearprop.derivation.gradients.differences import central_differences
from clearprop.derivation.gradients.measured import Measured
from clearprop.derivation.gradients.problem import Problem
from clearprop.derivation.messages import Message
from clearprop.mathematics.arrays import Array

#: Networks with more parameters are not differentiated a second and third time: the first takes seconds.
MOST_PARAMETERS = 20_000


@dataclass(frozen=True)
class Agreement:
    """How far BP1–BP4 are from one measurement, as a share of each array's largest entry; `kinks` were left out."""

    method: str
    library: str | None
    entries: int
    difference: float
    kinks: int
    measured: Measured = field(repr=False, compare=False)

    @property
    def message(self) -> Message:
        """It in words."""
        values = {"entries": f"{self.entries:,}", "difference": f"{self.difference:.0e}"}
        if self.library:
            return Message(f"check.by_{self.method}", library=self.library, **values)
        key = f"check.by_{self.method}_kinks" if self.kinks else f"check.by_{self.method}"
        return Message(key, kinks=self.kinks, **values)

    def facts(self) -> dict[str, Any]:
        """What a program would ask of it, as JSON holds it."""
        return {
            "method": self.method,
            "library": self.library,
            "entries": self.entries,
            "difference": self.difference,
            "entries_at_kinks": self.kinks,
        }


def agreements(
    problem: Problem, automatic: bool | None = None, most_entries: int | None = None
) -> tuple[Agreement, ...]:
    """Measure every entry: by central differences, by the complex step where all is analytic, and automatically.

    Arguments:
        problem: what is differentiated.
        most_entries: of each array at most so many are measured, by central differences alone; None: all.
        automatic: by automatic differentiation too; None: where a library is installed that is quick to load or is
            loaded already.
    """
    from clearprop.derivation.gradients.methods import measure

    if most_entries is not None:
        return (agreement(problem, central_differences(problem, most_entries=most_entries)),)
    found = [agreement(problem, measure(problem, "central_differences"))]
    if problem.network.n_parameters <= MOST_PARAMETERS or automatic:
        if not any(entry.kinks for entry in map(problem.network.activation, problem.network.layers)):
            found.append(agreement(problem, measure(problem, "complex_step")))
        library = _library(automatic)
        if library:
            from clearprop.derivation.gradients.automatic import automatic as measured_automatically

            measured = measured_automatically(problem, library)
            if measured is not None:
                found.append(agreement(problem, measured))
    return tuple(found)


def _library(automatic: bool | None) -> str | None:
    """The library to be used: "autograd" is quick to load; the others are taken if they are loaded, or asked for."""
    if automatic is False:
        return None
    from clearprop.derivation.gradients.automatic import available_libraries

    installed = available_libraries()
    ready = [name for name in installed if automatic or name == "autograd" or name in sys.modules]
    return min(ready, key=lambda name: name not in sys.modules, default=None)


def agreement(problem: Problem, measured: Measured) -> Agreement:
    """The largest difference of the equations from a measurement."""
    worst, kinks, entries = 0.0, 0, 0
    gradients = problem.gradients
    pairs = [(("W", l), gradients.dW[l], measured.dW[l]) for l in problem.network.layers]
    pairs += [(("b", l), gradients.db[l], measured.db[l]) for l in problem.network.layers]
    pairs += [((name, 0), own, measured.dtheta[name]) for name, own in gradients.dtheta.items()]
    for place, own, other in pairs:
        none = np.zeros(own.shape, bool)
        is_measured = ~measured.unmeasured.get(place, none)
        at_kink: Array = measured.kinks.get(place, none)
        size = float(np.max(np.abs(own), initial=0.0)) or 1.0
        worst = max(worst, float(np.max(np.abs(own - other), initial=0.0, where=is_measured & ~at_kink)) / size)
        kinks += int(at_kink.sum())
        entries += int(is_measured.sum())
    return Agreement(measured.method, measured.library, entries, worst, kinks, measured)
