"""The page that shows a run: what is between the marks of docs/accuracy.md, and its picture."""

from pathlib import Path

from benchmarks.accuracy.contenders import CONTENDERS
from benchmarks.accuracy.plot import draw
from benchmarks.accuracy.summary import unavailable
from benchmarks.accuracy.tables import tables_of
from benchmarks.machine import machine_text
from benchmarks.pages import write_block
from benchmarks.results import Result

PICTURE = "![Mean rank by log loss over seconds of fit, by contender](accuracy.svg)"


def block(result: Result, *, picture: bool) -> str:
    """Return what stands between the marks."""
    absent = unavailable(result)
    lines = [
        f"- **{name}**{f' (left out: {absent[name]})' if name in absent else ''}: {entry.settings}"
        for name, entry in CONTENDERS.items()
    ]
    n_seeds = len({run["seed"] for run in result["runs"]})
    seeds = "1 seed" if n_seeds == 1 else f"{n_seeds} seeds, of which the mean is shown"
    run = f"{machine_text(result)} Threads of each contender: {result['options']['n_threads']}; {seeds}."
    sections = [f"## {title}\n\n{shown}" for title, shown in tables_of(result).values()]
    parts = [run, *([PICTURE] if picture else []), *sections, "## Contenders", "\n".join(lines)]
    return "\n\n".join(parts)


def write_documents(result: Result, root: Path) -> list[str]:
    """Write the page and the picture below `root`, and return a line for each thing that was done or left."""
    picture = root / "docs" / "accuracy.svg"
    done = ["wrote docs/accuracy.md"]
    try:
        draw(result, picture)
        done.append("wrote docs/accuracy.svg")
    except ModuleNotFoundError:
        done.append("docs/accuracy.svg is left as it was: Matplotlib is not installed")
    write_block(root / "docs" / "accuracy.md", "accuracy", block(result, picture=picture.exists()))
    return done
