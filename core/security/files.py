"""Files that only their owner can read: the key slots, and what is written where the user said."""

import os
import stat
from contextlib import suppress

from core.errors import OutsideFailure, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

HOME_FILES = ("book.db", "keys.json")


class CannotWrite(OutsideFailure):
    code = "cannot_write"

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(f"{path} cannot be written: {os.strerror(error.errno or 0)}.")


class NotThere(UsageError):
    code = "not_there"

    def __init__(self, path: str, why: str, *, instead: str = "file") -> None:
        super().__init__(f"{path} {why}. Name another {instead}.")


def write_private(path: str, data: bytes) -> None:
    """Write a file that only its owner can read: temporary file, fsync, rename, fsync of the folder.

    Raises: CannotWrite; then the old file is as it was.
    """
    try:
        _replace(path, data)
    except OSError as error:
        raise CannotWrite(path, error) from None


def check_target(path: str, *, home: str, new: bool) -> None:
    """Whether a file may be written where the user said.

    Raises: NotThere, for a file of the home itself, a folder, a link, a device or a pipe, and with `new`
    for anything that exists. A link is refused, because what it points to is not what was said.
    """
    folder, name = os.path.split(path)
    if name.lower().startswith(HOME_FILES) and _same(folder or ".", home):
        raise NotThere(path, "belongs to the book itself")
    try:
        kind = os.lstat(path).st_mode
    except OSError:
        return
    if new:
        raise NotThere(path, "is there already, and a key is never written over anything")
    if not stat.S_ISREG(kind):
        raise NotThere(path, "is no ordinary file")


def write_where_said(path: str, data: "bytes | Iterable[bytes]", *, home: str, new: bool = False) -> None:
    """Write a private file where the user said, whole or not at all; a long one comes in pieces.

    `new`, for keys: never over anything that is there, however it came there meanwhile.
    Raises: NotThere, CannotWrite.
    """
    check_target(path, home=home, new=new)
    try:
        if new:
            _make(path, data)
        else:
            _replace(path, data)
    except FileExistsError:
        raise NotThere(path, "is there already, and a key is never written over anything") from None
    except OSError as error:
        raise CannotWrite(path, error) from None


def _same(folder: str, other: str) -> bool:
    try:
        return os.path.samefile(folder, other)  # noqa: PTH121
    except OSError:
        return False


def _replace(path: str, data: "bytes | Iterable[bytes]") -> None:
    temporary = _temporary(path, data)
    try:
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)  # noqa: PTH108
        raise
    sync_folder(os.path.dirname(path) or ".")  # noqa: PTH120


def _make(path: str, data: "bytes | Iterable[bytes]") -> None:
    """A link and not a rename: it fails where there is a file, and the file is never seen half written."""
    temporary = _temporary(path, data)
    try:
        os.link(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)  # noqa: PTH108
    sync_folder(os.path.dirname(path) or ".")  # noqa: PTH120


def _temporary(path: str, data: "bytes | Iterable[bytes]") -> str:
    temporary = path + ".new"
    with suppress(FileNotFoundError):
        os.unlink(temporary)  # noqa: PTH108  what a crash left may be open to others
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)  # noqa: PTH108
        raise
    return temporary


def keep_aside(path: str) -> str:
    """Give a file that is in the way the first free number after its name; answers the new name."""
    number = 1
    while os.path.lexists(f"{path}.{number}"):
        number += 1
    os.rename(path, f"{path}.{number}")  # noqa: PTH104
    return f"{path}.{number}"


def sync_folder(folder: str) -> None:
    """Make renames in a folder last through a power cut."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
