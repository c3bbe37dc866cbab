"""security.md facts 1 and 10: no update is lost, and who must wait too long is told so in a sentence."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

import core.store.opening
from core.errors import Busy
from core.ledger.summaries import keep
from core.store import Store
from core.trouble import BookBusy
from tests.builders import OWNER, Book, fixed_clock
from tests.crash.forked import start, wait_for
from tests.sizes import sized


def counter(book: Book) -> str:
    with book.write() as tx:
        tx.execute("INSERT INTO setting (id, name, value) VALUES ('n', 'counter', '0')")
    return book.store.path


def add_one(store: Store) -> None:
    with store.write(OWNER) as tx:
        before = int(tx.value("SELECT value FROM setting WHERE id = 'n'"))
        tx.execute("UPDATE setting SET value = :v WHERE id = 'n'", {"v": str(before + 1)})


def test_four_processes_that_read_and_then_write_lose_no_update(book: Book) -> None:
    path, times = counter(book), sized(100, 300)
    book.store.close()

    def count() -> None:
        store = Store.open(path, book.key, fixed_clock, keep)
        for _ in range(times):
            add_one(store)
        store.close()

    racers = [start(count) for _ in range(4)]
    assert [wait_for(pid) for pid in racers] == [0] * 4
    assert book.value("SELECT value FROM setting WHERE id = 'n'") == str(4 * times)


def test_threads_that_read_and_then_write_lose_no_update(book: Book) -> None:
    counter(book)
    failures: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(20):
                add_one(book.store)
        except BaseException as error:  # noqa: BLE001  handed to the test below
            failures.append(error)

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert book.value("SELECT value FROM setting WHERE id = 'n'") == "120"


def test_a_reader_in_another_thread_sees_the_book_as_it_was_until_the_commit(book: Book) -> None:
    counter(book)
    seen: list[str] = []

    def look() -> None:
        seen.append(book.value("SELECT value FROM setting WHERE id = 'n'"))

    def in_a_thread() -> None:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    with book.write() as tx:
        tx.execute("UPDATE setting SET value = '7'")
        in_a_thread()
    in_a_thread()
    assert seen == ["0", "7"]


def test_one_read_sees_one_moment_while_others_write(book: Book) -> None:
    counter(book)
    with book.store.read() as read:
        first = read.value("SELECT value FROM setting WHERE id = 'n'")
        add_one(book.store)
        assert read.value("SELECT value FROM setting WHERE id = 'n'") == first
    assert book.value("SELECT value FROM setting WHERE id = 'n'") == "1"


def test_what_cannot_get_the_lock_is_told_in_one_sentence(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core.store.opening, "BUSY_MS", 20)
    other = Store.open(book.store.path, book.key, fixed_clock, keep)
    with book.write():
        for _ in range(30):
            with pytest.raises(BookBusy) as refusal, other.write(OWNER):
                pass
    assert isinstance(refusal.value, Busy)
    add_after = other.write(OWNER)
    with add_after as tx:
        tx.execute("INSERT INTO setting (id, name, value) VALUES ('x', 'x', 'x')")
    other.close()


def test_a_read_never_waits_for_a_writer(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core.store.opening, "BUSY_MS", 1)
    other = Store.open(book.store.path, book.key, fixed_clock, keep)
    with book.write() as tx:
        tx.execute("INSERT INTO setting (id, name, value) VALUES ('x', 'x', 'x')")
        with other.read() as read:
            assert read.value("SELECT count(*) FROM setting") == 0
    other.close()


def test_a_reader_cannot_write(book: Book) -> None:
    with book.store.read() as read, pytest.raises(Exception, match="readonly"):
        read.rows("DELETE FROM draft")


def test_another_connections_commit_changes_the_data_version(book: Book) -> None:
    before = book.store.data_version()
    assert book.store.data_version() == before
    book.client()
    assert book.store.data_version() != before


def test_an_exception_in_a_write_takes_everything_back(book: Book) -> None:
    book.client()
    facts, head = book.value("SELECT count(*) FROM audit_entry"), book.rows("SELECT no, head FROM sync_chain")

    def fail() -> None:
        with book.write() as tx:
            tx.execute("INSERT INTO setting (id, name, value) VALUES ('x', 'x', 'x')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert book.value("SELECT count(*) FROM setting") == 0
    assert facts == book.value("SELECT count(*) FROM audit_entry")
    assert head == book.rows("SELECT no, head FROM sync_chain")
    book.client()


def test_the_interpreters_own_sqlite_cannot_read_the_book(book: Book, tmp_path: Path) -> None:
    book.store.close()
    plain = sqlite3.connect(book.store.path)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        plain.execute("SELECT count(*) FROM sqlite_schema")
    plain.close()
