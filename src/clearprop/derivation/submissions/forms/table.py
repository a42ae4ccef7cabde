"""The table of forms, in the order in which they are looked for; a new form is a new entry."""

from collections.abc import Mapping
from typing import Any

from clearprop.derivation.submissions.forms.flattened import FlattenedFunction
from clearprop.derivation.submissions.forms.forward_backward_pair import ForwardBackwardPair
from clearprop.derivation.submissions.forms.interface import Adapter, Form
from clearprop.derivation.submissions.forms.network_class import NetworkClass
from clearprop.derivation.submissions.forms.params_class import ParamsClass
from clearprop.derivation.submissions.forms.plain_function import PlainFunction
from clearprop.derivation.submissions.forms.torch_module import TorchModule

#: The forms by name: those that are told by more signs come first.
FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        TorchModule(),
        ParamsClass(),
        NetworkClass(),
        FlattenedFunction(),
        ForwardBackwardPair(),
        PlainFunction(),
    )
}


def recognise(names: Mapping[str, Any], source: str) -> tuple[str, Adapter] | None:
    """Return the form of the code among a file's names, and that code; None where there is none.

    Arguments:
        names: what the file defines, in order.
        source: its text, "" where there is none.
    """
    for name, form in FORMS.items():
        if (adapter := form.find(names, source)) is not None:
            return name, adapter
    return None
