"""Cards on file: kept with a recorded consent, charged when somebody asks, removed (RF1).

An office asks for a charge by a fact; the hub alone speaks to the processor and answers by a fact. What was
asked in an office without a network is charged only if as much is still open when the hub hears of it.
"""

from collections import namedtuple
from datetime import date

from core import audit
from core.actors import Right
from core.ids import named
from core.ledger.effective import first_of_its_kind
from core.payments.card import (
    LEAST_CENTS,
    CardExpired,
    CardSeen,
    ChargeUnderWay,
    Intent,
    NoCard,
    TooLittle,
)
from core.payments.moves import require_amount, require_reason
from core.payments.queries import invoice_state
from core.payments.refusals import AllocationExceedsBalance, InvoiceIsVoid, OtherGuarantor
from core.store import Read, Tx
from core.tables import CardCharge, CardDefault, CardRemoval, ChargeAnswer, SavedCard

Card = namedtuple(
    "Card",
    "card_id guarantor_id processor_ref brand last4 exp_month exp_year person agreed_at version is_default",
)
"""A card on file, and who agreed to its use, when, to which words; `is_default` where it was chosen first."""

CARDS = f"""
SELECT c.id, c.guarantor_id, c.processor_ref, c.brand, c.last4, c.exp_month, c.exp_year, n.person,
       n.agreed_at, n.version,
       CASE WHEN EXISTS (SELECT 1 FROM card_default AS d
                         WHERE d.guarantor_id = c.guarantor_id AND d.card_id = c.id) THEN 1 ELSE 0 END
FROM saved_card AS c JOIN card_consent AS n ON n.id = c.consent_id
WHERE c.guarantor_id = :guarantor_id AND {first_of_its_kind("saved_card", "c")}
  AND NOT EXISTS (SELECT 1 FROM card_removal AS r WHERE r.card_id = c.id)
ORDER BY c.at DESC, c.id
"""  # noqa: S608  composed of the constant above
CARD = CARDS.replace("c.guarantor_id = :guarantor_id", "c.id = :card_id")


def cards_of(read: Read, guarantor_id: str) -> list[Card]:
    """A guarantor's cards on file: the default one, then the newest. Where none was chosen, or what was
    chosen is gone, the newest is the default."""
    found = sorted(read.all(CARDS, Card, guarantor_id=guarantor_id), key=lambda one: not one.is_default)
    return [one._replace(is_default=n == 0) for n, one in enumerate(found)]


def card_on_file(read: Read, card_id: str) -> Card:
    """Raises: NoCard."""
    found = read.first(CARD, Card, card_id=card_id)
    if found is None:
        raise NoCard
    return found


KEPT = "SELECT c.id FROM saved_card AS c WHERE c.once = :once LIMIT 1"


def keep_card(tx: Tx, guarantor_id: str, consent_id: str, card: CardSeen) -> None:
    """Keep what the processor says of a card; the same card again is the same, also once it was removed."""
    tx.require(Right.BILL)
    once = f"stripe:{card.ref}"
    if tx.rows(KEPT, once=once):
        return
    card_id = tx.add(
        SavedCard(
            once=once,
            guarantor_id=guarantor_id,
            consent_id=consent_id,
            processor_ref=card.ref,
            brand=card.brand,
            last4=card.last4,
            exp_month=card.exp_month,
            exp_year=card.exp_year,
        )
    )
    audit.record(
        tx, "card.kept", "guarantor", guarantor_id, card=card_id, last4=card.last4, consent=consent_id
    )


def remove_card(tx: Tx, card_id: str, *, reason: str) -> None:
    """A card is used no more; the hub lets the processor forget it. Raises: NoCard, ReasonNeeded."""
    tx.require(Right.BILL)
    reason = require_reason(reason)
    card = card_on_file(tx, card_id)
    tx.add(CardRemoval(once=f"card-removed:{card_id}", card_id=card_id, reason=reason))
    audit.record(
        tx, "card.removed", "guarantor", card.guarantor_id, reason=reason, card=card_id, last4=card.last4
    )


def choose_card(tx: Tx, card_id: str) -> None:
    """A card on file is the one that its guarantor is charged with first. Raises: NoCard."""
    tx.require(Right.BILL)
    card = card_on_file(tx, card_id)
    row_id = named(f"card-default:{card.guarantor_id}")
    if tx.value("SELECT 1 FROM card_default WHERE id = :id", id=row_id):
        tx.change(CardDefault, row_id, card_id=card_id)
    else:
        tx.add(CardDefault(id=row_id, guarantor_id=card.guarantor_id, card_id=card_id))
    audit.record(tx, "card.chosen", "guarantor", card.guarantor_id, card=card_id, last4=card.last4)


