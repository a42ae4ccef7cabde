"""The one check that every test of a message makes."""

from collections.abc import Callable
from typing import Any

import pytest

from clearprop.tables import TableError


def one_line_error(action: Callable[..., Any], *arguments: Any, says: list[str], **keywords: Any) -> str:
    """Return the message of the TableError that an action raises: one line that holds all of some words."""
    with pytest.raises(TableError) as caught:
        action(*arguments, **keywords)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    for words in says:
        assert words in message
    return message
