"""Receipts for payments: made on request and frozen; corrected where the payment changed since (RD4)."""

from datetime import date
from functools import partial

from core.actors import Actor
from core.delivery.making import Made, Paper, make_document
from core.documents.receipt import render_receipt
from core.ledger.frozen import newest_content
from core.ledger.receipt_view import ReceiptView, receipt_view
from core.store import Store, Tx
from core.tables import Receipt

NEWEST = newest_content("receipt", "payment_id")


def receipt_paper(today: date) -> Paper[str, ReceiptView]:
    """The receipt of a payment, by the payment's id, as it is made today."""

    return Paper("receipt", NEWEST, partial(receipt_view, today=today), render_receipt, _record)


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
