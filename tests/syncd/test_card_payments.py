"""RE4, RF1, RF2: cards, from the page of the processor to the book, and what comes back later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.dates import system_now
from core.ledger.account import account_of, facts_of
from core.payments import inbox
from core.payments.allocation import Part
from core.payments.card import ConsentNeeded, Event, NoProcessor, Processor, TooLittle
from core.payments.card_file import ask_charge, cards_of, charges_of, remove_card
from core.payments.card_list import disputes, open_differences
from core.payments.checkout import Consent, begin_payment, begin_saving, parts_for
from core.payments.commands import record_payment
from core.payments.outbox import page_of
from core.payments.queries import invoice_state
from core.payments.refunds import refund
from core.payments.refusals import AllocationExceedsBalance
from core.store import Store
from syncd.cards import processor_from
from syncd.settling import News, news_of, pull
from tests.builders import OWNER, TODAY
from tests.stripe_double import (
    CONFIRM,
    DECLINED,
    DECLINED_LATER,
    GOOD,
    WEBHOOK_SECRET,
    Double,
    deliver,
    signed,
)
from tests.syncd.network import Running, Served, until
from tests.syncd.rehearsal import connect, owe, stand_in

AGREED = Consent("2026-11", "You may charge this card for what I owe.", "Ada Archer")
CENTS = 15_000


class Till:
    """A hub that takes cards, its stand-in for Stripe, and one invoice of $150.00."""

    def __init__(self, network: Served, double: Double, running: Running, folder: Path) -> None:
        office = network.offices[1]
        self.guarantor_id, self.invoice_id = owe(office, "Archer", CENTS)
        self.other = owe(office, "Brook", 7_000)
        network.exchange(office)
        network.hub.clock = system_now
        self.store: Store = network.hub
        self.double, self.folder = double, folder
        connect(self.store, folder, running.url)
        self.url = network.serve().url

    def begun(self, cents: int | None = None, *, form: str = "form", consent: Consent | None = None) -> str:
        with self.store.write(OWNER) as tx:
            parts = parts_for(tx, self.guarantor_id, amount_cents=cents)
            return begin_payment(tx, guarantor_id=self.guarantor_id, parts=parts, form=form, consent=consent)

    async def page(self, checkout_id: str) -> str:
        await until(lambda: bool((found := self.ask(page_of, checkout_id)) and found.state == "done"))
        return str(self.ask(page_of, checkout_id).url)

    async def type_in(self, url: str, number: str) -> httpx.Response:
        async with httpx.AsyncClient(verify=False) as client:
            return await client.post(url, data={"number": number})

    async def tell(self) -> list[int]:
        """Every event that waits, delivered once."""
        events, self.double.events[:] = list(self.double.events), []
        said = [await deliver(self.url, event) for event in events]
        await until(lambda: not self.ask(inbox.waiting_events))
        return said

    async def pay(self, cents: int | None = None, **how: Any) -> str:
        """A payment on the page, told of by events; answers the processor's id."""
        url = await self.page(self.begun(cents, **how))
        assert (await self.type_in(url, GOOD)).status_code == 303
        await self.tell()
        return list(self.double.intents)[-1]

    def ask(self, question: Callable[..., Any], *args: Any) -> Any:
        with self.store.read() as read:
            return question(read, *args)

    def balance(self) -> int:
        return int(self.ask(invoice_state, self.invoice_id).balance_cents)

    def payments(self) -> list[tuple[Any, ...]]:
        with self.store.read() as read:
            return read.rows("SELECT reference, amount_cents FROM payment ORDER BY _q, no")

    def credit(self) -> int:
        with self.store.read() as read:
            return account_of(facts_of(read, self.guarantor_id)).credit_cents


@pytest.fixture(scope="module")
def stripe() -> Iterator[tuple[Double, Running]]:
    with stand_in() as made:
        yield made


@pytest.fixture
def till(stripe: tuple[Double, Running], hub_database: str, tmp_path: Path) -> Iterator[Till]:
    double, running = stripe
    for kept in (double.intents, double.refunds, double.disputes, double.events):
        kept.clear()
    network = Served(tmp_path, hub_database)
    try:
        yield Till(network, double, running, tmp_path)
    finally:
        network.close()


