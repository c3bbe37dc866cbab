"""The outbox: what is shared and has not left yet."""

from collections import namedtuple
from datetime import timedelta

from core.dates import show_instant
from core.ledger.effective import SHARE_STANDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from core.store import Read

IN_OUTBOX = timedelta(seconds=30)
"""How long a share waits before anything leaves (`ux.md` 3)."""

OutboxRow = namedtuple("OutboxRow", "invoice_id number client guarantor total_cents mail_to shared_at actor")
"""An invoice in the outbox; `mail_to` is empty where it only becomes visible."""

OUTBOX = f"""
SELECT i.invoice_id, i.number, i.client_name, g.name, i.total_cents, s.mail_to, s.at,
       coalesce(u.name, s.actor)
FROM invoice_share AS s JOIN invoice_issue AS i ON i.invoice_id = s.invoice_id
JOIN guarantor AS g ON g.id = i.guarantor_id LEFT JOIN "user" AS u ON u.id = s.actor
WHERE {SHARE_STANDS} AND (s.mail_to <> '' OR s.at >= :since)
  AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id)
ORDER BY s.at DESC, i.number
"""  # noqa: S608  composed of the constant above


def outbox(read: "Read", now: "datetime") -> list[OutboxRow]:
    """What waits to leave, newest first: mail that is queued, and for 30 seconds a share without mail."""
    return read.all(OUTBOX, OutboxRow, since=show_instant(now - IN_OUTBOX))
