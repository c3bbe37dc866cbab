"""RF1: a card on file is charged once, and only for what is open when the charge leaves, whatever happened
while it waited: the processor was away, the clock was set, somebody paid, another asked for the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.dates import show_instant, system_now
from core.payments import inbox, outbox
from core.payments.card import ChargeAsked, ChargeUnderWay
from core.payments.card_file import Charge, ask_charge, cards_of, charges_of, remove_card
from core.payments.commands import record_payment
from core.security.processor_secret import ProcessorSecret
from core.tables import CardCharge, ProcessorCall, RefundRequest
from syncd.outside.stripe import Stripe
from tests.builders import OWNER, TODAY
from tests.stripe_double import API_KEY, WEBHOOK_SECRET, Double
from tests.syncd.network import Running, Served, until
from tests.syncd.rehearsal import connect, stand_in
from tests.syncd.test_card_payments import AGREED, CENTS, Till

NOBODY = "http://127.0.0.1:9"
SAVED_WITH = 5_000
LEFT = CENTS - SAVED_WITH


class Waiting(Till):
    """With a card on file, and a processor that can be away."""

    card_id = ""

    async def save(self) -> None:
        await self.pay(SAVED_WITH, consent=AGREED)
        (card,) = self.ask(cards_of, self.guarantor_id)
        self.card_id = card.card_id

    def away(self) -> None:
        connect(self.store, self.folder, NOBODY)

    def back(self) -> None:
        connect(self.store, self.folder, self.double.url)

    async def ask_while_away(self) -> None:
        """A charge that was sent once, to nobody."""
        await self.save()
        self.away()
        with self.store.write(OWNER) as tx:
            ask_charge(tx, self.card_id, self.invoice_id, today=TODAY)
        await until(lambda: any(call.tries for call in self.ask(outbox.waiting_calls)))

    def paid_by_check(self, cents: int) -> None:
        with self.store.write(OWNER) as tx:
            record_payment(
                tx, guarantor_id=self.guarantor_id, amount_cents=cents, method="check", received_on=TODAY,
                today=TODAY, invoice_id=self.invoice_id,
            )  # fmt: skip

    async def answered(self) -> list[Charge]:
        def all_answered() -> bool:
            return all(one.outcome is not None for one in self.ask(charges_of, self.invoice_id))

        await until(all_answered, 60)
        await until(lambda: not self.ask(outbox.waiting_calls), 60)
        found: list[Charge] = self.ask(charges_of, self.invoice_id)
        return found

    def taken(self) -> None:
        """The processor has it; the answer was lost on the way."""
        processor = Stripe(ProcessorSecret(API_KEY, WEBHOOK_SECRET, "", self.double.url))
        (call,) = self.ask(outbox.waiting_calls)
        asked = self.ask(outbox.asked_of, call)
        assert isinstance(asked, ChargeAsked)
        processor.charge(asked, key=outbox.key_of(call))
        processor.close()

    def forge(self, once: str, **other: Any) -> None:
        """What an office may have written without the commands."""
        told = {
            "card_id": self.card_id, "guarantor_id": self.guarantor_id, "invoice_id": self.invoice_id,
            "amount_cents": LEFT, "asked_on": TODAY.isoformat(), **other,
        }  # fmt: skip
        with self.store.write(OWNER) as tx:
            tx.add(CardCharge(once=once, **told))


@pytest.fixture(scope="module")
def stripe() -> Iterator[tuple[Double, Running]]:
    with stand_in() as made:
        yield made


@pytest.fixture
def till(stripe: tuple[Double, Running], hub_database: str, tmp_path: Path) -> Iterator[Waiting]:
    double, running = stripe
    for kept in (double.intents, double.refunds, double.disputes, double.events):
        kept.clear()
    network = Served(tmp_path, hub_database)
    try:
        yield Waiting(network, double, running, tmp_path)
    finally:
        network.close()


def _remove(till: Waiting) -> None:
    with till.store.write(OWNER) as tx:
        remove_card(tx, till.card_id, reason="taken back")


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [(lambda till: till.paid_by_check(LEFT), "paid_meanwhile"), (_remove, "card_removed")],
)
def test_rf1_a_charge_that_waited_for_the_processor_is_not_made_when_it_is_too_late(
    till: Waiting, meanwhile: Callable[[Waiting], None], why: str
) -> None:
    async def story() -> None:
        await till.ask_while_away()
        meanwhile(till)
        till.back()
        (charge,) = await till.answered()
        assert (charge.outcome, charge.code) == ("refused", why)
        assert (len(till.double.intents), till.credit()) == (1, 0)

    asyncio.run(story())


def test_rf1_a_charge_whose_answer_was_lost_is_found_though_it_is_too_late_by_now(till: Waiting) -> None:
    async def story() -> None:
        await till.ask_while_away()
        till.paid_by_check(LEFT)
        till.taken()
        till.back()
        (charge,) = await till.answered()
        assert (charge.outcome, len(till.double.intents), till.credit()) == ("paid", 2, LEFT)

    asyncio.run(story())


@pytest.mark.parametrize(("made", "first"), [(72, 72), (3, -24)])
def test_rf1_a_clock_that_was_wrong_charges_nobody_twice(till: Waiting, made: int, first: int) -> None:
    """The hub's clock was hours ahead when the charge went out; the processor has forgotten its key."""

    async def story() -> None:
        await till.ask_while_away()
        now = system_now()
        told = {
            "made": show_instant(now + timedelta(hours=made)),
            "first": show_instant(now + timedelta(hours=first)),
        }
        with till.store.write(OWNER) as tx:
            tx.execute(
                "UPDATE processor_call SET made_at = :made, first_at = :first WHERE kind = 'charge'", told
            )
        till.taken()
        till.double._answers.clear()
        till.back()
        (charge,) = await till.answered()
        assert (charge.outcome, len(till.double.intents), till.balance()) == ("paid", 2, 0)

    asyncio.run(story())


