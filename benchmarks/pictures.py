"""Pictures as SVG, the same bytes for the same result; Matplotlib is loaded where one is drawn."""

from pathlib import Path
from typing import Any


def new_figure(width: float, height: float) -> Any:
    """Return an empty figure, so many inches wide and high; raises ModuleNotFoundError without Matplotlib."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams.update({"svg.hashsalt": "clearprop", "svg.fonttype": "none", "font.size": 9})
    return Figure(figsize=(width, height), layout="constrained")


def save_svg(figure: Any, path: Path, command: str) -> None:
    """Write the figure, with the command that drew it and without a date."""
    figure.savefig(path, format="svg", metadata={"Date": None, "Creator": command})
