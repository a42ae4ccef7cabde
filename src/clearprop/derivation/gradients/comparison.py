"""Gradients beside each other: array by array, the worst entry, both numbers, and whether they agree to rounding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from clearprop.mathematics.arrays import Array

#: How far numbers of a type may differ, as a share of the array's largest entry, and still be called the same.
TOLERANCES = {8: 1e-7, 4: 2e-4}


@dataclass(frozen=True)
class ArrayCheck:
    """One ∇W, ∇b or ∇θ: what was given, what is right.

    `kind` is "W" or "b" of a layer, or an array of another layer by its name in `Parameters.theta`, `layer` then 0.
    `verdict`: "right", "wrong", "shape" (not that of the parameter), "missing". `worst` is the entry that is furthest
    off, counted from 1, with both numbers; `n_wrong` how many are off; `kinks` how many could not be judged, because a
    difference there crosses a kink; `unmeasured` how many nobody knows what is right of, for they were not asked for.
    """

    kind: str
    layer: int
    shape: tuple[int, ...]
    verdict: str
    given_shape: tuple[int, ...] | None = None
    worst: tuple[int, ...] | None = None
    given: float | None = None
    right: float | None = None
    n_wrong: int = 0
    kinks: int = 0
    unmeasured: int = 0

    @property
    def name(self) -> str:
        """Its name, as `derive` knows it: "W2", "scale.s"."""
        return f"{self.kind}{self.layer}" if self.layer else self.kind

    @property
    def entry(self) -> str:
        """The worst entry's name: "W2[1,3]"; the array's where there is none."""
        return self.name + self.place

    @property
    def place(self) -> str:
        """Where that is: "[1,3]"; nothing where there is none."""
        return f"[{','.join(map(str, self.worst))}]" if self.worst else ""

    @property
    def relative_error(self) -> float | None:
        """|given − right| / max(|given|, |right|) at the worst entry."""
        if self.given is None or self.right is None:
            return None
        size = max(abs(self.given), abs(self.right))
        return abs(self.given - self.right) / size if size else 0.0

    def facts(self) -> dict[str, Any]:
        """What a program would ask of it, as JSON holds it."""
        return {
            "array": self.name,
            "verdict": self.verdict,
            "shape": list(self.shape),
            "given_shape": None if self.given_shape is None else list(self.given_shape),
            "worst_entry": None if self.worst is None else list(self.worst),
            "given": self.given,
            "right": self.right,
            "relative_error": self.relative_error,
            "wrong_entries": self.n_wrong,
            "entries_at_kinks": self.kinks,
        }


def compare(
    kind: str,
    layer: int,
    given: Array | None,
    right: Array,
    dtype: DTypeLike = np.float64,
    slack: Array | float = 0.0,
    kinks: Array | None = None,
    unmeasured: Array | None = None,
) -> ArrayCheck:
    """Compare one array with what is right.

    Arguments:
        kind, layer: which it is.
        given: of any shape, or None.
        right: (n_l, n_{l−1}) or (n_l,).
        dtype: the type in which `given` was computed.
        slack: what each entry may be off besides: an uncertainty of `right`, a bound on rounding.
        kinks: entries that are not judged; unmeasured: those of which `right` knows nothing.

    Example:
        >>> compare("b", 1, np.array([1.0, 2.5]), np.array([1.0, 2.0])).entry
        'b1[2]'
    """
    if given is None:
        return ArrayCheck(kind, layer, right.shape, "missing")
    if given.shape != right.shape:
        return ArrayCheck(kind, layer, right.shape, "shape", given.shape)
    measured = np.ones(right.shape, bool) if unmeasured is None else ~unmeasured
    judged = measured if kinks is None else measured & ~kinks
    size = float(np.max(np.abs(right), initial=0.0, where=judged))
    difference = np.where(judged, np.abs(given - right), 0.0)
    allowed = TOLERANCES[min(np.dtype(dtype).itemsize, 8)] * max(size, 1e-12) + slack
    off = judged & ~(difference <= allowed)
    at = np.unravel_index(int(np.argmax(np.where(measured, difference / allowed, -1.0))), right.shape)
    return ArrayCheck(
        kind,
        layer,
        right.shape,
        "wrong" if off.any() else "right",
        given.shape,
        tuple(int(place) + 1 for place in at),
        float(given[at]),
        float(right[at]),
        int(off.sum()),
        int((measured & ~judged).sum()),
        int((~measured).sum()),
    )


def compare_all(
    given: Sequence[Sequence[Array | None]],
    right: Sequence[Sequence[Array]],
    dtype: DTypeLike = np.float64,
    slack: Sequence[Sequence[Array]] | None = None,
    kinks: dict[tuple[str, int], Array] | None = None,
    unmeasured: dict[tuple[str, int], Array] | None = None,
) -> tuple[ArrayCheck, ...]:
    """Compare (dW, db) with (dW, db), lists that are counted as the layers are: W¹, b¹, W², b², ..."""
    return tuple(
        compare(
            kind,
            l,
            given[place][l],
            right[place][l],
            dtype,
            slack[place][l] if slack else 0.0,
            (kinks or {}).get((kind, l)),
            (unmeasured or {}).get((kind, l)),
        )
        for l in range(1, len(right[0]))
        for place, kind in enumerate("Wb")
    )
