"""Share: an invoice becomes visible to its client (RB3), and may be called back while nothing has left.

Where the guarantor has an address, the share names it and the mail is *queued* until a mailer answers
it; where there is none the mail is *none* (`decisions.md` 18).
"""

from collections.abc import Sequence

from core import audit
from core.actors import Right
from core.dates import show_instant
from core.delivery.queries import IN_OUTBOX
from core.errors import DomainError, NotFound
from core.ledger.effective import SHARE_STANDS
from core.ledger.mail_state import newest_answer
from core.store import Tx
from core.tables import InvoiceShare, ShareRecall


class VoidIsNotSent(DomainError):
    code = "void"

    def __init__(self) -> None:
        super().__init__("This invoice is void and cannot be sent.")


MAIL_TO = """
SELECT CASE WHEN g.email_ok = 1 THEN g.email ELSE '' END
FROM invoice_issue AS i JOIN guarantor AS g ON g.id = i.guarantor_id WHERE i.invoice_id = :invoice_id
"""


SHARES_SO_FAR = f"""
SELECT count(*), coalesce(sum(CASE WHEN {SHARE_STANDS} THEN 1 ELSE 0 END), 0)
FROM invoice_share AS s WHERE s.invoice_id = :invoice_id
"""  # noqa: S608  composed of the constant above


def share_invoices(tx: Tx, invoice_ids: Sequence[str]) -> list[str]:
    """Make invoices visible to their clients; one shared before is passed over.

    Raises: VoidIsNotSent; NotFound, for what was never issued.
    """
    tx.require(Right.BILL)
    shares, log = [], []
    for invoice_id in dict.fromkeys(invoice_ids):
        made, standing = tx.rows(SHARES_SO_FAR, invoice_id=invoice_id)[0]
        if standing:
            continue
        once = f"share:{invoice_id}:{made + 1}" if made else f"share:{invoice_id}"
        if tx.value("SELECT 1 FROM invoice_void WHERE invoice_id = :id", id=invoice_id):
            raise VoidIsNotSent
        mail_to = tx.value(MAIL_TO, invoice_id=invoice_id)
        if mail_to is None:
            raise NotFound("There is no such invoice any more; its draft was deleted.", subject=invoice_id)
        shares.append((tx.new_id(), once, invoice_id, mail_to))
        log.append((invoice_id, {"mail": "queued" if mail_to else "none"}))
    tx.add_many(InvoiceShare, ("id", "once", "invoice_id", "mail_to"), shares)
    audit.record_many(tx, "invoice.shared", "invoice", log)
    return [invoice_id for invoice_id, _ in log]


class AlreadyLeft(DomainError):
    code = "already_left"

    def __init__(self, count: int) -> None:
        what = "It is" if count == 1 else "These are"
        super().__init__(f"{what} not in the outbox any more. Void what is wrong, or write to the client.")


_NOT_LEFT = f"""
(s.at >= :since OR s.mail_to <> '') AND {newest_answer("outcome", "s.once")} <> 'delivered'
"""

RECALLABLE = f"""
SELECT s.id, 'invoice' FROM invoice_share AS s
WHERE s.invoice_id = :subject_id AND {SHARE_STANDS} AND {_NOT_LEFT}
UNION ALL SELECT s.id, s.kind FROM document_share AS s
WHERE s.subject_id = :subject_id AND {SHARE_STANDS} AND {_NOT_LEFT}
"""  # noqa: S608  composed of the constant above


def recall_shares(tx: Tx, subject_ids: Sequence[str]) -> list[str]:
    """Take invoices and documents out of the outbox: not visible any more, no mail. Invoices stay issued.

    What waits there is a mail that has not left, or for 30 seconds a share without one. Answers those that
    were called back; the others have left. Raises: AlreadyLeft, when all have.
    """
    tx.require(Right.BILL)
    since = show_instant(tx.now - IN_OUTBOX)
    recalls: list[tuple[str, str, str]] = []
    recalled: dict[str, str] = {}
    for subject_id in dict.fromkeys(subject_ids):
        for share_id, kind in tx.rows(RECALLABLE, subject_id=subject_id, since=since):
            recalls.append((tx.new_id(), f"share-recall:{share_id}", share_id))
            recalled[subject_id] = kind
    if not recalled:
        raise AlreadyLeft(len(subject_ids))
    tx.add_many(ShareRecall, ("id", "once", "share_id"), recalls)
    for subject_id, kind in recalled.items():
        audit.record(tx, "invoice.recalled" if kind == "invoice" else "document.recalled", kind, subject_id)
    return list(recalled)
