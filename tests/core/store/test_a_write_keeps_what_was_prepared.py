"""P1: statements that a connection has prepared serve the next transaction; references are checked or not."""

from __future__ import annotations

import pytest
from sqlcipher3.dbapi2 import IntegrityError

from core.store import Tx
from core.tables import CptLicence
from tests.builders import OWNER, Book


def license_nobody(tx: Tx) -> None:
    tx.add(CptLicence(provider_id="nobody", first_year=2026))


def test_a_write_says_no_pragma_that_makes_its_connection_forget(book: Book) -> None:
    with book.write():
        """The connection for writing is made."""
    said: list[str] = []
    connection = book.store.borrow(writes=True)
    connection.set_trace_callback(said.append)
    book.store.give_back(connection, writes=True)
    with book.write() as tx:
        tx.value("SELECT 1")
    assert "SELECT 1" in said
    assert not [one for one in said if one.startswith("PRAGMA") and "=" in one]


def test_only_a_merge_takes_a_reference_to_nobody(book: Book) -> None:
    for _ in range(2):
        with pytest.raises(IntegrityError, match="FOREIGN KEY"), book.write() as tx:
            license_nobody(tx)
        with book.store.merge(OWNER) as merging:
            license_nobody(merging)
