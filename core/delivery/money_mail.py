"""Mail that follows from money at the hub: thanks for a payment, a card that did not work, money given back,
a card saved or removed (`ux.md` 6).

Each is asked for where the fact is recorded, in its transaction, and once however often it is recorded again.
None says a service, a diagnosis or a client's name. A practice without a mail server asks for none.
"""

import json

from core.actors import Right
from core.dates import local_day
from core.delivery.mail import queue_mail
from core.delivery.mail_values import in_money
from core.ledger.account import account_of, facts_of
from core.ledger.mail_server import mail_server
from core.ledger.pay_link import portal_address
from core.payments.card import PageSeen, RefundSeen
from core.payments.card_file import charge_asked
from core.payments.checkout import payment_of
from core.payments.queries import invoice_state
from core.practice.addresses import NotAnAddress
from core.practice.timezone import timezone
from core.store import Read, Tx

LATE_DAYS = 7
"""A payment that is heard of later than this, after a repair, is not thanked for."""

GUARANTOR = "SELECT CASE WHEN email_ok = 1 THEN email ELSE '' END FROM guarantor WHERE id = :id"
CURRENCY = "SELECT currency FROM practice ORDER BY id LIMIT 1"
PAYMENT = "SELECT guarantor_id, amount_cents, received_on, reference FROM payment WHERE id = :id"
BEGAN = """
SELECT p.email FROM portal_person AS p WHERE p.id = :person_id AND p.active = 1
"""
BEGINNER = "SELECT actor FROM checkout WHERE id = :id"


def _mail(tx: Tx, kind: str, to: str, values: dict[str, str], *, about: str, once: str) -> None:
    if not to or _is_asked(tx, once):
        return
    try:
        queue_mail(tx, kind, to, values, about=about, once=once)
    except NotAnAddress:
        return  # money is recorded whatever somebody typed as an address


def _is_asked(read: Read, once: str) -> bool:
    """Whether there is no mail to ask for: it is asked for, or the practice does not mail."""
    known = read.value("SELECT 1 FROM mail_request WHERE once = :once", once=f"mail-request:{once}")
    return known is not None or mail_server(read) is None


def _address(read: Read, guarantor_id: str) -> str:
    return str(read.value(GUARANTOR, id=guarantor_id) or "")


def _beginner(read: Read, checkout_id: str) -> str:
    """The address of whoever began a payment in the portal; empty where they were not signed in."""
    actor = str(read.value(BEGINNER, id=checkout_id) or "")
    person_id = actor.removeprefix("portal:") if actor.startswith("portal:") else ""
    return str(read.value(BEGAN, person_id=person_id) or "") if person_id else ""


def _amount(read: Read, cents: int) -> str:
    return in_money(cents, str(read.value(CURRENCY)))


def thank_for_payment(tx: Tx, payment_id: str, *, checkout_id: str = "") -> None:
    """A card payment is in the book: tell whoever made it, else the guarantor."""
    tx.require(Right.BILL)
    once = f"payment:{payment_id}"
    if _is_asked(tx, once):
        return
    guarantor_id, cents, received_on, reference = tx.rows(PAYMENT, id=payment_id)[0]
    today = local_day(tx.now, timezone(tx))
    if (today - today.fromisoformat(received_on)).days > LATE_DAYS:
        return
    facts = facts_of(tx, guarantor_id)
    account = account_of(facts)
    numbers = [
        account.invoices[one.invoice_id].issue.number
        for one in facts.allocations
        if one.source_id == payment_id and account.effect[one.allocation_id]
    ]
    values = {
        "amount": _amount(tx, cents),
        "number": ", ".join(dict.fromkeys(numbers)),
        "reference": reference,
    }
    to = _beginner(tx, checkout_id) or _address(tx, guarantor_id)
    _mail(tx, "payment", to, values, about=payment_id, once=once)


FAILURES = {"declined": "card_failed", "confirm": "card_confirm"}


def tell_of_charge(tx: Tx, charge_id: str) -> None:
    """A card on file was declined, or its bank wants its holder: the guarantor gets a link to pay."""
    tx.require(Right.BILL)
    charge = charge_asked(tx, charge_id)
    kind = FAILURES.get(charge.outcome or "") if charge else None
    if charge is not None and kind is not None:
        to = _address(tx, charge.guarantor_id)
        _mail(tx, kind, to, {}, about=charge.invoice_id, once=f"charge:{charge_id}")


CHECKOUT = "SELECT guarantor_id, parts, amount_cents, portal FROM checkout WHERE id = :id"


def tell_of_unpaid(tx: Tx, seen: PageSeen) -> None:
    """A payment that somebody made on the processor's page came to nothing: they thought it was paid. For
    several invoices the mail leads to the portal, for one to its pay page."""
    tx.require(Right.BILL)
    once = f"checkout-failed:{seen.checkout_id}"
    found = tx.rows(CHECKOUT, id=seen.checkout_id)
    if not found or payment_of(tx, seen.intent_ref) is not None or _is_asked(tx, once):
        return
    guarantor_id, parts, cents, portal = found[0]
    invoice_ids = [invoice_id for invoice_id, _ in json.loads(parts)]
    values = {}
    if len(invoice_ids) > 1:
        numbers = ", ".join(invoice_state(tx, one).number for one in invoice_ids)
        values = {"number": numbers, "amount": _amount(tx, cents), "link": portal or portal_address(tx)}
    to = _beginner(tx, seen.checkout_id) or _address(tx, guarantor_id)
    _mail(tx, "card_failed", to, values, about=invoice_ids[0], once=once)


def tell_of_refund(tx: Tx, seen: RefundSeen) -> None:
    """Money went back to a card."""
    tx.require(Right.BILL)
    payment_id = payment_of(tx, seen.intent_ref)
    if payment_id is None or seen.status != "succeeded":
        return
    guarantor_id = tx.rows(PAYMENT, id=payment_id)[0][0]
    values = {"amount": _amount(tx, seen.amount_cents), "reference": seen.ref}
    _mail(tx, "refund", _address(tx, guarantor_id), values, about=payment_id, once=f"refund:{seen.ref}")


SAVED = "SELECT id, guarantor_id, brand, last4 FROM saved_card WHERE once = :once ORDER BY _q = 0, _q LIMIT 1"
REMOVED = """
SELECT c.id, c.guarantor_id, c.brand, c.last4 FROM card_removal AS r JOIN saved_card AS c ON c.id = r.card_id
WHERE r.id = :id
"""


def tell_of_saved_card(tx: Tx, card_ref: str) -> None:
    """A card is on file, by the processor's name; nothing where it was not kept."""
    tx.require(Right.BILL)
    for row in tx.rows(SAVED, once=f"stripe:{card_ref}"):
        _tell_of_card(tx, "card_added", *row)


def tell_of_removed_card(tx: Tx, removal_id: str) -> None:
    """A card is not on file any more."""
    tx.require(Right.BILL)
    for row in tx.rows(REMOVED, id=removal_id):
        _tell_of_card(tx, "card_removed", *row)


def _tell_of_card(tx: Tx, kind: str, card_id: str, guarantor_id: str, brand: str, last4: str) -> None:
    values = {"card": f"{brand.capitalize()} ending in {last4}"}
    _mail(tx, kind, _address(tx, guarantor_id), values, about=card_id, once=f"{kind}:{card_id}")
