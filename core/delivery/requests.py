"""Mail that follows from no share, in the outbox: a reminder, an invitation; called back and sent again.

A share can be recalled with its mail; what only asks for a mail is recalled by itself, as long as it has not
left.
"""

import json
from collections.abc import Sequence

from core import audit
from core.actors import Right
from core.delivery.commands import AlreadyLeft
from core.delivery.mail import NothingFailed, queue_mail
from core.delivery.mail_queue import ASK_FOR_MONEY
from core.delivery.queries import OutboxRow
from core.errors import NotFound
from core.ids import BY_ENDING, ending
from core.ledger.effective import first_of_its_kind, share_stands
from core.ledger.mail_server import mail_server
from core.ledger.mail_state import newest_answer, state_of
from core.practice.mail_templates import KINDS
from core.store import Read, Tx
from core.tables import ShareRecall
from core.text import plain

_OUTCOME = newest_answer("outcome", "r.once")

STILL_ASKED = f"""
(r.about = '' OR r.kind NOT IN {ASK_FOR_MONEY} OR EXISTS (
    SELECT 1 FROM invoice_balance AS b WHERE b.invoice_id = r.about AND b.balance_cents > 0 AND b.void = 0))
"""  # noqa: S608  composed of the constant above
"""As an office lists it; what leaves is asked by `mail_queue`, of any book."""

WAITING = f"""
SELECT r.id, r.kind, r.about, r.mail_to, r.at, coalesce(u.name, r.actor), {_OUTCOME},
       {newest_answer("said", "r.once")},
       coalesce((SELECT i.number FROM invoice_issue AS i WHERE i.invoice_id = r.about
                 ORDER BY i._q = 0, i._q, i.site, i.no LIMIT 1), ''),
       coalesce((SELECT i.client_name FROM invoice_issue AS i WHERE i.invoice_id = r.about
                 ORDER BY i._q = 0, i._q, i.site, i.no LIMIT 1),
                (SELECT p.name FROM portal_person AS p WHERE p.id = r.about), '')
FROM mail_request AS r LEFT JOIN "user" AS u ON u.id = r.actor
WHERE r.mail_to <> '' AND {_OUTCOME} <> 'delivered' AND {share_stands("r")} AND {STILL_ASKED}
  AND {first_of_its_kind("mail_request", "r")}
ORDER BY r.at DESC, r.id DESC
"""  # noqa: S608  composed of the constants above


def requests_waiting(read: Read) -> list[OutboxRow]:
    """Mails that were asked for by themselves and have not left, newest first; `subject_id` names the
    request, `about` what it is about."""
    server = mail_server(read)
    since = server.since if server else ""
    return [
        OutboxRow(
            request_id, kind, f"{KINDS[kind].title} {number}".strip(), who, mail_to, at, actor,
            {"": "queued", "bounced": "failed"}.get(outcome, outcome), said, about,
        )
        for request_id, kind, about, mail_to, at, actor, outcome, said, number, who in read.rows(WAITING)
        if kind in KINDS and state_of(outcome, at, since) != "none"
    ]  # fmt: skip


FIND = f"SELECT id FROM mail_request WHERE {BY_ENDING.format(id='id')} LIMIT 2"  # noqa: S608  our own names


class NoSuchMail(NotFound):
    code = "no_such_mail"

    def __init__(self, typed: str) -> None:
        super().__init__(f'There is no mail "{plain(typed)[:40]}" in the outbox. `outbox list` shows its id.')


def find_request(read: Read, typed: str) -> str:
    """The id of a mail that was asked for, by the end of its id. Raises: NoSuchMail."""
    wanted = ending(typed)
    found = read.rows(FIND, **wanted) if wanted else []
    if len(found) != 1:
        raise NoSuchMail(typed)
    return str(found[0][0])


STANDING = f"""
SELECT r.once, r.kind, r.mail_to, r.about, r.details, {_OUTCOME} FROM mail_request AS r
WHERE r.id = :id AND {share_stands("r")}
"""  # noqa: S608  composed of the constants above


def recall_requests(tx: Tx, request_ids: Sequence[str]) -> list[str]:
    """Take mails out of the outbox; answers those that had not left. Raises: AlreadyLeft, when all have."""
    tx.require(Right.BILL)
    recalled = []
    for request_id in dict.fromkeys(request_ids):
        for once, kind, _, about, _, outcome in tx.rows(STANDING, id=request_id):
            if outcome == "delivered":
                continue
            tx.add(ShareRecall(once=f"share-recall:{request_id}", share_id=request_id))
            audit.record(tx, "mail.recalled", "mail", once, kind=kind, about=about)
            recalled.append(request_id)
    if not recalled:
        raise AlreadyLeft(len(request_ids))
    return recalled


ABOUT = f"""
SELECT r.id FROM mail_request AS r
WHERE r.kind = :kind AND r.about = :about AND {share_stands("r")} AND {_OUTCOME} <> 'delivered'
"""  # noqa: S608  composed of the constants above


def recall_about(tx: Tx, kind: str, about: str) -> int:
    """Call back the mails of a kind about somebody or something that have not left; answers how many."""
    tx.require(Right.BILL)
    waiting = [request_id for (request_id,) in tx.rows(ABOUT, kind=kind, about=about)]
    return len(recall_requests(tx, waiting)) if waiting else 0


PRESENT_ADDRESS = """
SELECT g.email FROM invoice_issue AS i JOIN guarantor AS g ON g.id = i.guarantor_id
WHERE i.invoice_id = :about AND g.email_ok = 1
UNION ALL SELECT p.email FROM portal_person AS p WHERE p.id = :about AND p.active = 1
LIMIT 1
"""


def ask_again(tx: Tx, request_ids: Sequence[str]) -> list[str]:
    """Mail anew what failed, to the address that stands now; answers the ids of the new requests.

    Raises: NothingFailed.
    """
    tx.require(Right.BILL)
    made = []
    for request_id in dict.fromkeys(request_ids):
        for _, kind, mail_to, about, details, outcome in tx.rows(STANDING, id=request_id):
            if outcome not in ("failed", "bounced"):
                continue
            recall_requests(tx, [request_id])
            to = tx.value(PRESENT_ADDRESS, about=about) or mail_to
            name = queue_mail(tx, kind, to, json.loads(details), about=about)
            made.append(str(tx.value("SELECT id FROM mail_request WHERE once = :once", once=name)))
    if not made:
        raise NothingFailed
    return made
