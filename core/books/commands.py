"""What is recorded when the books leave the house."""

from core import audit
from core.actors import Right
from core.practice.queries import practice
from core.store import Tx


def record_export(tx: Tx, *, form: str) -> None:
    """Say in the log who takes a copy of the whole book away in clear, before it is written.

    Whoever may read the book may; the log is what tells afterwards.
    """
    tx.require(Right.READ)
    audit.record(tx, "books.exported", "practice", practice(tx).practice_id, form=form)
