"""`assert_gradients`: a line of a test that says whether back-propagation is right, and what is wrong."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clearprop.derivation.gradient_checks import GradientCheck

#: Cells of a line of the message: what fits behind pytest's margin.
WIDTH = 96


def assert_gradients(code: Any, X: Any = None, Y: Any = None, **options: Any) -> "GradientCheck":
    """Assert that every entry of the gradients that code computes is right: ∇Wˡ = ∂E/∂Wˡ, ∇bˡ = ∂E/∂bˡ.

    Arguments:
        code: a function `gradients(W, b, X, Y)`, a class, a module, an `nn.Module`, the path of a Python file or
            notebook, or a model: all that `clearprop.check_gradient` takes.
        X: (m, n_0) rows; None: drawn.
        Y: (m, n_L) targets; None: drawn.
        options: of `clearprop.check_gradient`: activation, output, loss, scaling, penalty, language, ...

    Returns:
        The check, with every entry beside the right one.

    Raises:
        AssertionError: a gradient is wrong. The first line names the arrays and the entry that is furthest off, with
            both numbers; the next ones what went wrong, and the command that derives it.
        SubmissionError: the code cannot be checked; one line says why.
        ValueError: an option that is unknown or does not fit.

    Example:
        >>> import numpy as np
        >>> def gradients(W, b, X, Y):
        ...     error = (1 / (1 + np.exp(-(X @ W[0].T + b[0]))) - Y) / len(X)
        ...     return [error.T @ X], [error.sum(axis=0)]
        >>> assert_gradients(gradients, output="sigmoid").passed
        True

    Source: the equations of notes 1 and 2, as `clearprop.check_gradient` measures them.
    """
    __tracebackhide__ = True
    from clearprop.derivation.submissions.answer import SubmissionError  # late: importing this loads nothing
    from clearprop.interchange.checking import check_gradient

    try:
        found = check_gradient(code, X, Y, **options)
    except (SubmissionError, ValueError, OSError) as error:
        raise error.with_traceback(None) from None  # its line says all; a report shows no inside of ours
    if not found.passed:
        raise AssertionError(_said(found))
    return found


def _said(found: "GradientCheck") -> str:
    """What is wrong in one line; then what went wrong, and what the code was taken for."""
    from clearprop.derivation.documents.blocks import Document, Paragraph
    from clearprop.derivation.documents.text import to_text
    from clearprop.derivation.messages import pieces

    headline = "".join(map(str, pieces(found.headline, found.language)))
    explained = found.diagnosis.document
    blocks = (*explained.blocks, Paragraph(found.assumed)) if found.assumed else explained.blocks
    return f"{headline}\n\n{to_text(Document(explained.title, found.language, blocks), WIDTH)}".rstrip()
