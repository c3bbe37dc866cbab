"""Paying by card: begun on the processor's page, or with a card on file; posted exactly once (RE4, RF1, RF2).

A payment is recorded from what the processor has now, whoever brought the news: the page that the person
comes back to, a webhook, the answer to a charge, or a look at the processor's list. `once` is
`stripe:<payment intent>`, so that the second to come changes nothing.
"""

import json
from collections import namedtuple
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from core import audit
from core.actors import Right
from core.dates import local_day
from core.errors import NotFound, TooLong
from core.payments.allocation import Part, oldest_first
from core.payments.card import (
    CURRENCY,
    LEAST_CENTS,
    CardSeen,
    ConsentNeeded,
    Intent,
    NoProcessor,
    NothingToPay,
    PageSeen,
    TooLittle,
)
from core.payments.card_file import answer_charge, charge_asked, keep_card, require_no_charge
from core.payments.commands import record_payment
from core.payments.moves import require_amount
from core.payments.queries import invoice_state, open_invoices
from core.payments.refusals import AllocationExceedsBalance, InvoiceIsVoid, OtherGuarantor
from core.practice.cards import CARD_PROCESSOR
from core.practice.timezone import timezone
from core.store import Read, Tx
from core.tables import CardConsent, Checkout, ProcessorCall

MOST_WORDS = 5_000

SETTING = "SELECT value FROM setting WHERE name = :name ORDER BY id LIMIT 1"


def processor_of(read: Read) -> str:
    """The practice's card processor, such as stripe; empty where it takes no cards (RF1)."""
    found = read.value(SETTING, name=CARD_PROCESSOR)
    return "" if found is None else str(json.loads(found))


class Consent(NamedTuple):
    """What a card's holder agreed to: a version of the text, the text, and who."""

    version: str
    words: str
    person: str


def parts_for(
    read: Read, guarantor_id: str, *, invoice_id: str | None = None, amount_cents: int | None = None
) -> list[Part]:
    """What a payment of all that is open, of one invoice, or of a part of either would pay (RE4).

    Raises: NothingToPay, NotAPositiveAmount, AllocationExceedsBalance.
    """
    owed = [
        one
        for one in open_invoices(read, guarantor_id, disputed=invoice_id is not None)
        if invoice_id in (None, one.invoice_id)
    ]
    open_cents = sum(one.balance_cents for one in owed)
    if not owed:
        raise NothingToPay
    if amount_cents is None:
        return oldest_first(open_cents, owed)
    require_amount(amount_cents)
    if amount_cents > open_cents:
        raise AllocationExceedsBalance(owed[0].number, amount_cents, open_cents)
    return oldest_first(amount_cents, owed)


def begin_payment(
    tx: Tx,
    *,
    guarantor_id: str,
    parts: Sequence[Part],
    form: str,
    consent: Consent | None = None,
    guest: bool = False,
    portal: str = "",
) -> str:
    """A guarantor wants to pay invoices by card; answers the id of the checkout, whose page the hub opens.

    `form` names the form that was sent: the same again is the same checkout. With a `consent` the card is
    kept. A `guest` is not signed in and is shown no saved card; `portal` is where the person comes back to.
    Raises: NoProcessor, NothingToPay, TooLittle, InvoiceIsVoid, OtherGuarantor,
    AllocationExceedsBalance, ChargeUnderWay, ConsentNeeded, TooLong.
    """
    tx.require(Right.BILL)
    known = _begun(tx, guarantor_id, form)
    if known is not None:
        return known
    wanted: dict[str, int] = {}
    for part in parts:
        require_amount(part.amount_cents)
        wanted[part.invoice_id] = wanted.get(part.invoice_id, 0) + part.amount_cents
    for invoice_id, cents in wanted.items():
        state = invoice_state(tx, invoice_id)
        if state.void:
            raise InvoiceIsVoid(state.number)
        if state.guarantor_id != guarantor_id:
            raise OtherGuarantor(state.number)
        if cents > state.balance_cents:
            raise AllocationExceedsBalance(state.number, cents, state.balance_cents)
        require_no_charge(tx, invoice_id)
    if not wanted:
        raise NothingToPay
    if sum(wanted.values()) < LEAST_CENTS:
        raise TooLittle
    if guest and consent is not None:
        raise ConsentNeeded
    begun = Checkout(
        kind="payment", guarantor_id=guarantor_id, parts=json.dumps(list(wanted.items())),
        amount_cents=sum(wanted.values()), guest=guest, portal=portal,
    )  # fmt: skip
    return _begin(tx, begun, form, consent)


def begin_saving(tx: Tx, *, guarantor_id: str, form: str, consent: Consent | None, portal: str = "") -> str:
    """A guarantor wants to keep a card without paying. Raises: NoProcessor, ConsentNeeded, TooLong."""
    tx.require(Right.BILL)
    known = _begun(tx, guarantor_id, form)
    if known is not None:
        return known
    if consent is None:
        raise ConsentNeeded
    return _begin(
        tx, Checkout(kind="setup", guarantor_id=guarantor_id, amount_cents=0, portal=portal), form, consent
    )


BEGUN = "SELECT id FROM checkout WHERE once = :once AND guarantor_id = :guarantor_id ORDER BY no LIMIT 1"


def _begun(tx: Tx, guarantor_id: str, form: str) -> str | None:
    """Raises: NoProcessor."""
    if not processor_of(tx):
        raise NoProcessor
    found: str | None = tx.value(BEGUN, once=f"checkout:{form}", guarantor_id=guarantor_id)
    return found


