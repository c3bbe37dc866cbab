"""T9: what is written where the user said is private, and never harms the book or a file of theirs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.security.files import CannotWrite, NotThere, write_where_said


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    for name in ("book.db", "book.db-wal", "book.db-shm", "keys.json"):
        (folder / name).write_text("precious")
    return folder


@pytest.mark.parametrize("name", ["book.db", "book.db-wal", "book.db-shm", "keys.json", "BOOK.DB"])
@pytest.mark.parametrize("way", ["", "../home", "link"])
def test_the_homes_own_files_are_refused_by_any_way(home: Path, name: str, way: str) -> None:
    (home / "link").symlink_to(home)
    with pytest.raises(NotThere, match="belongs to the book"):
        write_where_said(str(home / way / name), b"x", home=str(home))
    assert (home / "book.db").read_text() == "precious"


def test_such_a_name_elsewhere_is_a_name_like_any_other(home: Path, tmp_path: Path) -> None:
    write_where_said(str(tmp_path / "keys.json"), b"x", home=str(home))
    assert (tmp_path / "keys.json").read_bytes() == b"x"


def test_a_folder_a_link_and_a_pipe_are_refused(home: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(home / "book.db")
    os.mkfifo(tmp_path / "pipe")
    for path in (home, tmp_path / "link", tmp_path / "pipe"):
        with pytest.raises(NotThere, match="no ordinary file"):
            write_where_said(str(path), b"x", home=str(home))
    assert (home / "book.db").read_text() == "precious"


def test_an_older_document_is_replaced_by_a_private_one(home: Path, tmp_path: Path) -> None:
    older = tmp_path / "N-00001.pdf"
    older.write_text("older")
    older.chmod(0o644)
    write_where_said(str(older), b"newer", home=str(home))
    assert (older.read_bytes(), older.stat().st_mode & 0o777) == (b"newer", 0o600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["N-00001.pdf", "home"]


def test_a_key_is_never_written_over_anything(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "machine.key"
    write_where_said(str(target), b"first", home=str(home), new=True)
    with pytest.raises(NotThere, match="is there already"):
        write_where_said(str(target), b"second", home=str(home), new=True)
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"first", 0o600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "machine.key"]


def test_a_folder_that_is_not_there_is_told_in_a_sentence(home: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="No such file"):
        write_where_said(str(tmp_path / "nowhere" / "x.pdf"), b"x", home=str(home))


def test_a_long_file_comes_in_pieces_and_whole_or_not_at_all(home: Path, tmp_path: Path) -> None:
    def breaks() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError

    target = tmp_path / "book.journal"
    write_where_said(str(target), iter([b"a", b"b"]), home=str(home))
    with pytest.raises(RuntimeError):
        write_where_said(str(target), breaks(), home=str(home))
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"ab", 0o600)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.journal", "home"]


@pytest.mark.parametrize("name", ["pw", "pw.new"])
def test_the_key_file_in_use_is_never_written_over_by_any_way(home: Path, tmp_path: Path, name: str) -> None:
    key = tmp_path / name
    key.write_text("passphrase")
    (tmp_path / "way").symlink_to(tmp_path)
    (tmp_path / "named").symlink_to(key)
    for path in (tmp_path / "pw", tmp_path / "way" / "pw", home / ".." / "pw"):
        for named in (key, tmp_path / "named"):
            with pytest.raises(NotThere, match="key file"):
                write_where_said(str(path), b"x", home=str(home), key_file=str(named))
    assert key.read_text() == "passphrase"


@pytest.mark.parametrize("beside", ["book.db", "keys.json"])
@pytest.mark.parametrize("name", ["book.db", "book.db-wal", "book.db.making", "keys.json", "Keys.json"])
def test_a_file_of_another_book_is_refused(home: Path, tmp_path: Path, beside: str, name: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / beside).write_text("theirs")
    with pytest.raises(NotThere, match="belongs to another book"):
        write_where_said(str(other / name), b"x", home=str(home))
    assert [(path.name, path.read_text()) for path in other.iterdir()] == [(beside, "theirs")]


def test_in_the_home_only_the_folder_for_exports_takes_what_is_in_clear(home: Path, tmp_path: Path) -> None:
    exports = home / "exports"
    (exports / "deep").mkdir(parents=True)
    (home / "logs").mkdir()
    (tmp_path / "way").symlink_to(home / "logs")
    for place in (home, home / "logs", exports / "..", tmp_path / "way"):
        with pytest.raises(NotThere, match="lies in the home of the book"):
            write_where_said(str(place / "journal"), b"x", home=str(home), exports=str(exports))
    for place in (exports, exports / "deep", tmp_path):
        write_where_said(str(place / "journal"), b"x", home=str(home), exports=str(exports))


def test_a_key_may_lie_in_the_home(home: Path) -> None:
    write_where_said(str(home / "machine.key"), b"x", home=str(home), new=True)
