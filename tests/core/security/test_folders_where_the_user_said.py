"""T9: a folder written where the user said is private and whole, and nothing of theirs is lost."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from core.security.files import CannotWrite
from core.security.folder import Folder, FolderInUse, folder_where_said

OURS = {"a.csv", "b.csv"}


def folder_at(path: Path, home: Path, *, replace: bool = False) -> AbstractContextManager[Folder]:
    exports = str(home / "exports")
    return folder_where_said(str(path), home=str(home), exports=exports, ours=OURS, replace=replace)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "book.db").write_text("precious")
    return folder


def write(path: Path, home: Path, text: bytes = b"x", *, replace: bool = False) -> None:
    with folder_where_said(
        str(path), home=str(home), exports=str(home / "exports"), ours=OURS, replace=replace
    ) as folder:
        folder.write("a.csv", [text, b"y"])
        folder.write("b.csv", [])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_folder_and_files_are_private(home: Path, tmp_path: Path) -> None:
    write(tmp_path / "out", home)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "out" / "a.csv").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "out" / "a.csv").read_bytes() == b"xy"
    assert names(tmp_path) == ["home", "out"]


def test_an_empty_folder_is_taken_and_closed_to_others(home: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o755)
    write(tmp_path / "out", home)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert names(tmp_path / "out") == ["a.csv", "b.csv"]


def test_a_folder_with_anything_in_it_is_refused(home: Path, tmp_path: Path) -> None:
    write(tmp_path / "out", home, b"first")
    with pytest.raises(FolderInUse, match=r"is not empty\. Name another folder"):
        write(tmp_path / "out", home, b"second")
    assert (tmp_path / "out" / "a.csv").read_bytes() == b"firsty"


def test_an_earlier_one_gives_way_when_asked(home: Path, tmp_path: Path) -> None:
    write(tmp_path / "out", home, b"first")
    write(tmp_path / "out", home, b"second", replace=True)
    assert (tmp_path / "out" / "a.csv").read_bytes() == b"secondy"
    assert names(tmp_path) == ["home", "out"]


@pytest.mark.parametrize("foreign", ["taxes.xlsx", "a.csv.bak", ".hidden"])
def test_a_file_of_their_own_is_never_lost(home: Path, tmp_path: Path, foreign: str) -> None:
    write(tmp_path / "out", home, b"first")
    (tmp_path / "out" / foreign).write_text("precious")
    with pytest.raises(FolderInUse, match=foreign):
        write(tmp_path / "out", home, b"second", replace=True)
    assert (tmp_path / "out" / foreign).read_text() == "precious"
    assert (tmp_path / "out" / "a.csv").read_bytes() == b"firsty"


def test_a_link_or_folder_under_one_of_our_names_is_no_earlier_export(home: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.csv").symlink_to(home / "book.db")
    with pytest.raises(FolderInUse, match=r"a\.csv"):
        write(tmp_path / "out", home, replace=True)
    assert (home / "book.db").read_text() == "precious"


@pytest.mark.parametrize(
    "way", ["home", "home/exports", "home/a/b", "home/a/../b", "link", "link/exports", "home/."]
)
def test_the_home_is_refused_by_any_way(home: Path, tmp_path: Path, way: str) -> None:
    (home / "a").mkdir()
    (tmp_path / "link").symlink_to(home)
    with pytest.raises(FolderInUse):
        write(tmp_path / way, home, replace=True)
    assert names(home) == ["a", "book.db"]


def test_the_place_for_exports_in_the_home_is_for_exports(home: Path) -> None:
    (home / "exports").mkdir()
    write(home / "exports" / "books", home)
    assert names(home / "exports" / "books") == ["a.csv", "b.csv"]


def test_a_link_and_a_file_are_refused(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "link").symlink_to(elsewhere)
    (tmp_path / "file").write_text("precious")
    for name in ("link", "file"):
        with pytest.raises(FolderInUse, match="no ordinary folder"):
            write(tmp_path / name, home, replace=True)
    assert (names(elsewhere), (tmp_path / "file").read_text()) == ([], "precious")


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OSError])
def test_never_half_a_folder(home: Path, tmp_path: Path, error: type[BaseException]) -> None:
    def breaks() -> list[bytes]:
        raise error

    write(tmp_path / "old", home, b"first")
    for name in ("old", "new"):
        with (
            pytest.raises(CannotWrite if error is OSError else error),
            folder_where_said(
                str(tmp_path / name), home=str(home), exports=str(home / "exports"), ours=OURS, replace=True
            ) as folder,
        ):
            folder.write("a.csv", [b"half"])
            folder.write("b.csv", breaks())
    assert names(tmp_path) == ["home", "old"]
    assert (tmp_path / "old" / "a.csv").read_bytes() == b"firsty"


def test_what_comes_in_meanwhile_is_kept(home: Path, tmp_path: Path) -> None:
    write(tmp_path / "out", home)
    with folder_where_said(
        str(tmp_path / "out"), home=str(home), exports=str(home / "exports"), ours=OURS, replace=True
    ) as folder:
        folder.write("a.csv", [b"second"])
        (tmp_path / "out" / "taxes.xlsx").write_text("precious")
    assert [path.read_text() for path in tmp_path.rglob("taxes.xlsx")] == ["precious"]


def test_a_place_that_is_not_there_is_told_in_a_sentence(home: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="No such file"):
        write(tmp_path / "nowhere" / "out", home)