def test_re4_a_part_is_paid_on_the_page_and_posted_once_however_often_it_is_told(till: Till) -> None:
    async def story() -> None:
        url = await till.page(till.begun(5_000))
        assert (await till.type_in(url, DECLINED)).status_code == 402
        assert till.payments() == []
        assert (await till.type_in(url, GOOD)).status_code == 303
        events = list(till.double.events)
        assert await till.tell() == [200] * len(events)
        for event in reversed(events):
            assert await deliver(till.url, event) == 200
        await until(lambda: not till.ask(inbox.waiting_events))
        (ref,) = till.double.intents
        assert till.payments() == [(ref, 5_000)]
        assert till.balance() == CENTS - 5_000
        assert till.ask(inbox.counts) == {"done": len({event["id"] for event in events})}

    asyncio.run(story())


def test_rf1_the_same_form_sent_twice_is_one_checkout(till: Till) -> None:
    assert till.begun(5_000) == till.begun(5_000)
    assert till.begun(5_000, form="another") != till.begun(5_000)


def test_rf1_a_card_is_kept_with_its_consent_and_charged_when_an_office_asks(till: Till) -> None:
    async def story() -> None:
        await till.pay(5_000, consent=AGREED)
        (card,) = till.ask(cards_of, till.guarantor_id)
        assert (card.last4, card.person, card.version) == ("4242", "Ada Archer", "2026-11")
        with till.store.write(OWNER) as tx:
            ask_charge(tx, card.card_id, till.invoice_id, today=TODAY)
        await until(lambda: till.ask(charges_of, till.invoice_id)[0].outcome == "paid")
        await till.tell()
        assert [cents for _, cents in till.payments()] == [5_000, 10_000]
        assert till.balance() == 0
        with till.store.write(OWNER) as tx:
            remove_card(tx, card.card_id, reason="a new one came")
        assert till.ask(cards_of, till.guarantor_id) == []

    asyncio.run(story())


def test_rf1_a_card_is_not_kept_without_consent_nor_charged_for_more_than_is_open(till: Till) -> None:
    async def story() -> None:
        await till.pay(5_000)
        assert till.ask(cards_of, till.guarantor_id) == []
        with till.store.write(OWNER) as tx, pytest.raises(ConsentNeeded):
            begin_saving(tx, guarantor_id=till.guarantor_id, form="s", consent=None)
        with till.store.write(OWNER) as tx, pytest.raises(AllocationExceedsBalance):
            parts = [Part(till.invoice_id, CENTS)]
            begin_payment(tx, guarantor_id=till.guarantor_id, parts=parts, form="more")
        with till.store.write(OWNER) as tx, pytest.raises(TooLittle):
            begin_payment(tx, guarantor_id=till.guarantor_id, parts=[Part(till.invoice_id, 49)], form="less")

    asyncio.run(story())


def test_rf1_a_card_is_saved_without_a_payment(till: Till) -> None:
    async def story() -> None:
        with till.store.write(OWNER) as tx:
            saving = begin_saving(tx, guarantor_id=till.guarantor_id, form="save", consent=AGREED)
        assert (await till.type_in(await till.page(saving), GOOD)).status_code == 303
        await till.tell()
        assert [card.last4 for card in till.ask(cards_of, till.guarantor_id)] == ["4242"]
        assert till.payments() == []

    asyncio.run(story())


@pytest.mark.parametrize(
    ("number", "outcome", "code"),
    [(DECLINED_LATER, "declined", "generic_decline"), (CONFIRM, "confirm", "authentication_required")],
)
def test_rf1_a_charge_that_the_bank_declines_is_answered_with_its_reason(
    till: Till, number: str, outcome: str, code: str
) -> None:
    async def story() -> None:
        with till.store.write(OWNER) as tx:
            saving = begin_saving(tx, guarantor_id=till.guarantor_id, form="save", consent=AGREED)
        await till.type_in(await till.page(saving), number)
        await till.tell()
        (card,) = till.ask(cards_of, till.guarantor_id)
        with till.store.write(OWNER) as tx:
            ask_charge(tx, card.card_id, till.invoice_id, today=TODAY)
        await until(lambda: till.ask(charges_of, till.invoice_id)[0].outcome is not None)
        (charge,) = till.ask(charges_of, till.invoice_id)
        assert (charge.outcome, charge.code, till.balance()) == (outcome, code, CENTS)

    asyncio.run(story())


