"""Invoices that share themselves some hours after issue, where the practice chose so (RB4).

Which they are is a question of the facts: issued since the practice chose it, never shared or recalled, not
void, not held. The hub shares what is due; where there is no hub, whoever runs `outbox share-due` does.
"""

from collections import namedtuple
from collections.abc import Sequence
from datetime import datetime, timedelta

from core import audit
from core.actors import Right
from core.dates import show_instant
from core.delivery.commands import share_invoices
from core.delivery.mail import NothingFailed, send_again
from core.delivery.queries import OutboxRow
from core.documents.queries import documents_by_id
from core.errors import DomainError
from core.ledger.effective import ISSUE_COUNTS
from core.ledger.mail_server import auto_share
from core.store import Read, Tx
from core.tables import ShareHold

Scheduled = namedtuple("Scheduled", "invoice_id issued_at share_at held actor")
"""An invoice that will share itself at an instant, unless it is held."""

SCHEDULED = f"""
SELECT i.invoice_id, i.at,
       coalesce((SELECT h.held FROM share_hold AS h WHERE h.invoice_id = i.invoice_id
                 ORDER BY h.at DESC, h.site DESC, h.no DESC LIMIT 1), 0),
       coalesce(u.name, i.actor)
FROM invoice_issue AS i LEFT JOIN "user" AS u ON u.id = i.actor
WHERE i.at >= :since AND {ISSUE_COUNTS}
  AND NOT EXISTS (SELECT 1 FROM invoice_share AS s WHERE s.invoice_id = i.invoice_id)
  AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id)
  AND EXISTS (SELECT 1 FROM document AS d WHERE d.subject_id = i.invoice_id AND d.kind = 'invoice')
ORDER BY i.at, i.invoice_id
"""  # noqa: S608  composed of the constant above


class NotScheduled(DomainError):
    code = "not_scheduled"

    def __init__(self) -> None:
        super().__init__("This does not share itself, so there is nothing to hold.")


def scheduled(read: Read) -> list[Scheduled]:
    """What will share itself and when, the next first."""
    rule = auto_share(read)
    if rule is None:
        return []
    wait = timedelta(hours=rule.hours)
    return [
        Scheduled(invoice_id, at, show_instant(datetime.fromisoformat(at) + wait), bool(held), actor)
        for invoice_id, at, held, actor in read.rows(SCHEDULED, since=rule.since)
    ]


def share_due(tx: Tx, *, most: int = 50) -> list[str]:
    """Share what is due by now; run any number of times, by anybody, it shares nothing twice."""
    tx.require(Right.BILL)
    due = [one.invoice_id for one in scheduled(tx) if one.share_at <= tx.now_text and not one.held]
    return share_invoices(tx, due[:most])


def is_due(read: Read, now: datetime) -> bool:
    return any(one.share_at <= show_instant(now) and not one.held for one in scheduled(read))


def hold_share(tx: Tx, invoice_ids: Sequence[str], *, held: bool) -> list[str]:
    """Keep invoices from sharing themselves, or let them go again; answers those for which that is new.

    Raises: NotScheduled, where none of them shares itself.
    """
    tx.require(Right.BILL)
    known = {one.invoice_id: one.held for one in scheduled(tx)}
    wanted = [i for i in dict.fromkeys(invoice_ids) if i in known]
    if not wanted:
        raise NotScheduled
    changed = [i for i in wanted if known[i] is not held]
    for invoice_id in changed:
        tx.add(ShareHold(invoice_id=invoice_id, held=int(held)))
    verb = "invoice.share_held" if held else "invoice.share_let_go"
    audit.record_many(tx, verb, "invoice", [(i, {}) for i in changed])
    return changed


def scheduled_rows(read: Read) -> list[OutboxRow]:
    """What will share itself, as rows of the outbox: `state` is scheduled or held, `why` the instant."""
    waiting = scheduled(read)
    rows = documents_by_id(read, [one.invoice_id for one in waiting])
    return [
        OutboxRow(
            one.invoice_id, "invoice", rows[one.invoice_id].title, rows[one.invoice_id].who, "",
            one.issued_at, one.actor, "held" if one.held else "scheduled", one.share_at,
        )
        for one in waiting
        if one.invoice_id in rows
    ]  # fmt: skip


def send_or_share(tx: Tx, subject_ids: Sequence[str]) -> list[str]:
    """Share now what waits to share itself, and mail again what failed. Raises: NothingFailed."""
    tx.require(Right.BILL)
    waits = {one.invoice_id for one in scheduled(tx)}
    shared = share_invoices(tx, [i for i in dict.fromkeys(subject_ids) if i in waits])
    others = [i for i in dict.fromkeys(subject_ids) if i not in waits]
    try:
        return shared + (send_again(tx, others) if others else [])
    except NothingFailed:
        if not shared:
            raise
        return shared
