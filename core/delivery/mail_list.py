"""Every mail that was asked for, newest first, with what became of it."""

from collections import namedtuple

from core.ledger.effective import first_of_its_kind, share_stands
from core.ledger.mail_server import mail_server
from core.ledger.mail_state import newest_answer, state_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

MailRow = namedtuple("MailRow", "mail kind mail_to at state why")
"""`state` as of an invoice's mail, or recalled; `why` what the mail server said, where it did not take it."""

MAILS = " UNION ALL ".join(
    f"SELECT s.once, {kind}, s.mail_to, s.at, {share_stands('s')},"  # noqa: S608  our own names
    f" {newest_answer('outcome', 's.once')}, {newest_answer('said', 's.once')}"
    f" FROM {table} AS s WHERE s.mail_to <> '' AND {first_of_its_kind(table, 's')}"
    for table, kind in (
        ("invoice_share", "'invoice'"),
        ("document_share", "s.kind"),
        ("mail_request", "s.kind"),
    )
)
NEWEST = f"{MAILS} ORDER BY 4 DESC, 1 LIMIT :most"


def mails(read: "Read", *, most: int = 500) -> list[MailRow]:
    """Those that the practice's offices asked for; sign-in mails are the hub's own and not among them."""
    server = mail_server(read)
    since = server.since if server else ""
    found = []
    for mail, kind, mail_to, at, stands, outcome, said in read.rows(NEWEST, most=most):
        state = state_of(outcome, at, since)
        if not stands and state != "delivered":
            state = "recalled"
        found.append(MailRow(mail, kind, mail_to, at, state, "" if outcome == "delivered" else said))
    return found
