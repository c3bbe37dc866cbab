"""The outbox: what is shared and has not left yet."""

from collections import namedtuple
from datetime import timedelta

from core.dates import show_instant
from core.documents.queries import document
from core.ledger.effective import SHARE_STANDS, first_of_its_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from core.store import Read

IN_OUTBOX = timedelta(seconds=30)
"""How long a share waits before anything leaves (`ux.md` 3)."""

OutboxRow = namedtuple("OutboxRow", "subject_id kind title who mail_to shared_at actor")
"""A document in the outbox; `mail_to` is empty where it only becomes visible."""

OUTBOX = f"""
SELECT s.invoice_id, s.mail_to, s.at, coalesce(u.name, s.actor)
FROM invoice_share AS s LEFT JOIN "user" AS u ON u.id = s.actor
WHERE {SHARE_STANDS} AND {first_of_its_kind("invoice_share", "s")} AND (s.mail_to <> '' OR s.at >= :since)
  AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = s.invoice_id)
UNION ALL
SELECT s.subject_id, s.mail_to, s.at, coalesce(u.name, s.actor)
FROM document_share AS s LEFT JOIN "user" AS u ON u.id = s.actor
WHERE {SHARE_STANDS} AND {first_of_its_kind("document_share", "s")} AND (s.mail_to <> '' OR s.at >= :since)
ORDER BY 3 DESC, 1 DESC
"""  # noqa: S608  composed of the constants above


def outbox(read: "Read", now: "datetime") -> list[OutboxRow]:
    """What waits to leave, newest first: mail that is queued, and for 30 seconds a share without mail."""
    found = []
    for subject_id, mail_to, at, actor in read.rows(OUTBOX, since=show_instant(now - IN_OUTBOX)):
        row = document(read, subject_id)
        found.append(OutboxRow(subject_id, row.kind, row.title, row.who, mail_to, at, actor))
    return found
