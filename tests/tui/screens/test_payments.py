"""Payments: the month, what is unapplied, credit balances with their age, one payment whole (RC1 to RC3)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.payments.commands import give_credit, record_payment
from tests.builders import TODAY, Book
from tests.tui.on_a_book import biller_on
from tests.tui.screens.test_money_verbs import pay
from tests.tui.screens.test_paying import bill
from tui.screens.invoice import Invoice
from tui.screens.payment import Payment
from tui.screens.payments import Payments
from tui.screens.text_page import TextPage


def receive(book: Book, name: str, cents: int, on: date = TODAY, **more: str) -> str:
    """A payment that is on no invoice."""
    guarantor_id = book.value("SELECT guarantor_id FROM client WHERE sort_name = :name", name=name)
    with book.write() as tx:
        made = record_payment(
            tx,
            guarantor_id=guarantor_id,
            amount_cents=cents,
            method=more.get("method", "check"),
            reference=more.get("reference", ""),
            received_on=on,
            today=TODAY,
            allocations=[],
        )
    return str(made.payment_id)


@pytest.fixture
def money(book: Book) -> Book:
    """N-00001 of Ann, $300.00, $100.00 of it paid today; $80.00 of Cleo unapplied since August."""
    pay(book, bill(book, "Archer, Ann"), 10_000)
    receive(book, "Carter, Cleo", 8_000, date(2026, 8, 14), method="ach", reference="A9")
    return book


async def test_an_empty_month_says_how_to_record_one(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("6")
        app.on(Payments)
        assert "No payments this month. P records one." in app.seen()
        assert app.screen.period_shown == "October 2026"


async def test_the_month_is_listed_and_brackets_change_it(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("6")
        assert app.column(1) == ["Ann Archer"]
        assert app.screen.totals == "1 payment · $100.00 · unapplied $0.00"
        await app.press("[", "[")
        assert app.screen.period_shown == "August 2026"
        assert (app.column(1), app.column(6)) == (["Cleo Carter"], [8_000])
        await app.press("T")
        assert app.column(1) == ["Ann Archer"]


async def test_f_shows_what_is_unapplied_of_any_month_and_credit_balances_with_their_age(
    money: Book, tmp_path: Path
) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("6", "f")
        assert (app.column(1), app.column(6)) == (["Cleo Carter"], [8_000])
        await app.press("f")
        assert [row.values for row in map(app.screen.grid.row_at, range(app.screen.grid.row_count))] == [
            ("Cleo Carter", 8_000, "2026-08-14", 78)
        ]
        assert app.screen.totals == "unapplied $80.00 · 1 account"
        assert "! Cleo Carter" in app.seen()
        await app.press("f")
        assert app.column(1) == ["Ann Archer"]


async def test_p_in_capitals_receives_and_u_leaves_both_entries(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("6", "P", *"bo", "enter", *"50", "c", "enter", "enter")
        assert app.said == "Recorded cash $50.00 as credit.  u undoes"
        assert set(app.column(2)) == {"cash", "check"}
        await app.press("u")
        assert set(app.column(2)) == {"check", "reversed"}
        assert app.screen.totals == "1 payment · $100.00 · unapplied $0.00"


async def test_rc2_a_applies_credit_to_open_invoices_and_u_takes_it_off(money: Book, tmp_path: Path) -> None:
    bill(money, "Carter, Cleo")
    async with biller_on(money, tmp_path) as app:
        await app.press("6", "f", "a")
        assert app.said == "$80.00 of credit applied to N-00002.  u undoes"
        assert "All money received is on invoices." in app.seen()
        await app.press("u")
        assert app.column(6) == [8_000]
        await app.press("ctrl+r")
        assert app.column(6) == []


async def test_rc2_a_credit_balance_is_applied_as_a_whole(money: Book, tmp_path: Path) -> None:
    receive(money, "Carter, Cleo", 5_000)
    bill(money, "Carter, Cleo")
    async with biller_on(money, tmp_path) as app:
        await app.press("6", "f", "f", "a")
        assert app.said == "$130.00 of credit applied to N-00002.  u undoes"
        assert "Nobody has money with the practice" in app.seen()


async def test_rc2_nothing_open_is_a_sentence(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("6", "f", "a")
        assert app.said == "There is no credit to apply, or no open invoice to apply it to."


async def test_rc3_credit_is_refunded_without_any_balance(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("6", "f", "F")
        assert "reopens" not in app.seen()
        await app.press("tab", *"moved away", "tab", *"check 12", "enter")
        assert app.question == "Refund $80.00 of ach A9 of Cleo Carter as paid by check 12?"
        await app.say_yes()
        assert app.said == "$80.00 of ach A9 refunded."
        assert app.column(1) == []


async def test_a_bounced_check_is_reversed_with_a_reason_and_a_question(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("6", "V", *"bounced", "enter")
        assert app.question == "Reverse check 77 of Ann Archer, $100.00; $100.00 is owed again?"
        await app.say_yes()
        assert app.said == "check 77, $100.00, is reversed."
        assert app.column(2) == ["reversed"]
        assert not {"a", "F", "V"} & set(app.footer)
        await app.press("3")
        assert app.column(5) == [30_000]


async def test_rc2_enter_shows_the_invoices_and_x_takes_the_money_off(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("6", "enter")
        app.on(Payment)
        assert (app.column(0), app.column(3)) == (["N-00001"], [10_000])
        assert "Ann Archer" in app.seen()
        await app.press("x")
        assert app.said == "$100.00 taken off N-00001.  u undoes"
        assert "It is on no invoice. a puts it on open ones." in app.seen()
        assert "unapplied $100.00" in app.seen()
        await app.press("u")
        assert app.column(3) == [10_000]
        await app.press("ctrl+r")
        await app.press("a")
        assert app.said == "$100.00 of credit applied to N-00001.  u undoes"
        await app.press("enter")
        app.on(Invoice)


async def test_capital_j_and_k_go_through_the_payments(money: Book, tmp_path: Path) -> None:
    receive(money, "Baker, Bob", 2_000)
    async with biller_on(money, tmp_path, size=(140, 40)) as app:
        await app.press("6", "enter")
        first = app.screen.totals
        await app.press("J", "J")
        assert app.screen.totals != first
        assert app.said == "This is the last one."
        await app.press("K", "K")
        assert (app.screen.totals, app.said) == (first, "This is the first one.")


async def test_today_counts_unapplied_credit_and_enter_opens_it(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        assert "Accounts with unapplied credit" in app.seen()
        await app.press("G", "enter")
        await app.until(lambda: isinstance(app.app.screen, Payments) and app.screen.grid.row_count == 1)
        assert app.column(0) == ["Cleo Carter"]
        assert app.screen.quick_filter == "credit balances"


async def test_rd4_o_opens_the_receipt_and_makes_it_where_there_is_none(money: Book, tmp_path: Path) -> None:
    async with biller_on(money, tmp_path) as app:
        await app.press("6", "o")
        app.on(TextPage)
        assert "RECEIVED FROM" in app.seen()
        assert money.value("SELECT max(version) FROM receipt") == 1
        await app.press("escape", "V", *"bounced", "enter")
        await app.say_yes()
        await app.press("o")
        app.on(TextPage)
        assert "Corrected, version 2" in app.seen()


async def test_rd4_goodwill_under_the_cursor_has_no_receipt(money: Book, tmp_path: Path) -> None:
    guarantor_id = money.value("SELECT guarantor_id FROM client WHERE sort_name = 'Carter, Cleo'")
    with money.write() as tx:
        give_credit(tx, guarantor_id=guarantor_id, amount_cents=100, reason="r", today=TODAY)
    async with biller_on(money, tmp_path) as app:
        await app.press("6", "/", *"Cleo", "enter", "o")
        assert "o" not in app.footer
        assert app.said == "o (Receipt) does nothing for this row now."
        assert money.value("SELECT count(*) FROM receipt") == 0
