"""Several offices and a hub on real files in one process, with everything that can go wrong between them.

One seed is one history: who does what when, which message is lost, doubled or late, which process is killed
between two transactions, whose clock is wrong by days, who restores yesterday's backup, who still runs the
version before. All of it is drawn from one generator, so a seed replays.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from unittest.mock import patch

from core.actors import Actor, Role
from core.errors import DomainError
from core.ids import named
from core.ledger.summaries import keep
from core.replication import hub, office
from core.replication.elsewhere import free_site, live_again
from core.replication.enrol import (
    SiteTaken,
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
from core.replication.messages import Answer, Request, read_answer, read_request
from core.replication.seals import new_key, public_key, sign
from core.store import Merging, Store, Tx
from core.sync.absorb import absorb
from core.sync.triggers import Shape
from core.tables import Client, Guarantor, Site, shapes
from tests.properties.deeds import DEEDS, NEEDS, WEIGHTED, Hand, Idle
from tests.properties.practice import START, copied, memory

OWNER = Actor("test-owner", "Olive Owner", Role.OWNER)
DAY_MS = 86_400_000
OFFICES = 4
FIELDS = {"guarantor": ("city", "email", "street"), "client": ("phone", "street")}

UNKNOWN_COLUMN = ("client", "phone")
UNKNOWN_FACT = "late_fee"
NOT_BEFORE = frozenset({"late_fees", "late_fees_again", "waive", "waive_what_is_proposed"})
"""What the version before did not have."""


class Killed(Exception):
    """The process is gone; what it committed is on its disk."""


class SimStore(Store):
    """A book whose clock is the simulation's, and whose process can be killed before a transaction."""

    skew_ms = 0
    true_ms: Callable[[], int]
    left: int | None = None
    """How many transactions it still begins; None for as many as it likes."""

    def _one_more(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed

    def write(self, actor: Actor) -> Tx:
        self._one_more()
        return _SimTx(self, actor)

    def merge(self, actor: Actor) -> Merging:
        self._one_more()
        return _SimMerging(self, actor)

    @property
    def now_ms(self) -> int:
        return self.true_ms() + self.skew_ms


class _SimTx(Tx):
    def _begin(self) -> None:
        _set_time(self)
        super()._begin()


class _SimMerging(Merging):
    def _begin(self) -> None:
        _set_time(self)
        super()._begin()


def _set_time(tx: Tx) -> None:
    assert isinstance(tx._store, SimStore)
    tx.execute("UPDATE sync_clock SET fixed_ms = :now", {"now": tx._store.now_ms})


START_MS = int(datetime(2040, 1, 1, tzinfo=UTC).timestamp() * 1000)
"""Later than the computer's own clock, by which the first book was stamped."""


@cache
def template() -> tuple[Path, bytes]:
    """Books of a hub and its offices, all of them in step, made once."""
    folder = Path(tempfile.mkdtemp(dir=memory()))
    with copied() as first:
        key = first.data_key
        number_everything(first, OWNER)
        first.copy_to(str(folder / "site-1.db"))
        first.copy_to(str(folder / "hub.db"))
    books = {name: _open(folder / f"{name}.db", key, lambda: START_MS) for name in ("hub", "site-1")}
    become_hub(books["hub"], OWNER, name="hub")
    enrol_first(books["hub"], books["site-1"], OWNER, url="http://hub")
    for site in range(2, OFFICES + 1):
        private = new_key()
        with books["hub"].write(OWNER) as tx:
            code = invite(tx, name=f"office {site}", series="ABCDE"[site], role=Role.OWNER).code
        with books["hub"].write(OWNER) as tx:
            welcome = admit(tx, code=code, key=public_key(private), person="Bea")
        assert welcome.site == site
        path = folder / f"site-{site}.db"
        Store.create(
            str(path), key, lambda: datetime.fromtimestamp(START_MS / 1000, UTC), keep, site=site
        ).close()
        book = books[f"site-{site}"] = _open(path, key, lambda: START_MS)
        with book.write(OWNER) as tx:
            add_link(
                tx, url="http://hub", hub_key=welcome.hub_key, hub_cert="", private_key=private,
                epoch=welcome.epoch, cursor=0,
            )  # fmt: skip
    for _ in range(4):
        for name, book in books.items():
            if name != "hub":
                while True:
                    answer = hub.exchange(books["hub"], office.prepare(book, START_MS), START_MS)
                    taken = office.take(book, answer, now_ms=START_MS)
                    if not taken.more and not taken.unsent:
                        break
    for book in books.values():
        book.close()
    return folder, key


def _open(path: Path, key: bytes, true_ms: Callable[[], int]) -> SimStore:
    book = SimStore.open(str(path), key, lambda: datetime.fromtimestamp(true_ms() / 1000, UTC), keep)
    assert isinstance(book, SimStore)
    book.true_ms = true_ms
    book.clock = lambda: datetime.fromtimestamp(book.now_ms / 1000, UTC)
    return book


class Office:
    """One computer of an office: its book, its clock, its version, and the backups that were made of it."""

    def __init__(self, slot: int, book: SimStore, rnd: Random) -> None:
        self.slot = slot
        self.book = book
        self.old = rnd.random() < 0.4
        self.backup: Path | None = None
        self.settled = True
        """Whether the hub has heard of it since its book went back. A backup of a book of which it has not
        would be a third one with the same entries, which is for people."""
        self.edits: set[str] = set()
        self.edits_in_backup: set[str] = set()

    @property
    def shapes(self) -> list[Shape]:
        return [_as_before(s) for s in shapes() if s.name != UNKNOWN_FACT] if self.old else shapes()


def _as_before(shape: Shape) -> Shape:
    if shape.name == UNKNOWN_COLUMN[0]:
        columns = tuple(c for c in shape.columns if c != UNKNOWN_COLUMN[1])
        return Shape(shape.name, shape.travels, columns, shape.deletable, shape.defaults)
    return shape


class World:
    """A seed's hub, offices and network."""

    def __init__(self, seed: int, tally: Counter[str]) -> None:
        self.rnd = Random(seed)
        self.tally = tally
        self.now = START_MS
        self.folder = Path(tempfile.mkdtemp(dir=memory()))
        origin, self.key = template()
        self.hub = self._copied(origin, "hub")
        self.offices = [
            Office(slot, self._copied(origin, f"site-{slot}"), self.rnd)
            for slot in range(1, self.rnd.randrange(2, OFFICES + 1) + 1)
        ]
        for one in self.offices:
            one.book.skew_ms = self.rnd.choice(
                (0, 0, self.rnd.randrange(-300_000, 300_000), self.rnd.randrange(-3 * DAY_MS, 3 * DAY_MS))
            )
        self.late: list[tuple[Office, Answer, Request]] = []
        self.token = 0
        self.parents: dict[str, str] = {}
        """Of every edit the value it overwrote."""
        self.hub_fails = self.rnd.random() < 0.5
        """Whether the hub's disk is put back in this history, or the offices' unsaid; not both, because what
        both have forgotten and one has written anew is for people (`sync_aside`)."""
        self.disks_put_back = False
        self.hub_backup: Path | None = None
        self.lost: set[str] = set()
        """Edits that went with a disk before anybody else had them."""

    def _copied(self, origin: Path, name: str) -> SimStore:
        shutil.copy(origin / f"{name}.db", self.folder / f"{name}.db")
        return _open(self.folder / f"{name}.db", self.key, lambda: self.now)

    def close(self) -> None:
        for book in (self.hub, *(one.book for one in self.offices)):
            book.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # What people do.

    def step(self) -> None:
        self.now += self.rnd.randrange(0, 30_000)
        one = self.rnd.choice(self.offices)
        x = self.rnd.random()
        if x < 0.22:
            self.edit(one)
        elif x < 0.50:
            self.deed(one)
        elif x < 0.90:
            self.exchange(one, faults=True)
        elif x < 0.92 and self.late:
            self.deliver_late()
        elif x < 0.94:
            one.book.skew_ms += self.rnd.randrange(-7_200_000, 7_200_000)
            self.tally["clock steps"] += 1
        elif x < 0.95 and one.old:
            self.update(one)
        elif x < 0.97 and one.settled:
            self.back_up(one)
        elif x < 0.975 and one.backup is not None:
            self.restore(one)
        elif x < 0.98 and self.hub_backup is not None:
            self.restore_hub()
        elif x < 0.99 and self.hub_fails:
            self.back_up_hub()
        elif x < 0.995:
            self.now += self.rnd.randrange(1, 3) * DAY_MS

    def edit(self, one: Office) -> None:
        table = self.rnd.choice(list(FIELDS))
        field = self.rnd.choice([f for f in FIELDS[table] if not (one.old and (table, f) == UNKNOWN_COLUMN)])
        self.token += 1
        value = f"t{self.token}"
        with one.book.write(OWNER) as tx:
            rows = tx.rows(f"SELECT id, {field} FROM {table} ORDER BY id")
            row_id, before = self.rnd.choice(rows)
            tx.change(Guarantor if table == "guarantor" else Client, row_id, **{field: value})
        made = f"{row_id}.{field}={value}"
        self.parents[made] = f"{row_id}.{field}={before}"
        one.edits.add(made)
        self.tally["edits"] += 1

    def deed(self, one: Office) -> None:
        name, a, b, c = self.rnd.choice(WEIGHTED), *(self.rnd.randrange(256) for _ in range(3))
        try:
            with one.book.write(OWNER) as tx:
                hand = Hand(tx, self.today(one), a, b, c)
                _do(name, hand, NOT_BEFORE if one.old else frozenset())
            self.tally["deeds"] += 1
        except DomainError:
            self.tally["refused"] += 1

    def today(self, one: Office) -> date:
        return START + timedelta(milliseconds=self.now - START_MS)

    def update(self, one: Office) -> None:
        one.old = False
        with one.book.merge(OWNER) as tx:
            absorb(tx, shapes())
        self.tally["updates"] += 1

    def back_up(self, one: Office) -> None:
        if one.backup is not None:
            one.backup.unlink()
        one.backup = self.folder / f"backup-{one.slot}-{self.rnd.getrandbits(40)}.db"
        one.book.copy_to(str(one.backup))
        one.edits_in_backup = set(one.edits)
        self.tally["backups"] += 1

    def restore(self, one: Office) -> None:
        """The disk is lost and a backup takes its place; what only the disk had is gone."""
        assert one.backup is not None
        one.book.close()
        for path in self.folder.glob(f"{Path(one.book.path).name}*"):
            path.unlink()
        # What had not left, or left without anybody knowing, may or may not be there in the end.
        self.lost |= one.edits - one.edits_in_backup
        one.edits = set(one.edits_in_backup)
        path = Path(one.book.path)
        shutil.copy(one.backup, path)
        one.settled = False
        if not one.old:  # as every book does that is opened by a newer version
            with one.book.merge(OWNER) as tx:
                absorb(tx, shapes())
        skew = one.book.skew_ms
        quietly = not self.hub_fails and self.rnd.random() < 0.5
        one.book = _open(path, self.key, lambda: self.now)
        one.book.skew_ms = skew
        if quietly:
            self.late = [late for late in self.late if late[0] is not one]
            self.disks_put_back = True
            self.tally["disks put back"] += 1
            return
        with one.book.read() as read:
            site = free_site(read)
        one.book.become_site(site)
        with one.book.write(OWNER) as tx:
            tx.add(
                Site(
                    id=named(f"site:{site}"),
                    number=site,
                    name="restored",
                    series=f"R{_letters(site)}",
                )
            )
        self.late = [late for late in self.late if late[0] is not one]
        self.tally["restored backups"] += 1

    def back_up_hub(self) -> None:
        if self.hub_backup is not None:
            self.hub_backup.unlink()
        self.hub_backup = self.folder / f"hub-backup-{self.rnd.getrandbits(40)}.db"
        self.hub.copy_to(str(self.hub_backup))
        self.tally["hub backups"] += 1

    def restore_hub(self) -> None:
        """The hub's disk is lost and a backup takes its place, said or unsaid."""
        assert self.hub_backup is not None
        self.hub.close()
        for path in self.folder.glob(f"{Path(self.hub.path).name}*"):
            path.unlink()
        path = Path(self.hub.path)
        shutil.copy(self.hub_backup, path)
        self.hub = _open(path, self.key, lambda: self.now)
        if self.rnd.random() < 0.5:
            self.tally["hubs put back"] += 1
            self._somebody_notices()
            return
        with self.hub.merge(OWNER) as tx:
            live_again(tx)
        self.tally["hubs restored"] += 1

    def _somebody_notices(self) -> None:
        """Offices ask all the time; the first one after the hub's disk was put back is one that had asked
        just before."""
        first = max(self.offices, key=self._asked)
        while (taken := self.exchange(first, faults=False)) and taken.more:
            """It is asked for its receipt first."""

    @staticmethod
    def _asked(one: Office) -> tuple[int, int]:
        with one.book.read() as read:
            hub_link = office.link(read)
        return hub_link.cursor, hub_link.batch_no

    # What the network does.

    def exchange(self, one: Office, *, faults: bool) -> office.Taken | None:
        def chance(p: float) -> bool:
            return faults and self.rnd.random() < p

        self.now += self.rnd.randrange(1, 200)
        if chance(0.1):
            self.tally["requests lost"] += 1
            return None
        if chance(0.12):
            one.book.left = self.rnd.randrange(0, 6)
        if chance(0.05):
            self.hub.left = self.rnd.randrange(0, 2)
        with self._version(one):
            try:
                return self._exchange(one, chance)
            except Killed:
                self.tally["kills"] += 1
                return None
            finally:
                one.book.left = self.hub.left = None

    def _exchange(self, one: Office, chance: Callable[[float], bool]) -> office.Taken | None:
        try:
            request = self._request(one)
        except office.Restored:
            while not self._tell_of_restore(one):
                office.go_on_elsewhere(one.book)
            request = self._request(one)
        answer = self._answered(request)
        self.tally["batches"] += request.batch is not None
        if chance(0.1):
            answer = self._answered(request)
            self.tally["requests doubled"] += 1
        if chance(0.1):
            self.late.append((one, answer, request))
            self.tally["answers late"] += 1
            return None
        if chance(0.08):
            self.tally["answers lost"] += 1
            return None
        taken = office.take(one.book, answer, now_ms=one.book.now_ms, asked=request)
        with one.book.read() as read:
            one.settled = one.settled or not (taken.more or taken.unsent or office.link(read).trouble)
        if chance(0.08):
            office.take(one.book, answer, now_ms=one.book.now_ms, asked=request)
            self.tally["answers doubled"] += 1
        return taken

    def _request(self, one: Office) -> Request:
        """As an office asks at first, or as it does later on."""
        return office.prepare(one.book, one.book.now_ms, shown=self.now % 2 == 0)

    def _answered(self, request: Request) -> Answer:
        """What the office reads, through the bytes of both ways."""
        told = hub.exchange(self.hub, read_request(request.packed()), self.now)
        if told.asks_for_receipt:
            self.tally["receipts asked for"] += 1
        return read_answer(told.packed(), request)

    def _tell_of_restore(self, one: Office) -> bool:
        with one.book.read() as read:
            link = office.link(read)
            site = read.value("SELECT site FROM sync_clock")
        private = new_key()
        key = public_key(private)
        with self.hub.write(OWNER) as tx:
            try:
                follow(
                    tx, old=link.site, new=site, key=key,
                    signature=sign(link.private_key, follow_text(link.site, site, key)),
                )  # fmt: skip
            except SiteTaken:
                return False
        self.hub_backup = (
            None  # a hub from before would not know this office, and a person would have to help
        )
        left, one.book.left = one.book.left, None  # the new key is on disk before it is said: one step here
        with one.book.write(OWNER) as tx:
            go_on(tx, private_key=private)
        one.book.left = left
        return True

    def deliver_late(self) -> None:
        one, answer, request = self.late.pop(self.rnd.randrange(len(self.late)))
        with self._version(one):
            office.take(one.book, answer, now_ms=one.book.now_ms, asked=request)

    @contextmanager
    def _version(self, one: Office) -> Iterator[None]:
        with patch.object(office, "shapes", lambda: one.shapes):
            yield

    def come_to_rest(self) -> None:
        """The faults stop, everybody runs this version, and they exchange until nobody has anything."""
        for one in self.offices:
            if one.old:
                self.update(one)
        for _ in range(60):
            busy = False
            for one in self.offices:
                for _ in range(200):
                    taken = self.exchange(one, faults=False)
                    assert taken is not None
                    busy |= taken.rows > 0 or taken.unsent
                    if not taken.more and not taken.unsent:
                        break
                else:
                    raise AssertionError(f"office {one.slot} never comes to rest")
            if not busy:
                return
        raise AssertionError("they never come to rest")


def _letters(number: int) -> str:
    return "".join("ABCDEFGHIJ"[int(digit)] for digit in str(number)[-3:])


def _do(name: str, hand: Hand, banned: frozenset[str]) -> None:
    while name not in banned:
        try:
            DEEDS[name](hand)
        except Idle:
            if name not in NEEDS:
                return
            name = NEEDS[name]
        else:
            return
