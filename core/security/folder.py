"""A folder that only its owner can read, written where the user said: whole or not at all.

Its files come together beside it under another name; the last step is a rename. What a power cut leaves
is the folder as it was and one called `NAME.unfinished-...`, which nobody can take for the real one.
"""

import os
import stat
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from core.security.files import CannotWrite, NotThere, sync_folder
from core.text import plain


class FolderInUse(NotThere):
    code = "folder_in_use"

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why, instead="folder")


class Folder:
    """The folder while it is being written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.names: list[str] = []

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one more file, piece by piece as they come."""
        descriptor = os.open(self._path / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        self.names.append(name)


@contextmanager
def folder_where_said(
    path: str, *, home: str, exports: str, ours: Collection[str], replace: bool
) -> Iterator[Folder]:
    """A private folder to write files into; it is there under its name when the block ends well.

    `ours` are the names of all files that may be in it. With `replace`, an earlier folder that holds
    nothing else gives way. `exports` is the one place in the home where things may lie in clear.
    Raises: FolderInUse, for another place in the home, for a link or a file, and for a folder with
    anything in it that would be lost; CannotWrite.
    """
    target = _meant(path)
    try:
        _check_place(path, target, home=home, exports=exports)
        _check_content(path, target, ours=ours, replace=replace)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{target.name}.unfinished-", dir=target.parent))
        try:
            yield Folder(unfinished)
            sync_folder(str(unfinished))
            _put_in_place(unfinished, target, ours)
        except BaseException:
            _remove(unfinished, ours)
            raise
        sync_folder(str(target.parent))
    except OSError as error:
        raise CannotWrite(path, error) from None


def _meant(path: str) -> Path:
    """Where the name leads, without following the name itself when it is a link."""
    said = Path(path)
    if said.name in ("", ".."):
        return Path(os.path.realpath(said))
    return Path(os.path.realpath(said.parent)) / said.name


def _check_place(path: str, target: Path, *, home: str, exports: str) -> None:
    if any(_same(place, exports) for place in target.parents):
        return
    if any(_same(place, home) for place in (target, *target.parents)):
        raise FolderInUse(path, "is the home of the book or lies in it, and this would lie there in clear")


def _check_content(path: str, target: Path, *, ours: Collection[str], replace: bool) -> None:
    try:
        kind = target.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(kind):
        raise FolderInUse(path, "is no ordinary folder")
    inside = sorted(target.iterdir())
    if inside and not replace:
        raise FolderInUse(path, "is not empty")
    for each in inside:
        if each.name not in ours or not stat.S_ISREG(each.lstat().st_mode):
            raise FolderInUse(
                path, f"holds {plain(each.name)}, which is of no earlier export and would be lost"
            )


def _same(place: Path, other: str) -> bool:
    try:
        return place.samefile(other)
    except OSError:
        return False


def _put_in_place(unfinished: Path, target: Path, ours: Collection[str]) -> None:
    if not target.exists():
        unfinished.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f"{target.name}.unfinished-", dir=target.parent))
    aside.rmdir()
    target.rename(aside)
    try:
        unfinished.rename(target)
    except OSError:
        aside.rename(target)
        raise
    _remove(aside, ours)


def _remove(folder: Path, ours: Collection[str]) -> None:
    """Take away our own files; what came in beside them meanwhile stays."""
    with suppress(OSError):
        for name in ours:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
