"""Charge late fees and let them go, with the corrected documents; safe to run any number of times (RC5).

A chunk of invoices is charged in one transaction and gets its documents after it. Killed anywhere and run
again, it first makes the documents that are missing, then charges what is still due.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from datetime import date

from core.actors import Actor
from core.delivery.correcting import correct_documents, without_fee
from core.invoicing.late_fees import FeeCharged, charge_late_fees, fees_due
from core.store import Store

CHUNK = 25

LateFeeRun = namedtuple("LateFeeRun", "charged troubles total_cents")
"""`charged` are the fees of this run; `troubles` says, by invoice id, why a document could not be made."""


def run_late_fees(
    store: Store,
    actor: Actor,
    *,
    today: date,
    invoice_ids: Sequence[str] | None = None,
    after_chunk: Callable[[int], None] = lambda invoices: None,
    stopped: Callable[[], bool] = lambda: False,
) -> LateFeeRun:
    """Charge every late fee that is due, on all invoices or on those named.

    `after_chunk` hears how many invoices are done so far; `stopped` is asked before each chunk.
    """
    troubles = finish_late_fees(store, actor, today=today)
    if invoice_ids is None:
        with store.read() as read:
            invoice_ids = list(dict.fromkeys(fee.invoice_id for fee in fees_due(read, today)))
    charged: list[FeeCharged] = []
    for start in range(0, len(invoice_ids), CHUNK):
        if stopped():
            break
        with store.write(actor) as tx:
            now = charge_late_fees(tx, today, invoice_ids=invoice_ids[start : start + CHUNK])
        troubles |= correct_documents(store, actor, [fee.invoice_id for fee in now], today=today)
        charged += now
        after_chunk(min(start + CHUNK, len(invoice_ids)))
    return LateFeeRun(charged, troubles, sum(fee.amount_cents for fee in charged))


def finish_late_fees(store: Store, actor: Actor, *, today: date) -> dict[str, str]:
    """Make the documents that a broken run, or a waiver, left behind. Answers what could not be made."""
    with store.read() as read:
        left = without_fee(read)
    troubles: dict[str, str] = {}
    for start in range(0, len(left), CHUNK):
        troubles |= correct_documents(store, actor, left[start : start + CHUNK], today=today)
    return troubles
