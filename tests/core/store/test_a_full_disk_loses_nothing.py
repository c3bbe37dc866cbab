"""security.md 6, disk full: a plain sentence, nothing half written, reads go on, and after it writes too."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable
from typing import Any

import pytest

import core.store.store
from core.audit import verify
from core.ledger.summaries import keep
from core.store import Store
from core.trouble import DiskFull, DiskTrouble
from tests.builders import OWNER, Book, fixed_clock
from tests.crash.forked import in_child


def full_at(pages: int) -> Callable[..., Any]:
    """Connections to a file that may not grow past so many pages."""
    real = core.store.opening.connect

    def connect(*arguments: Any, **named: Any) -> Any:
        connection = real(*arguments, **named)
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    return connect


def test_a_full_disk_says_so_keeps_what_was_acknowledged_and_goes_on(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.client()
    pages = book.value("PRAGMA page_count")
    book.store.close()
    with monkeypatch.context() as patch:
        patch.setattr(core.store.store, "connect", full_at(pages + 20))
        store = Store.open(book.store.path, book.key, fixed_clock, keep)
        acknowledged = fill_up(store)
        assert acknowledged > 0
        with store.read() as read:
            assert read.value("SELECT count(*) FROM setting") == acknowledged
            assert verify(read).ok
        with pytest.raises(DiskFull):
            add(store, acknowledged)
        store.close()
    with book.write() as tx:
        assert tx.value("SELECT count(*) FROM setting") == acknowledged
    add(book.store, acknowledged)
    assert book.value("PRAGMA integrity_check") == "ok"


def test_the_same_connection_goes_on_when_space_is_freed(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    book.client()
    made: list[Any] = []
    pages = book.value("PRAGMA page_count") + 20
    limited = full_at(pages)

    def kept(*arguments: Any, **named: Any) -> Any:
        made.append(limited(*arguments, **named))
        return made[-1]

    book.store.close()
    monkeypatch.setattr(core.store.store, "connect", kept)
    acknowledged = fill_up(book.store)
    for connection in made:
        connection.execute("PRAGMA max_page_count = 1000000")
    add(book.store, acknowledged)
    assert book.value("SELECT count(*) FROM setting") == acknowledged + 1


def add(store: Store, n: int) -> None:
    with store.write(OWNER) as tx:
        tx.execute(
            "INSERT INTO setting (id, name, value) VALUES (:n, :n, :v)", {"n": str(n), "v": "x" * 3000}
        )


def fill_up(store: Store) -> int:
    for n in range(10_000):
        try:
            add(store, n)
        except (DiskFull, DiskTrouble):
            return n
    raise AssertionError("the disk never filled up")


def test_a_disk_that_refuses_to_write_is_told_in_one_sentence_and_nothing_is_lost(book: Book) -> None:
    """RLIMIT_FSIZE makes the write itself fail, as a broken disk does."""
    book.client()
    path, size = book.store.path, book.value("PRAGMA page_count") * 4096
    book.store.close()

    def starved() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100_000, size + 100_000))
        store = Store.open(path, book.key, fixed_clock, keep)
        n = fill_up(store)
        with store.read() as read:
            assert read.value("SELECT count(*) FROM setting") == n > 0
            assert verify(read).ok

    assert in_child(starved) == 0
    before = book.value("SELECT count(*) FROM setting")
    add(book.store, before)
    assert book.value("PRAGMA integrity_check") == "ok"
