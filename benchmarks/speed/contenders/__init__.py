"""Who takes part: one line each. The modules are loaded in a process of their own, and only there."""

from dataclasses import dataclass

from benchmarks import contenders
from benchmarks.contenders import load
from benchmarks.speed.contenders.base import Contender

__all__ = ["CONTENDERS", "OURS", "Contender", "Entry", "make"]


@dataclass(frozen=True)
class Entry(contenders.Entry):
    """A contender that takes steps.

    `threads`: whether it is tried with one thread and with one a core, and the faster taken (else its own rule);
    `pinned`: its threads can only be limited by the cores that the process may use.
    """

    threads: bool = True
    pinned: bool = False
    bfloat16: bool = False


CONTENDERS = {
    entry.name: entry
    for entry in (
        Entry(
            "Clearprop",
            "clearprop_engine",
            {"engine": "native"},
            threads=False,
            settings="The native engine in float32, through the engine interface, one call an epoch; it chooses the "
            "number of threads itself.",
        ),
        Entry(
            "Clearprop bfloat16",
            "clearprop_engine",
            {"engine": "native", "precision": "bfloat16"},
            threads=False,
            bfloat16=True,
            settings='The same with `precision="bfloat16"`: weights and sums in float32, inputs of products not.',
        ),
        Entry(
            "Clearprop reference",
            "clearprop_engine",
            {"engine": "reference"},
            threads=False,
            settings="The NumPy engine, which is the specification.",
        ),
        Entry(
            "scikit-learn",
            "scikit_learn",
            settings="`MLPClassifier.fit` on float32 data with the given first weights (`warm_start`) for several "
            "epochs in one call, with no stopping rule and no penalty; for two classes it always has one logistic unit "
            "instead of a softmax of two, which is less work.",
        ),
        Entry(
            "PyTorch",
            "pytorch",
            settings="Eager, `torch.optim.Adam(fused=True)`, `zero_grad(set_to_none=True)`, `F.cross_entropy` on class "
            "numbers, the rows taken by `index_select` from tensors that lie in memory; no DataLoader.",
        ),
        Entry(
            "PyTorch compiled",
            "pytorch_compiled",
            settings="The whole step (rows, forward, `torch.func.grad`, Adam in place) in one `torch.compile` without "
            "a graph break; compiling is not counted.",
        ),
        Entry(
            "PyTorch bfloat16",
            "pytorch",
            {"autocast": True},
            bfloat16=True,
            settings='Eager with `torch.autocast("cpu", torch.bfloat16)` around the forward pass.',
        ),
        Entry(
            "JAX",
            "jax_scan",
            pinned=True,
            settings="Automatic differentiation, a whole epoch in one jitted `lax.scan` whose state is donated; the "
            "permutation is made outside, the rows are taken inside; compiling is not counted.",
        ),
    )
}
OURS = ("Clearprop", "Clearprop bfloat16", "Clearprop reference")


def make(name: str) -> Contender:
    """Load a contender's module and make it; raises `UnavailableError` with the reason."""
    entry = CONTENDERS[name]
    return load(f"benchmarks.speed.contenders.{entry.module}").make(**entry.arguments)
