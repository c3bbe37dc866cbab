"""A corrected version of an invoice's document, after a late fee or another correction (`decisions.md` 19).

Made outside the write lock, like the first one; the earlier versions stay byte for byte.
"""

from collections.abc import Sequence
from datetime import date

from core.actors import Actor
from core.delivery.sending import LACKS_DOCUMENT
from core.documents.invoice import render_invoice
from core.documents.keep import keep_documents
from core.errors import Busy, DomainError, NotFound
from core.ledger.effective import ADJUSTMENT_COUNTS, FEE_COUNTS
from core.ledger.invoice_view import InvoiceView, invoice_views
from core.store import Read, Store

ATTEMPTS = 5
"""How often the book may change while documents are made, before somebody else is let finish first."""

NEWER = "(({0}.site = d.site AND {0}.no > d.no) OR ({0}.site <> d.site AND {0}.at > d.at))"

WITHOUT_FEE = f"""
SELECT i.invoice_id FROM invoice_issue AS i
JOIN document AS d ON d.subject_id = i.invoice_id AND d.kind = 'invoice'
     AND d.version = (SELECT max(n.version) FROM document AS n
                      WHERE n.subject_id = i.invoice_id AND n.kind = 'invoice')
WHERE i.invoice_id IN (SELECT invoice_id FROM late_fee)
  AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id)
  AND (EXISTS (SELECT 1 FROM late_fee AS f
               WHERE f.invoice_id = i.invoice_id AND f.site = (SELECT site FROM sync_clock)
                 AND {FEE_COUNTS} AND (d.version = 1 OR {NEWER.format("f")}))
       OR EXISTS (SELECT 1 FROM adjustment AS j
                  WHERE j.invoice_id = i.invoice_id AND j.site = (SELECT site FROM sync_clock)
                    AND j.kind = 'fee_waiver' AND {ADJUSTMENT_COUNTS}
                    AND (d.version = 1 OR {NEWER.format("j")})))
GROUP BY i.invoice_id ORDER BY min(i.series_no)
"""  # noqa: S608  composed of the constants above


def without_fee(read: Read) -> list[str]:
    """Invoices whose newest document does not know of a late fee or waiver recorded on this computer."""
    return [invoice_id for (invoice_id,) in read.rows(WITHOUT_FEE)]


def correct_documents(
    store: Store, actor: Actor, invoice_ids: Sequence[str], *, today: date
) -> dict[str, str]:
    """Keep another version of each invoice's document, marked as corrected, with what happened since issue.

    An invoice that has no document yet gets its first one by sending it. Answers why an invoice could get
    none, by its id.
    """
    troubles: dict[str, str] = {}
    left = list(dict.fromkeys(invoice_ids))
    for _ in range(ATTEMPTS):
        with store.read() as read:
            views = _next_versions(read, left)
        made: list[tuple[InvoiceView, bytes]] = []
        for view in views:
            try:
                made.append((view, render_invoice(view)))
            except DomainError as refusal:
                troubles[view.invoice_id] = str(refusal)
            except Exception as bug:  # noqa: BLE001  one bill must not hold up the others
                troubles[view.invoice_id] = (
                    f"{view.number} cannot be printed ({type(bug).__name__}). Report this."
                )
        with store.write(actor) as tx:
            now = {view.invoice_id: view for view in _next_versions(tx, [v.invoice_id for v, _ in made])}
            true = [(view, content) for view, content in made if now.get(view.invoice_id) == view]
            keep_documents(
                tx, "invoice", [(v.invoice_id, v.version, content) for v, content in true], made_on=today
            )
        done = {view.invoice_id for view, _ in true}
        left = [view.invoice_id for view, _ in made if view.invoice_id not in done]
        if not left:
            return troubles
    raise Busy("The book changes faster than documents can be made. Try again in a moment.")


def _next_versions(read: Read, invoice_ids: Sequence[str]) -> list[InvoiceView]:
    return invoice_views(read, [i for i in invoice_ids if not read.value(LACKS_DOCUMENT, invoice_id=i)])


def correct_document(store: Store, actor: Actor, invoice_id: str, *, today: date) -> None:
    """The same for one invoice. Raises: NotFound, where it has no document yet; NoNewVersion."""
    with store.read() as read:
        if not _next_versions(read, [invoice_id]):
            raise NotFound("This invoice has no document yet. Send it, or run the billing again.")
    for why in correct_documents(store, actor, [invoice_id], today=today).values():
        raise NoNewVersion(why)


class NoNewVersion(DomainError):
    code = "no_document"

    def __init__(self, why: str) -> None:
        super().__init__(f"There is no new version of the document: {why}")
