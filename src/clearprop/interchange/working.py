"""`work`: one training step with every number, of whatever kind of model a person has."""

import os
from collections.abc import Sequence
from typing import Any

from clearprop.derivation.working import Worked, worked
from clearprop.estimators.table_model import TableModel
from clearprop.interchange.model_file import load
from clearprop.mathematics.network import Network, Parameters


def work(
    model: Any,
    x: Any,
    y: Any = None,
    *,
    quantity: str | None = None,
    learning_rate: float = 0.1,
    penalty: float = 0.0,
    language: str = "en",
    shapes: bool = False,
    input_names: Sequence[str] | None = None,
) -> Worked:
    """Work one training step out with a person's own numbers: every z, a, δ and ∇, the update, the loss.

    Arguments:
        model: a fitted `MLPClassifier` or `MLPRegressor`, a pair (`Network`, `Parameters`), a table model, or the path
            of a model file.
        x: one row (n_0,) or several (m, n_0), as `fit` takes them; a table for a table model.
        y: the targets, as for `fit` ((m, n_L) numbers for a pair); None: what the model predicts is taken as if it were
            true; of a table model, the table's target column where there is one.
        quantity: what to derive line by line with these numbers, such as "W1[1,2]"; None: nothing.
        learning_rate: η of the update.
        penalty: λ, of the penalty (λ/2) Σ w²; a model's own `alpha` is not taken by itself.
        language: "en" or "zh".
        shapes: whether to write each array's shape below it.
        input_names: the names of the n_0 inputs; None: those that the model knows.

    Raises:
        ValueError: something that is no model, a row or target that does not fit it, an unknown quantity or language.
        NotFittedError: an estimator that is not fitted.

    Example:
        >>> network = Network((2, 1), output="sigmoid", loss="binary_cross_entropy")
        >>> step = work((network, Parameters.of([[[1, -1]]], [[0]])), x=[0.5, 0.5], y=[1.0])
        >>> step.passed.a[1], step.gradients.dW[1]
        (array([[0.5]]), array([[-0.25, -0.25]]))

    Source: note 1, with numbers.
    """
    options: dict[str, Any] = {
        "quantity": quantity,
        "learning_rate": learning_rate,
        "penalty": penalty,
        "language": language,
        "shapes": shapes,
    }
    if input_names is not None:
        options["input_names"] = input_names
    if isinstance(model, str | os.PathLike):
        model = load(model)
    match model:
        case (Network() as network, Parameters() as parameters):
            if y is None:
                raise ValueError(f"y: a network by itself needs its targets, {network.sizes[-1]} numbers a row")
            return worked(network, parameters, x, y, **options)
        case TableModel():
            if y is not None:
                raise ValueError(f"y: a table model takes the targets from the table's own column, {model.target!r}")
            return model.work(x, **options)
    if isinstance(model, type) or not hasattr(model, "work"):
        what = f"the class {model.__name__}" if isinstance(model, type) else type(model).__name__
        raise ValueError(
            f"model: a fitted estimator, (Network, Parameters) or the path of a model file is needed; got {what}"
        )
    return model.work(x, y, **options)
