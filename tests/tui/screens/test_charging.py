"""RF1, RF2 by keys: a card on file is charged, removed, answered for by itself; what fails is listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.payments.card import CardSeen, DisputeSeen
from core.payments.card_file import cards_of, keep_card, say_charge
from core.payments.commands import record_payment
from core.payments.reconcile import compare
from core.payments.taken import settle_dispute
from core.practice.cards import set_card_processor
from core.tables import CardConsent
from tests.builders import NOW, TODAY, Book
from tests.tui.on_a_book import Driver, biller_on
from tests.tui.screens.test_paying import bill
from tui.screens.cards_on_file import CardsOnFile
from tui.screens.client import Client
from tui.screens.processor import CardProcessor
from tui.strips.payment import PaymentStrip

CHARGES = "SELECT id, amount_cents FROM card_charge ORDER BY no"
PAYMENTS = "SELECT count(*) FROM payment"


@pytest.fixture
def billed(book: Book) -> Book:
    """Ann Archer owes one invoice and has a card on file."""
    bill(book, "Archer, Ann")
    with book.write() as tx:
        owner = tx.value("SELECT guarantor_id FROM client WHERE name LIKE 'Ann%'")
        agreed = CardConsent(
            guarantor_id=owner, version="1", words="w", agreed_at="2026-10-01T00:00:00.000Z", person="Ada"
        )
        keep_card(tx, owner, tx.add(agreed), CardSeen("pm_1", "visa", "4242", 12, 2034))
        set_card_processor(tx, "stripe")
    return book


def owed(book: Book) -> int:
    return int(book.value("SELECT sum(balance_cents) FROM invoice_balance"))


async def open_ann(app: Driver) -> None:
    await app.press("4", "enter")
    app.on(Client)


def answer(book: Book, outcome: str, code: str = "") -> None:
    """What the hub says of the last charge."""
    with book.write() as tx:
        charge_id = tx.rows(CHARGES)[-1][0]
        say_charge(tx, charge_id, outcome, code=code, processor_ref="pi_1", today=TODAY)


async def test_rf1_d_in_the_amount_charges_the_card_on_file_after_a_question(
    billed: Book, tmp_path: Path
) -> None:
    cents = owed(billed)
    async with biller_on(billed, tmp_path) as app:
        await open_ann(app)
        await app.press("p", "d")
        assert isinstance(app.strip, PaymentStrip)
        assert (app.strip.charges, app.strip.reference.typed) == (True, "4242")
        await app.press("enter")
        assert app.question.startswith("Charge visa 4242, $")
        assert billed.rows(CHARGES) == []
        await app.say_yes()
        assert app.said.startswith("Asked to charge visa 4242, $")
        assert [amount for _, amount in billed.rows(CHARGES)] == [cents]
        assert billed.value(PAYMENTS) == 0, "nothing is received before the hub says so"


@pytest.mark.parametrize(
    ("outcome", "code", "says"),
    [
        ("paid", "", "paid"),
        ("declined", "insufficient_funds", "declined: The bank says there is not"),
        ("confirm", "authentication_required", "needs confirmation"),
    ],
)
async def test_rf1_the_answer_stands_in_the_status_line_and_on_the_invoice_when_it_comes(
    billed: Book, tmp_path: Path, outcome: str, code: str, says: str
) -> None:
    async with biller_on(billed, tmp_path) as app:
        await open_ann(app)
        await app.press("c", "enter")
        await app.say_yes()
        answer(billed, outcome, code)
        app.app.renew_all()
        await app.until(lambda: not app.app.charges_asked)
        assert says in app.said
        await app.press(*":N-00001", "enter")
        assert says in app.seen(), "the invoice tells it too"


async def test_rf1_another_ending_or_more_than_is_open_is_refused(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await open_ann(app)
        await app.press("p", "d", *"1881", "enter")
        assert 'No card on file ends in "1881". On file: 4242.' in app.seen()
        await app.press("home", "ctrl+k", *"4242", "shift+tab", *"9999", "enter")
        assert "A card is charged for no more than is open" in app.seen()
        assert billed.rows(CHARGES) == []


async def test_rf1_who_has_no_card_on_file_is_not_charged_and_d_records_as_before(
    book: Book, tmp_path: Path
) -> None:
    bill(book, "Archer, Ann")
    async with biller_on(book, tmp_path) as app:
        await open_ann(app)
        await app.press("c")
        assert app.said.startswith("Ann Archer has no card on file.")
        app.clock.now += 5
        await app.press("p", "d", *"slip7", "enter")
        assert book.value(PAYMENTS) == 1


async def test_rf1_a_card_is_removed_with_a_reason_and_a_question(billed: Book, tmp_path: Path) -> None:
    async with biller_on(billed, tmp_path) as app:
        await open_ann(app)
        assert "visa 4242 until 2034-12, Ada agreed 2026-10-01" in app.seen()
        await app.press("C")
        app.on(CardsOnFile)
        await app.press("x", *"lost", "enter")
        await app.say_yes()
        assert app.said == "visa 4242 is used no more."
        assert "No card is on file." in app.seen()
        assert billed.rows("SELECT reason FROM card_removal") == [("lost",)]


async def test_rf1_another_card_is_made_the_default_by_key_and_u_takes_it_back(
    billed: Book, tmp_path: Path
) -> None:
    with billed.write() as tx:
        owner = tx.value("SELECT guarantor_id FROM saved_card")
        consent_id = tx.value("SELECT id FROM card_consent")
        keep_card(tx, owner, consent_id, CardSeen("pm_2", "mastercard", "4444", 12, 2034))

    def default() -> str:
        with billed.store.read() as read:
            return str(cards_of(read, owner)[0].last4)

    async with biller_on(billed, tmp_path) as app:
        await open_ann(app)
        before = default()
        await app.press("C", "G", "e")
        assert app.said.endswith("is charged first.  u undoes")
        assert default() != before
        await app.press("u")
        assert default() == before
        await app.press("g", "g", "e")
        assert app.said.endswith("is the default already.")


def _disputed(book: Book) -> None:
    with book.write() as tx:
        owner: Any = tx.value("SELECT guarantor_id FROM client WHERE name LIKE 'Ann%'")
        record_payment(
            tx, guarantor_id=owner, amount_cents=5_000, method="card_on_file", received_on=TODAY, today=TODAY,
            reference="pi_9", processor_id="pi_9", allocations=[],
        )  # fmt: skip
        settle_dispute(tx, DisputeSeen("dp_1", "pi_9", "needs_response", 5_000, 1_500, "fraudulent", NOW))
        compare(tx, [], [], since_on=TODAY.replace(day=1))


async def test_rf2_today_counts_what_failed_is_disputed_or_differs_and_enter_lists_it(
    billed: Book, tmp_path: Path
) -> None:
    _disputed(billed)
    async with biller_on(billed, tmp_path) as app:
        await open_ann(app)
        await app.press("c", "enter")
        await app.say_yes()
        answer(billed, "declined", "expired_card")
        await app.press("1")
        lines = app.column(0, "waiting")
        assert lines[:3] == [
            "Cards that failed", "Card payments in dispute", "Differences with the processor",
        ]  # fmt: skip
        await app.press("g", "g", "enter")
        app.on(CardProcessor)
        assert app.column(5) == ["declined: The card has expired."]
        await app.press("f")
        assert (app.column(2), app.column(4)) == (["open"], ["2026-10-31"])
        await app.press("O")
        assert app.said == "Copied: https://dashboard.stripe.com/test/payments/pi_9"
        await app.press("f")
        assert app.column(1) == ["in the book, not at the processor"]
        assert "as of 2026-10-31" in app.seen()
