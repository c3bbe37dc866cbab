"""Money moves: put on an invoice, taken off again; the steps that every command here is made of."""

from collections import namedtuple
from datetime import date

from core.errors import TooLong
from core.ledger.effective import ISSUE_COUNTS, NET
from core.money import MAX_CENTS, AmountTooLarge
from core.payments.days import left_from, not_before_money, room_from
from core.payments.queries import Held, InvoiceState
from core.payments.refusals import MAX_REASON, NotAPositiveAmount, ReasonNeeded
from core.store import Tx
from core.tables import Allocation, AllocationRelease

Applied = namedtuple("Applied", "allocation_id source_id invoice_id number amount_cents")
"""So many cents of a payment or credit are on an invoice now."""


def require_reason(reason: str) -> str:
    """Raises: ReasonNeeded, TooLong."""
    if not reason.strip():
        raise ReasonNeeded
    if len(reason) > MAX_REASON:
        raise TooLong("reason", MAX_REASON)
    return reason.strip()


def require_amount(cents: int) -> None:
    """Raises: NotAPositiveAmount, AmountTooLarge."""
    if cents <= 0:
        raise NotAPositiveAmount(cents)
    if cents > MAX_CENTS:
        raise AmountTooLarge


def put(tx: Tx, source: Held, invoice: InvoiceState, cents: int, day: date) -> Applied:
    """Put cents of a payment or credit on an invoice, from the first day on that both have room."""
    since = room_from(tx, invoice.invoice_id, cents, max(day.isoformat(), invoice.issued_on))
    since = left_from(tx, source.source_id, cents, since)
    allocation_id = tx.add(
        Allocation(
            payment_id=source.source_id if source.kind == "payment" else None,
            credit_id=source.source_id if source.kind == "credit" else None,
            invoice_id=invoice.invoice_id,
            amount_cents=cents,
            effective_on=since,
        )
    )
    return Applied(allocation_id, source.source_id, invoice.invoice_id, invoice.number, cents)


LIVE_ONE = f"""
SELECT t.id, t.source_id, t.invoice_id, t.number, t.cents
FROM (SELECT a.id, coalesce(a.payment_id, a.credit_id) AS source_id, a.invoice_id, i.number, a.effective_on,
             {NET} AS cents, a._q AS q, a.site, a.no
      FROM allocation AS a JOIN invoice_issue AS i ON i.invoice_id = a.invoice_id AND {ISSUE_COUNTS}
      WHERE a.id = :allocation_id) AS t
WHERE t.cents > 0 ORDER BY t.q = 0, t.q, t.site, t.no
"""  # noqa: S608  composed of the constants above
LIVE_ON_INVOICE = LIVE_ONE.replace("a.id = :allocation_id", "a.invoice_id = :invoice_id")
LIVE_OF_SOURCE = LIVE_ONE.replace(
    "a.id = :allocation_id", "a.payment_id = :source_id OR a.credit_id = :source_id"
)
"""A text for each lookup, so that each goes by its own index, however many allocations there are."""


def live_one(tx: Tx, allocation_id: str) -> Applied | None:
    """What of an allocation is on its invoice now; None where all of it was taken off."""
    return tx.first(LIVE_ONE, Applied, allocation_id=allocation_id)


def live_on_invoice(tx: Tx, invoice_id: str) -> list[Applied]:
    """The money on an invoice, in the order it was put there."""
    return tx.all(LIVE_ON_INVOICE, Applied, invoice_id=invoice_id)


def live_of_source(tx: Tx, source_id: str) -> list[Applied]:
    """Where the money of a payment or credit is, in the order it was put there."""
    return tx.all(LIVE_OF_SOURCE, Applied, source_id=source_id)


def take_off(tx: Tx, applied: Applied, cents: int, day: date, *, reason: str = "") -> str:
    """The fact of a release, not dated before the money was last moved; answers the day it counts from."""
    since = not_before_money(tx, applied.source_id, day)
    tx.add(
        AllocationRelease(
            allocation_id=applied.allocation_id, amount_cents=cents, reason=reason, effective_on=since
        )
    )
    return since
