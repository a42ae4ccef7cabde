"""The page that shows a run: what is between the marks of docs/accuracy.md or another page, and its picture."""

from pathlib import Path

from benchmarks.accuracy.contenders import CONTENDERS
from benchmarks.accuracy.plot import draw
from benchmarks.accuracy.summary import unavailable
from benchmarks.accuracy.tables import tables_of
from benchmarks.machine import machine_text
from benchmarks.pages import write_block
from benchmarks.results import Result


def block(result: Result, picture: str | None) -> str:
    """Return what stands between the marks; `picture`: its file's name, if there is one."""
    absent = unavailable(result)
    lines = [
        f"- **{name}**{f' (left out: {absent[name]})' if name in absent else ''}: {entry.settings}"
        for name, entry in CONTENDERS.items()
    ]
    run = f"{machine_text(result)} Threads of each contender: {result['options']['n_threads']}. {seeds_text(result)}"
    sections = [f"## {title}\n\n{text}" for title, text in tables_of(result).values()]
    shown = [f"![Mean rank by log loss over seconds of fit, by contender]({picture})"] if picture else []
    parts = [run, *shown, *sections, "## Contenders", "\n".join(lines)]
    return "\n\n".join(parts)


def seeds_text(result: Result) -> str:
    """Say with how many seeds each contender was trained: one that was run more often is a mean of these."""
    seeds: dict[str, set[int]] = {}
    for run in result["runs"]:
        seeds.setdefault(run["contender"], set()).add(run["seed"])
    named: dict[int, list[str]] = {}
    for name in CONTENDERS:
        if name in seeds:
            named.setdefault(len(seeds[name]), []).append(name)
    parts = [f"{n} ({', '.join(names)})" if len(named) > 1 else str(n) for n, names in sorted(named.items())]
    return f"Seeds, of which the mean is shown: {'; '.join(parts)}."


def write_documents(result: Result, page: Path) -> list[str]:
    """Write a page, and its picture beside it, and return a line for each thing that was done or left."""
    picture = page.with_suffix(".svg")
    done = [f"wrote {page.name}"]
    try:
        draw(result, picture)
        done.append(f"wrote {picture.name}")
    except ModuleNotFoundError:
        done.append(f"{picture.name} is left as it was: Matplotlib is not installed")
    write_block(page, "accuracy", block(result, picture.name if picture.exists() else None))
    return done
