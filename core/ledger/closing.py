"""Which months are closed, and what was dated into one of them afterwards (RC8)."""

from collections import namedtuple
from datetime import date

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

Close = namedtuple("Close", "close_id closed_through_on at actor note")

CLOSES = """
SELECT c.id, c.closed_through_on, c.at, coalesce(u.name, c.actor), c.note
FROM day_close AS c LEFT JOIN "user" AS u ON u.id = c.actor
ORDER BY c.closed_through_on, c.id
"""

LateEntry = namedtuple("LateEntry", "kind fact_id on recorded_at actor amount_cents closed_through_on")
"""Something recorded after a day was closed, and dated on or before it."""

LATE = """
SELECT t.kind, t.id, t.on_day, t.at, coalesce(u.name, t.actor), t.cents
FROM (SELECT 'invoice' AS kind, id, issued_on AS on_day, at, actor, total_cents AS cents
      FROM invoice_issue WHERE id > :close_id AND issued_on <= :through
      UNION ALL SELECT 'void', id, voided_on, at, actor, 0
      FROM invoice_void WHERE id > :close_id AND voided_on <= :through
      UNION ALL SELECT 'late_fee', id, assessed_on, at, actor, amount_cents
      FROM late_fee WHERE id > :close_id AND assessed_on <= :through
      UNION ALL SELECT 'adjustment', id, effective_on, at, actor, amount_cents
      FROM adjustment WHERE id > :close_id AND effective_on <= :through
      UNION ALL SELECT 'payment', id, received_on, at, actor, amount_cents
      FROM payment WHERE id > :close_id AND received_on <= :through
      UNION ALL SELECT 'reversal', id, reversed_on, at, actor, 0
      FROM payment_reversal WHERE id > :close_id AND reversed_on <= :through
      UNION ALL SELECT 'credit', id, given_on, at, actor, amount_cents
      FROM credit WHERE id > :close_id AND given_on <= :through
      UNION ALL SELECT 'refund', id, refunded_on, at, actor, amount_cents
      FROM refund_request WHERE id > :close_id AND refunded_on <= :through) AS t
LEFT JOIN "user" AS u ON u.id = t.actor
ORDER BY t.on_day, t.id
"""
"""Ids rise with the time of recording, so what came after a close has a greater id than the close."""


def closes(read: "Read") -> list[Close]:
    """Every close, by the day it closed through."""
    return read.all(CLOSES, Close)


def closed_through(read: "Read") -> date | None:
    """The last closed day, or None."""
    found = read.value("SELECT max(closed_through_on) FROM day_close")
    return None if found is None else date.fromisoformat(found)


def late_entries(read: "Read") -> list[LateEntry]:
    """What was recorded into a closed time after it was closed, each once, with the first close it missed."""
    found: dict[str, LateEntry] = {}
    for close in closes(read):
        for row in read.rows(LATE, close_id=close.close_id, through=close.closed_through_on):
            found.setdefault(row[1], LateEntry._make((*row, close.closed_through_on)))
    return sorted(found.values(), key=lambda one: (one.on, one.fact_id))
