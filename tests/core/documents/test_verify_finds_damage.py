"""RD6: `documents verify` finds each kind of damage, whoever did it, and says which version it is in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.documents.keep import DamagedDocument, document_bytes, keep_documents
from core.documents.verify import Verified, verify_documents
from tests.builders import TODAY, Book
from tests.raw import foreign

MADE = [(f"document-{i:08}", 1, b"%%PDF %d" % i) for i in range(5)]


@pytest.fixture
def kept(book: Book) -> Book:
    with book.write() as tx:
        keep_documents(tx, "statement", MADE, made_on=TODAY)
    return book


def verified(book: Book) -> Verified:
    with book.store.read() as read:
        return verify_documents(read)


@contextmanager
def around_the_triggers(book: Book) -> Iterator[Any]:
    """The database as somebody with the key would change it."""
    with foreign(book) as raw:
        kept = raw.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in kept:
            raw.execute(f'DROP TRIGGER "{name}"')
        yield raw
        for _, sql in kept:
            raw.execute(sql)


def test_what_is_as_it_was_issued_is_in_order(kept: Book) -> None:
    assert verified(kept) == Verified(5, 5, True, [], [])


def test_it_says_how_far_it_is(kept: Book) -> None:
    told: list[tuple[int, int]] = []
    with kept.store.read() as read:
        verify_documents(read, lambda done, total: told.append((done, total)))
    assert told == [(5, 5)]


def test_one_flipped_byte_is_found(kept: Book) -> None:
    sha256 = kept.value("SELECT sha256 FROM document WHERE subject_id = :id", id=MADE[2][0])
    with around_the_triggers(kept) as raw:
        raw.execute("UPDATE blob SET content = x'2550444620FF' WHERE sha256 = ?", (sha256,))
    (one,) = verified(kept).damaged
    assert one == (MADE[2][0], "statement", 1, "its bytes are not those that were issued")
    with kept.store.read() as read, pytest.raises(DamagedDocument):
        document_bytes(read, MADE[2][0])


def test_a_dropped_blob_is_found(kept: Book) -> None:
    sha256 = kept.value("SELECT sha256 FROM document WHERE subject_id = :id", id=MADE[1][0])
    with around_the_triggers(kept) as raw:
        raw.execute("DELETE FROM blob WHERE sha256 = ?", (sha256,))
    found = verified(kept)
    assert found.missing == [(MADE[1][0], "statement", 1, "its bytes are gone")]
    with kept.store.read() as read, pytest.raises(DamagedDocument):
        document_bytes(read, MADE[1][0])


def test_two_swapped_contents_are_both_found(kept: Book) -> None:
    first, second = (
        kept.value("SELECT sha256 FROM document WHERE subject_id = :id", id=MADE[i][0]) for i in (0, 4)
    )
    with around_the_triggers(kept) as raw:
        contents = dict(raw.execute("SELECT sha256, content FROM blob").fetchall())
        raw.execute("UPDATE blob SET content = ? WHERE sha256 = ?", (contents[second], first))
        raw.execute("UPDATE blob SET content = ? WHERE sha256 = ?", (contents[first], second))
    assert [one.document_id for one in verified(kept).damaged] == [MADE[0][0], MADE[4][0]]


def test_two_rows_that_swapped_their_hashes_are_found_by_the_log(kept: Book) -> None:
    with around_the_triggers(kept) as raw:
        rows = dict(raw.execute("SELECT subject_id, sha256 FROM document").fetchall())
        for here, there in ((MADE[0][0], MADE[1][0]), (MADE[1][0], MADE[0][0])):
            raw.execute("UPDATE document SET sha256 = ? WHERE subject_id = ?", (rows[there], here))
    found = verified(kept)
    assert {(one.document_id, one.wrong) for one in found.damaged} == {
        (MADE[0][0], "the audit log says another hash"), (MADE[1][0], "the audit log says another hash"),
    }  # fmt: skip
    assert found.missing == []


def test_a_row_that_is_gone_is_missed_because_of_the_log(kept: Book) -> None:
    with around_the_triggers(kept) as raw:
        raw.execute("DELETE FROM document WHERE subject_id = ?", (MADE[3][0],))
    (one,) = verified(kept).missing
    assert (one.document_id, one.wrong) == (MADE[3][0], "it is in the audit log and not in the book")


def test_a_document_slipped_in_is_not_in_the_log(kept: Book) -> None:
    with around_the_triggers(kept) as raw:
        columns = [row[1] for row in raw.execute("PRAGMA table_info(document)")]
        values = ", ".join("'slipped'" if c in ("id", "once", "subject_id") else f'"{c}"' for c in columns)
        raw.execute(f"INSERT INTO document SELECT {values} FROM document WHERE subject_id = ?", (MADE[0][0],))
    (one,) = verified(kept).damaged
    assert one == ("slipped", "statement", 1, "the audit log knows nothing of it")


def test_a_size_that_was_changed_is_found(kept: Book) -> None:
    with around_the_triggers(kept) as raw:
        raw.execute("UPDATE document SET size_bytes = 1 WHERE subject_id = ?", (MADE[0][0],))
    assert [one.wrong for one in verified(kept).damaged] == ["its row says another size"]
