"""What the card processor sends by itself: kept for ever, each event once, before it is acted on (RF2).

An event is only a hint. What it is about is asked for again, so that the order in which events come,
how often and how late do not matter, and a forged one could say nothing that is not so.
"""

from collections import namedtuple

from core import audit
from core.actors import Right
from core.errors import DomainError
from core.payments.card import Event
from core.store import Read, Tx
from core.tables import ProcessorEvent

KNOWN = "SELECT 1 FROM processor_event WHERE id = :id"


class OtherMode(DomainError):
    code = "other_mode"

    def __init__(self) -> None:
        super().__init__("This event is of the processor's other mode, test or live, and means nothing here.")


def take_event(tx: Tx, event: Event, *, live: bool) -> bool:
    """Keep an authentic event; answers whether it is new. Raises: OtherMode."""
    tx.require(Right.BILL)
    if event.live != live:
        raise OtherMode
    if tx.rows(KNOWN, id=event.id):
        return False
    tx.add(
        ProcessorEvent(
            id=event.id,
            kind=event.kind,
            about=event.about,
            happened_s=event.happened_s,
            body=event.body,
            received_at=tx.now_text,
            state="waiting",
        )
    )
    return True


Waiting = namedtuple("Waiting", "id kind about tries")

WAITING = """
SELECT id, kind, about, tries FROM processor_event WHERE state = 'waiting'
ORDER BY tries, received_at, id LIMIT :most
"""


def waiting_events(read: Read, *, most: int = 50) -> list[Waiting]:
    """The events that nothing was made of yet, in the order in which they came; those that failed before come
    after all others."""
    return read.all(WAITING, Waiting, most=most)


FAILED = "UPDATE processor_event SET tries = tries + 1 WHERE id = :id"
DONE = "UPDATE processor_event SET state = 'done', tries = tries + 1 WHERE id = :id"
ASIDE = "UPDATE processor_event SET state = 'aside', tries = tries + 1, why = :why WHERE id = :id"


def event_failed(tx: Tx, event_id: str) -> None:
    """Nobody knows why nothing could be made of an event; it is tried again behind the others."""
    tx.require(Right.BILL)
    tx.execute(FAILED, {"id": event_id})


def event_done(tx: Tx, event_id: str) -> None:
    """All that an event meant is recorded, in this transaction."""
    tx.require(Right.BILL)
    tx.execute(DONE, {"id": event_id})


def event_aside(tx: Tx, event_id: str, why: str) -> None:
    """An event that a rule refuses waits for a person and holds nothing up."""
    tx.require(Right.BILL)
    tx.execute(ASIDE, {"id": event_id, "why": why[:500]})
    audit.record(tx, "processor.event_aside", "processor_event", event_id, reason=why[:500])


COUNTS = "SELECT state, count(*) FROM processor_event GROUP BY state"


def counts(read: Read) -> dict[str, int]:
    """How many events are waiting, done and aside."""
    return dict(read.rows(COUNTS))
