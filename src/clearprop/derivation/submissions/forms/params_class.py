"""The form of a class with named parameters: `params["W1"]` or `self.W1`, and a method that gives the gradients."""

from collections.abc import Mapping
from typing import Any

from clearprop.derivation.submissions.forms.calling import arguments_of, role_of
from clearprop.derivation.submissions.forms.objects import (
    Model,
    ObjectAdapter,
    backward_method,
    layouts_of,
    loss_with_gradients,
    models_in,
)


class ParamsClass:
    """`TwoLayerNet(input_size, hidden_size, output_size)` with `loss(X, y, reg)` or `gradient(x, t)`."""

    name = "params_class"

    def find(self, names: Mapping[str, Any], source: str) -> ObjectAdapter | None:
        """Return the first class of this form among a file's names, or None."""
        for model in models_in(names, source):
            method = loss_with_gradients(model) or backward_method(model)
            if model.store.names and method is not None:
                layouts = tuple(layouts_of(model, method, _may_leave_targets_out(model, method)))
                return ObjectAdapter(model, method, layouts, source)
        return None


def _may_leave_targets_out(model: Model, method: str) -> bool:
    """Whether targets may be None, as where the method then returns scores: such targets are labels."""
    arguments = arguments_of(model.methods()[method])
    return any(role_of(argument.name) == "targets" and argument.default is None for argument in arguments)