def test_rf1_two_charges_for_the_same_balance_are_one_whatever_an_office_wrote(till: Waiting) -> None:
    async def story() -> None:
        await till.ask_while_away()
        till.forge(f"charge:{till.invoice_id}:7")
        till.back()
        told = await till.answered()
        assert [(one.outcome, one.code) for one in told] == [("paid", ""), ("refused", "under_way")]
        assert (len(till.double.intents), till.credit()) == (2, 0)

    asyncio.run(story())


def test_rf1_a_charge_of_another_account_or_of_nothing_is_refused_and_holds_nothing_up(till: Waiting) -> None:
    async def story() -> None:
        await till.save()
        till.forge("charge:nowhere:0", invoice_id="nowhere")
        till.forge("charge:other:0", guarantor_id=till.other[0])
        await until(lambda: len(told(till)) == 2)
        assert told(till) == ["no_invoice", "other_account"]
        assert len(till.double.intents) == 1

    def told(till: Waiting) -> list[str]:
        with till.store.read() as read:
            return [code for (code,) in read.rows("SELECT code FROM charge_answer ORDER BY code")]

    asyncio.run(story())


def test_rf2_what_the_processor_tells_is_taken_in_while_a_call_cannot_be_made(till: Waiting) -> None:
    """A refund of money that never came by the processor is none of its business; a call that asks for
    nothing fails each time."""

    async def story() -> None:
        with till.store.write(OWNER) as tx:
            paid = record_payment(
                tx, guarantor_id=till.other[0], amount_cents=100, method="cash", received_on=TODAY,
                today=TODAY, invoice_id=till.other[1],
            )  # fmt: skip
            tx.add(
                RefundRequest(
                    payment_id=paid.payment_id, amount_cents=100, balance="credit", channel="processor",
                    reason="forged", refunded_on=TODAY.isoformat(),
                )
            )  # fmt: skip
            tx.add(ProcessorCall(id="nothing", kind="refund", state="waiting", made_at=tx.now_text))
        await till.pay(SAVED_WITH)
        assert till.balance() == LEFT
        assert not till.ask(inbox.waiting_events)
        assert [call.id for call in till.ask(outbox.waiting_calls)] == ["nothing"]

    asyncio.run(story())


def test_re4_nothing_is_paid_on_a_page_while_a_card_is_charged_for_the_same(till: Waiting) -> None:
    async def story() -> None:
        await till.ask_while_away()
        with pytest.raises(ChargeUnderWay):
            till.begun(100, form="meanwhile")

    asyncio.run(story())
