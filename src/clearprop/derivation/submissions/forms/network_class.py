"""The form of a class with lists `weights` and `biases` and a `backprop(x, y)` for one sample."""

import ast
from collections.abc import Mapping
from typing import Any

from clearprop.derivation.submissions.forms.calling import function_named
from clearprop.derivation.submissions.forms.objects import (
    Model,
    ObjectAdapter,
    backward_method,
    layouts_of,
    models_in,
)


class NetworkClass:
    """`Network(sizes)` with `backprop(x, y)` returning `(nabla_b, nabla_w)`; what it gives for samples is added up."""

    name = "network_class"

    def find(self, names: Mapping[str, Any], source: str) -> ObjectAdapter | None:
        """Return the first class of this form among a file's names, or None."""
        for model in models_in(names, source):
            method = backward_method(model)
            if model.store.names or method is None:
                continue
            layouts = sorted(layouts_of(model, method), key=lambda layout: layout.batch != "single")
            return ObjectAdapter(model, method, tuple(layouts), source).with_hints(loss=_loss_told(model))
        return None


def _loss_told(model: Model) -> str | None:
    """The loss that the class names: through the cost that it keeps, or the derivative of one with respect to a."""
    kept = getattr(model.instance, "cost", None)
    name = getattr(kept, "__name__", type(kept).__name__).lower().replace("_", "")
    if "entropy" in name:
        return "binary_cross_entropy"
    if "quadratic" in name or "mse" in name:
        return "half_squared_error"
    derivative = function_named(model.tree, "cost_derivative", model.cls.__name__)
    if derivative is None:
        return None
    divides = any(isinstance(node, ast.Div) for node in ast.walk(derivative))
    return "binary_cross_entropy" if divides else "half_squared_error"
