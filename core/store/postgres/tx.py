"""Reads, writes and merges in PostgreSQL.

One writer at a time, as in SQLite: a write begins with the lock on `sync_head`, taken before its snapshot,
and holds it until it has committed. So a number is given and seen in the same order, whoever writes in
however many processes, and what a merge has read is what it writes over. Readers never wait. Rows that other
programs add without the lock have no number until the next write gives them one; where one of them changes
the very row that is being merged, the merge is done again from its beginning (Collided).
"""

from typing import TYPE_CHECKING, Any

from core.store.merging import Insert, Merging
from core.store.postgres.session import Session
from core.store.read import Read
from core.store.write import Tx
from core.sync.plpgsql import SILENT, all_rights, rights, triggers
from core.trouble import refusal_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

    from core.store.postgres.store import PostgresStore
    from core.sync.triggers import Shape

READ = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
WRITE = "BEGIN ISOLATION LEVEL REPEATABLE READ"
LOCK = "LOCK TABLE sync_head IN EXCLUSIVE MODE"
"""Takes no snapshot, so that the first look comes after the writer before has committed."""
NOTIFY = "SELECT pg_notify('daysheet', '')"


class _Looks(Read):
    """What a read does otherwise than in SQLite."""

    _connection: Session
    keeps_summaries = False

    def each(self, sql: str, /, **params: Any) -> "Iterable[tuple[Any, ...]]":
        return self._connection.each(sql, params)


class PostgresReading:
    """One moment of the book."""

    def __init__(self, store: "PostgresStore") -> None:
        self._store = store

    def __enter__(self) -> Read:
        self._session = self._store.begun(READ)
        read = _Looks(self._session)
        read.hub_secret = self._store.secret
        return read

    def __exit__(
        self,
        kind: "type[BaseException] | None",
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        roll_back(self._session)
        self._store.give_back(self._session)
        if isinstance(error, Exception):
            refusal = refusal_of(error)
            if refusal is not error:
                raise refusal from None


def roll_back(session: Session) -> None:
    """End a transaction; where the connection is gone, the server has done it."""
    import psycopg

    try:
        if session.in_transaction:
            session.execute("ROLLBACK")
    except psycopg.Error:
        session.close()


class _Writes(_Looks, Tx):
    """What a write does otherwise than in SQLite."""

    _store: "PostgresStore"
    _numbered_upto = 0

    def _open(self) -> None:
        self._connection = self._session = self._store.begun(WRITE)

    def _start(self) -> None:
        self._session.execute(LOCK)

    def _commit(self) -> None:
        self._session.execute("COMMIT")

    def _roll_back(self) -> None:
        roll_back(self._session)

    def _close(self) -> None:
        roll_back(self._session)
        self._store.give_back(self._session)

    def _begin(self) -> None:
        super()._begin()
        self.hub_secret = self._store.secret
        self._numbered_upto = self.value("SELECT seq FROM sync_head")

    def _finish(self) -> None:
        self._chain_strays()
        self._save_head()
        self._number()
        if self.value("SELECT seq FROM sync_head") != self._numbered_upto:
            self.execute(NOTIFY)

    def execute(self, sql: str, params: "dict[str, Any] | None" = None, /) -> int:
        return self._session.execute(sql, params or {}).rowcount

    def many(self, sql: str, rows: "Sequence[Sequence[Any]]", /) -> None:
        if rows:
            self._session.many(sql, rows)


class PostgresTx(_Writes):
    """A write of the hub's own."""


class PostgresMerging(_Writes, Merging):
    """A transaction that takes in rows from elsewhere."""

    def _be_silent(self, silent: bool) -> None:
        self.value("SELECT set_config(:name, :silent, true)", name=SILENT, silent="on" if silent else "")

    def become(self, site: int) -> None:
        super().become(site)
        self.execute("UPDATE sync_clock SET applying = 0")  # silence is the transaction's here

    def guard(self, shape: "Shape", *, on: bool) -> None:
        name = f"{shape.name}_no_delete"
        if on:
            for said in (dict(triggers(shape))[name], *rights(shape)):
                self.execute(said)
        else:
            self.execute(all_rights(shape))
            self.execute(f'DROP TRIGGER {name} ON "{shape.name}"')

    def _try(self, insert: "Insert", rows: "Sequence[Sequence[Any]]") -> str:
        import psycopg

        self._session.execute("SAVEPOINT rows")
        try:
            self._session.many(insert.sql(1), rows)
        except (psycopg.DataError, psycopg.IntegrityError, UnicodeEncodeError, OverflowError) as error:
            self._session.execute("ROLLBACK TO SAVEPOINT rows")
            return type(error).__name__
        self._session.execute("RELEASE SAVEPOINT rows")
        return ""
