"""`work`: one training step with every number, of whatever kind of model a person has."""

import os
from typing import Any

from clearprop.derivation.working import Worked, worked
from clearprop.interchange.model_file import load
from clearprop.mathematics.network import Network, Parameters


def work(model: Any, x: Any, y: Any = None, **options: Any) -> Worked:
    """Work one training step out with a person's own numbers: every z, a, δ and ∇, the update, the loss before and after.

    Arguments:
        model: a fitted `MLPClassifier` or `MLPRegressor`, a pair (`Network`, `Parameters`), a table model, or the path of a
            model file.
        x: one row (n_0,) or several (m, n_0), as `fit` takes them; a table for a table model.
        y: the targets, as for `fit` ((m, n_L) numbers for a pair); None: what the model predicts is taken as true, and for a
            table model the target column, if there is one.
        options: quantity ("W1[1,2]": derive it line by line with these numbers), learning_rate (0.1), penalty (λ, 0),
            language ("en", "zh"), shapes (False), input_names.

    Raises:
        ValueError: a row that does not fit the model, an unknown quantity or language, something that is no model.

    Example:
        >>> network, parameters = Network((2, 1), output="sigmoid", loss="binary_cross_entropy"), Parameters.of([[[1, -1]]], [[0]])
        >>> step = work((network, parameters), x=[0.5, 0.5], y=[1.0])
        >>> step.passed.a[1], step.gradients.dW[1]
        (array([[0.5]]), array([[-0.25, -0.25]]))

    Source: note 1, with numbers.
    """
    if isinstance(model, str | os.PathLike):
        model = load(model)
    if isinstance(model, tuple) and len(model) == 2 and isinstance(model[0], Network) and isinstance(model[1], Parameters):
        return _worked_pair(*model, x, y, **options)
    if not hasattr(model, "work"):
        raise ValueError(
            f"model: a fitted estimator, (Network, Parameters) or the path of a model file is needed; got {type(model).__name__}"
        )
    # A table model reads the targets from the table's own column.
    return model.work(x, **options) if y is None else model.work(x, y, **options)


def _worked_pair(network: Network, parameters: Parameters, x: Any, y: Any, **options: Any) -> Worked:
    if y is None:
        raise ValueError(f"y: a network by itself needs its targets, {network.sizes[-1]} numbers a row")
    return worked(network, parameters, x, y, **options)
