"""Files that are either written whole or not at all, so that a failure never leaves half a table or half a model."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearprop.tables.errors import TableError


@contextmanager
def atomic_write(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path in the folder of `path`; rename it to `path` on success, delete it on any error.

    The temporary name keeps the suffix, the permissions are those that any new file gets, a symbolic link is followed,
    and the contents have reached the disk before the name changes.

    Args:
        path: the file to write.

    Raises:
        TableError: the folder does not exist or cannot be written to, or `path` is a folder or a device.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with atomic_write(Path(folder) / "model.txt") as temporary:
        ...         _ = temporary.write_text("whole")
        ...     [file.name for file in Path(folder).iterdir()]
        ['model.txt']
    """
    # A rename would replace a symbolic link itself, not the file that it points to.
    final = Path(os.path.realpath(path))
    temporary = _temporary(final)
    _reserve(temporary, final, str(path))
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(final)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def check_writable(path: str | os.PathLike[str]) -> None:
    """Raise what `atomic_write` would raise, before there is anything to write.

    Args:
        path: the file that is going to be written.

    Raises:
        TableError: as `atomic_write`.

    Example:
        >>> check_writable("no such folder/model.clearprop")
        Traceback (most recent call last):
        clearprop.tables.errors.TableError: no such folder/model.clearprop: the folder ... does not exist; create it ...
    """
    final = Path(os.path.realpath(path))
    temporary = _temporary(final)
    _reserve(temporary, final, str(path))
    temporary.unlink()


def _temporary(final: Path) -> Path:
    """Return a name next to a file, with its suffix, that no other file has."""
    return final.with_name(f".clearprop-{secrets.token_hex(6)}{final.suffix}")


def _reserve(temporary: Path, final: Path, source: str) -> None:
    """Create the empty temporary file, or say why none can be written there."""
    if final.is_dir():
        raise TableError("is a folder; give the name of a file in it", source=source)
    # A rename onto a device such as /dev/null would replace the device.
    if final.exists() and not final.is_file():
        raise TableError("is not a regular file; give the name of one", source=source)
    try:
        temporary.open("xb").close()
    except OSError as error:
        raise TableError(f"the folder {str(final.parent)!r} {_refusal(error, final.parent)}", source=source) from None


def _refusal(error: OSError, folder: Path) -> str:
    """Return what keeps a folder from taking a new file."""
    if not isinstance(error, FileNotFoundError):
        return f"cannot be written to: {error.strerror or error}"
    # Some folders, such as /proc, are there and say of any new file that there is no such file.
    if folder.is_dir():
        return "cannot be written to: it takes no new files"
    return "does not exist; create it first"
