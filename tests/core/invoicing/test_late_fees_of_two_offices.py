"""RC5, `decisions.md` 1: two copies of one book charge the same step offline; merged, one fee counts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from core.ledger.fees import charged_fees
from core.ledger.kept import differences
from core.ledger.summaries import keep
from core.payments.adjustments import waive_fee
from core.store import Store
from core.tables import metadata
from tests.builders import Book, fixed_clock
from tests.core.invoicing.late import FLAT, after, balance, charge, fees, late_invoice, set_rule

MERGED = ("late_fee", "adjustment", "audit_entry")


@pytest.fixture
def other(book: Book, tmp_path: Path) -> Iterator[Book]:
    """A second office with the same book; what the test puts in first, both have."""
    twin = object.__new__(Book)
    yield twin
    twin.store.close()


def copy(book: Book, twin: Book, folder: Path) -> None:
    """Make the twin a copy of the book as it is now, in another office."""
    folder.mkdir()
    book.store.close()
    shutil.copy(book.folder / "book.db", folder / "book.db")
    book.store = Store.open(str(book.folder / "book.db"), book.key, fixed_clock, keep)
    twin.folder, twin.key = folder, book.key
    twin.store = Store.open(str(folder / "book.db"), book.key, fixed_clock, keep)
    with twin.write() as tx:
        tx.execute("UPDATE sync_clock SET site = 2")


def merge(source: Book, into: Book) -> None:
    """Give one book the facts that only the other has, with site, number and chain as they are."""
    with into.write() as tx:
        tx.execute("UPDATE sync_clock SET applying = 1")
        for table in MERGED:
            columns = [column.name for column in metadata.tables[table].columns]
            listed = ", ".join(f'"{name}"' for name in columns)
            there = {row[0] for row in tx.rows(f"SELECT id FROM {table}")}
            for row in source.rows(f"SELECT {listed} FROM {table}"):
                values = dict(zip(columns, row, strict=True))
                if values["id"] not in there:
                    marks = ", ".join(f":{name}" for name in columns)
                    tx.execute(f"INSERT INTO {table} ({listed}) VALUES ({marks})", values)
        tx.execute("UPDATE sync_clock SET applying = 0")


def in_order(book: Book) -> None:
    with book.store.read() as read:
        assert differences(read) == []


def test_rc5_the_run_fifty_times_on_two_copies_of_the_book_gives_one_fee(
    book: Book, other: Book, tmp_path: Path
) -> None:
    """100.00 and one fee of 25.00, however often and wherever the run ran."""
    set_rule(book)
    invoice_id = late_invoice(book)
    copy(book, other, tmp_path / "other")
    for day in range(10, 60):
        charge(book, after(day))
        charge(other, after(day + 3))
    merge(other, book)
    merge(book, other)
    for one in (book, other):
        assert fees(one) == [(0, 2500, "2026-11-10"), (0, 2500, "2026-11-10")]
        assert balance(one, invoice_id) == 12_500
        with one.store.read() as read:
            assert [fee.amount_cents for fee in charged_fees(read)] == [2500]
        in_order(one)
        assert charge(one, after(90)) == []


def test_rc5_each_step_of_a_ladder_counts_once_after_a_merge(book: Book, other: Book, tmp_path: Path) -> None:
    set_rule(book, FLAT._replace(every_days=30, cap_cents=6000))
    invoice_id = late_invoice(book)
    copy(book, other, tmp_path / "other")
    charge(book, after(45))
    charge(other, after(15))
    charge(other, after(100))
    merge(other, book)
    assert len(fees(book)) == 5
    assert balance(book, invoice_id) == 16_000
    in_order(book)


def test_rc5_the_same_fee_waived_in_two_offices_is_taken_off_once(
    book: Book, other: Book, tmp_path: Path
) -> None:
    set_rule(book)
    invoice_id = late_invoice(book)
    copy(book, other, tmp_path / "other")
    for one in (book, other):
        (fee,) = charge(one, after(10))
        with one.write() as tx:
            waive_fee(tx, fee.late_fee_id, reason="first time", today=date(2026, 11, 12))
    merge(other, book)
    assert balance(book, invoice_id) == 10_000
    in_order(book)
    with book.store.read() as read:
        (counted,) = charged_fees(read)
    assert (counted.amount_cents, counted.waived_cents) == (2500, 2500)