def test_rf1_what_was_paid_meanwhile_is_not_charged(till: Till) -> None:
    """An office that was away asks for what another has recorded as paid."""

    async def story() -> None:
        await till.pay(5_000, consent=AGREED)
        (card,) = till.ask(cards_of, till.guarantor_id)
        with till.store.write(OWNER) as tx:
            ask_charge(tx, card.card_id, till.invoice_id, today=TODAY)
            record_payment(
                tx, guarantor_id=till.guarantor_id, amount_cents=100, method="cash", received_on=TODAY,
                today=TODAY, invoice_id=till.invoice_id,
            )  # fmt: skip
        await until(lambda: till.ask(charges_of, till.invoice_id)[0].outcome is not None)
        (charge,) = till.ask(charges_of, till.invoice_id)
        assert (charge.outcome, charge.code) == ("refused", "paid_meanwhile")
        assert len(till.double.intents) == 1

    asyncio.run(story())


def test_rf2_money_for_an_invoice_that_was_paid_meanwhile_is_credit(till: Till) -> None:
    async def story() -> None:
        url = await till.page(till.begun())
        with till.store.write(OWNER) as tx:
            record_payment(
                tx, guarantor_id=till.guarantor_id, amount_cents=CENTS, method="check", received_on=TODAY,
                today=TODAY, invoice_id=till.invoice_id,
            )  # fmt: skip
        await till.type_in(url, GOOD)
        await till.tell()
        assert (till.balance(), till.credit()) == (0, CENTS)

    asyncio.run(story())


def test_rc3_a_refund_asked_here_goes_through_the_processor_and_may_fail_later(till: Till) -> None:
    async def story() -> None:
        await till.pay()
        with till.store.read() as read:
            payment_id = read.value("SELECT id FROM payment")
        with till.store.write(OWNER) as tx:
            refund(tx, payment_id, amount_cents=4_000, reason="one session less", today=TODAY,
                   channel="processor")  # fmt: skip
        await until(lambda: not till.ask(invoice_state, till.invoice_id).refunding)
        ((ref, made),) = till.double.refunds.items()
        assert (made["amount"], till.balance()) == (4_000, 4_000)
        await till.tell()
        assert till.balance() == 4_000
        till.double.fail_refund(ref)
        await till.tell()
        assert (till.balance(), till.credit()) == (0, 0)

    asyncio.run(story())


async def _refunded_before_told(till: Till) -> None:
    """The refund's event comes before the payment's."""
    await till.type_in(await till.page(till.begun()), GOOD)
    (ref,) = till.double.intents
    await till.double.refund_in_dashboard(ref, 4_000)
    till.double.events.reverse()
    await till.tell()


async def _refunded_after(till: Till) -> None:
    await till.double.refund_in_dashboard(await till.pay(), 4_000)
    await till.tell()


@pytest.mark.parametrize("told", [_refunded_before_told, _refunded_after])
def test_rf2_a_refund_made_in_the_dashboard_is_taken_in_once(
    till: Till, told: Callable[[Till], Awaitable[None]]
) -> None:
    async def story() -> None:
        await told(till)
        assert (till.balance(), len(till.payments())) == (4_000, 1)

    asyncio.run(story())


@pytest.mark.parametrize(("end", "balance"), [("won", 0), ("lost", CENTS)])
def test_rf2_a_dispute_takes_the_money_until_it_is_won(till: Till, end: str, balance: int) -> None:
    async def story() -> None:
        ref = await till.pay()
        dispute = till.double.dispute(ref, CENTS)
        await till.tell()
        assert till.balance() == CENTS
        till.double.close_dispute(dispute, end)
        await till.tell()
        (row,) = till.ask(disputes)
        assert (row.state, row.fee_cents, till.balance()) == (end, 1_500, balance)

    asyncio.run(story())


def test_rf2_an_inquiry_takes_no_money(till: Till) -> None:
    async def story() -> None:
        till.double.dispute(await till.pay(), CENTS, status="warning_needs_response")
        await till.tell()
        assert (till.ask(disputes)[0].state, till.balance()) == ("inquiry", 0)

    asyncio.run(story())