Charge = namedtuple("Charge", "charge_id once card_id guarantor_id invoice_id amount_cents outcome code")
"""A charge that was asked for; `outcome` is None until the hub answered."""

CHARGE = """
SELECT c.id, c.once, c.card_id, c.guarantor_id, c.invoice_id, c.amount_cents, a.outcome, a.code
FROM card_charge AS c LEFT JOIN charge_answer AS a ON a.id = (
    SELECT o.id FROM charge_answer AS o JOIN card_charge AS t ON t.id = o.charge_id
    WHERE t.invoice_id = c.invoice_id AND t.once = c.once ORDER BY o._q = 0, o._q, o.site, o.no LIMIT 1)
WHERE c.id = :charge_id
"""
"""An answer is one for every office that asked for the same."""
CHARGES = CHARGE.replace("c.id = :charge_id", "c.invoice_id = :invoice_id ORDER BY c.at, c.id")


def charge_asked(read: Read, charge_id: str) -> Charge | None:
    return read.first(CHARGE, Charge, charge_id=charge_id)


def charges_of(read: Read, invoice_id: str) -> list[Charge]:
    """The charges that were asked for on an invoice, in the order of time."""
    return read.all(CHARGES, Charge, invoice_id=invoice_id)


def require_no_charge(read: Read, invoice_id: str) -> None:
    """Nothing else is paid on an invoice while a card is charged for it. Raises: ChargeUnderWay."""
    if any(one.outcome is None for one in charges_of(read, invoice_id)):
        raise ChargeUnderWay(invoice_state(read, invoice_id).number)


def ask_charge(tx: Tx, card_id: str, invoice_id: str, *, today: date, amount_cents: int | None = None) -> str:
    """Ask that a card on file is charged for an invoice, all that is open where no amount is said.

    Answers the id of what was asked. Raises: NoCard, CardExpired, InvoiceIsVoid, OtherGuarantor,
    AllocationExceedsBalance, ChargeUnderWay, TooLittle, NotAPositiveAmount.
    """
    tx.require(Right.BILL)
    card, state = card_on_file(tx, card_id), invoice_state(tx, invoice_id)
    if state.void:
        raise InvoiceIsVoid(state.number)
    if state.guarantor_id != card.guarantor_id:
        raise OtherGuarantor(state.number)
    if (card.exp_year, card.exp_month) < (today.year, today.month):
        raise CardExpired(card.last4)
    cents = state.balance_cents if amount_cents is None else amount_cents
    require_amount(cents)
    if cents > state.balance_cents:
        raise AllocationExceedsBalance(state.number, cents, state.balance_cents)
    if cents < LEAST_CENTS:
        raise TooLittle
    require_no_charge(tx, invoice_id)
    attempt = len({one.once for one in charges_of(tx, invoice_id)})
    charge_id = tx.add(
        CardCharge(
            once=f"charge:{invoice_id}:{attempt}",
            card_id=card_id,
            guarantor_id=card.guarantor_id,
            invoice_id=invoice_id,
            amount_cents=cents,
            asked_on=today.isoformat(),
        )
    )
    audit.record(
        tx, "card.charge_asked", "invoice", invoice_id, charge=charge_id, amount_cents=cents, last4=card.last4
    )
    return charge_id


OUTCOMES = {
    "succeeded": "paid",
    "requires_action": "confirm",
    "requires_confirmation": "confirm",
    "requires_payment_method": "declined",
    "canceled": "declined",
}
"""What each word of the processor comes to; one that is not here, such as processing, is no answer yet."""


def answer_charge(tx: Tx, seen: Intent, *, today: date) -> None:
    """What became of a charge, once."""
    outcome = OUTCOMES.get(seen.status)
    if outcome == "declined" and seen.code == "authentication_required":
        outcome = "confirm"
    if outcome is not None:
        say_charge(tx, seen.charge_id, outcome, code=seen.code, processor_ref=seen.ref, today=today)


ANSWERED = "SELECT outcome FROM charge_answer WHERE once = :once"


def say_charge(
    tx: Tx, charge_id: str, outcome: str, *, code: str = "", processor_ref: str = "", today: date
) -> None:
    """The answer to a charge that was asked for; the first one counts."""
    tx.require(Right.BILL)
    once = f"charge-answer:{charge_id}"
    if tx.rows(ANSWERED, once=once):
        return
    tx.add(
        ChargeAnswer(
            once=once,
            charge_id=charge_id,
            outcome=outcome,
            code=code[:60],
            processor_ref=processor_ref,
            answered_on=today.isoformat(),
        )
    )
    asked = charge_asked(tx, charge_id)
    if asked is not None:
        audit.record(
            tx, "card.charge_answered", "invoice", asked.invoice_id, charge=charge_id, outcome=outcome,
            code=code[:60], processor_ref=processor_ref, amount_cents=asked.amount_cents,
        )  # fmt: skip
