"""Send: issue, document, share, each step in a transaction of its own (RB3).

The document is made outside the write lock; killed in between, the invoice is issued without one, and
that is a question which the next run answers (`decisions.md` 17).
"""

from collections.abc import Sequence
from datetime import date

from core.actors import Actor
from core.delivery.commands import share_invoices
from core.documents.invoice import render_invoice
from core.documents.keep import keep_documents
from core.errors import DomainError
from core.invoicing.commands import issue_drafts
from core.ledger.invoice_view import invoice_views
from core.store import Read, Store


class NoDocument(DomainError):
    code = "no_document"

    def __init__(self, why: str) -> None:
        super().__init__(f"The invoice is issued and not sent, for it has no document: {why}")


def send(store: Store, actor: Actor, ids: Sequence[str], *, today: date) -> None:
    """Issue what is still a draft, make the documents, share.

    Raises: what issue and share refuse; NotFound, for what is neither draft nor invoice; NoDocument.
    """
    with store.write(actor) as tx:
        issue_drafts(tx, [i for i in ids if not tx.value(IS_ISSUED, invoice_id=i)], today=today)
    troubles = finish(store, actor, ids, today=today)
    if troubles:
        raise NoDocument(next(iter(troubles.values())))


IS_ISSUED = "SELECT 1 FROM invoice_issue WHERE invoice_id = :invoice_id"


WITHOUT_DOCUMENT = """
NOT EXISTS (SELECT 1 FROM document AS d WHERE d.subject_id = i.invoice_id AND d.kind = 'invoice')
"""

LACKS_DOCUMENT = f"""
SELECT 1 FROM invoice_issue AS i WHERE i.invoice_id = :invoice_id AND {WITHOUT_DOCUMENT}
"""  # noqa: S608  composed of the constant above


def finish(
    store: Store, actor: Actor, invoice_ids: Sequence[str], *, today: date, share: bool = True
) -> dict[str, str]:
    """Give issued invoices their document, outside the write lock, then share them.

    Answers why an invoice could get none, by its id; such a one is not shared and keeps nobody else
    waiting.
    """
    wanted = list(dict.fromkeys(invoice_ids))
    with store.read() as read:
        views = invoice_views(read, [i for i in wanted if read.value(LACKS_DOCUMENT, invoice_id=i)])
    made, troubles = [], {}
    for view in views:
        try:
            made.append((view.invoice_id, 1, render_invoice(view)))
        except DomainError as refusal:
            troubles[view.invoice_id] = str(refusal)
        except Exception as bug:  # noqa: BLE001  one bill must not hold up the others
            troubles[view.invoice_id] = (
                f"{view.number} cannot be printed ({type(bug).__name__}). Report this."
            )
    with store.write(actor) as tx:
        keep_documents(tx, "invoice", made, made_on=today)
        if share:
            share_invoices(tx, [i for i in wanted if i not in troubles])
    return troubles


UNFINISHED = f"""
SELECT i.invoice_id, i.number, i.client_id, i.client_name, i.guarantor_id, i.total_cents, i.due_on
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
