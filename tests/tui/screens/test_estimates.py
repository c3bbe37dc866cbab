"""RD4 by keys: E on a client asks for the care that is expected; e on screen 7 lets it be billed further."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.delivery.estimates import Expected, NotExpected, parse_expected
from core.practice.commands import add_service, change_practice
from core.tables import Client as ClientTable
from tests.builders import Book
from tests.tui.on_a_book import biller_on
from tui.screens.client import Client
from tui.screens.document_list import Documents


@pytest.fixture
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """One client of one provider, with all that an estimate must say."""
    made = Book(tmp_path_factory.mktemp("own"))
    client_id = made.client("Ann", "Archer")
    with made.write() as tx:
        change_practice(tx, tax_id="12-3456789")
        add_service(tx, code_system="CPT", code="90837", description="Therapy, 60 min", rate_cents=18_500)
        add_service(tx, code_system="CPT", code="97153", description="Timed", rate_cents=1, unit_minutes=15)
        tx.change(ClientTable, client_id, birth_on="1990-04-05")
    return made


def kept(book: Book) -> list[tuple[object, ...]]:
    return book.rows("SELECT version, from_on, to_on, expected_cents FROM estimate ORDER BY version")


async def test_rd4_e_makes_an_estimate_on_list_and_page(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("4", "E", *"90837 x 40 @ 150")
        assert "40 visits, $6,000.00 expected" in app.seen()
        await app.press("enter")
        assert app.said == "Estimate of $6,000.00.  7 shows it"
        assert kept(book) == [(1, "2026-10-31", "2027-10-30", 600_000)]
        await app.press("enter", "E", *"90837 x 40 @ 150", "enter")
        app.on(Client)
        assert app.said.startswith("Estimate of $6,000.00, as it was made before.")


async def test_rd4_a_wrong_field_is_told_and_nothing_is_lost(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("4", "E", *"97153 x 2", "enter")
        assert "Say behind it with --rate (or @)" in app.seen()
        await app.press(*["backspace"] * 9, *"90000", "enter")
        assert 'The practice has no service "90000"' in app.seen()
        await app.press(*["backspace"] * 5, *"90837, 97153 @ 60", "enter")
        assert kept(book)[0][3] == 24_500


async def test_rd4_what_the_book_lacks_is_told_and_the_strip_keeps_what_was_typed(
    book: Book, tmp_path: Path
) -> None:
    with book.write() as tx:
        change_practice(tx, tax_id="")
    async with biller_on(book, tmp_path) as app:
        await app.press("4", "E", *"90837", "enter")
        assert app.said.startswith("The estimate lacks:")
        await app.press("E")
        assert "services [90837" in app.seen()


async def test_rd4_a_late_estimate_says_that_it_is_late(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path, size=(140, 40)) as app:
        await app.press("4", "E", *"90837", *["tab"] * 4, *"2026-10-01")
        assert "This estimate was due by 2026-10-06; hand it over today." in app.seen()
        await app.press("enter")
        assert app.said.startswith("Estimate of $185.00. This estimate was due by 2026-10-06")


async def test_rd4_screen_7_makes_one_and_lets_it_be_billed_further(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("7", "E", *"ar", "enter", *"90837", "enter")
        app.on(Documents)
        assert [row[3] for row in kept(book)] == [18_500]
        assert "Bill further" in app.footer.values()
        await app.press("e", *"1000", "tab", *"A second series", "enter")
        assert app.said == "May be billed up to $1,000.00."
        assert book.rows("SELECT allowed_cents, reason FROM estimate_override") == [
            (100_000, "A second series")
        ]
        await app.press("e")
        assert "$185.00 expected, $0.00 billed" in app.seen()
        assert "1,000.00" in app.seen()


async def test_rd4_bill_further_is_offered_on_estimates_only(book: Book, tmp_path: Path) -> None:
    book.session(book.value("SELECT id FROM client"), date(2026, 9, 10))
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "B", "S")
        await app.say_yes()
        await app.press("7")
        assert app.column(0) == ["Invoice N-00001"]
        assert "Bill further" not in app.footer.values()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("90791", [Expected("90791", 1, None)]),
        ("90791, 90837 x 40 @ 185", [Expected("90791", 1, None), Expected("90837", 40, 18_500)]),
        (" X1 x2 ,, A-b @0.50 ", [Expected("X1", 2, None), Expected("A-b", 1, 50)]),
    ],
)
def test_rd4_services_are_typed_in_one_line(typed: str, found: list[Expected]) -> None:
    assert parse_expected(typed) == found


@pytest.mark.parametrize("typed", ["", " , ", "90791 40", "90791 x 0", "90791 x 12345", "x 3 4", "[b] [/b]"])
def test_rd4_what_is_no_service_is_told_in_a_sentence(typed: str) -> None:
    with pytest.raises(NotExpected, match="such as 90791"):
        parse_expected(typed)
