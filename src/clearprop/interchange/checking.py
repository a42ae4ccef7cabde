"""`check_gradient` and `diagnose`: of a network, of whatever kind of model a person has, and of a person's own code."""

import os
from numbers import Real
from pathlib import Path
from types import ModuleType
from typing import Any

from clearprop.derivation.diagnosis.conventions import told
from clearprop.derivation.diagnosis.diagnosis import Diagnosis
from clearprop.derivation.diagnosis.given import given
from clearprop.derivation.gradient_checks import GradientCheck, check_network
from clearprop.derivation.submission_checks import check_submission
from clearprop.derivation.submissions.submission import open_file, open_object
from clearprop.mathematics.network import Network, Parameters

#: What people's code is written in; any other file is a model file.
CODE_SUFFIXES = (".py", ".ipynb", ".pyw", ".txt")


def check_gradient(
    model_or_function: Any,
    X: Any = None,
    Y: Any = None,
    *,
    layers: Any = None,
    activation: Any = None,
    output: str | None = None,
    loss: str | None = None,
    scaling: str | None = None,
    penalty: float | None = None,
    penalty_form: str | None = None,
    parameters: Parameters | None = None,
    n_samples: int | None = None,
    seed: int = 0,
    automatic: bool | None = None,
    limit_seconds: float = 20.0,
    language: str = "en",
) -> GradientCheck:
    """Check every entry of every ∇W, ∇b and ∇θ: of a model's equations, or of a person's own back-propagation.

    A model's ∇ by BP1–BP4 are compared with (E(θ + h) − E(θ − h)) / 2h, with Im E(θ + ih) / h where E is analytic, and
    with automatic differentiation where a library is installed. A person's code is asked for its gradients, and these
    are compared with BP1–BP4, which are checked in the same way on the same numbers. What is not told of it
    (orientation, activations, loss, mean or sum, penalty) is found by trying, and said.

    Arguments:
        model_or_function: a pair (`Network`, `Parameters`), a fitted estimator or table model, the path of a model
            file; or code: a function `gradients(W, b, X, Y)` returning dW, db, a class, a module, an `nn.Module`, or
            the path of a Python file or notebook.
        X: (m, n_0) rows, as `fit` takes them for a model, or the columns that input layers take (of these categories
            are codes and no derivative is taken by them); None: drawn.
        Y: (m, n_L) targets (for an estimator as `fit` takes them); None: drawn, or for a model's rows what it predicts.
        layers: (n_0, ..., n_L) on which code is tried; None: what it is made for, or small sizes that all differ.
        activation, output, loss: what code computes: names of the tables (one activation, or one per hidden layer);
            "half_squared_error" has the factor ½, "full_squared_error" has not, and of "squared_error" both are tried.
        scaling: "mean" over the samples, "sum", or "mean_of_entries".
        penalty: λ with which code is called; 0: none.
        penalty_form: "half" for (λ/2) Σ w², "full" for λ Σ w², "half_mean", "full_mean" where it is divided by m.
        parameters: where code is asked; None: drawn.
        n_samples: m, of rows that are drawn.
        seed: of what is drawn.
        automatic: whether automatic differentiation is asked; None: where that is quick.
        limit_seconds: for loading a file, and for each call of its code, which runs in a process of its own.
        language: "en" or "zh".

    Raises:
        SubmissionError: code that cannot be checked: nothing of a known form, an exception, no numbers, no end.
        ValueError: what is told is unknown or does not fit together.

    Example:
        >>> import numpy as np
        >>> def gradients(W, b, X, Y):
        ...     error = 1 / (1 + np.exp(-(X @ W[0].T + b[0]))) - Y
        ...     return [error.T @ X], [error.sum(axis=0)]
        >>> check = check_gradient(gradients, output="sigmoid", scaling="mean")
        >>> check.passed, [slip.slip for slip in check.diagnosis.slips]
        (False, ['mean_missing'])

    Source: notes 1 and 2; the gradient checks of the usual courses.
    """
    model = model_or_function
    is_path = isinstance(model, str | os.PathLike)
    if is_path and Path(model).suffix not in CODE_SUFFIXES:
        from clearprop.interchange.model_file import load

        model = load(model)
    shared: dict[str, Any] = {"language": language, "automatic": automatic}
    drawn: dict[str, Any] = {"n_samples": n_samples, "seed": seed, "penalty": 0.0 if penalty is None else penalty}
    told_of_code = {"layers": layers, "activation": activation, "output": output, "loss": loss, "scaling": scaling}
    told_of_code |= {"penalty_form": penalty_form, "parameters": parameters}
    match model:
        case (Network() as network, Parameters() as of_network):
            _check_no_code_options(told_of_code)
            return check_network(network, of_network, X, Y, **drawn, **shared)
    if hasattr(model, "check_gradient") and not isinstance(model, type):
        _check_no_code_options(told_of_code)
        return model.check_gradient(X, Y, **drawn, **shared)
    if not is_path:
        _check_code(model)
    if not (isinstance(limit_seconds, Real) and 0 < limit_seconds < float("inf")):
        raise ValueError(f"limit_seconds: a number above 0 is needed; got {limit_seconds!r:.60}")
    what = told(activation, output, loss, scaling, penalty, penalty_form)
    asked = given(layers, X, Y, parameters, n_samples, seed)
    with open_file(model, limit_seconds) if is_path else open_object(model) as submission:
        return check_submission(submission, what, asked, **shared)


def _check_no_code_options(options: dict[str, Any]) -> None:
    """Raise ValueError for an option that a model answers itself."""
    for name, value in options.items():
        if value is not None:
            raise ValueError(f"{name}: a model has its own, this is for code; leave it out")


def _check_code(code: Any) -> None:
    """Raise ValueError for what is plainly neither code nor a fitted model."""
    is_class = isinstance(code, type)
    kind = code if is_class else type(code)
    can_be_code = kind.__module__.partition(".")[0] not in ("builtins", "numpy", "clearprop", "sklearn")
    if not (can_be_code or isinstance(code, ModuleType) or (callable(code) and not is_class)):
        raise ValueError(
            "model_or_function: code such as a function gradients(W, b, X, Y), a fitted estimator of clearprop, a pair "
            f"(Network, Parameters) or the path of a file is needed; got {'the class ' * is_class}{kind.__name__}"
        )


def diagnose(model_or_function: Any, X: Any = None, Y: Any = None, **options: Any) -> Diagnosis:
    """Say what went wrong in gradients, by trying what people do wrong when they derive and code them.

    Arguments:
        model_or_function, X, Y, options: see `check_gradient`.

    Raises:
        SubmissionError, ValueError: as `check_gradient` does.

    Example:
        >>> import numpy as np
        >>> def gradients(W, b, X, Y):
        ...     error = (Y - 1 / (1 + np.exp(-(X @ W[0].T + b[0])))) / len(X)
        ...     return [error.T @ X], [error.sum(axis=0)]
        >>> [(slip.slip, slip.layers) for slip in diagnose(gradients, output="sigmoid").slips]
        [('sign_flipped', (1,))]

    Source: note 1 and note 2, whose slips are among them.
    """
    return check_gradient(model_or_function, X, Y, **options).diagnosis
