"""Documents of credit notes: made once the credit note is recorded, outside the write lock (RD4)."""

from datetime import date

from core.actors import Actor
from core.delivery.making import Made, Paper, make_document
from core.documents.credit_note import render_credit_note
from core.ledger.credit_note_view import CreditNoteView, credit_note_view
from core.store import Read, Store, Tx
from core.tables import CreditNote

NEWEST = """
SELECT version, content FROM credit_note WHERE adjustment_id = :document_id
ORDER BY version DESC, _q = 0, _q, site, no LIMIT 1
"""


def credit_note_paper(today: date) -> Paper[str, CreditNoteView]:
    """The document of a credit note, by its adjustment's id, as it is made today."""

    def view(read: Read, adjustment_id: str) -> CreditNoteView:
        return credit_note_view(read, adjustment_id, today=today)

    return Paper("credit_note", NEWEST, view, render_credit_note, _record)


def _record(tx: Tx, view: CreditNoteView, content: str) -> None:
    tx.add(
        CreditNote(
            once=f"credit-note:{view.document_id}:{view.version}",
            adjustment_id=view.document_id,
            version=view.version,
            made_on=view.made_on.isoformat(),
            content=content,
        )
    )


def make_credit_note(store: Store, actor: Actor, adjustment_id: str, *, today: date) -> Made:
    """The document of a credit note: the one there is while it is true, else another, marked corrected.

    Raises: NotAllowed, NotACreditNote, LogoUnusable, Busy.
    """
    return make_document(store, actor, credit_note_paper(today), adjustment_id)
