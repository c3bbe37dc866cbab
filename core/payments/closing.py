"""Closing a month: from then on, what is dated into it is flagged as late (RC8)."""

from datetime import date

from core import audit
from core.actors import Right
from core.errors import DomainError, TooLong
from core.ledger.closing import closed_through
from core.payments.refusals import MAX_NOTE
from core.store import Tx
from core.tables import DayClose


class CloseOfTheFuture(DomainError):
    code = "close_of_the_future"

    def __init__(self, day: date, today: date) -> None:
        super().__init__(f"{day} is not over: today is {today}. Close through a day that has passed.")


class ClosedAlready(DomainError):
    code = "closed_already"

    def __init__(self, through: date) -> None:
        super().__init__(f"The book is closed through {through} already. Choose a later day.")


def close_through(tx: Tx, through: date, *, today: date, note: str = "") -> str:
    """Close every day up to this one. Late entries stay possible and are flagged. Answers the id.

    Raises: CloseOfTheFuture, ClosedAlready, TooLong.
    """
    tx.require(Right.WRITE_OFF)
    if through >= today:
        raise CloseOfTheFuture(through, today)
    if len(note) > MAX_NOTE:
        raise TooLong("note", MAX_NOTE)
    last = closed_through(tx)
    if last is not None and through <= last:
        raise ClosedAlready(last)
    day = through.isoformat()
    close_id = tx.add(DayClose(once=f"close:{day}", closed_through_on=day, note=note.strip()))
    audit.record(tx, "book.closed", "close", close_id, through=day)
    return close_id
