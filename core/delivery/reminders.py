"""Remind by mail of what is open: on an invoice that its client knows, at most once a day.

What is disputed, held or waits for an insurer is not chased (RC5), and neither is what nobody was sent yet.
"""

from collections import namedtuple
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from core.actors import Right
from core.delivery.mail import NoMailServer, queue_mail
from core.errors import DomainError
from core.ledger.effective import SHARE_STANDS, share_stands
from core.ledger.mail_server import mail_server
from core.store import Read, Tx
from core.text import plain


class NobodyReminded(DomainError):
    code = "nobody_reminded"

    def __init__(self, why: str, more: int) -> None:
        others = f" The other {more:,} cannot be reminded of either." if more else ""
        super().__init__(f"{why}{others}")


class Left(NamedTuple):
    """An invoice that was not reminded of, and why."""

    invoice_id: str
    number: str
    why: str


class Reminded(NamedTuple):
    """`request_ids` name the mails that were asked for, `invoice_ids` what they are about."""

    invoice_ids: list[str]
    request_ids: list[str]
    left: list[Left]


Open = namedtuple("Open", "invoice_id number client_name guarantor_id guarantor balance_cents")

OVERDUE_OF = """
SELECT b.invoice_id, i.number, i.client_name, b.guarantor_id, g.name, b.balance_cents
FROM invoice_balance AS b JOIN invoice_issue AS i ON i.id = b.issue_id
JOIN guarantor AS g ON g.id = b.guarantor_id
WHERE b.balance_cents > 0 AND b.due_on < :today AND b.void = 0 AND b.refunding = 0 AND b.hold = ''
  AND (:guarantor_id = '' OR b.guarantor_id = :guarantor_id)
ORDER BY b.due_on, i.number
"""
"""Past due as the ledger counts it; here in words that the hub's PostgreSQL knows too."""


def overdue_invoices(read: Read, today: date, guarantor_ids: Sequence[str] = ("",)) -> list[Open]:
    """What is past due and not on hold, of some guarantors or of all, the oldest first."""
    read.fresh()
    return [
        row
        for one in dict.fromkeys(guarantor_ids)
        for row in read.all(OVERDUE_OF, Open, today=today.isoformat(), guarantor_id=one)
    ]


State = namedtuple("State", "number void balance_cents hold refunding name mail_to shared made standing")
"""`made` are the reminders of today, `standing` those of them that were not recalled."""

STATE = f"""
SELECT i.number, b.void, b.balance_cents, b.hold, b.refunding, g.name,
       CASE WHEN g.email_ok = 1 THEN g.email ELSE '' END,
       EXISTS (SELECT 1 FROM invoice_share AS s WHERE s.invoice_id = b.invoice_id AND {SHARE_STANDS}),
       (SELECT count(*) FROM mail_request AS r WHERE r.kind = 'reminder' AND r.about = b.invoice_id
        AND r.once LIKE :once),
       (SELECT count(*) FROM mail_request AS r WHERE r.kind = 'reminder' AND r.about = b.invoice_id
        AND r.once LIKE :once AND {share_stands("r")})
FROM invoice_balance AS b JOIN invoice_issue AS i ON i.id = b.issue_id
JOIN guarantor AS g ON g.id = b.guarantor_id WHERE b.invoice_id = :invoice_id
"""  # noqa: S608  composed of the constants above
REQUEST = "SELECT id FROM mail_request WHERE once = :once ORDER BY _q = 0, _q, site, no LIMIT 1"


def remind(tx: Tx, invoice_ids: Sequence[str], *, today: date) -> Reminded:
    """Ask for a reminder of each of these invoices, which leaves by the outbox.

    Asked for again on the same day, wherever, it is the same mail. Raises: NoMailServer; NobodyReminded,
    where none of them can be reminded of.
    """
    tx.require(Right.BILL)
    if mail_server(tx) is None:
        raise NoMailServer
    tx.fresh()
    told = Reminded([], [], [])
    for invoice_id in dict.fromkeys(invoice_ids):
        once = f"reminder:{invoice_id}:{today.isoformat()}"
        rows = tx.rows(STATE, invoice_id=invoice_id, once=f"mail-request:{once}%")
        if not rows:
            told.left.append(Left(invoice_id, "", "A draft is not asked for; s sends it first."))
            continue
        now = State(*rows[0])
        if why := _why_not(now):
            told.left.append(Left(invoice_id, now.number, why))
            continue
        once += f":{now.made + 1}" if now.made else ""  # that of before was recalled
        name = queue_mail(tx, "reminder", now.mail_to, {}, about=invoice_id, once=once)
        told.invoice_ids.append(invoice_id)
        told.request_ids.append(str(tx.value(REQUEST, once=name)))
    if not told.invoice_ids and told.left:
        raise NobodyReminded(told.left[0].why, len(told.left) - 1)
    return told


def _why_not(now: State) -> str:
    """Why an invoice is not reminded of, as a sentence; empty where it is."""
    if now.void:
        return f"{now.number} is void."
    if now.balance_cents <= 0 or now.refunding:
        return f"Nothing is to be paid on {now.number}."
    if now.hold:
        return f"{now.number} is on hold ({now.hold}); end the hold first."
    if not now.shared:
        return f"{now.number} was not sent yet; send it first."
    if not now.mail_to:
        return f"{plain(now.name)} has no e-mail address that may be used. Call, or add one."
    if now.standing:
        return f"{now.number} was reminded of today already."
    return ""
