"""sync.md 5.3: every way of writing a register is captured, column by column."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from core.clients.commands import change_guarantor
from core.sync.sequence import sequence
from core.sync.stamp import EPOCH_MS, pack, site_of
from core.tables import Client, Guarantor, shapes
from tests.builders import Book
from tests.raw import beside, foreign

Raw = Callable[[Book], AbstractContextManager[Any]]
LATER_MS = EPOCH_MS + 10 * 365 * 86_400_000


def clock(book: Book, **values: int | None) -> None:
    with beside(book) as raw:
        for name, value in values.items():
            raw.execute(f"UPDATE sync_clock SET {name} = ?", (value,))


def number_all(book: Book) -> None:
    with book.write() as tx:
        sequence(tx, shapes())


def stamps(book: Book, row_id: str) -> tuple[int, dict[str, int] | None, int]:
    h, cv, q = book.rows("SELECT _h, _cv, _q FROM guarantor WHERE id = :id", id=row_id)[0]
    return h, None if cv is None else json.loads(cv), q


@pytest.fixture
def guarantor(book: Book) -> str:
    book.client("Ann", "Archer")
    return str(book.value("SELECT id FROM guarantor"))


@pytest.mark.parametrize("raw", [beside, foreign])
def test_an_insert_by_another_program_is_stamped_and_unsent(book: Book, raw: Raw) -> None:
    clock(book, fixed_ms=LATER_MS)
    with raw(book) as connection:
        connection.execute(
            "INSERT INTO guarantor (id, name, street, street_2, city, state, postal_code, country, email,"
            " phone, email_ok, archived) SELECT value, 'n', '', '', '', '', '', '', '', '', 1, 0"
            ' FROM json_each(\'["a", "b", "c"]\')'
        )
    for row_id in "abc":
        assert stamps(book, row_id) == (pack(LATER_MS, 1), None, 0)


@pytest.mark.parametrize("raw", [beside, foreign])
def test_a_bulk_update_stamps_only_the_columns_that_changed(book: Book, raw: Raw, guarantor: str) -> None:
    before, _, _ = stamps(book, guarantor)
    clock(book, fixed_ms=LATER_MS)
    with raw(book) as connection:
        connection.execute("UPDATE guarantor SET city = 'Boston', state = state")
    h, cv, q = stamps(book, guarantor)
    assert (h, q) == (pack(LATER_MS, 1), 0)
    assert cv == {"": before, "city": h}


def test_a_new_row_of_the_store_has_one_stamp_for_every_column(book: Book, guarantor: str) -> None:
    h, cv, q = stamps(book, guarantor)
    assert (cv, q, site_of(h)) == (None, 0, 1)


def test_setting_a_column_to_what_it_was_changes_nothing(book: Book, guarantor: str) -> None:
    before = stamps(book, guarantor)
    with book.write() as tx:
        tx.change(Guarantor, guarantor, city="Springfield")
    assert stamps(book, guarantor) == before


def test_each_column_keeps_the_stamp_of_its_own_last_edit(book: Book, guarantor: str) -> None:
    for n, (column, value) in enumerate([("city", "Lynn"), ("email", "x@y.z"), ("city", "Salem")]):
        clock(book, fixed_ms=LATER_MS + n)
        with book.write() as tx:
            change_guarantor(tx, guarantor, **{column: value})
    h, cv, _ = stamps(book, guarantor)
    assert h == pack(LATER_MS + 2, 1)
    assert cv is not None
    assert (cv["city"], cv["email"]) == (h, pack(LATER_MS + 1, 1))


def test_null_is_a_value_like_any_other(book: Book) -> None:
    client_id = book.client("Ann", "Archer")
    with book.write() as tx:
        tx.change(Client, client_id, birth_on="2010-01-01")
    with book.write() as tx:
        tx.change(Client, client_id, birth_on=None)
    h, cv = book.rows("SELECT _h, _cv FROM client WHERE id = :id", id=client_id)[0]
    assert json.loads(cv)["birth_on"] == h


def test_a_clock_that_stands_or_goes_back_still_makes_later_stamps(book: Book, guarantor: str) -> None:
    clock(book, fixed_ms=LATER_MS)
    made = []
    for n in range(4):
        clock(book, fixed_ms=LATER_MS - n * 86_400_000)
        with book.write() as tx:
            change_guarantor(tx, guarantor, city=f"City {n}")
        made.append(stamps(book, guarantor)[0])
    assert made == sorted(set(made))


def test_the_floor_of_what_was_merged_is_passed(book: Book, guarantor: str) -> None:
    floor = pack(LATER_MS + 86_400_000, 9)
    clock(book, fixed_ms=LATER_MS, floor=floor)
    with book.write() as tx:
        change_guarantor(tx, guarantor, city="Lynn")
    assert stamps(book, guarantor)[0] > floor


def test_nothing_is_captured_while_rows_from_elsewhere_are_applied(book: Book, guarantor: str) -> None:
    number_all(book)
    before = stamps(book, guarantor)
    clock(book, applying=1)
    with beside(book) as raw:
        raw.execute("UPDATE guarantor SET city = 'Elsewhere'")
    assert stamps(book, guarantor) == before
    assert book.value("SELECT count(*) FROM sync_base") == 0


def test_a_crash_while_applying_leaves_capture_switched_on(book: Book, guarantor: str) -> None:
    with beside(book) as raw:
        raw.execute("BEGIN")
        raw.execute("UPDATE sync_clock SET applying = 1")
    with book.write() as tx:
        change_guarantor(tx, guarantor, city="Lynn")
    assert stamps(book, guarantor)[1] is not None
