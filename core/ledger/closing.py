"""Which months are closed, and what was dated into one of them afterwards (RC8)."""

from collections import namedtuple
from datetime import date

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

Close = namedtuple("Close", "close_id closed_through_on at actor note site no")

CLOSES = """
SELECT c.id, c.closed_through_on, c.at, coalesce(u.name, c.actor), c.note, c.site, c.no
FROM day_close AS c LEFT JOIN "user" AS u ON u.id = c.actor
ORDER BY c.closed_through_on, c.id
"""

LateEntry = namedtuple(
    "LateEntry", "kind fact_id subject_id number on recorded_at actor amount_cents closed_through_on"
)
"""Something recorded after a day was closed, and dated on or before it.

`subject_id` is the invoice, payment or credit it is of; `number` is the invoice's, else empty.
"""

DATED = (
    ("invoice", "invoice_issue", "issued_on", "total_cents", "x.invoice_id"),
    ("void", "invoice_void", "voided_on", "0", "x.invoice_id"),
    ("late_fee", "late_fee", "assessed_on", "amount_cents", "x.invoice_id"),
    ("adjustment", "adjustment", "effective_on", "amount_cents", "x.invoice_id"),
    ("payment", "payment", "received_on", "amount_cents", "x.id"),
    ("reversal", "payment_reversal", "reversed_on", "0", "x.payment_id"),
    ("credit", "credit", "given_on", "amount_cents", "x.id"),
    ("reversal", "credit_reversal", "reversed_on", "0", "x.credit_id"),
    ("refund", "refund_request", "refunded_on", "amount_cents", "coalesce(x.payment_id, x.credit_id)"),
)
"""Kinds of entry with their table, the day they count from, their cents, and what they are of."""

OF_INVOICES = ("invoice", "void", "late_fee", "adjustment")
"""The kinds that are of an invoice; the others are of a payment or a credit."""

AFTER = "((x.site = :site AND x.no > :no) OR (x.site <> :site AND x.at > :at))"
"""Recorded after the close: by number in its own office, by the clocks among offices."""

LATE = " UNION ALL ".join(
    f"""
SELECT '{kind}', x.id, {subject},
       coalesce((SELECT i.number FROM invoice_issue AS i WHERE i.invoice_id = {subject} LIMIT 1), ''),
       x.{day}, x.at, coalesce(u.name, x.actor), {f"x.{cents}" if cents != "0" else "0"}
FROM {table} AS x LEFT JOIN "user" AS u ON u.id = x.actor
WHERE x.id >= :since AND x.{day} <= :through AND {AFTER}
"""  # noqa: S608  our own names
    for kind, table, day, cents, subject in DATED
)
"""Ids begin with the time of recording, so only what is as young as the close is looked at."""

TIME_IN_ID = 13


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
        rows = read.rows(
            LATE,
            since=close.close_id[:TIME_IN_ID],
            through=close.closed_through_on,
            site=close.site,
            no=close.no,
            at=close.at,
        )
        for row in rows:
            found.setdefault(row[1], LateEntry._make((*row, close.closed_through_on)))
    return sorted(found.values(), key=lambda one: (one.on, one.fact_id))
