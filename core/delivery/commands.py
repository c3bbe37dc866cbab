"""Share: an invoice becomes visible to its client (RB3).

Where the guarantor has an address, the share names it and the mail is *queued* until a mailer answers
it; where there is none the mail is *none* (`decisions.md` 18).
"""

from collections.abc import Sequence

from core import audit
from core.actors import Right
from core.errors import DomainError, NotFound
from core.store import Tx
from core.tables import InvoiceShare


class VoidIsNotSent(DomainError):
    code = "void"

    def __init__(self) -> None:
        super().__init__("This invoice is void and cannot be sent.")


MAIL_TO = """
SELECT CASE WHEN g.email_ok = 1 THEN g.email ELSE '' END
FROM invoice_issue AS i JOIN guarantor AS g ON g.id = i.guarantor_id WHERE i.invoice_id = :invoice_id
"""


def share_invoices(tx: Tx, invoice_ids: Sequence[str]) -> list[str]:
    """Make invoices visible to their clients; one shared before is passed over.

    Raises: VoidIsNotSent; NotFound, for what was never issued.
    """
    tx.require(Right.BILL)
    shares, log = [], []
    for invoice_id in dict.fromkeys(invoice_ids):
        once = f"share:{invoice_id}"
        if tx.value("SELECT 1 FROM invoice_share WHERE once = :once", once=once):
            continue
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
