"""security.md 6: what the disk or the folder does to the book is told in one sentence, and holds no lock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlcipher3 import dbapi2

import core.store
from core.errors import OutsideFailure
from core.store import Store
from core.trouble import DamagedBook, DiskFull, DiskTrouble, NoBook, NoSharedLog
from tests.builders import Book, fixed_clock


def test_a_book_that_is_a_folder_is_disk_trouble(tmp_path: Path) -> None:
    (tmp_path / "book.db").mkdir()
    with pytest.raises(DiskTrouble):
        Store.open(str(tmp_path / "book.db"), bytes(32), fixed_clock)


def test_a_home_that_is_a_file_holds_no_book(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(NoBook):
        Store.open(str(tmp_path / "home" / "book.db"), bytes(32), fixed_clock)


def test_a_full_disk_is_a_failure_outside() -> None:
    assert issubclass(DiskFull, OutsideFailure)
    assert issubclass(DiskTrouble, OutsideFailure)


def test_a_folder_that_cannot_share_a_log_is_refused(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    book.store.close()
    real = dbapi2.connect

    class Deaf:
        """A connection on a drive where write-ahead logging does not come on."""

        def __init__(self, connection: Any) -> None:
            self._connection = connection

        def execute(self, sql: str) -> Any:
            return self._connection.execute(sql.replace("= WAL", "= DELETE"))

        def close(self) -> None:
            self._connection.close()

    monkeypatch.setattr(dbapi2, "connect", lambda *a, **k: Deaf(real(*a, **k)))
    with pytest.raises(NoSharedLog, match="this computer"):
        core.store.connect(book.store.path, book.key)


def test_a_first_page_that_breaks_while_the_book_is_open_is_damage_not_a_wrong_key(book: Book) -> None:
    with book.store.read() as read:
        assert read.value("SELECT count(*) FROM client") == 0
    book.store.close()
    path = Path(book.store.path)
    bad = bytearray(path.read_bytes())
    bad[200] ^= 1
    path.write_bytes(bad)
    with pytest.raises(DamagedBook):
        book.store.read().__enter__()


def test_a_write_that_cannot_begin_lets_go_of_the_lock(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("no clock")

    with monkeypatch.context() as patch:
        patch.setattr(book.store, "clock", broken)
        with pytest.raises(RuntimeError):
            book.write().__enter__()
    other = core.store.connect(book.store.path, book.key)
    other.execute("PRAGMA busy_timeout = 0")
    other.execute("BEGIN IMMEDIATE")
    other.close()
