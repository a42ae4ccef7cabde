"""`explore`: the explorer in a notebook, as a widget; where no widget runs, a still picture of its first row."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from clearprop.derivation.messages import check_language
from clearprop.report.charts.row_picture import RowPicture
from clearprop.report.charts.standalone import standalone
from clearprop.report.explorer import bundle
from clearprop.report.exploring.exploration import USUAL_ROWS, exploration
from clearprop.report.texts import known_languages, plain


def explore(
    model: Any, table: Any, y: Any = None, *, rows: int | Sequence[int] = USUAL_ROWS, language: str = "en"
) -> Any:
    """Return the explorer of a network on rows, a widget for Jupyter, marimo and VS Code.

    A click on a unit, a weight or a bias shows its gradient and where that comes from. Where no widget runs (a saved
    notebook on a page, an export), the first row is shown as a picture. The widget's `language` and `exploration`
    can be set anew, and what is shown follows.

    Arguments:
        model: a fitted estimator or table model, the path of a model file, or a pair (`Network`, `Parameters`).
        table: rows as the model takes them; of a table model, with the target's column or without it.
        y: their targets, as for `fit` ((m, n_L) for a pair); None: the table's own, or what the model predicts.
        rows: how many of the first rows, or their numbers, from 1.
        language: "en" or "zh".

    Raises:
        ImportError: anywidget is not installed; the line says how to install it.
        TableError, ValueError: rows or targets that do not fit the model, or an unknown language.
        DerivationError: a formula is not that of the engine: a defect of Clearprop.

    Example:
        >>> from clearprop import Network, Parameters
        >>> network = Network((2, 1), output="sigmoid", loss="binary_cross_entropy")
        >>> pair = network, Parameters.of([[[1.0, -1.0]]], [[0.0]])
        >>> shown = explore(pair, [[0.5, 0.5]], [[1.0]])  # doctest: +SKIP
        >>> shown.language = "zh"  # doctest: +SKIP
    """
    check_language(language)
    widget = _widget()  # before the work
    return widget(exploration=exploration(model, table, y, rows=rows), language=language)


@cache
def _widget() -> type:
    """The widget's class, made when it is first needed: reports do not need anywidget."""
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise ImportError('explore needs anywidget: pip install "clearprop[notebook]"') from None

    class Explorer(anywidget.AnyWidget):
        """The explorer: its script in the page, and here what it is given."""

        _esm = bundle()
        exploration = traitlets.Dict().tag(sync=True)
        language = traitlets.Enum(known_languages(), default_value="en").tag(sync=True)

        def __repr__(self) -> str:
            """What a terminal shows."""
            picture = RowPicture(self.exploration)
            return "\n".join(plain(part, self.language) for part in (picture.network, picture.says))

        def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
            """The widget, and what is shown where it does not run."""
            data, metadata = super()._repr_mimebundle_(**options)
            picture = RowPicture(self.exploration)
            drawn = standalone(picture, picture.says, self.language)
            return {**data, "image/svg+xml": drawn, "text/plain": repr(self)}, metadata

    return Explorer
