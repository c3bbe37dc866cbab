"""Files that only their owner can read: the key slots, and what is written where the user said."""

import os
import stat
from contextlib import contextmanager, suppress

from core.errors import Busy, NotFound, OutsideFailure, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

AS_IT_IS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""No link followed, no waiting for the other end of a pipe, no line ends changed, where a system might."""
HOME_FILES = ("book.db", "keys.json")
TEMPORARY = ".new"
"""What a file's name ends with until it is whole."""


class CannotWrite(OutsideFailure):
    code = "cannot_write"

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(f"{path} cannot be written: {os.strerror(error.errno or 0)}.")


class BeingWritten(Busy):
    code = "being_written"

    def __init__(self, path: str) -> None:
        super().__init__(f"Another program is writing {path} just now. Try again when it is done.")


class NotThere(UsageError):
    code = "not_there"

    def __init__(self, path: str, why: str, *, instead: str = "file") -> None:
        super().__init__(f"{path} {why}. Name another {instead}.")


class CannotRead(OutsideFailure):
    code = "cannot_read"

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(f"{path} cannot be read: {os.strerror(error.errno or 0)}.")


class NoSuchFile(NotFound):
    code = "no_file"

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no file {path}.", subject=path)


def read_at_most(path: str, most: int) -> bytes:
    """The first so many bytes of a file; no pipe is waited for, no device is read.

    Raises: NoSuchFile; NotThere, for what is no ordinary file; CannotRead.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise NotThere(path, "is no ordinary file")
            return file.read(most)
    except (FileNotFoundError, NotADirectoryError):
        raise NoSuchFile(path) from None
    except OSError as error:
        raise CannotRead(path, error) from None


def write_private(path: str, data: bytes) -> None:
    """Write a file that only its owner can read: temporary file, fsync, rename, fsync of the folder.

    Raises: CannotWrite; then the old file is as it was.
    """
    try:
        _replace(path, data)
    except OSError as error:
        raise CannotWrite(path, error) from None


def check_target(
    path: str, *, home: str, new: bool, exports: str | None = None, key_file: str | None = None
) -> None:
    """Whether a file may be written where the user said.

    Raises: NotThere, for a file of this book or another, for the key file in use, for a folder, a link, a
    device or a pipe, and with `new` for anything that exists. What is no key is also refused inside the
    home, but for its folder `exports`: nothing lies there in clear. A link is refused, because what it
    points to is not what was said.
    """
    for each in (path, path + TEMPORARY):
        _check_book(path, each, home)
        if key_file and _same(each, key_file):
            raise NotThere(path, "is the key file in use" if each == path else "would destroy the key file")
    if not new:
        _check_home(path, home, exports)
    try:
        kind = os.lstat(path).st_mode
    except OSError:
        return
    if new:
        raise NotThere(path, "is there already, and a key is never written over anything")
    if not stat.S_ISREG(kind):
        raise NotThere(path, "is no ordinary file")


def _check_book(path: str, meant: str, home: str) -> None:
    """Raises: NotThere, where it has the name of a file that a book is made of, and lies beside a book."""
    folder, name = os.path.split(meant)
    if not name.lower().startswith(HOME_FILES):
        return
    if _same(folder or ".", home):
        raise NotThere(path, "belongs to the book itself")
    if any(os.path.lexists(os.path.join(folder, one)) for one in HOME_FILES):  # noqa: PTH118
        raise NotThere(path, "belongs to another book")


def _check_home(path: str, home: str, exports: str | None) -> None:
    """Raises: NotThere, in the home or a folder of it that is not the one for exports."""
    folder = os.path.realpath(os.path.dirname(path) or ".")  # noqa: PTH120
    while True:
        if exports is not None and _same(folder, exports):
            return
        if _same(folder, home):
            raise NotThere(path, "lies in the home of the book, which is for the book alone")
        above = os.path.dirname(folder)  # noqa: PTH120
        if above == folder:
            return
        folder = above


def write_where_said(
    path: str,
    data: "bytes | Iterable[bytes]",
    *,
    home: str,
    new: bool = False,
    exports: str | None = None,
    key_file: str | None = None,
) -> None:
    """Write a private file where the user said, whole or not at all; a long one comes in pieces.

    `new`, for keys: never over anything that is there, however it came there meanwhile.
    Raises: NotThere, CannotWrite.
    """
    check_target(path, home=home, new=new, exports=exports, key_file=key_file)
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
    temporary = path + TEMPORARY
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


@contextmanager
def written_whole(
    path: str, *, home: str, exports: str | None = None, key_file: str | None = None
) -> "Iterator[BinaryIO]":
    """A private file to fill, too long to hold; it takes its name when all of it is on disk.

    Until then, and for ever when it fails, what has that name stays as it is. Two programs that write the
    same file do not mix: the second is refused. Raises: NotThere, BeingWritten, CannotWrite.
    """
    check_target(path, home=home, new=False, exports=exports, key_file=key_file)
    temporary = path + TEMPORARY
    try:
        descriptor = _alone_on(temporary, path)
        with os.fdopen(descriptor, "r+b") as file:
            try:
                yield file
                file.flush()
                os.fsync(descriptor)
                if os.name != "posix":
                    file.close()  # Windows renames nothing that is open
                os.replace(temporary, path)  # noqa: PTH105
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108
                raise
        sync_folder(os.path.dirname(path) or ".")  # noqa: PTH120
    except OSError as error:
        raise CannotWrite(path, error) from None


def _alone_on(temporary: str, path: str) -> int:
    """A descriptor of an empty private file that no other program writes; a crash lets go of it."""
    while True:
        descriptor = os.open(temporary, os.O_CREAT | os.O_RDWR | AS_IT_IS, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise NotThere(temporary, "is no ordinary file")
            _lock(descriptor, path)
            # Whoever had the lock may have given the file its name since, or taken it away.
            if _is_still(descriptor, temporary):
                if os.name == "posix":
                    os.fchmod(descriptor, 0o600)
                os.ftruncate(descriptor, 0)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _lock(descriptor: int, path: str) -> None:
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BeingWritten(path) from None


def _is_still(descriptor: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


@contextmanager
def alone_in(folder: str) -> "Iterator[None]":
    """Of several programs that make, copy or restore the book of a folder, one at a time; a crash lets go."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def clear_database(path: str) -> None:
    """Take away a database that an earlier attempt left, or this one made, with its log."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            os.unlink(path + suffix)  # noqa: PTH108


def remove_if_empty(folder: str) -> None:
    with suppress(OSError):
        os.rmdir(folder)  # noqa: PTH106