def test_rf2_a_pull_records_what_no_webhook_told_and_lists_what_differs(till: Till) -> None:
    async def story() -> None:
        await till.type_in(await till.page(till.begun(5_000)), GOOD)
        (ref,) = till.double.intents
        await till.double.refund_in_dashboard(ref, 1_000)
        processor = processor_from(str(till.folder), till.store)
        assert processor is not None
        assert await asyncio.to_thread(pull, till.store, processor) == []
        assert (till.payments(), till.balance()) == ([(ref, 5_000)], CENTS - 4_000)
        customer, card = await till.double.card_on_file(GOOD)
        foreign = await till.double._make(
            {"amount": "900", "currency": "usd", "customer": customer}, card, {}
        )
        await till.double._try(foreign)
        with till.store.write(OWNER) as tx:
            record_payment(
                tx, guarantor_id=till.guarantor_id, amount_cents=300, method="card_external",
                received_on=system_now().date() - timedelta(days=2), today=system_now().date(),
                processor_id="pi_unknown",
            )  # fmt: skip
        found = await asyncio.to_thread(pull, till.store, processor)
        assert {(one.kind, one.theirs_cents, one.ours_cents) for one in found} == {
            ("not_in_book", 900, 0),
            ("not_at_processor", 0, 300),
        }
        assert await asyncio.to_thread(pull, till.store, processor) == found
        assert len(till.ask(open_differences)) == 2
        processor.close()

    asyncio.run(story())


def test_t15_what_is_forged_old_or_altered_is_refused_and_leaves_nothing(till: Till) -> None:
    async def post(body: bytes, signature: str) -> int:
        async with httpx.AsyncClient(verify=False) as client:
            answer = await client.post(
                f"{till.url}/stripe/webhook", content=body, headers={"stripe-signature": signature}
            )
        assert answer.content == b""
        return answer.status_code

    async def story() -> None:
        till.double.say("payment_intent.succeeded", {"id": "pi_1"})
        (event,) = till.double.events
        now = system_now().timestamp()
        body, good = signed(event)
        refused = [
            (body, ""),
            (body, signed(event, "whsec_other")[1]),
            (body.replace(b"pi_1", b"pi_2"), good),
            (body, signed(event, at=now - 600)[1]),
            (body, signed(event, at=now + 600)[1]),
            (body, "t=soon,v1=00"),
            signed({"id": "evt_x"}),
            signed({**event, "livemode": True}),
        ]
        assert [await post(*each) for each in refused] == [400] * len(refused)
        assert await post(b"x" * (300 << 10), good) == 413
        assert till.ask(inbox.counts) == {}
        assert WEBHOOK_SECRET.encode() not in (till.folder / "processor.secret").read_bytes()

    asyncio.run(story())


def test_t16_an_event_about_what_the_processor_does_not_have_is_put_aside(till: Till) -> None:
    async def story() -> None:
        till.double.say("payment_intent.succeeded", {"id": "pi_nowhere"})
        assert await till.tell() == [200]
        assert till.ask(inbox.counts) == {"aside": 1}
        await till.pay(5_000)
        assert [cents for _, cents in till.payments()] == [5_000]

    asyncio.run(story())


def test_t16_an_event_of_which_nothing_can_be_made_waits_behind_all_others(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even as many as are looked at together hold up one that came after them."""

    def breaks(processor: Processor, kind: str, about: str) -> list[News]:
        if about.startswith("pi_broken"):
            raise ZeroDivisionError
        return news_of(processor, kind, about)

    async def story() -> None:
        url = await till.page(till.begun())
        with till.store.write(OWNER) as tx:
            for number in range(60):
                told = Event(
                    f"evt_broken_{number}", "payment_intent.succeeded", f"pi_broken{number}", 1, False, "{}"
                )
                inbox.take_event(tx, told, live=False)
        assert (await till.type_in(url, GOOD)).status_code == 303
        said = [await deliver(till.url, event) for event in till.double.events]
        assert said
        assert set(said) == {200}
        await until(lambda: till.balance() == 0)
        assert till.ask(inbox.counts)["waiting"] >= 60

    monkeypatch.setattr("syncd.cards.news_of", breaks)
    asyncio.run(story())


def test_rf1_a_practice_without_a_processor_takes_no_cards_and_no_webhooks(tmp_path: Path) -> None:
    network = Served(tmp_path)
    try:
        guarantor_id, invoice_id = owe(network.offices[1], "Archer", CENTS)
        network.exchange(network.offices[1])
        with network.hub.write(OWNER) as tx, pytest.raises(NoProcessor):
            parts = [Part(invoice_id, CENTS)]
            begin_payment(tx, guarantor_id=guarantor_id, parts=parts, form="f")
        event = {"id": "evt_1", "type": "x", "created": 0, "livemode": False, "data": {"object": {}}}
        assert asyncio.run(deliver(network.serve().url, event)) == 404
    finally:
        network.close()
