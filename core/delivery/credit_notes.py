"""Documents of credit notes: made once the credit note is recorded, outside the write lock (RD4)."""

from datetime import date
from functools import partial

from core.actors import Actor
from core.delivery.making import Made, Paper, make_document
from core.documents.credit_note import render_credit_note
from core.ledger.credit_note_view import CreditNoteView, credit_note_view
from core.ledger.frozen import newest_content
from core.store import Store, Tx
from core.tables import CreditNote

NEWEST = newest_content("credit_note", "adjustment_id")


def credit_note_paper(today: date) -> Paper[str, CreditNoteView]:
    """The document of a credit note, by its adjustment's id, as it is made today."""

    return Paper("credit_note", NEWEST, partial(credit_note_view, today=today), render_credit_note, _record)


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
