"""From which day a new fact can count, so that no report for an earlier day is made false.

A payment that is recorded late counts from the day it was received, unless the invoice had no room for it
then, because another payment was on it that was taken off since.
"""

from collections.abc import Iterable
from datetime import date

from core.ledger.account import FOREVER
from core.ledger.effective import ADJUSTMENT_COUNTS, FEE_COUNTS, ISSUE_COUNTS, REFUND_COUNTS, first_failure
from core.store import Read

ROOM = f"""
SELECT i.issued_on, i.total_cents FROM invoice_issue AS i
WHERE i.invoice_id = :invoice_id AND {ISSUE_COUNTS}
UNION ALL SELECT f.assessed_on, f.amount_cents FROM late_fee AS f
WHERE f.invoice_id = :invoice_id AND {FEE_COUNTS}
UNION ALL SELECT j.effective_on, -j.amount_cents FROM adjustment AS j
WHERE j.invoice_id = :invoice_id AND {ADJUSTMENT_COUNTS}
UNION ALL SELECT a.effective_on, -a.amount_cents FROM allocation AS a WHERE a.invoice_id = :invoice_id
UNION ALL SELECT l.effective_on, l.amount_cents FROM allocation AS a
JOIN allocation_release AS l ON l.allocation_id = a.id WHERE a.invoice_id = :invoice_id
"""  # noqa: S608  composed of the constants above
"""What an invoice asks for, day by day, what is on it taken off."""

LEFT = f"""
SELECT received_on, amount_cents FROM payment WHERE id = :source_id
UNION ALL SELECT given_on, amount_cents FROM credit WHERE id = :source_id
UNION ALL SELECT r.refunded_on, -r.amount_cents FROM refund_request AS r
WHERE (r.payment_id = :source_id OR r.credit_id = :source_id) AND {REFUND_COUNTS}
UNION ALL SELECT w.answered_on, r.amount_cents FROM refund_request AS r
JOIN refund_answer AS w ON w.request_id = r.id AND {first_failure("w")}
WHERE (r.payment_id = :source_id OR r.credit_id = :source_id) AND {REFUND_COUNTS}
UNION ALL SELECT a.effective_on, -a.amount_cents FROM allocation AS a
WHERE a.payment_id = :source_id OR a.credit_id = :source_id
UNION ALL SELECT l.effective_on, l.amount_cents FROM allocation AS a
JOIN allocation_release AS l ON l.allocation_id = a.id
WHERE a.payment_id = :source_id OR a.credit_id = :source_id
"""  # noqa: S608
"""What a payment or credit has on no invoice, day by day."""

MOVED = """
SELECT max(day) FROM (
    SELECT max(effective_on) AS day FROM allocation WHERE payment_id = :source_id OR credit_id = :source_id
    UNION ALL
    SELECT max(l.effective_on) FROM allocation AS a JOIN allocation_release AS l ON l.allocation_id = a.id
    WHERE a.payment_id = :source_id OR a.credit_id = :source_id
    UNION ALL
    SELECT max(refunded_on) FROM refund_request WHERE payment_id = :source_id OR credit_id = :source_id
    UNION ALL
    SELECT max(w.answered_on) FROM refund_request AS r
    JOIN refund_answer AS w ON w.request_id = r.id AND w.outcome = 'failed'
    WHERE r.payment_id = :source_id OR r.credit_id = :source_id
    UNION ALL SELECT received_on FROM payment WHERE id = :source_id
    UNION ALL SELECT given_on FROM credit WHERE id = :source_id) AS t
"""
TOUCHED = """
SELECT max(day) FROM (
    SELECT max(issued_on) AS day FROM invoice_issue WHERE invoice_id = :invoice_id
    UNION ALL SELECT max(assessed_on) FROM late_fee WHERE invoice_id = :invoice_id
    UNION ALL SELECT max(effective_on) FROM adjustment WHERE invoice_id = :invoice_id
    UNION ALL SELECT max(effective_on) FROM allocation WHERE invoice_id = :invoice_id
    UNION ALL
    SELECT max(l.effective_on) FROM allocation AS a JOIN allocation_release AS l ON l.allocation_id = a.id
    WHERE a.invoice_id = :invoice_id) AS t
"""


def room_from(read: Read, invoice_id: str, cents: int, day: str) -> str:
    """The first day from `day` on since when the invoice always had room for so many cents."""
    return first_day_with(read.rows(ROOM, invoice_id=invoice_id), cents, day)


def left_from(read: Read, source_id: str, cents: int, day: str) -> str:
    """The first day from `day` on since when the payment or credit always had so many cents left."""
    return first_day_with(read.rows(LEFT, source_id=source_id), cents, day)


def first_day_with(changes: Iterable[tuple[str, int]], cents: int, day: str) -> str:
    """The first day from `day` on since when a running sum has been at least so many cents.

    Days are ISO text. Where the sum is not enough even now, as facts that contradict can have it, it is the
    day of the last change.
    """
    by_day: dict[str, int] = {}
    for on, change in changes:
        by_day[on] = by_day.get(on, 0) + change
    running, found = 0, FOREVER
    for on in sorted(by_day):
        running += by_day[on]
        if running < cents:
            found = FOREVER
        elif found == FOREVER:
            found = on
    return max(max(by_day, default=day) if found == FOREVER else found, day)


def not_before_money(read: Read, source_id: str, day: date) -> str:
    """The day, or the last one on which this payment or credit was moved where that is later."""
    return max(day.isoformat(), read.value(MOVED, source_id=source_id) or "")


def not_before_invoice(read: Read, invoice_id: str, day: date) -> str:
    """The day, or the last one on which something happened to this invoice where that is later."""
    return max(day.isoformat(), read.value(TOUCHED, invoice_id=invoice_id) or "")
