"""Write off, adjust, refund, void, bill again, by keys (RC3, RC4, RB6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.payments.commands import record_payment, reverse_payment
from tests.builders import TODAY, Book
from tests.tui.on_a_book import biller_on
from tests.tui.screens.test_paying import bill
from tui.screens.invoice import Invoice
from tui.screens.invoices import Invoices
from tui.screens.refused_keys import PAUSE_SECONDS
from tui.screens.unbilled import Unbilled


def pay(book: Book, invoice_id: str, cents: int, method: str = "check", reference: str = "77") -> str:
    guarantor_id = book.value("SELECT guarantor_id FROM invoice_issue WHERE invoice_id = :id", id=invoice_id)
    with book.write() as tx:
        made = record_payment(
            tx,
            guarantor_id=guarantor_id,
            amount_cents=cents,
            method=method,
            reference=reference,
            received_on=TODAY,
            today=TODAY,
            invoice_id=invoice_id,
        )
    return str(made.payment_id)


@pytest.fixture
def ann(book: Book) -> str:
    """N-00001 of Ann, $300.00."""
    return bill(book, "Archer, Ann")


async def test_rc4_w_writes_off_what_is_open_and_u_reverses_it(book: Book, ann: str, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "W")
        assert "Write off N-00001" in app.seen()
        assert "bad debt, why" in app.seen()
        await app.press("tab", *"moved away", "enter")
        assert app.said == "$300.00 off N-00001, bad debt.  u undoes"
        assert app.column(3) == ["written off"]
        await app.press("u")
        assert app.column(3) == ["sent"]
        assert book.rows("SELECT amount_cents FROM adjustment ORDER BY no") == [(30_000,), (-30_000,)]


async def test_rc4_a_letter_in_the_amount_chooses_the_kind(book: Book, ann: str, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", "a", *"20", "s", *"rounding", "enter")
        assert app.said == "$20.00 off N-00001, small balance.  u undoes"
        assert "balance $280.00" in app.seen()
        assert "small balance" in app.seen()


async def test_rc4_a_reason_is_needed_and_more_than_the_balance_is_refused(
    book: Book, ann: str, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "W", "enter")
        assert "Fill in bad debt, why." in app.seen()
        await app.press(*"gone", "shift+tab", *"301", "enter")
        assert app.said == "301.00 is more than what is open on N-00001, 300.00. Take off less."
        await app.press("W")
        assert "gone" in app.seen()
        assert book.value("SELECT count(*) FROM adjustment") == 0


async def test_rc3_a_refund_of_part_opens_the_balance_again(book: Book, ann: str, tmp_path: Path) -> None:
    pay(book, ann, 30_000)
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "F")
        assert "Refund check 77" in app.seen()
        await app.press(*"100", "r", *"paid twice", "tab", *"check 9", "enter")
        assert app.question == (
            "Refund $100.00 of check 77 of Ann Archer as paid by check 9; N-00001 reopens, owed again?"
        )
        await app.say_yes()
        assert app.said == "$100.00 of check 77 refunded."
        assert app.column(5) == [10_000]
        assert book.rows("SELECT amount_cents, balance, channel, method, reference FROM refund_request") == [
            (10_000, "reopen", "outside", "check", "9")
        ]


async def test_rc3_c_closes_the_balance_with_the_refund(book: Book, ann: str, tmp_path: Path) -> None:
    pay(book, ann, 30_000)
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "F", "c", *"waived", "enter")
        assert "N-00001 stays closed" in app.question
        await app.say_yes()
        assert (app.column(3), app.column(5)) == (["refunded"], [0])


async def test_rc3_of_several_payments_one_is_chosen(book: Book, ann: str, tmp_path: Path) -> None:
    pay(book, ann, 10_000, "cash", "")
    pay(book, ann, 20_000, "ach", "A1")
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "F")
        assert "c cash $100.00" in app.seen()
        await app.press("c", "r", *"wrong", "enter")
        assert app.question.startswith("Refund $100.00 of cash of Ann Archer as paid by cash")


async def test_a_refund_that_is_not_answered_with_y_keeps_what_was_typed(
    book: Book, ann: str, tmp_path: Path
) -> None:
    pay(book, ann, 30_000)
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "F", *"50", "r", *"by mistake", "enter")
        app.clock.now += 1
        await app.press("n")
        assert book.value("SELECT count(*) FROM refund_request") == 0
        await app.press("F")
        assert "by mistake" in app.seen()
        await app.press("tab", "tab", *"stones", "enter")
        assert "Say how it was paid back: check, cash" in app.seen()


async def test_rb6_v_asks_the_reason_then_once_and_the_sessions_are_unbilled(
    book: Book, ann: str, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "V", *"wrong rate", "enter")
        assert app.question == "Void N-00001, $300.00? Its sessions are unbilled again."
        await app.say_yes()
        assert app.said == "N-00001 is void. b bills its sessions again."
        assert app.column(3) == ["void"]
        await app.press("p", "W", "F", "V")
        assert app.strip is None
        assert app.said == "N-00001 is void: nothing is open on it."
        app.clock.now += PAUSE_SECONDS + 0.1
        await app.press("2")
        assert "Archer, Ann" in app.column(0)


async def test_rb6_a_void_needs_its_reason(book: Book, ann: str, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "V", "enter")
        assert "Fill in because." in app.seen()
        assert book.value("SELECT count(*) FROM invoice_void") == 0


@pytest.mark.parametrize(("key", "left", "refunded"), [("c", 12_000, 0), ("r", 0, 12_000)])
async def test_rb6_voiding_a_half_paid_invoice_is_one_question_about_its_money(
    book: Book, ann: str, tmp_path: Path, key: str, left: int, refunded: int
) -> None:
    pay(book, ann, 12_000)
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "V", *"wrong client", "enter")
        assert app.question == "Void N-00001, $300.00, of which $120.00 is paid?"
        await app.press(key)
        assert app.column(3) == ["partly paid"], "a key typed too early answers nothing"
        app.clock.now += 1
        await app.press(key)
        assert app.column(3) == ["void"]
        assert book.rows("SELECT left_cents, refunded_cents FROM money_left") == [(left, refunded)]


async def test_rb6_b_bills_a_void_invoice_again(book: Book, ann: str, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "V", *"wrong rate", "enter")
        await app.say_yes()
        await app.until(lambda: app.footer.get("b") == "Bill again")
        await app.press("b")
        assert app.said == "Draft made in place of N-00001.  u undoes"
        app.on(Invoice)
        await app.press("q")
        app.on(Invoices)
        assert app.column(3) == ["draft", "void"]


async def test_the_invoice_has_the_same_verbs_as_the_list(book: Book, ann: str, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path, size=(140, 40)) as app:
        await app.press("3", "enter", "p", *"100", "enter")
        assert "paid $100.00   balance $200.00" in app.seen()
        await app.press("W", "tab", *"gave up", "enter")
        assert app.screen.totals == "N-00001 · paid"
        await app.press("V", *"no", "enter")
        app.clock.now += 1
        await app.press("c")
        assert app.screen.totals == "N-00001 · void"


async def test_rc4_a_credit_note_on_a_paid_invoice_makes_credit_and_u_puts_it_back(
    book: Book, ann: str, tmp_path: Path
) -> None:
    pay(book, ann, 30_000)
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter")
        assert "W" not in app.footer
        await app.press("a", *"50", "tab", *"charged twice", "enter")
        assert app.said == "$50.00 off N-00001, credit note.  u undoes"
        assert "total $300.00   adjusted -$50.00   paid $250.00   balance $0.00" in app.seen()
        assert book.value("SELECT left_cents FROM money_left") == 5_000
        await app.until(lambda: book.value("SELECT max(version) FROM credit_note") == 1)
        await app.press("u")
        assert "total $300.00   paid $300.00   balance $0.00" in app.seen()
        assert book.value("SELECT left_cents FROM money_left") == 0
        await app.until(lambda: book.value("SELECT max(version) FROM credit_note") == 2)


async def test_rc2_goodwill_is_given_from_the_client_and_taken_back(
    book: Book, ann: str, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("4", "A", *"50", "tab", *"scholarship", "enter")
        assert app.said == "Credit of $50.00 given.  u undoes"
        assert app.column(3)[0] == 5_000
        await app.press("u")
        assert app.column(3)[0] == 0
        assert book.value("SELECT count(*) FROM credit_reversal") == 1


async def test_a_money_verb_that_does_not_apply_says_why_and_the_digits_behind_it_do_nothing(
    book: Book, ann: str, tmp_path: Path
) -> None:
    pay(book, ann, 30_000)
    async with biller_on(book, tmp_path) as app:
        for key in "pW":
            await app.press("3", key, *"120", "k", *"1187", "enter")
            app.on(Invoices)
            assert app.strip is None
            assert app.said == "N-00001 is paid: nothing is open on it."
            app.clock.now += PAUSE_SECONDS / 2
            await app.press("2")
            app.on(Invoices)
            app.clock.now += PAUSE_SECONDS + 0.1
        await app.press("2")
        app.on(Unbilled)


@pytest.mark.parametrize("key", ["m", "e"])
async def test_words_behind_a_verb_of_drafts_take_no_payment_of_an_issued_invoice(
    book: Book, ann: str, tmp_path: Path, key: str
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "enter", key, *"pay", "space", *"50", "enter")
        app.on(Invoice)
        assert app.strip is None
        assert app.said == "N-00001 is sent: it cannot be changed any more."
        assert book.value("SELECT count(*) FROM payment") == 0


async def test_an_arrow_ends_the_pause_after_a_refused_key(book: Book, ann: str, tmp_path: Path) -> None:
    pay(book, ann, 30_000)
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "p")
        await app.press("down", "2")
        app.on(Unbilled)


async def test_a_draft_says_why_it_takes_no_money(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("2", "b")
        await app.press("3", "F", *"150")
        app.on(Invoices)
        assert app.said == "That is for an issued invoice: s sends a draft."


async def test_what_is_typed_behind_a_number_that_is_no_invoice_goes_nowhere(
    book: Book, ann: str, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "P", "9", "enter", *"120", "enter")
        app.on(Invoices)
        assert app.said == 'There is no invoice or draft "9".'


@pytest.mark.parametrize("width", [80, 140])
async def test_rb6_the_timeline_tells_the_money_that_came_and_went(
    book: Book, ann: str, tmp_path: Path, width: int
) -> None:
    paid = pay(book, ann, 12_000, reference="1187")
    with book.write() as tx:
        reverse_payment(tx, paid, reason="bounced", today=TODAY)
    pay(book, ann, 30_000, "ach", "A1")
    async with biller_on(book, tmp_path, size=(width, 40)) as app:
        await app.press("3", "enter")
        seen = app.seen()
        assert "paid $120.00, check 1187 of 2026-10-31" in seen
        assert "reversed $120.00, check 1187 of 2026-10-31" in seen
        assert "paid $300.00, ach A1 of 2026-10-31" in seen
        await app.press("F", *"100", "r", *"twice", "tab", *"check 9", "enter")
        await app.say_yes()
        assert "refunded $100.00 by check 9, owed again" in app.seen()
        await app.press("W", "tab", *"gone", "enter")
        assert "bad debt, $100.00 off: gone" in app.seen()


async def test_rb6_both_invoices_name_each_other(book: Book, ann: str, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("3", "V", *"wrong rate", "enter")
        await app.say_yes()
        await app.until(lambda: app.footer.get("b") == "Bill again")
        await app.press("b")
        assert "replaces N-00001" in app.seen()
        await app.press("s")
        await app.say_yes()
        assert "replaces N-00001" in app.seen()
        await app.press("q", "f", "q", "3")
        app.app.show_invoice(ann)
        await app.settled()
        assert "billed again on N-00002" in app.seen()
