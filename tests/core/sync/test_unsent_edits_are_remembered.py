"""decisions.md 7: sync_base keeps the hub's stamp of a column at its first unsent edit."""

from __future__ import annotations

import pytest

from core.clients.commands import change_guarantor
from core.sync.sequence import sequence
from core.tables import shapes
from tests.builders import Book
from tests.raw import beside


@pytest.fixture
def guarantor(book: Book) -> str:
    book.client("Ann", "Archer")
    return str(book.value("SELECT id FROM guarantor"))


def number_all(book: Book) -> None:
    with book.write() as tx:
        sequence(tx, shapes())


def edit(book: Book, row_id: str, **values: str) -> None:
    with book.write() as tx:
        change_guarantor(tx, row_id, **values)


def bases(book: Book) -> dict[str, int]:
    return dict(book.rows("SELECT col, stamp FROM sync_base WHERE tbl = 'guarantor'"))


def newest(book: Book, row_id: str) -> int:
    return int(book.value("SELECT _h FROM guarantor WHERE id = :id", id=row_id))


def test_a_row_the_hub_never_saw_has_no_base(book: Book, guarantor: str) -> None:
    edit(book, guarantor, city="Lynn")
    assert bases(book) == {}


def test_the_first_edit_of_a_numbered_row_keeps_the_stamp_the_hub_has(book: Book, guarantor: str) -> None:
    number_all(book)
    known = newest(book, guarantor)
    edit(book, guarantor, city="Lynn")
    assert bases(book) == {"city": known}


def test_a_second_edit_keeps_the_first_base(book: Book, guarantor: str) -> None:
    number_all(book)
    known = newest(book, guarantor)
    edit(book, guarantor, city="Lynn")
    edit(book, guarantor, city="Salem")
    assert bases(book) == {"city": known}


def test_another_column_gets_its_own_base_while_the_row_waits(book: Book, guarantor: str) -> None:
    number_all(book)
    known = newest(book, guarantor)
    edit(book, guarantor, city="Lynn")
    edit(book, guarantor, email="new@example.org")
    assert bases(book) == {"city": known, "email": known}


def test_a_column_edited_and_numbered_before_has_its_own_stamp_as_base(book: Book, guarantor: str) -> None:
    edit(book, guarantor, city="Lynn")
    number_all(book)
    of_city = newest(book, guarantor)
    edit(book, guarantor, city="Salem", email="new@example.org")
    found = bases(book)
    assert found["city"] == of_city
    assert found["email"] < of_city


@pytest.mark.parametrize("way", ["UPDATE OR REPLACE", "UPDATE OR IGNORE", "UPDATE OR FAIL", "UPDATE"])
def test_no_way_of_writing_overwrites_a_base(book: Book, guarantor: str, way: str) -> None:
    """SQLite lets the outer statement's conflict rule replace the trigger's own."""
    number_all(book)
    known = newest(book, guarantor)
    with beside(book) as raw:
        raw.execute(f"{way} guarantor SET city = 'Lynn'")
        raw.execute(f"{way} guarantor SET city = 'Salem'")
    assert bases(book) == {"city": known}
    assert book.value("SELECT city FROM guarantor") == "Salem"


def test_an_upsert_overwrites_no_base(book: Book, guarantor: str) -> None:
    number_all(book)
    known = newest(book, guarantor)
    upsert = (
        "INSERT INTO guarantor (id, name, street, street_2, city, state, postal_code, country, email, phone,"
        " email_ok, archived) SELECT id, name, street, street_2, ?, state, postal_code, country, email,"
        " phone, email_ok, archived FROM guarantor WHERE true"
        " ON CONFLICT (id) DO UPDATE SET city = excluded.city"
    )
    with beside(book) as raw:
        raw.execute(upsert, ("Lynn",))
        raw.execute(upsert, ("Salem",))
    assert bases(book) == {"city": known}
