"""The pages that show a run: docs/speed.md and .svg as a whole, and the README's table between two marks."""

from pathlib import Path

from benchmarks.machine import machine_text
from benchmarks.pages import write_block
from benchmarks.results import Result
from benchmarks.speed.contenders import CONTENDERS
from benchmarks.speed.plot import draw
from benchmarks.speed.tables import steps_table, tables_of

INTRODUCTION = """# How fast

Written by `python -m benchmarks.speed --write` from one run; nothing here is typed by hand. Run it on your own machine:

    make bench

{machine}

![Microseconds of a training step by network and contender](speed.svg)

## How it is measured

- Networks are written sizes/batch: 64-32-10/32 has 64 inputs, 32 hidden units, 10 classes, and 32 rows a step. ReLU,
  softmax, cross-entropy, Adam, float32 unless a column says bfloat16. Random rows with random labels; first weights,
  order of the rows and batches are the same for all (scikit-learn shuffles anew what its last epoch left, so its
  second epoch is in another order).
- Every contender has a process of its own, which sleeps while another runs. They take turns: in each of {rounds}
  rounds each runs once, for about {run_seconds} s and at least one epoch, from the first weights. Tables show the
  median and the quartiles.
- Contenders marked "tried" below are run with 1 thread and with one a core, and the faster is measured.
- After one epoch from the same weights in the same order, the mean loss over all rows is computed in float64: how far
  it lies from the reference's is shown, so that nobody is fast by doing something else.
- The machine's limit is the best rate of square products among NumPy, SciPy, PyTorch and JAX, over sizes and threads.
  The winner is run again in each round beside the contenders. A step's products are 2mP operations forward, 2mP for
  ∇W and 2m(P − n₀n₁) for Δ. Its traffic is copying θ and Adam's two means once, at the rate measured for that many
  bytes.
- Whole processes import, read .npy files, train, predict and end; files are in the cache. Clearprop and scikit-learn
  run `MLPClassifier` (one logistic unit for two classes), PyTorch and JAX the loops of the step benchmark.
- Predictions go from float32 rows in NumPy to probabilities in NumPy; every library chooses its number of threads.
  Beside them stand one row's products of matrix and vector alone, by the fastest of NumPy, SciPy and PyTorch.
- Peak memory is what the process held at most less what it held before the array was made, the array included.

## Contenders

{contenders}
"""


def page(result: Result) -> str:
    """Return docs/speed.md."""
    lines = []
    for name, entry in CONTENDERS.items():
        skipped = result.get("steps", {}).get("skipped", {}).get(name)
        tried = " Threads: tried." if entry.threads else ""
        lines.append(f"- **{name}**{f' (left out: {skipped})' if skipped else ''}: {entry.settings}{tried}")
    numbers = result["options"]
    text = INTRODUCTION.format(
        machine=machine_text(result),
        contenders="\n".join(lines),
        rounds=numbers["rounds"],
        run_seconds=numbers["run_seconds"],
    )
    sections = [f"## {title}\n\n{shown}\n" for title, shown in tables_of(result).values()]
    return "\n".join([text, *sections])


def readme_block(result: Result) -> str:
    """Return what stands between the README's marks."""
    met = [row["met"] for row in result["targets"] if row["met"] is not None]
    quick = " (a quick run)" if numbers_are_quick(result) else ""
    return "\n".join(
        [
            steps_table(result, spreads=False),
            "",
            f"Medians of one run{quick}; {sum(met)} of {len(met)} targets met. {machine_text(result)}",
        ]
    )


def numbers_are_quick(result: Result) -> bool:
    """Return whether the run was only a quick look."""
    return bool(result["options"]["quick"])


def write_documents(result: Result, root: Path) -> list[str]:
    """Write all pages below `root`, and return a line for each thing that was done or left."""
    (root / "docs").mkdir(exist_ok=True)
    done = ["wrote docs/speed.md, README.md"]
    if "steps" in result:
        try:
            draw(result, root / "docs" / "speed.svg")
            done.append("wrote docs/speed.svg")
        except ModuleNotFoundError:
            done.append("docs/speed.svg is left as it was: Matplotlib is not installed")
        write_block(root / "README.md", "speed", readme_block(result))
    (root / "docs" / "speed.md").write_text(page(result), encoding="utf-8")
    return done
