"""The one error of this package, so that every complaint about a table says where, what and what would be right."""


class TableError(ValueError):
    """A table cannot be used; the message is one line that says where, what is wrong and what would be right.

    Args:
        problem: what is wrong and what would be right.
        source: the file or table that it is about.
        column: the column's name.
        row: the data row, counted from 1 without the header.

    Raises:
        Nothing: it is what others raise.

    Example:
        >>> str(TableError("holds inf; a finite number is needed", source="people.csv", column="age", row=17))
        "people.csv, column 'age', row 17: holds inf; a finite number is needed"
    """

    def __init__(
        self, problem: str, *, source: str | None = None, column: str | None = None, row: int | None = None
    ) -> None:
        place = [
            *([source] if source else []),
            *([f"column {column!r}"] if column is not None else []),
            *([f"row {row}"] if row is not None else []),
        ]
        message = f"{', '.join(place)}: {problem}" if place else problem
        super().__init__(" ".join(message.splitlines()))
        self.problem, self.source, self.column, self.row = problem, source, column, row

    def within(self, source: str) -> "TableError":
        """Return the same error with the name of the file that it is about, unless it has one.

        Args:
            source: the file or table.

        Raises:
            Nothing.

        Example:
            >>> str(TableError("is infinite", column="a").within("b.csv"))
            "b.csv, column 'a': is infinite"
        """
        return TableError(self.problem, source=self.source or source, column=self.column, row=self.row)


def shown(value: object, limit: int = 60) -> str:
    """Return a value as a message shows it: quoted as Python does, and cut where it is long.

    Args:
        value: the value to show.
        limit: the most characters to show.

    Raises:
        Nothing.

    Example:
        >>> shown("twelve"), shown("x" * 100, limit=6)
        ("'twelve'", "'xxxxx...")
    """
    text = repr(value)
    return text if len(text) <= limit else text[:limit] + "..."


def counted(count: int, noun: str) -> str:
    """Return a count and its noun, in the plural unless the count is 1.

    Args:
        count: how many.
        noun: of what, in the singular.

    Raises:
        Nothing.

    Example:
        >>> counted(1, "missing cell"), counted(2, "row")
        ('1 missing cell', '2 rows')
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(names: list[str], limit: int = 12) -> str:
    """Return names as a message lists them: quoted, separated by commas, and cut where there are many.

    Args:
        names: the names to list.
        limit: the most names to list.

    Raises:
        Nothing.

    Example:
        >>> listed(["age", "sex", "city"], limit=2)
        "'age', 'sex' and 1 more"
    """
    text = ", ".join(repr(name) for name in names[:limit])
    return text if len(names) <= limit else f"{text} and {len(names) - limit} more"
