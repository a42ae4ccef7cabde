"""What the records of features share: the check of their fields, and the words on missing cells."""

from typing import Any

from clearprop.tables.errors import counted


def text_tuple(name: str, value: Any) -> tuple[str, ...]:
    """Return a list of texts out of a record as a tuple.

    Args:
        name: the field's name, for messages.
        value: what the record holds.

    Raises:
        TypeError: it is no list of texts.

    Example:
        >>> text_tuple("categories", ["a", "b"])
        ('a', 'b')
    """
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise TypeError(f"{name} must be a list of texts")
    return tuple(value)


def whole_number(name: str, value: Any) -> int:
    """Return a whole number, not negative, out of a record.

    Args:
        name: the field's name, for messages.
        value: what the record holds.

    Raises:
        TypeError: it is none.

    Example:
        >>> whole_number("n_rows", -1)
        Traceback (most recent call last):
        TypeError: n_rows must be a whole number, at least 0
    """
    if type(value) is not int or value < 0:
        raise TypeError(f"{name} must be a whole number, at least 0")
    return value


def missing_phrase(n_missing: int, n_rows: int) -> str:
    """Return how many cells are missing, or nothing where none is.

    Args:
        n_missing: the missing cells.
        n_rows: all cells.

    Raises:
        Nothing.

    Example:
        >>> missing_phrase(3, 100), missing_phrase(0, 100)
        ('3 of 100 cells missing', '')
    """
    return f"{n_missing} of {counted(n_rows, 'cell')} missing" if n_missing else ""
