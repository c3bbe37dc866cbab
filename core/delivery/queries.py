"""The outbox: what is shared and has not left yet, and what could not."""

from collections import namedtuple
from datetime import timedelta

from core.dates import show_instant
from core.documents.queries import documents_by_id
from core.ledger.effective import SHARE_STANDS, first_of_its_kind
from core.ledger.mail_server import mail_server
from core.ledger.mail_state import newest_answer, state_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from core.store import Read

IN_OUTBOX = timedelta(seconds=30)
"""How long a share waits before anything leaves (`ux.md` 3)."""

OutboxRow = namedtuple(
    "OutboxRow", "subject_id kind title who mail_to shared_at actor state why about", defaults=("",)
)
"""A document in the outbox; `mail_to` is empty where it only becomes visible. `about` is set for a mail by
itself, such as a reminder: the id of the invoice or person.

`state` is queued, delayed or failed, and empty where there is no mail; `why` what the mail server said.
"""


def _shares(table: str, subject: str, others: str = "") -> str:
    """SQL for the shares of one kind of document that have not left, or have failed."""
    outcome = newest_answer("outcome", "s.once")
    return f"""
SELECT s.{subject}, s.mail_to, s.at, coalesce(u.name, s.actor), {outcome}, {newest_answer("said", "s.once")}
FROM {table} AS s LEFT JOIN "user" AS u ON u.id = s.actor
WHERE {SHARE_STANDS} AND {first_of_its_kind(table, "s")}
  AND (s.at >= :since OR (s.mail_to <> '' AND {outcome} <> 'delivered')) {others}
"""  # noqa: S608  our own names


_NOT_VOID = "AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = s.invoice_id)"
OUTBOX = f"""
{_shares("invoice_share", "invoice_id", _NOT_VOID)} UNION ALL {_shares("document_share", "subject_id")}
ORDER BY 3 DESC, 1 DESC
"""


def outbox(read: "Read", now: "datetime") -> list[OutboxRow]:
    """What waits to leave, newest first: mail that is queued or has failed, and for 30 seconds any share."""
    server = mail_server(read)
    since, in_outbox = server.since if server else "", show_instant(now - IN_OUTBOX)
    waiting = [
        row
        for row in read.rows(OUTBOX, since=in_outbox)
        if row[2] >= in_outbox or state_of(row[4], row[2], since) != "none"
    ]
    rows = documents_by_id(read, [subject_id for subject_id, *_ in waiting])
    return [
        OutboxRow(
            subject_id, rows[subject_id].kind, rows[subject_id].title, rows[subject_id].who, mail_to, at,
            actor, _state(mail_to, outcome), said if outcome != "delivered" else "",
        )
        for subject_id, mail_to, at, actor, outcome, said in waiting
        if subject_id in rows
    ]  # fmt: skip


def _state(mail_to: str, outcome: str) -> str:
    if not mail_to:
        return ""
    return {"": "queued", "bounced": "failed"}.get(outcome, outcome)
