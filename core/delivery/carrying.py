"""Carry what is due: one round over one connection, each mail answered by a fact before the next.

A mail that the server refuses for now is tried again, later each time and never all at the same moment; one
that it refuses for good has failed. While the server is away, nothing is tried and nothing is lost.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from core.delivery.mail import answer_mail, begin_mail, delay_mail
from core.delivery.mail_queue import Due, ready
from core.delivery.mail_values import letter_of
from core.delivery.mailer import Letter, Mailer, MailNotTaken, MailServerAway, MaybeTaken
from core.errors import DomainError
from core.ledger.mail_server import MailServer
from core.store import Store, Tx

FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=4)
GIVE_UP = timedelta(days=5)
"""RFC 5321 4.5.4.1: at least four to five days."""

MOST_DOUBTS = 2
"""A mail is handed over at most three times where the server never says whether it took it."""
IN_DOUBT = "It was handed over three times, and each time the line ended before the server answered."
NOT_MADE = "The hub cannot make this mail; perhaps it is older than the office that asked for it."


class Round(NamedTuple):
    """How many mails left, were put off, and failed for good."""

    left: int = 0
    later: int = 0
    failed: int = 0


def pause(tries: int, chance: float) -> timedelta:
    """How long until the next try: twice as long each time, up to four hours, between half and one and a half
    of it. `chance` is from 0 to 1."""
    doubled: int = 2 ** min(max(tries, 1) - 1, 20)
    return min(FIRST * doubled, LONGEST) * (0.5 + chance)


class Carrier:
    """Carries the due mails of a book. `write` runs a unit of work in one write transaction; `chance` gives
    numbers from 0 to 1; while `goes_on` says no, nothing more leaves. `portal` is the one that this hub
    serves."""

    def __init__(
        self,
        store: Store,
        write: Callable[[Callable[[Tx], object]], object],
        chance: Callable[[], float],
        goes_on: Callable[[], bool] = lambda: True,
        portal: str = "",
    ) -> None:
        self._store = store
        self._write = write
        self._chance = chance
        self._goes_on = goes_on
        self._portal = portal
        self.broken: Exception | None = None
        """The first bug that a round met in making a mail; that mail is put off, the others leave."""

    def round(self, server: MailServer, mailer: Mailer) -> Round:
        """Raises: MailServerAway; what was due stays due."""
        done = {"left": 0, "later": 0, "failed": 0}
        with self._store.read() as read:
            due = ready(read, self._store.clock(), server.since)
        for one in due:
            became = self._one(one, server, mailer) if self._goes_on() else ""
            if became:
                done[became] += 1
        return Round(**done)

    def away(self, server: MailServer, error: MailServerAway) -> None:
        """Tell every office that mail waits, and why."""
        with self._store.read() as read:
            due = [one for one in ready(read, self._store.clock(), server.since) if not one.tries]

        def note(tx: Tx) -> None:
            for one in due:
                delay_mail(tx, one, after=timedelta(), code=0, said=str(error))

        if due:
            self._write(note)

    def _one(self, due: Due, server: MailServer, mailer: Mailer) -> str:
        if due.began_at and due.doubts >= MOST_DOUBTS:
            return self._failed(due, 0, IN_DOUBT)
        try:
            with self._store.read() as read:
                letter = letter_of(read, due, server, self._portal)
        except DomainError as refusal:
            return self._failed(due, 0, str(refusal))
        except Exception as error:  # noqa: BLE001  told by whoever carries; nobody else's mail waits for it
            self.broken = self.broken or error
            return self._not_taken(due, MailNotTaken(0, NOT_MADE, for_good=False))
        try:
            taken = mailer.carry(letter, lambda: self._goes_on() and self._begin(due))
        except MailNotTaken as refusal:
            return self._not_taken(due, refusal)
        except MaybeTaken:
            return "later"
        if taken is None:
            return ""
        return self._taken(due, letter, taken.code, taken.said)

    def _begin(self, due: Due) -> bool:
        return bool(self._write(lambda tx: begin_mail(tx, due)))

    def _taken(self, due: Due, letter: Letter, code: int, said: str) -> str:
        message_id = str(letter.message["Message-ID"])
        self._write(lambda tx: answer_mail(tx, due, "delivered", code=code, said=said, message_id=message_id))
        return "left"

    def _not_taken(self, due: Due, refusal: MailNotTaken) -> str:
        if refusal.for_good:
            return self._failed(due, refusal.reply, refusal.said)
        with self._store.read() as read:
            first_at = read.value("SELECT first_at FROM mail_try WHERE id = :mail", mail=due.mail)
        if first_at and _older(self._store, first_at, GIVE_UP):
            return self._failed(due, refusal.reply, f"Given up after five days: {refusal.said}")
        after = pause(due.tries + 1, self._chance())
        self._write(lambda tx: delay_mail(tx, due, after=after, code=refusal.reply, said=refusal.said))
        return "later"

    def _failed(self, due: Due, code: int, said: str) -> str:
        self._write(lambda tx: answer_mail(tx, due, "failed", code=code, said=said))
        return "failed"


def _older(store: Store, at: str, age: timedelta) -> bool:
    return datetime.fromisoformat(at) + age < store.clock()
