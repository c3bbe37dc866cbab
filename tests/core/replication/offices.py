"""A hub and offices in one process, on real files; what they say to each other goes through its bytes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from core.actors import Actor, Role
from core.ledger.summaries import keep
from core.practice.commands import add_provider, found_practice
from core.replication import hub, office
from core.replication.enrol import (
    add_link,
    admit,
    become_hub,
    enrol_first,
    follow,
    follow_text,
    go_on,
    invite,
    number_everything,
)
from core.replication.messages import read_answer, read_request
from core.replication.moving import move
from core.replication.recognise import Met, hub_self, note_met
from core.replication.seals import new_key, public_key, sign
from core.replication.standing import numbered_up_to
from core.security.hub_secret import Held, HubSecret
from core.store import Store
from core.store.postgres import PostgresStore
from tests.builders import TODAY, fixed_clock

OWNER = Actor("owner", "Olive", Role.OWNER)
KEY = b"k" * 32


class Clock:
    """The time of one computer, which may be wrong."""

    def __init__(self) -> None:
        self.true = fixed_clock()
        self.skew = timedelta()

    def __call__(self) -> datetime:
        return self.true + self.skew

    @property
    def ms(self) -> int:
        return int(self().timestamp() * 1000)


def moved(hub: Store, database: str) -> PostgresStore:
    """The same hub in a database; its secret stays in the folder that it had."""
    with hub.read() as read:
        own = hub_self(read)
        secret = HubSecret.keep(str(Path(hub.path).parent), KEY, Held(own.private_key, own.tls, own.kept_tls))
        move(read, PostgresStore(database, KEY, hub.clock), lambda _: None, lambda: None)
    hub.close()
    return PostgresStore.at(database, KEY, hub.clock, secret)


class Network:
    """A hub and the offices that joined it."""

    def __init__(self, folder: Path, database: str = "") -> None:
        """With a `database`, the hub's book moves there as soon as it is made."""
        self.folder = folder
        first = self.new_book(1)
        with first.write(OWNER) as tx:
            found_practice(
                tx, name="Elm Street", timezone="America/New_York", office_code="North", series="N",
                terms_days=30, today=TODAY,
            )  # fmt: skip
            add_provider(tx, name="Pat Provider", credentials="LCSW", npi="1234567893")
        number_everything(first, OWNER)
        first.copy_to(str(folder / "hub.db"))
        self.hub: Store = Store.open(str(folder / "hub.db"), KEY, Clock(), keep)
        become_hub(self.hub, OWNER, name="hub")
        if database:
            self.hub = moved(self.hub, database)
        enrol_first(self.hub, first, OWNER, url="http://hub")
        self.offices = {1: first}

    def close(self) -> None:
        for book in (self.hub, *self.offices.values()):
            book.close()

    def new_book(self, site: int) -> Store:
        book = Store.create(str(self.folder / f"site-{site}.db"), KEY, Clock(), keep, site=site)
        with book.write(OWNER) as tx:  # the triggers' clock is the test's too
            tx.execute("UPDATE sync_clock SET fixed_ms = :ms", {"ms": Clock().ms})
        return book

    def join(self, series: str) -> Store:
        """One more office, empty as yet."""
        with self.hub.write(OWNER) as tx:
            invitation = invite(tx, name=f"office {series}", series=series, role=Role.OWNER)
        private = new_key()
        with self.hub.write(OWNER) as tx:
            welcome = admit(tx, code=invitation.code, key=public_key(private), person="Bea")
        book = self.new_book(welcome.site)
        with book.write(OWNER) as tx:
            add_link(
                tx, url="http://hub", hub_key=welcome.hub_key, hub_cert="", private_key=private,
                epoch=welcome.epoch, cursor=0,
            )  # fmt: skip
        self.offices[welcome.site] = book
        return book

    def exchange(self, book: Store) -> office.Taken:
        """One exchange, through the bytes of the wire."""
        clock = book.clock
        assert isinstance(clock, Clock)
        try:
            asked = office.prepare(book, clock.ms)
        except office.Restored:
            self.tell_of_restore(book)
            asked = office.prepare(book, clock.ms)
        request = read_request(asked.packed())
        with self.hub.write(OWNER) as tx:
            note_met(tx, [Met(request.site, tx.now_text, request.cursor)])
        answer = hub.exchange(self.hub, request, self.hub.clock.ms)  # type: ignore[attr-defined]
        return office.take(book, read_answer(answer.packed(), request), now_ms=clock.ms)

    def tell_of_restore(self, book: Store) -> None:
        """The hub hears that a book goes on as another site."""
        private = new_key()
        key = public_key(private)
        with book.read() as read:
            before, site = office.link(read), int(read.value("SELECT site FROM sync_clock"))
        signature = sign(before.private_key, follow_text(before.site, site, key))
        with self.hub.write(OWNER) as tx:
            follow(tx, old=before.site, new=site, key=key, signature=signature)
        with book.write(OWNER) as tx:
            go_on(tx, private_key=private)

    def settle(self) -> int:
        """Exchange until nobody has anything for anybody; answers how many rounds it took."""
        for rounds in range(1, 50):
            busy, before = False, self._head()
            for book in self.offices.values():
                while (taken := self.exchange(book)).more or taken.unsent:
                    busy = True
                busy |= taken.rows > 0
            # What the last of them brought, the others have not heard yet.
            if not busy and self._head() == before:
                return rounds
        raise AssertionError("they never come to rest")

    def _head(self) -> int:
        with self.hub.read() as read:
            return numbered_up_to(read)
