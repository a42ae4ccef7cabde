"""The picture of docs/speed.md: microseconds of a step, by network and contender, beside the machine's limit."""

from pathlib import Path

from benchmarks.pictures import new_figure, save_svg
from benchmarks.results import Result
from benchmarks.speed.contenders import CONTENDERS, OURS
from benchmarks.speed.targets import limit_seconds, step_seconds

OTHERS = ["#8c8c8c", "#ee8866", "#cc6644", "#ffaabb", "#77aadd"]
OWN = ["#117733", "#44aa99", "#999933"]


def draw(result: Result, path: Path) -> None:
    """Write the picture as SVG, the same bytes for the same result; raises ModuleNotFoundError without Matplotlib."""
    networks = list(result["steps"]["networks"])
    names = [name for name in CONTENDERS if any(step_seconds(result, network, name) for network in networks)]
    own, others = iter(OWN), iter(OTHERS)
    colours = {name: next(own if name in OURS else others) for name in CONTENDERS}
    figure = new_figure(10, 5)
    axes = figure.subplots()
    width = 0.85 / len(names)
    for position, name in enumerate(names):
        heights = [(step_seconds(result, network, name) or float("nan")) * 1e6 for network in networks]
        places = [group + (position - (len(names) - 1) / 2) * width for group in range(len(networks))]
        axes.bar(places, heights, width, label=name, color=colours[name])
    for group, network in enumerate(networks):
        limit = limit_seconds(result, network)
        if limit is not None:
            label = "the machine's limit, float32 products" if group == 0 else ""
            axes.hlines(limit * 1e6, group - 0.46, group + 0.46, "black", "dashed", label=label)
    axes.set_yscale("log")
    axes.set_xticks(range(len(networks)), networks)
    axes.set_ylabel("µs a training step (log scale; lower is faster)")
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    figure.legend(loc="outside upper center", ncols=5, fontsize=8)
    save_svg(figure, path, "python -m benchmarks.speed --write")
