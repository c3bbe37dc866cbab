"""What became of each mail: none, queued, delivered or failed (`decisions.md` 18).

Nothing of it is stored as a state. A share that names an address is *queued* until the hub answers it; a
bounce that comes after the delivery makes it *failed*.
"""

from collections import namedtuple

from core.ledger.effective import SHARE_STANDS, by_hub
from core.ledger.mail_server import mail_server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read


def answered(mail: str) -> str:
    """SQL that holds where nothing more is to be done about a mail."""
    return (
        "EXISTS (SELECT 1 FROM mail_answer AS ma"  # noqa: S608  our own names
        f" WHERE ma.mail = {mail} AND ma.outcome <> 'delayed')"
    )


def answered_by_hub(mail: str) -> str:
    """The same as the hub asks it, who alone knows what became of a mail: an office's word stops none."""
    return (
        "EXISTS (SELECT 1 FROM mail_answer AS ma"  # noqa: S608  our own names
        f" WHERE ma.mail = {mail} AND ma.outcome <> 'delayed' AND {by_hub('ma')})"
    )


def newest_answer(column: str, mail: str) -> str:
    """SQL for a column of the answer that counts: a bounce, a failure, a delivery, a delay, in this order."""
    rank = "CASE ma.outcome WHEN 'bounced' THEN 0 WHEN 'failed' THEN 1 WHEN 'delivered' THEN 2 ELSE 3 END"
    return (
        f"coalesce((SELECT ma.{column} FROM mail_answer AS ma"  # noqa: S608  our own names
        f" WHERE ma.mail = {mail} ORDER BY {rank}, ma.at DESC, ma.id LIMIT 1), '')"
    )


IN_WORDS = {
    "": "queued", "delayed": "queued", "delivered": "delivered", "failed": "failed", "bounced": "failed",
}  # fmt: skip

MAIL = f"""
SELECT s.mail_to, s.at, {newest_answer("outcome", "s.once")}, {newest_answer("said", "s.once")},
       {SHARE_STANDS}
FROM invoice_share AS s WHERE s.invoice_id = :invoice_id AND s.mail_to <> ''
ORDER BY {SHARE_STANDS} DESC, s.at, s.id
"""  # noqa: S608  composed of the constants above


class Mailed(namedtuple("Mailed", "state why")):
    """none, queued, delivered or failed; `why` is what the mail server said, where it did not take it."""

    __slots__ = ()


def mailed(read: "Read", invoice_id: str) -> Mailed:
    """What became of the mail about an invoice; a mail that has left counts also after a recall."""
    server = mail_server(read)
    for _, at, outcome, said, stands in read.rows(MAIL, invoice_id=invoice_id):
        state = state_of(outcome, at, server.since if server else "")
        if state != "none" and (stands or state == "delivered"):
            return Mailed(state, said if outcome in ("delayed", "failed", "bounced") else "")
    return Mailed("none", "")


def state_of(outcome: str, at: str, since: str) -> str:
    """The state of a mail asked for at an instant, by its answer and the instant from which mail is sent."""
    if not outcome and at < since:
        return "none"
    return IN_WORDS[outcome]
