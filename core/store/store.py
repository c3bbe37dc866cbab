"""A book that is open: who reads, writes or merges asks it for a transaction."""

import os
from _thread import allocate_lock

from sqlcipher3 import dbapi2 as sqlcipher

from core.migrations import HEAD
from core.store.opening import connect, require_book
from core.store.read import ABSORBED, STALE, Reading
from core.trouble import BookExists, BookLocked, DamagedBook, NewerBook, WrongKey, refusal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection, Engine

    from core.actors import Actor
    from core.store.merging import Merging
    from core.store.write import Tx
    from core.tables import Row

_MOST_IDLE = 4

NOTHING_TO_ABSORB = """
UPDATE sync_clock SET absorbed = ?
WHERE NOT EXISTS (SELECT 1 FROM sync_link) AND NOT EXISTS (SELECT 1 FROM sync_self)
"""
"""In a book that has no hub and is none, nobody else has written anything else."""


class Store:
    """One book, open. Threads may share it; each read or write takes a connection of its own."""

    def __init__(
        self,
        path: str,
        key: bytes,
        clock: "Callable[[], datetime]",
        keep: "Callable[[Tx], None] | None" = None,
    ) -> None:
        """`keep` makes the summaries anew that a transaction has made stale, before it commits."""
        self.path = path
        self.clock = clock
        self.keep = keep
        self._key = key
        self._idle: list[Any] = []
        self._idle_writing: list[Any] = []
        self._guard = allocate_lock()
        self._plans: dict[tuple[Any, tuple[str, ...]], Any] = {}
        self._key_fits = False

    @classmethod
    def open(
        cls,
        path: str,
        key: bytes,
        clock: "Callable[[], datetime]",
        keep: "Callable[[Tx], None] | None" = None,
    ) -> "Store":
        """Open an existing book. Raises: NoBook, WrongKey, DamagedBook, NewerBook, DiskTrouble."""
        require_book(path)
        store = cls(path, key, clock, keep)
        with store.read() as read:
            if not read.value("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'"):
                raise DamagedBook
            found = read.value("SELECT version_num FROM alembic_version")
            stale = found == HEAD and read.value(STALE)
            absorbed = found == HEAD and read.value(ABSORBED) == HEAD
        if found != HEAD:
            if found is None or found > HEAD:
                raise NewerBook(str(found))
            store.upgrade()
            with store.read() as read:
                absorbed = read.value(ABSORBED) == HEAD
        if not absorbed:  # also when the last try was killed
            store.absorb()
        if keep is not None and (stale or found != HEAD):
            from core.actors import Actor, Role

            with store.write(Actor("system", "Daysheet", Role.OWNER)):
                """What a revision marked as stale is made anew, also when the last try was killed."""
        return store

    @classmethod
    def create(
        cls,
        path: str,
        key: bytes,
        clock: "Callable[[], datetime]",
        keep: "Callable[[Tx], None] | None" = None,
        *,
        site: int,
    ) -> "Store":
        """Make a new, empty book of one site. Raises: BookExists."""
        if os.path.exists(path):  # noqa: PTH110
            raise BookExists(os.path.dirname(path))  # noqa: PTH120
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        store = cls(path, key, clock, keep)
        store.upgrade(site=site)
        return store

    @property
    def data_key(self) -> bytes:
        """What encrypts the book; for making another key slot."""
        return self._key

    def borrow(self, *, writes: bool = False) -> "Any":
        """A connection that nobody else uses until it is given back. Raises: BookLocked."""
        with self._guard:
            if idle := self._idle_writing if writes else self._idle:
                return idle.pop()
        return self._connect(query_only=not writes)

    def _connect(self, *, query_only: bool = False) -> "Any":
        """A connection. The key that opened the book once is right: what it cannot read later is damage.

        Raises: BookLocked.
        """
        if not self._key:
            raise BookLocked
        try:
            connection = connect(self.path, self._key, query_only=query_only)
        except WrongKey:
            if self._key_fits:
                raise DamagedBook from None
            raise
        self._key_fits = True
        return connection

    def give_back(self, connection: "Any", *, writes: bool = False) -> None:
        with self._guard:
            idle = self._idle_writing if writes else self._idle
            if self._key and len(idle) < _MOST_IDLE:
                idle.append(connection)
                return
        connection.close()

    def read(self) -> Reading:
        """`with store.read() as read:` sees one moment of the book."""
        return Reading(self)

    def write(self, actor: "Actor") -> "Tx":
        """`with store.write(actor) as tx:` commits at the end of the block, or not at all.

        Raises: BookBusy, DiskFull.
        """
        from core.store.write import Tx

        return Tx(self, actor)

    def tell(self) -> None:
        """Something was committed: whoever waits for it looks at once."""
        from core.nudge import nudge

        nudge(os.path.dirname(self.path) or ".")  # noqa: PTH120

    def merge(self, actor: "Actor") -> "Merging":
        """The same for rows from elsewhere."""
        from core.store.merging import Merging

        return Merging(self, actor)

    def data_version(self) -> int:
        """A number that changes when another connection commits; each caller thread asks alone.

        Raises: BookLocked, DiskTrouble, BookBusy, DamagedBook; asked again later, it goes on.
        """
        if not hasattr(self, "_watching"):
            self._watching = self._connect(query_only=True)
        try:
            return int(self._watching.execute("PRAGMA data_version").fetchone()[0])
        except sqlcipher.DatabaseError as error:
            raise refusal_of(error) from None

    def close(self) -> None:
        with self._guard:
            idle = [*self._idle, *self._idle_writing]
            self._idle, self._idle_writing = [], []
        for connection in idle:
            connection.close()
        if hasattr(self, "_watching"):
            self._watching.close()
            del self._watching

    @property
    def is_open(self) -> bool:
        """Whether it has the key; a locked one has not."""
        return bool(self._key)

    def lock(self) -> None:
        """Forget the key and close every connection; until `unlock` whoever asks is refused (BookLocked)."""
        self._key = b""
        self.close()

    def unlock(self, key: bytes) -> None:
        """Go on with a key that was asked for anew. Raises: WrongKey, DiskTrouble; then it stays locked."""
        self._key, self._key_fits = key, False
        try:
            self.give_back(self.borrow())
        except BaseException:
            self._key = b""
            raise

    def copy_to(self, path: str) -> None:
        """One moment of the book in a new file, under the same key; others go on writing meanwhile.

        Raises: DiskFull, DiskTrouble, DamagedBook.
        """
        connection = self._connect()
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            connection.execute("VACUUM INTO ?", (path,))
        except sqlcipher.DatabaseError as error:
            raise refusal_of(error) from None
        finally:
            connection.close()

    def become_site(self, site: int) -> None:
        """From now on, what is written here is numbered, chained and stamped as another site's.

        What the book holds counts as merged: later stamps are above it. The clock's offset belonged to
        the computer before.
        """
        from core.sync.policy import Travels
        from core.tables import shapes

        try:
            with self.engine().begin() as connection:
                newest = max(
                    connection.exec_driver_sql(f"SELECT coalesce(max(_h), 0) FROM {name}").scalar_one()  # noqa: S608
                    for name in (s.name for s in shapes() if s.travels is Travels.REGISTER)
                )
                connection.exec_driver_sql(
                    "UPDATE sync_clock SET site = ?, offset_ms = 0, floor = max(floor, ?)", (site, newest)
                )
        except Exception as error:  # noqa: BLE001  told apart by _refusal
            raise refusal_of(error) from None

    def engine(self) -> "Engine":
        """What changes the schema; its connections are not kept. Reads and writes go to the driver itself."""
        from sqlalchemy import create_engine, event
        from sqlalchemy.pool import NullPool

        engine = create_engine(
            "sqlite://", creator=self._connect, module=sqlcipher, poolclass=NullPool, hide_parameters=True
        )
        event.listen(engine, "begin", _begin_immediate)
        return engine

    def plan(self, table: "type[Row]", columns: tuple[str, ...]) -> "Any":
        """How rows of a table are inserted: SQL, and the order its canonical form wants."""
        plan = self._plans.get((table, columns))
        if plan is None:
            from core.store.plans import make_plan

            plan = self._plans[table, columns] = make_plan(table, columns)
        return plan

    def absorb(self) -> None:
        """Put in what other offices wrote with a newer version while this one did not know its place."""
        from core.actors import Actor, Role
        from core.sync.absorb import absorb
        from core.tables import shapes

        with self.merge(Actor("system", "Daysheet", Role.OWNER)) as tx:
            absorb(tx, shapes())
            tx.execute("UPDATE sync_clock SET absorbed = :head", {"head": HEAD})

    def upgrade(self, *, site: int | None = None) -> None:
        """Bring the schema to HEAD in one transaction: killed in between, it is as before."""
        from core.store.schema import renew_triggers, to_head

        try:
            with self.engine().begin() as connection:
                to_head(connection)
                renew_triggers(connection)
                connection.exec_driver_sql(NOTHING_TO_ABSORB, (HEAD,))
                if site is not None:
                    connection.exec_driver_sql(
                        "INSERT INTO sync_clock (id, site, offset_ms, floor, applying, absorbed)"
                        " VALUES (1, ?, 0, 0, 0, ?)",
                        (site, HEAD),
                    )
                    connection.exec_driver_sql("INSERT INTO sync_head (id, seq) VALUES (1, 0)")
        except Exception as error:  # noqa: BLE001  told apart by _refusal
            raise refusal_of(error) from None


def _begin_immediate(connection: "Connection") -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
