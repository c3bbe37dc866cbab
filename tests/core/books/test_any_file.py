"""RA5: whatever a file holds, an import answers or refuses in words; it never breaks."""

import contextlib
import io
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.actors import Actor, Role
from core.books.clients import import_clients
from core.books.outcome import Outcome, rehearse
from core.books.sessions import import_sessions
from core.errors import DomainError
from core.ledger.summaries import keep
from core.practice.commands import found_practice
from core.store import Store, Tx

OWNER = Actor("owner", "Olga Owner", Role.OWNER)
HEADER = (
    "external_id,client_external_id,start,end,minutes,status,code,modifiers,units,rate,diagnoses,pointers\n"
)
CLIENTS = "external_id,given_name,family_name,birth_date,email,bill_to,active,guarantor_name\n"
CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["c1", "s1", "2026-10-01", "2026-03-08 02:30", "0001-01-01T00:00Z", "9999-12-31", "50", "kept",
         "no_show", "90834", "95 GT", "1.5", "-1", "150.00", "1_000", "NaN", "F41.1;Z63.0", "AB", ""]
    ),
)  # fmt: skip

NOON = datetime(2026, 10, 31, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    path = tmp_path_factory.mktemp("any") / "book.db"
    store = Store.create(
        str(path), os.urandom(32), lambda: datetime(2026, 10, 31, 12, tzinfo=UTC), keep, site=1
    )
    with store.write(OWNER) as tx:
        found_practice(
            tx, name="P", timezone="America/New_York", office_code="N", series="N", terms_days=30,
            today=date(2026, 10, 31),
        )  # fmt: skip
        import_clients(tx, io.BytesIO(b"external_id,given_name,family_name\nc1,A,B\n"))
    yield store
    store.close()


def cells(width: int) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=6)


def text(header: str, rows: list[list[str]]) -> bytes:
    lines = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return (header + "\n".join(lines)).encode("utf-8", "surrogatepass")


@settings(max_examples=150, deadline=None)
@given(rows=cells(12))
def test_ra5_any_sessions(known: Store, rows: list[list[str]]) -> None:
    attempt(known, lambda tx, file: import_sessions(tx, file, skip_refused=True), text(HEADER, rows))


@settings(max_examples=80, deadline=None)
@given(rows=cells(8))
def test_ra5_any_clients(known: Store, rows: list[list[str]]) -> None:
    attempt(known, lambda tx, file: import_clients(tx, file, skip_refused=True), text(CLIENTS, rows))


@settings(max_examples=80, deadline=None)
@given(data=st.binary(max_size=300))
def test_ra5_any_bytes(known: Store, data: bytes) -> None:
    attempt(known, lambda tx, file: import_clients(tx, file, skip_refused=True), data)


def attempt(book: Store, act: Callable[[Tx, BinaryIO], Outcome], data: bytes) -> None:
    with contextlib.suppress(DomainError):
        rehearse(book, OWNER, lambda tx: act(tx, io.BytesIO(data)))
