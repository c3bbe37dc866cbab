"""Opens the encrypted book, and is the only place that opens a transaction.

Reads run on the driver, so that a screen or a script that only reads loads no ORM. Writes go through
one SQLAlchemy engine: BEGIN IMMEDIATE, so that a read inside a command is never stale, and one fsync
a commit (synchronous FULL). Facts get their number and their link in the site's chain before COMMIT.
Rules: `security.md` 5.1.
"""

import os
from _thread import allocate_lock

from sqlcipher3 import dbapi2 as sqlcipher

from core.errors import NotFound
from core.migrations import HEAD
from core.trouble import (
    BookExists,
    BookLocked,
    DamagedBook,
    DiskTrouble,
    NewerBook,
    NoBook,
    NoSharedLog,
    NotAllowed,
    OldSqlite,
    UnreadableText,
    WrongKey,
    refusal_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from types import TracebackType
    from typing import Any, Self, TypeVar

    from sqlalchemy import Connection, Engine

    from core.actors import Actor, Right
    from core.tables import Row

    T = TypeVar("T")
    Covered = tuple[tuple[str, ...], Callable[[Sequence[Any]], tuple[Any, ...]]]

SQLITE_FLOOR = (3, 51, 3)
"""Older ones can corrupt a WAL database that two processes write (WAL-reset bug)."""

BUSY_MS = 15_000
STALE = "SELECT 1 FROM stale LIMIT 1"
HUB = 0
"""The site of a hub's own work."""
NUMBERING = "SELECT 1 FROM sync_self"
"""A hub numbers what it writes and takes in; an office's rows get their numbers from it."""
Value = str | int | bytes | None


def connect(path: str, key: bytes, *, query_only: bool = False) -> "Any":
    """A connection to an encrypted book, with every rule set.

    Raises: WrongKey, OldSqlite, DiskTrouble, DamagedBook, NoSharedLog.
    """
    if sqlcipher.sqlite_version_info < SQLITE_FLOOR:
        raise OldSqlite(sqlcipher.sqlite_version)
    try:
        connection = sqlcipher.connect(
            path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
    except sqlcipher.DatabaseError as error:
        raise refusal_of(error) from None
    try:
        # The log level first, or a wrong key writes to stderr; the cipher's version last, because a
        # build without encryption ignores PRAGMA key and would leave the file in clear.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        # 16 MiB of decrypted pages; with SQLite's 2 a list of scattered rows is decrypted each time.
        connection.execute("PRAGMA cache_size = -16384")
        if connection.execute("PRAGMA cipher_version").fetchone() is None:
            raise AssertionError("this SQLite cannot encrypt")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise NoSharedLog
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        if query_only:
            connection.execute("PRAGMA query_only = ON")
    except sqlcipher.DatabaseError as error:
        connection.close()
        if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
            raise WrongKey from None
        raise refusal_of(error) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _any_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


class Read:
    """A consistent view of the book. Parameters are named: `:client_id` in the text."""

    def __init__(self, connection: "Any") -> None:
        self._connection = connection

    def fresh(self) -> None:
        """Let the summaries answer for all that was written so far; a query that reads them says so first."""

    def rows(self, sql: str, /, **params: Value) -> "list[tuple[Any, ...]]":
        """Every row, as tuples."""
        return self._connection.execute(sql, params).fetchall()  # type: ignore[no-any-return]

    def all(self, sql: str, into: "Callable[..., T]", /, **params: Value) -> "list[T]":
        """Every row, each as what `into` makes of its columns."""
        return [into(*row) for row in self._connection.execute(sql, params)]

    def each(self, sql: str, /, **params: Value) -> "Iterable[tuple[Any, ...]]":
        """Row by row, for what is too long to hold. Raises: UnreadableText."""
        try:
            yield from self._connection.execute(sql, params)
        except sqlcipher.OperationalError as error:
            if "decode" in str(error):
                raise UnreadableText from None
            raise

    def allow_unreadable_text(self, allowed: bool) -> None:
        """Whether bytes that are not UTF-8 come as lone surrogates, instead of being refused."""
        self._connection.text_factory = _any_text if allowed else str

    def first(self, sql: str, into: "Callable[..., T]", /, **params: Value) -> "T | None":
        row = self._connection.execute(sql, params).fetchone()
        return None if row is None else into(*row)

    def value(self, sql: str, /, **params: Value) -> "Any":
        """The first column of the first row, or None."""
        row = self._connection.execute(sql, params).fetchone()
        return None if row is None else row[0]


class Reading:
    """One read transaction; the `with` block sees one moment of the book."""

    def __init__(self, store: "Store") -> None:
        self._store = store

    def __enter__(self) -> Read:
        self._connection = self._store.borrow()
        try:
            self._connection.execute("BEGIN")
        except BaseException as error:  # noqa: BLE001  told apart by _refusal
            self._connection.close()
            raise (refusal_of(error) if isinstance(error, Exception) else error) from None
        return Read(self._connection)

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._store.give_back(self._connection)
        if isinstance(error, sqlcipher.DatabaseError):
            refusal = refusal_of(error)
            if refusal is not error:
                raise refusal from None


class Tx(Read):
    """One write transaction: all that a command means, or nothing.

    `add`, `add_many`, `change` and `remove` are how rows get in; the database's triggers capture them
    for the other offices.
    """

    def __init__(self, store: "Store", actor: "Actor") -> None:
        self._store = store
        self.actor = actor

    def __enter__(self) -> "Self":
        try:
            self._sa: Connection = self._store.engine().connect()
        except Exception as error:  # noqa: BLE001  told apart by _refusal
            raise refusal_of(error) from None
        try:
            self._ready()
            self._transaction = self._sa.begin()
            self._begin()
        except BaseException as error:  # noqa: BLE001  told apart by _refusal
            # Closing rolls back; without it the write lock would stay until the program ends.
            self._sa.close()
            raise (refusal_of(error) if isinstance(error, Exception) else error) from None
        return self

    def _ready(self) -> None:
        """What the connection needs before its transaction begins; the one before may have been a merge."""
        self._driver().execute("PRAGMA foreign_keys = ON")

    def _driver(self) -> "Any":
        return self._sa.connection.driver_connection

    def _begin(self) -> None:
        """Read what numbering and stamping go on from."""
        from core.dates import show_instant
        from core.ids import Ids

        super().__init__(self._driver())
        self.now: datetime = self._store.clock()
        self.now_text = show_instant(self.now)
        (self.site, offset_ms, self._floor, fixed_ms, self._no, self._head) = self.rows(
            "SELECT c.site, c.offset_ms, c.floor, c.fixed_ms, coalesce(h.no, 0), h.head"
            " FROM sync_clock AS c LEFT JOIN sync_chain AS h ON h.site = c.site"
        )[0]
        self._now_ms = (fixed_ms if fixed_ms is not None else int(self.now.timestamp() * 1000)) + offset_ms
        self._first_no = self._no
        if self._head is None:
            from core.sync.chain import GENESIS

            self._head = GENESIS
        self._ids = Ids(self._now_ms)
        self._chain_strays()

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        try:
            if error is None:
                self.fresh()
                assert self._store.keep or not self.value(STALE), "this store was opened to keep no summaries"
                self._chain_strays()
                self._save_head()
                self._number()
                self._transaction.commit()
            else:
                self._transaction.rollback()
        except Exception as failure:  # noqa: BLE001  told apart by _refusal
            if self._transaction.is_active:
                self._transaction.rollback()
            raise refusal_of(failure) from None
        finally:
            self._sa.close()
        if error is not None:
            refusal = refusal_of(error) if isinstance(error, Exception) else error
            if refusal is not error:
                raise refusal from None

    def fresh(self) -> None:
        if self._store.keep is not None:
            self._store.keep(self)

    def require(self, right: "Right") -> None:
        """Raises: NotAllowed, when the actor's role does not have the right."""
        if not self.actor.may(right):
            raise NotAllowed(self.actor, right)

    def new_id(self) -> str:
        return self._ids.new()

    def add(self, row: "Row") -> str:
        """Insert one row; answers its id, which is made here where the row has none."""
        from core.tables import table_name

        table = type(row)
        names, values = [], []
        kept = _KEPT_BY_STORE if table.travels.value in ("fact", "register") else ()
        for column in _columns(table_name(table)):
            # Columns that only replication reads begin with a line that an attribute cannot have.
            attribute = column.lstrip("_")
            if attribute in kept:
                continue
            value = getattr(row, attribute, None)
            if value is not None:
                names.append(column)
                values.append(value)
        if "id" not in names and "id" in _columns(table_name(table)):
            names.insert(0, "id")
            values.insert(0, self.new_id())
        self.add_many(table, names, [values], stamped=False)
        return str(values[0]) if names[0] == "id" else ""

    def add_many(
        self,
        table: "type[Row]",
        columns: "Sequence[str]",
        rows: "Iterable[Sequence[Any]]",
        *,
        stamped: bool = True,
    ) -> int:
        """Insert many rows of one table in one statement; `columns` name what each tuple holds.

        Facts are numbered and chained here, in the order given. New REGISTER rows are stamped here
        unless `stamped` is false: then the trigger does it, which knows of rows deleted before.
        """
        name, sql, travels, covered = self._store.plan(table, tuple(columns))
        if travels == "fact":
            ready = self._numbered(name, covered, rows)
        elif travels == "register":
            from core.sync.stamp import stamp_after

            stamp = stamp_after(self._now_ms, self.site, floor=self._floor) if stamped else 0
            ready = [(*_stored_row(row), stamp) for row in rows]
        else:
            ready = [tuple(_stored_row(row)) for row in rows]
        if ready:
            self._sa.exec_driver_sql(sql, ready)
        return len(ready)

    def _numbered(
        self, table: str, covered: "Covered", rows: "Iterable[Sequence[Any]]"
    ) -> "list[tuple[Any, ...]]":
        from core.sync.chain import canonical, link

        names, pick = covered
        site, at, actor = self.site, self.now_text, self.actor.user_id
        no, head = self._no, self._head
        ready = []
        for row in rows:
            no += 1
            full = (*_stored_row(row), site, at, actor)
            head = link(head, canonical(table, no, names, pick(full)))
            ready.append((*full, no, head))
        self._no, self._head = no, head
        return ready

    def change(self, table: "type[Row]", row_id: str, /, **values: "Any") -> None:
        """Edit columns of one REGISTER row; the trigger stamps those that differ.

        Raises: NotFound, where there is no such row.
        """
        from core.tables import table_name

        name = table_name(table)
        sets = ", ".join(f'"{column}" = :{column}' for column in values)
        assert set(values) <= set(_columns(name))
        changed = self.execute(
            f"UPDATE {name} SET {sets} WHERE id = :row_id",  # noqa: S608  names of our own tables
            {**{column: _stored(value) for column, value in values.items()}, "row_id": row_id},
        )
        if changed == 0:
            raise NotFound(f"There is no such {name.replace('_', ' ')} any more.", subject=row_id)

    def remove(self, table: "type[Row]", column: str, value: str) -> int:
        """Delete rows of a table that allows it (drafts); answers how many."""
        from core.tables import table_name

        name = table_name(table)
        assert table.deletable
        assert column in _columns(name)
        return self.execute(f'DELETE FROM {name} WHERE "{column}" = :value', {"value": value})  # noqa: S608

    def execute(self, sql: str, params: "dict[str, Any] | None" = None, /) -> int:
        """Run one statement; answers how many rows it touched."""
        return self._sa.exec_driver_sql(sql, params or {}).rowcount

    def many(self, sql: str, rows: "Sequence[Sequence[Any]]", /) -> None:
        """One statement for each of many rows; parameters are `?` in their order."""
        if rows:
            self._sa.exec_driver_sql(sql, [tuple(row) for row in rows])

    def _chain_strays(self) -> None:
        """Number and chain facts that were inserted around `add_many`."""
        strays = self.rows("SELECT tbl, id FROM sync_unchained ORDER BY rowid")
        if not strays:
            return
        from core.sync.chain import canonical, canonical_order, link

        for table, row_id in strays:
            columns = _columns(table)
            names, pick = canonical_order(columns)
            listed = ", ".join(f'"{column}"' for column in columns)
            row = self.rows(f"SELECT {listed} FROM {table} WHERE id = :id", id=row_id)[0]  # noqa: S608
            self._no += 1
            self._head = link(self._head, canonical(table, self._no, names, pick(row)))
            self.execute(
                f"UPDATE {table} SET no = :no, chain = :head WHERE id = :id",  # noqa: S608
                {"no": self._no, "head": self._head, "id": row_id},
            )
        self.execute("DELETE FROM sync_unchained")

    def _number(self) -> None:
        """At the hub, what was written gets its number before others can see it."""
        if self.value(NUMBERING):
            from core.sync.sequence import sequence
            from core.tables import shapes

            sequence(self, shapes())

    def _save_head(self) -> None:
        if self._no == self._first_no:
            return
        self.execute(
            "INSERT INTO sync_chain (site, no, head) VALUES (:site, :no, :head)"
            " ON CONFLICT (site) DO UPDATE SET no = excluded.no, head = excluded.head",
            {"site": self.site, "no": self._no, "head": self._head},
        )


class Merging(Tx):
    """A transaction that takes in rows from elsewhere: capture is silent, and a reference may name a row
    of the next page or one that was deleted elsewhere. A crash takes the silence back with the rest."""

    def _ready(self) -> None:
        self._driver().execute("PRAGMA foreign_keys = OFF")

    def _begin(self) -> None:
        super()._begin()
        self.execute("UPDATE sync_clock SET applying = 1")

    def _save_head(self) -> None:
        super()._save_head()
        self.execute("UPDATE sync_clock SET applying = 0")

    def add_many(
        self,
        table: "type[Row]",
        columns: "Sequence[str]",
        rows: "Iterable[Sequence[Any]]",
        *,
        stamped: bool = True,
    ) -> int:
        """The same; what is new here is stamped here, because no trigger does it while rows are merged."""
        return super().add_many(table, columns, rows, stamped=True)

    def become(self, site: int) -> None:
        """From here on in this transaction, what waits for its number gets it as another site's."""
        self._save_head()
        self.execute("UPDATE sync_clock SET site = :site, applying = 1", {"site": site})
        self.site = site
        rows = self.rows("SELECT no, head FROM sync_chain WHERE site = :site", site=site)
        self._no, self._head = rows[0] if rows else (0, bytes(32))
        self._first_no = self._no
        self._chain_strays()

    @property
    def now_ms(self) -> int:
        """The clock of this computer with its offset to the hub, in milliseconds since 1970."""
        now_ms: int = self._now_ms
        return now_ms

    def try_many(self, sql: str, rows: "Sequence[Sequence[Any]]", /) -> "list[tuple[int, str]]":
        """`many`, but rows that the database refuses stay out; answers which of them, and why."""
        from sqlalchemy.exc import DBAPIError

        def run(some: "Sequence[Sequence[Any]]") -> str:
            nested = self._sa.begin_nested()
            try:
                self.many(sql, some)
            except (DBAPIError, OverflowError) as error:
                nested.rollback()
                refusal = refusal_of(error)
                if isinstance(error, DBAPIError) and refusal is not error:
                    raise refusal from None
                return type(getattr(error, "orig", error)).__name__
            nested.commit()
            return ""

        if not run(rows):
            return []
        return [(i, why) for i, row in enumerate(rows) if (why := run([row]))]


_KEPT_BY_STORE = frozenset({"site", "no", "chain", "q", "at", "actor", "h", "cv", "x"})
_known_columns: "dict[str, tuple[str, ...]]" = {}


def _columns(table: str) -> tuple[str, ...]:
    """The names of a table's columns."""
    if table not in _known_columns:
        from core.tables import metadata

        _known_columns[table] = tuple(column.name for column in metadata.tables[table].columns)
    return _known_columns[table]


def _stored(value: "Any") -> "Any":
    """A value as the database keeps it: days and instants as ISO text, truth as 0 or 1."""
    kind = type(value)
    if kind is str or kind is int or value is None or kind is bytes:
        return value
    if kind is bool:
        return int(value)
    from datetime import date, datetime

    if isinstance(value, datetime):
        from core.dates import show_instant

        return show_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    raise AssertionError(f"a {kind.__name__} cannot be stored")


_AS_THEY_ARE = frozenset({str, int, bytes, type(None)})


def _stored_row(row: "Sequence[Any]") -> "Iterable[Any]":
    """A row as the database keeps it; most hold nothing that must change."""
    return row if _AS_THEY_ARE.issuperset(map(type, row)) else map(_stored, row)


def require_book(path: str) -> None:
    """Raises: NoBook, where there is none; DiskTrouble, where its folder cannot be looked into."""
    try:
        os.stat(path)  # noqa: PTH116  pathlib costs a script more than the whole read
    except (FileNotFoundError, NotADirectoryError):
        raise NoBook(os.path.dirname(path)) from None  # noqa: PTH120
    except OSError:
        raise DiskTrouble from None


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
        self._guard = allocate_lock()
        self._engine: Engine | None = None
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
        if found != HEAD:
            if found is None or found > HEAD:
                raise NewerBook(str(found))
            store.upgrade()
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

    def borrow(self) -> "Any":
        with self._guard:
            if self._idle:
                return self._idle.pop()
        return self._connect(query_only=True)

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

    def give_back(self, connection: "Any") -> None:
        with self._guard:
            if self._key and len(self._idle) < 4:
                self._idle.append(connection)
                return
        connection.close()

    def read(self) -> Reading:
        """`with store.read() as read:` sees one moment of the book."""
        return Reading(self)

    def write(self, actor: "Actor") -> Tx:
        """`with store.write(actor) as tx:` commits at the end of the block, or not at all.

        Raises: BookBusy, DiskFull.
        """
        return Tx(self, actor)

    def merge(self, actor: "Actor") -> Merging:
        """The same for rows from elsewhere."""
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
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        if hasattr(self, "_watching"):
            self._watching.close()
            del self._watching
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

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
        with self._guard:
            if self._engine is None:
                from sqlalchemy import create_engine, event
                from sqlalchemy.pool import QueuePool

                self._engine = create_engine(
                    "sqlite://",
                    creator=self._connect,
                    module=sqlcipher,
                    poolclass=QueuePool,
                    pool_size=2,
                    hide_parameters=True,
                )
                event.listen(self._engine, "begin", _begin_immediate)
            return self._engine

    def plan(self, table: "type[Row]", columns: tuple[str, ...]) -> "Any":
        """How rows of a table are inserted: SQL, and the order its canonical form wants."""
        plan = self._plans.get((table, columns))
        if plan is None:
            plan = self._plans[table, columns] = _make_plan(table, columns)
        return plan

    def absorb(self) -> None:
        """Put in what other offices wrote with a newer version while this one did not know its place."""
        from core.actors import Actor, Role
        from core.sync.absorb import absorb
        from core.tables import shapes

        with self.merge(Actor("system", "Daysheet", Role.OWNER)) as tx:
            absorb(tx, shapes())

    def upgrade(self, *, site: int | None = None) -> None:
        """Bring the schema to HEAD in one transaction: killed in between, it is as before."""
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "core:migrations")
        config.set_main_option("path_separator", "os")
        try:
            with self.engine().begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                _renew_triggers(connection)
                if site is not None:
                    connection.exec_driver_sql(
                        "INSERT INTO sync_clock (id, site, offset_ms, floor, applying)"
                        " VALUES (1, ?, 0, 0, 0)",
                        (site,),
                    )
                    connection.exec_driver_sql("INSERT INTO sync_head (id, seq) VALUES (1, 0)")
        except Exception as error:  # noqa: BLE001  told apart by _refusal
            raise refusal_of(error) from None


def _begin_immediate(connection: "Connection") -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _make_plan(table: "type[Row]", columns: tuple[str, ...]) -> "Any":
    from core.sync.chain import canonical_order
    from core.sync.policy import Travels
    from core.tables import table_name

    name = table_name(table)
    known = _columns(name)
    assert set(columns) <= set(known), f"{name} has no column {set(columns) - set(known)}"
    own: tuple[str, ...] = ()
    covered: Covered | None = None
    if table.travels is Travels.FACT:
        own = ("site", "at", "actor")
        covered = canonical_order((*columns, *own))
        own = (*own, "no", "chain")
    elif table.travels is Travels.REGISTER:
        own = ("_h",)
    listed = ", ".join(f'"{column}"' for column in (*columns, *own))
    marks = ", ".join("?" * (len(columns) + len(own)))
    sql = f"INSERT INTO {name} ({listed}) VALUES ({marks})"  # noqa: S608  names of our own tables
    return name, sql, table.travels.value, covered


def _renew_triggers(connection: "Connection") -> None:
    """Write every table's triggers anew from its definition, after the schema has changed."""
    from core.sync.triggers import triggers
    from core.tables import kept_triggers, shapes

    for shape in shapes():
        for name, sql in triggers(shape):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(sql)
    for name, sql in kept_triggers():
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        connection.exec_driver_sql(sql)
