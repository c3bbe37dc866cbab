"""Receipts for payments: made on request and frozen; corrected where the payment changed since (RD4)."""

from datetime import date

from core.actors import Actor
from core.delivery.making import Made, Paper, make_document
from core.documents.receipt import render_receipt
from core.ledger.receipt_view import ReceiptView, receipt_view
from core.store import Read, Store, Tx
from core.tables import Receipt

NEWEST = """
SELECT version, content FROM receipt WHERE payment_id = :document_id
ORDER BY version DESC, _q = 0, _q, site, no LIMIT 1
"""


def receipt_paper(today: date) -> Paper[str, ReceiptView]:
    """The receipt of a payment, by the payment's id, as it is made today."""

    def view(read: Read, payment_id: str) -> ReceiptView:
        return receipt_view(read, payment_id, today=today)

    return Paper("receipt", NEWEST, view, render_receipt, _record)


def _record(tx: Tx, view: ReceiptView, content: str) -> None:
    tx.add(
        Receipt(
            once=f"receipt:{view.document_id}:{view.version}",
            payment_id=view.document_id,
            version=view.version,
            made_on=view.made_on.isoformat(),
            content=content,
        )
    )


def make_receipt(store: Store, actor: Actor, payment_id: str, *, today: date) -> Made:
    """The receipt for a payment: the one there is while it is true, else another version, marked corrected.

    Raises: NotAllowed, NoReceiptForGoodwill, NotFound, LogoUnusable, Busy.
    """
    return make_document(store, actor, receipt_paper(today), payment_id)
