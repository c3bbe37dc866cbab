"""What is due to be mailed, as questions of the facts: no queue is kept, and nothing must be remembered.

A mail is due from half a minute after it was asked for, until something answers it. Only the hub asks.
"""

from collections import namedtuple
from datetime import datetime, timedelta
from typing import Any

from core.dates import show_instant
from core.delivery.queries import IN_OUTBOX
from core.errors import NotFound
from core.ledger.effective import by_hub, first_of_its_kind, share_stands
from core.ledger.mail_state import answered_by_hub
from core.payments.queries import invoice_state
from core.store import Read

LEASE = timedelta(minutes=5)
"""How long a mail that is being handed over is left alone, also by another process of the hub."""

PER_ADDRESS, PER = 20, timedelta(hours=1)
"""Mails to one address; more wait their turn. Sign-in mails have the portal's own limit."""

AHEAD = timedelta(minutes=10)
"""So far ahead of the hub's clock an office's may be; what it asked for later than that is as if asked then,
else its mail would wait for the day that its clock says."""

AT_ONCE = 200
"""Mails of one round."""

Due = namedtuple("Due", "mail kind mail_to subject_id version at details tries began_at doubts ready_at")
"""A mail without an answer. `details` is the JSON that its asker gave, where there is any; `ready_at` when it
may leave; `began_at` set where it was being handed over when the hub was killed: it may have left."""

PASSING = "passing:"
"""How the name of a mail begins that is at this hub alone."""

ASK_FOR_MONEY = ("reminder", "card_failed", "card_confirm")
"""Not mailed any more once nothing is open."""
STALE = timedelta(days=30)
"""What asks for money and could not leave for so long says nothing that still helps."""

_SHARED = f"""
SELECT s.once AS mail, 'invoice' AS kind, s.mail_to, s.invoice_id AS subject_id, 0 AS version, s.at,
       '' AS details
FROM invoice_share AS s
WHERE s.mail_to <> '' AND s.at >= :since AND NOT {answered_by_hub("s.once")} AND {share_stands("s")}
  AND {first_of_its_kind("invoice_share", "s")}
  AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = s.invoice_id)
UNION ALL
SELECT d.once, d.kind, d.mail_to, d.subject_id, d.version, d.at, ''
FROM document_share AS d
WHERE d.mail_to <> '' AND d.at >= :since AND NOT {answered_by_hub("d.once")} AND {share_stands("d")}
  AND {first_of_its_kind("document_share", "d")}
UNION ALL
SELECT r.once, r.kind, r.mail_to, r.about, 0, r.at, r.details
FROM mail_request AS r
WHERE r.mail_to <> '' AND r.at >= :since AND NOT {answered_by_hub("r.once")} AND {share_stands("r")}
  AND {first_of_its_kind("mail_request", "r")}
UNION ALL
SELECT p.id, p.kind, p.mail_to, '', 0, p.queued_at, p.details
FROM mail_passing AS p WHERE p.until_at > :now
"""  # noqa: S608  composed of the constants above

WAITING = f"""
SELECT w.mail, w.kind, w.mail_to, w.subject_id, w.version, w.at, w.details,
       coalesce(t.tries, 0), coalesce(t.began_at, ''), coalesce(t.doubts, 0), coalesce(t.next_at, '')
FROM ({_SHARED}) AS w LEFT JOIN mail_try AS t ON t.id = w.mail
"""  # noqa: S608  composed of the constant above
OLDEST_FIRST = WAITING + "ORDER BY w.at, w.mail"
ONE = WAITING + "WHERE w.mail = :mail"

LATELY = f"""
SELECT ma.mail_to, count(*) FROM mail_answer AS ma
WHERE ma.outcome = 'delivered' AND ma.at > :since AND {by_hub("ma")} GROUP BY ma.mail_to
"""  # noqa: S608

FINGERPRINT = """
SELECT (SELECT seq FROM sync_head), (SELECT count(*) FROM mail_passing),
       (SELECT max(queued_at) FROM mail_passing)
"""


def changed_since(read: Read) -> tuple[object, ...]:
    """What differs whenever there may be another mail to carry: cheap to ask every moment."""
    return tuple(read.rows(FINGERPRINT)[0])


def waiting(read: Read, now: datetime, since: str) -> list[Due]:
    """Every mail that has no answer, oldest first, with the instant from which it may leave."""
    rows = read.rows(OLDEST_FIRST, since=since, now=show_instant(now))
    found = [_due(now, *row) for row in rows]
    return [due for due in found if _still_asked(read, due, now)]


def may_leave(read: Read, mail: str, now: datetime, since: str) -> bool:
    """Whether a mail is due still: nobody recalled it, answered it, or is handing it over."""
    rows = read.rows(ONE, since=since, now=show_instant(now), mail=mail)
    found = [_due(now, *row) for row in rows]
    return bool(found) and found[0].ready_at <= show_instant(now) and _still_asked(read, found[0], now)


def _still_asked(read: Read, due: Due, now: datetime) -> bool:
    """Whether what a mail asks for is open; a hub in PostgreSQL adds the account up for it."""
    if due.kind not in ASK_FOR_MONEY or not due.subject_id:
        return True
    if due.at < show_instant(now - STALE):
        return False
    try:
        state = invoice_state(read, due.subject_id)
    except NotFound:
        return False
    return state.balance_cents > 0 and not state.void


def _due(now: datetime, *row: Any) -> Due:
    *about, tries, began_at, doubts, next_at = row
    _, kind, _, _, _, at, _ = about
    at = "" if at > show_instant(now + AHEAD) else at
    ready_at = at if kind in ("test", "sign_in", "signed_in") else _later(at, IN_OUTBOX)
    if began_at:
        ready_at = _later(began_at, LEASE)
    return Due._make((*about, tries, began_at, doubts, max(ready_at, next_at)))


def _later(at: str, by: timedelta) -> str:
    try:
        return show_instant(datetime.fromisoformat(at) + by)
    except (ValueError, OverflowError):  # nobody's mail waits for what somebody wrote as an instant
        return ""


def ready(read: Read, now: datetime, since: str) -> list[Due]:
    """The mails of the next round: those that may leave, so many to an address as its share of the hour."""
    lately: dict[str, int] = {}
    for mail_to, count in read.rows(LATELY, since=show_instant(now - PER)):
        lately[mail_to.casefold()] = lately.get(mail_to.casefold(), 0) + count
    found: list[Due] = []
    for due in waiting(read, now, since):
        if due.ready_at > show_instant(now) or len(found) == AT_ONCE:
            continue
        to = due.mail_to.casefold()
        if not due.mail.startswith(PASSING):
            if lately.get(to, 0) >= PER_ADDRESS:
                continue
            lately[to] = lately.get(to, 0) + 1
        found.append(due)
    return found