def _begin(tx: Tx, begun: Checkout, form: str, consent: Consent | None) -> str:
    guarantor_id = begun.guarantor_id
    if tx.value("SELECT 1 FROM guarantor WHERE id = :id", id=guarantor_id) is None:
        raise NotFound("There is no such guarantor any more.", subject=guarantor_id)
    begun.once = f"checkout:{form}"
    begun.consent_id = None if consent is None else _agree(tx, guarantor_id, consent)
    checkout_id = tx.add(begun)
    what = "checkout" if begun.kind == "payment" else "setup"
    tx.add(ProcessorCall(id=checkout_id, kind=what, state="waiting", made_at=tx.now_text))
    audit.record(
        tx, "checkout.begun", "guarantor", guarantor_id, checkout=checkout_id, kind=begun.kind,
        amount_cents=begun.amount_cents, saves_card=consent is not None,
    )  # fmt: skip
    return checkout_id


def _agree(tx: Tx, guarantor_id: str, consent: Consent) -> str:
    if not (consent.version.strip() and consent.words.strip() and consent.person.strip()):
        raise ConsentNeeded
    for name, value, most in (
        ("consent", consent.words, MOST_WORDS), ("name", consent.person, 200),
        ("version", consent.version, 40),
    ):  # fmt: skip
        if len(value) > most:
            raise TooLong(name, most)
    return tx.add(
        CardConsent(
            guarantor_id=guarantor_id,
            version=consent.version.strip(),
            words=consent.words.strip(),
            agreed_at=tx.now_text,
            person=consent.person.strip(),
        )
    )


# What the processor has, posted

_Asked = namedtuple("_Asked", "guarantor_id parts consent_id")

CHECKOUT = "SELECT guarantor_id, parts, consent_id FROM checkout WHERE id = :id"
POSTED = "SELECT id FROM payment WHERE once = :once ORDER BY _q = 0, _q, site, no LIMIT 1"


def settle(tx: Tx, seen: Intent) -> str | None:
    """Record what became of a payment at the processor; answers the payment's id, None where there is none.

    What was not made for this practice's book, or is in another currency, is left alone: a look at both
    lists tells of it. Saying the same again changes nothing.
    """
    tx.require(Right.BILL)
    asked = _asked(tx, seen)
    if asked is None or seen.currency != CURRENCY:
        return None
    day = local_day(tx.now, timezone(tx))
    payment_id = None
    if seen.status == "succeeded":
        payment_id = _post(tx, seen, asked, day)
        if seen.card is not None:
            _keep(tx, asked.guarantor_id, asked.consent_id, seen.card)
    if seen.charge_id:
        answer_charge(tx, seen, today=day)
    return payment_id


def _asked(tx: Tx, seen: Intent) -> _Asked | None:
    """What a payment was made for."""
    if seen.charge_id:
        charge = charge_asked(tx, seen.charge_id)
        if charge is None:
            return None
        return _Asked(charge.guarantor_id, [[charge.invoice_id, charge.amount_cents]], None)
    found = tx.first(CHECKOUT, _Asked, id=seen.checkout_id)
    return found and found._replace(parts=json.loads(found.parts))


def payment_of(read: Read, intent_ref: str) -> str | None:
    """The payment that was recorded for one of the processor's."""
    found: str | None = read.value(POSTED, once=f"stripe:{intent_ref}")
    return found


def _post(tx: Tx, seen: Intent, asked: _Asked, today: date) -> str:
    """The payment, as far as its invoices still have room; the rest is credit."""
    known = payment_of(tx, seen.ref)
    if known is not None:
        return known
    left, parts = seen.amount_cents, []
    for invoice_id, cents in asked.parts:
        state = invoice_state(tx, invoice_id)
        part = 0 if state.void else min(cents, left, state.balance_cents)
        if part > 0 and state.guarantor_id == asked.guarantor_id:
            parts.append(Part(invoice_id, part))
            left -= part
    done = record_payment(
        tx,
        guarantor_id=asked.guarantor_id,
        amount_cents=seen.amount_cents,
        method="card_on_file" if seen.charge_id else "card_external",
        received_on=min(local_day(seen.made_at, timezone(tx)), today),
        today=today,
        reference=seen.ref,
        allocations=parts,
        processor_id=seen.ref,
    )
    return str(done.payment_id)


def settle_page(tx: Tx, seen: PageSeen) -> None:
    """A page was completed: a card that it saves is on file, a payment that failed after all is known for
    that. Again, it changes nothing."""
    tx.require(Right.BILL)
    asked = tx.first(CHECKOUT, _Asked, id=seen.checkout_id)
    if asked is None or seen.status != "complete":
        return
    if seen.card is not None:
        _keep(tx, asked.guarantor_id, asked.consent_id, seen.card)
    if seen.unpaid and payment_of(tx, seen.intent_ref) is None:
        _note_unpaid(tx, seen)


FAILS = "UPDATE processor_call SET why = :why WHERE id = :id AND why = ''"


def _note_unpaid(tx: Tx, seen: PageSeen) -> None:
    """Its page was complete, and still it is not paid and will not be."""
    if tx.execute(FAILS, {"id": seen.checkout_id, "why": seen.unpaid[:200]}):
        audit.record(
            tx, "checkout.failed", "checkout", seen.checkout_id, code=seen.unpaid[:60],
            processor_ref=seen.intent_ref,
        )  # fmt: skip


def _keep(tx: Tx, guarantor_id: str, consent_id: str | None, card: CardSeen) -> None:
    if consent_id is not None:
        keep_card(tx, guarantor_id, consent_id, card)
