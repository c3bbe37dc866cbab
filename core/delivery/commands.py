"""Send: issue, document, share. Share makes an invoice visible to its client (RB3).

Where the guarantor has an address, the share names it and the mail is *queued* until a mailer answers
it; where there is none the mail is *none* (`decisions.md` 18).
"""

from collections.abc import Sequence
from datetime import date

from core import audit
from core.actors import Actor, Right
from core.documents.invoice import render_invoice
from core.documents.keep import keep_documents
from core.errors import DomainError
from core.invoicing.commands import issue_drafts
from core.ledger.invoice_view import invoice_views
from core.store import Read, Store, Tx
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

    Raises: VoidIsNotSent.
    """
    tx.require(Right.BILL)
    shares, log = [], []
    for invoice_id in dict.fromkeys(invoice_ids):
        once = f"share:{invoice_id}"
        if tx.value("SELECT 1 FROM invoice_share WHERE once = :once", once=once):
            continue
        if tx.value("SELECT 1 FROM invoice_void WHERE invoice_id = :id", id=invoice_id):
            raise VoidIsNotSent
        mail_to = tx.value(MAIL_TO, invoice_id=invoice_id) or ""
        shares.append((tx.new_id(), once, invoice_id, mail_to))
        log.append((invoice_id, {"mail": "queued" if mail_to else "none"}))
    tx.add_many(InvoiceShare, ("id", "once", "invoice_id", "mail_to"), shares)
    audit.record_many(tx, "invoice.shared", "invoice", log)
    return [invoice_id for invoice_id, _ in log]


def send(store: Store, actor: Actor, ids: Sequence[str], *, today: date) -> None:
    """Issue what is still a draft, make the documents, share. Raises: what issue and share refuse."""
    with store.write(actor) as tx:
        drafts = [i for i in ids if tx.value("SELECT 1 FROM draft WHERE id = :id", id=i) is not None]
        issue_drafts(tx, drafts, today=today)
    finish(store, actor, ids, today=today)


WITHOUT_DOCUMENT = """
NOT EXISTS (SELECT 1 FROM document AS d WHERE d.subject_id = i.invoice_id AND d.kind = 'invoice')
"""

LACKS_DOCUMENT = f"""
SELECT 1 FROM invoice_issue AS i WHERE i.invoice_id = :invoice_id AND {WITHOUT_DOCUMENT}
"""  # noqa: S608  composed of the constant above


def finish(
    store: Store, actor: Actor, invoice_ids: Sequence[str], *, today: date, share: bool = True
) -> None:
    """Give issued invoices their document, outside the write lock, then share them."""
    with store.read() as read:
        views = invoice_views(
            read, [i for i in dict.fromkeys(invoice_ids) if read.value(LACKS_DOCUMENT, invoice_id=i)]
        )
    made = [(view.invoice_id, 1, render_invoice(view)) for view in views]
    with store.write(actor) as tx:
        keep_documents(tx, "invoice", made, made_on=today)
        if share:
            share_invoices(tx, invoice_ids)


UNFINISHED = f"""
SELECT i.invoice_id, i.number, i.client_id, i.client_name, i.total_cents, i.due_on
FROM invoice_issue AS i JOIN billing_run AS b ON b.id = i.run_id
WHERE b.sends = 1 AND i.site = (SELECT site FROM sync_clock)
  AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id)
  AND ({WITHOUT_DOCUMENT}
       OR NOT EXISTS (SELECT 1 FROM invoice_share AS s WHERE s.invoice_id = i.invoice_id))
ORDER BY i.series_no
"""  # noqa: S608  composed of the constant above

UNPRINTED = f"""
SELECT i.invoice_id FROM invoice_issue AS i
WHERE i.site = (SELECT site FROM sync_clock) AND {WITHOUT_DOCUMENT} ORDER BY i.series_no
"""  # noqa: S608  composed of the constant above


def unprinted(read: Read) -> list[str]:
    """Issued without document: what a crash between the two left behind."""
    return [row[0] for row in read.rows(UNPRINTED)]
