"""RC1: a payment from any screen by a few keys; the split before Enter; `u` posts the reversal."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.delivery.sending import send
from core.invoicing.commands import create_draft
from tests.builders import OWNER, TODAY, Book
from tests.tui.on_a_book import biller_on
from tui.screens.invoices import Invoices
from tui.screens.today import Today
from tui.strips.payment import PaymentStrip


def bill(book: Book, name: str, today: date = TODAY) -> str:
    """Send what is unbilled of a client."""
    client_id = book.value("SELECT id FROM client WHERE sort_name = :name", name=name)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=today)
    send(book.store, OWNER, [draft_id], today=today)
    return draft_id


@pytest.fixture
def billed(book: Book) -> Book:
    """N-00001 of Ann, overdue; N-00002 of Bob; N-00003 of Ann again."""
    bill(book, "Archer, Ann", date(2026, 9, 15))
    bill(book, "Baker, Bob")
    ann = book.value("SELECT id FROM client WHERE sort_name = 'Archer, Ann'")
    book.session(ann, date(2026, 10, 2), rate_cents=12_000)
    bill(book, "Archer, Ann")
    return book


async def test_rc1_a_check_on_the_row_takes_three_keys_and_digits(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("3", "j")
        assert app.footer["p"] == "Pay"
        await app.press("p", *"150", "k", *"1042", "enter")
        assert app.said == "Recorded check 1042 $150.00 on N-00002.  u undoes"
        assert app.column(3) == ["overdue", "partly paid", "sent"]
        assert app.column(5) == [30_000, 15_000, 12_000]


async def test_rc1_the_balance_is_preset_and_enter_pays_all_of_it(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("3", "p", "enter")
        assert app.said == "Recorded check $300.00 on N-00001.  u undoes"
        assert app.column(3)[0] == "paid"


async def test_u_posts_a_reversal_that_stays_listed_and_redo_records_it_again(
    billed: Book, tmp_path: Path
) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("3", "p", *"100", "c", "enter", "u")
        assert app.said == "Undone: Recorded cash $100.00 on N-00001.  ctrl+r does it again"
        assert app.column(5)[0] == 30_000
        assert billed.value("SELECT count(*) FROM payment_reversal") == 1
        await app.press("ctrl+r")
        assert app.column(5)[0] == 20_000
        await app.press("u")
        assert app.column(5)[0] == 30_000
        assert billed.value("SELECT count(*) FROM payment") == 2
        assert billed.value("SELECT count(*) FROM payment_reversal") == 2


async def test_rc1_from_an_invoice_that_one_is_paid_first(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("3", "G", "p", *"150")
        assert "N-00003 [120.00" in app.seen()
        assert "N-00001 [30.00" in app.seen()
        await app.press("enter")
        assert app.said == "Recorded check $150.00 on N-00003 and 1 other.  u undoes"
        assert app.column(5) == [27_000, 30_000, 0]


async def test_rc1_the_payer_is_found_by_two_letters_from_any_screen(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        app.on(Today)
        await app.press("P", "a", "n", "enter", *"350", "k", *"7", "enter")
        assert app.said == "Recorded check 7 $350.00 on N-00001 and 1 other.  u undoes"
        app.on(Today)
        await app.press("3")
        assert app.column(5) == [0, 30_000, 7_000]


async def test_rc1_an_invoice_number_finds_its_payer_too(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("P", "2")
        assert "Enter pays invoice 2." in app.seen()
        await app.press("enter", *"50", "o", *"gift", "enter")
        assert app.said == "Recorded other gift $50.00 on N-00002.  u undoes"
        await app.press("P", "9", "enter")
        assert app.said == 'There is no invoice or draft "9".'


async def test_rc1_what_is_over_becomes_credit_after_a_second_enter(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("3", "j", "p", *"330", "enter")
        assert "Amount is more than the balance, $300.00. Enter again keeps $30.00 as credit." in app.seen()
        assert billed.value("SELECT count(*) FROM payment") == 0
        await app.press("enter")
        assert app.said == "Recorded check $330.00 on N-00002, $30.00 kept as credit.  u undoes"


async def test_rc2_who_owes_nothing_pays_ahead(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("P", "c", "l", "enter", *"80", "enter")
        assert "No invoice is open. Enter again keeps $80.00 as credit." in app.seen()
        await app.press("enter")
        assert app.said == "Recorded check $80.00 as credit.  u undoes"


async def test_the_last_method_is_kept_for_the_next_payment(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("3", "p", *"10", "a", "enter", "p")
        strip = app.strip
        assert isinstance(strip, PaymentStrip)
        assert (strip.method.name, strip.amount.typed) == ("ach", "290.00")
        await app.press("enter")
        assert app.said == "Recorded ach $290.00 on N-00001.  u undoes"


async def test_two_payments_in_one_burst_see_each_other(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("3", "p", *"100", "enter", "p", "enter")
        assert app.said == "Recorded check $200.00 on N-00001.  u undoes"
        assert app.column(5)[0] == 0


async def test_a_refusal_is_said_and_what_was_typed_comes_back(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("3", "p", *"12", "k", *"99", "tab", *"+3", "enter")
        assert isinstance(app.strip, PaymentStrip)
        assert "2026-11-03 is after today, 2026-10-31." in app.seen()
        assert "Ann Archer" in app.seen()
        assert app.app.focused is app.strip.day.input
        assert app.strip.texts() == {"method": "check", "reference": "99", "day": "+3", "amount": "12"}


@pytest.mark.parametrize("typed", ["1_000", "١٢", "1e9", "--5", "-5", "0", "1.234"])
async def test_malformed_amounts_are_refused_in_words_and_change_nothing(
    billed: Book, tmp_path: Path, typed: str
) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("3", "p", "1")
        assert isinstance(app.strip, PaymentStrip)
        app.strip.amount.put(typed)
        await app.settled()
        await app.press("enter")
        assert isinstance(app.strip, PaymentStrip)
        assert any(words in app.seen() for words in ("is not an amount", "An amount is more than 0.00."))
        assert app.strip.amount.typed == typed
        assert billed.value("SELECT count(*) FROM payment") == 0


async def test_a_draft_and_a_void_invoice_take_no_payment(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("2", "b")
        await app.press("3")
        app.on(Invoices)
        assert app.column(3)[0] == "draft"
        assert "p" not in app.footer
        await app.press("p", "W", "F", "V")
        assert app.strip is None


async def test_enter_on_an_empty_payer_takes_nobody(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("P", "enter")
        assert "Type two letters of a name or an invoice number." in app.seen()


async def test_a_filter_puts_the_cursor_on_its_first_match(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await app.press("3", "G", "slash", *"n-0000", "enter")
        row = app.screen.grid.cursor_row
        assert row is not None
        assert row.values[0] == "N-00001"
