"""The picture of a page: mean rank by log loss over the seconds of all fits."""

from pathlib import Path

from benchmarks.accuracy.contenders import CONTENDERS, OURS
from benchmarks.accuracy.summary import mean_ranks, outcomes_of, shared_tables, total
from benchmarks.pictures import new_figure, save_svg
from benchmarks.results import Result

OWN, OTHER = "#117733", "#8c8c8c"


def points(result: Result) -> dict[str, tuple[float, float]]:
    """Return, for each contender that failed nowhere, the seconds of all fits and the mean rank by log loss."""
    outcomes = outcomes_of(result)
    contenders = tuple(name for name in CONTENDERS if name in outcomes)
    tables = shared_tables(outcomes, contenders) if contenders else []
    ranks = mean_ranks(outcomes, contenders, "log_loss")
    seconds = {name: total([outcomes[name][table].value("fit_seconds") for table in tables]) for name in contenders}
    return {name: (taken, ranks[name]) for name, taken in seconds.items() if tables and taken is not None}


def draw(result: Result, path: Path) -> None:
    """Write the picture as SVG; raises ModuleNotFoundError without Matplotlib."""
    figure = new_figure(8, 5)
    axes = figure.subplots()
    from_left = sorted(points(result).items(), key=lambda named: named[1])
    for position, (name, point) in enumerate(from_left):
        colour = OWN if name in OURS else OTHER
        axes.plot(*([number] for number in point), "o", color=colour)
        above = 6 if position % 2 else -14  # in turns: neighbours' names do not lie upon one another
        axes.annotate(name, point, (0, above), textcoords="offset points", color=colour, ha="center")
    axes.set_xscale("log")
    axes.margins(x=0.25, y=0.1)
    axes.invert_yaxis()
    axes.set_xlabel("seconds of fit, all tables (log scale; left is faster)")
    axes.set_ylabel("mean rank by log loss (up is better)")
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    save_svg(figure, path, "python -m benchmarks.accuracy --write")
