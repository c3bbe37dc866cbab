"""RJ1: the book is encrypted, refuses a wrong key in one sentence, and says nothing of what it holds."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import core.store
from core.delivery.sending import send
from core.invoicing.commands import create_draft
from core.migrations import HEAD
from core.store import Store, connect
from core.trouble import DamagedBook, NewerBook, NoBook, OldSqlite, WrongKey
from tests.builders import OWNER, TODAY, Book, fixed_clock
from tests.crash.forked import start
from tests.sizes import sized

CANARY = "Quetzalcoatl"


def write_canaries(book: Book) -> None:
    client_id = book.client(CANARY, CANARY + "son", street=f"1 {CANARY} Road", email=f"{CANARY}@example.org")
    book.session(client_id)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=TODAY, notes=CANARY)
    send(book.store, OWNER, [draft_id], today=TODAY)


def found_in(folder: Path) -> list[str]:
    """Which files hold the canary. Another process looks: opening a live book's files drops its locks."""
    look = (
        "import pathlib, sys\n"
        "word, folder = sys.argv[1], pathlib.Path(sys.argv[2])\n"
        "forms = [word.encode(e) for e in ('utf-8', 'utf-16-le', 'utf-16-be')] + [word.upper().encode()]\n"
        "files = [p for p in folder.rglob('*') if p.is_file()]\n"
        "assert files\n"
        "print([p.name for p in files if any(f in p.read_bytes() for f in forms)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", look, CANARY, str(folder)], capture_output=True, text=True, check=True
    )
    return list(eval(done.stdout))


def test_the_search_finds_a_name_in_clear(tmp_path: Path) -> None:
    (tmp_path / "clear").write_text(f"name: {CANARY}")
    assert found_in(tmp_path) == ["clear"]


def test_rj1_no_file_holds_a_name_in_clear_while_the_book_is_open(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    write_canaries(book)
    with book.write() as tx:
        tx.rows("SELECT * FROM audit_entry AS a, audit_entry AS b ORDER BY a.detail, b.detail")
        tx.execute(f"UPDATE client SET name = name || '{CANARY}'")
        assert {path.name for path in tmp_path.iterdir()} >= {"book.db", "book.db-wal", "book.db-shm"}
        assert found_in(tmp_path) == []


def test_rj1_no_file_holds_a_name_in_clear_after_a_kill(tmp_path: Path) -> None:
    def write_and_die() -> None:
        book = Book(tmp_path)
        write_canaries(book)
        with book.write() as tx:
            tx.execute(f"UPDATE client SET name = name || '{CANARY}'")
            os.kill(os.getpid(), signal.SIGKILL)

    assert os.waitstatus_to_exitcode(os.waitpid(start(write_and_die), 0)[1]) == -signal.SIGKILL
    assert (tmp_path / "book.db-wal").stat().st_size > 0
    assert found_in(tmp_path) == []


def test_rj1_a_wrong_key_is_one_sentence_and_nothing_on_stderr(
    book: Book, capfd: pytest.CaptureFixture[str]
) -> None:
    book.store.close()
    before = Path(book.store.path).stat().st_mtime_ns
    sentence = r"^That key does not open this book\. Nothing was changed; try again\.$"
    with pytest.raises(WrongKey, match=sentence):
        Store.open(book.store.path, bytes(32), fixed_clock)
    assert capfd.readouterr() == ("", "")
    assert Path(book.store.path).stat().st_mtime_ns == before


@pytest.mark.parametrize("content", [b"not a book", b"x" * 4096, os.urandom(20_000)])
def test_a_file_that_is_no_book_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "book.db"
    path.write_bytes(content)
    with pytest.raises(WrongKey):
        Store.open(str(path), bytes(32), fixed_clock)
    assert path.read_bytes() == content


def test_an_empty_file_is_no_book(tmp_path: Path) -> None:
    (tmp_path / "book.db").touch()
    with pytest.raises(DamagedBook, match="backup"):
        Store.open(str(tmp_path / "book.db"), bytes(32), fixed_clock)


def test_a_page_that_cannot_be_read_is_told_in_one_sentence(book: Book) -> None:
    write_canaries(book)
    book.store.close()
    path = Path(book.store.path)
    bad = bytearray(path.read_bytes())
    for page in range(40, len(bad) // 4096):
        bad[page * 4096 + 100] ^= 1
    path.write_bytes(bad)
    with pytest.raises(DamagedBook), book.store.read() as read:
        read.rows("SELECT detail FROM audit_entry UNION ALL SELECT code FROM invoice_line ORDER BY 1")


def test_a_folder_without_a_book_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoBook, match="daysheet init"):
        Store.open(str(tmp_path / "book.db"), bytes(32), fixed_clock)
    assert list(tmp_path.iterdir()) == []


def test_a_book_of_a_newer_daysheet_is_not_touched(book: Book) -> None:
    with book.write() as tx:
        tx.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerBook, match="9999"):
        Store.open(book.store.path, book.key, fixed_clock)
    assert book.value("SELECT version_num FROM alembic_version") == "9999" != HEAD


def test_an_sqlite_that_can_damage_a_shared_book_is_refused(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.store.opening.sqlcipher.sqlite_version_info", (3, 51, 2))
    with pytest.raises(OldSqlite):
        connect(book.store.path, book.key)


def test_the_book_and_its_log_are_private(book: Book) -> None:
    book.client()
    for path in book.folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_a_connection_has_every_rule(book: Book) -> None:
    connection = connect(book.store.path, book.key)
    rules = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "recursive_triggers",
                     "trusted_schema", "temp_store", "busy_timeout")
    }  # fmt: skip
    connection.close()
    assert rules == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1,
        "recursive_triggers": 1, "trusted_schema": 0, "temp_store": 2, "busy_timeout": core.store.BUSY_MS,
    }  # fmt: skip


def test_no_exception_carries_a_parameter(book: Book) -> None:
    statements = (
        "INSERT INTO setting (id, name, value) VALUES (:v, :v, NULL)",
        "INSERT INTO setting (id, name, value) VALUES (:v, :v)",
        "SELECT * FROM nothing WHERE x = :v",
        "SELECT json_extract(:v, '$.x')",
        "INSERT INTO draft_line (id, draft_id) VALUES (:v, :v)",
        "INSERT INTO session_line (id, units_milli) VALUES (1, :v)",
    )

    def attempt(sql: str) -> str:
        try:
            with book.write() as tx:
                tx.execute(sql, {"v": CANARY})
        except Exception as error:  # noqa: BLE001  any of them
            chain = [error, error.__cause__, error.__context__]
            return " ".join(f"{one!r} {one}" for one in chain)
        raise AssertionError("it was to fail")

    for sql in statements:
        assert CANARY not in attempt(sql)


def test_every_flipped_bit_is_noticed(book: Book, tmp_path: Path) -> None:
    """security.md fact 4: the cipher authenticates each page."""
    import random

    write_canaries(book)
    book.store.close()
    chance, whole = random.Random(4), Path(book.store.path).read_bytes()
    target = tmp_path / "flipped"
    target.mkdir()
    for _ in range(sized(40, 300)):
        bad = bytearray(whole)
        bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        (target / "book.db").write_bytes(bad)
        assert damaged(str(target / "book.db"), book.key)
    shutil.rmtree(target)


def damaged(path: str, key: bytes) -> bool:
    """Refused with a sentence, or named by the cipher's own check."""
    try:
        connection = connect(path, key, query_only=True)
    except (WrongKey, DamagedBook):
        return True
    found = connection.execute("PRAGMA cipher_integrity_check").fetchall()
    connection.close()
    return bool(found)
