"""A hub's book that lies in PostgreSQL; several processes may have it open."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.errors import NotFound
from core.migrations import HEAD
from core.store.postgres.session import Session, UnfitDatabase, connect
from core.store.postgres.tx import READ, PostgresMerging, PostgresReading, PostgresTx, roll_back
from core.store.read import ABSORBED
from core.store.store import Store
from core.trouble import DatabaseAway, NewerBook, refusal_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from core.actors import Actor
    from core.store.postgres.target import Target
    from core.store.read import HubSecret, Reading

IDLE_CONNECTIONS = 8
EMPTY = "SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace LIMIT 1"
OURS = "SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = 'sync_self'"


class NoHubThere(NotFound):
    code = "no_hub_there"

    def __init__(self) -> None:
        super().__init__(
            "There is no hub in this database yet. `syncd move` brings one there from its home;"
            " `syncd hub --from HOME` makes a new one."
        )


class PostgresStore(Store):
    """The same surface as a book in a file. It keeps no summaries: they are an office's, for its screens."""

    def __init__(
        self, url: str, key: bytes, clock: "Callable[[], datetime]", secret: "HubSecret | None" = None
    ) -> None:
        """`key` is the data key of the hub's home, which opens its `secret`; neither is in the database."""
        # What belongs beside a book, such as snapshots for offices that join, lies in the hub's home.
        super().__init__(secret.path if secret else "", key, clock)
        self.secret = secret
        self._url = url
        self._heard = 0
        self._listens = False

    @classmethod
    def at(
        cls, url: str, key: bytes, clock: "Callable[[], datetime]", secret: "HubSecret | None"
    ) -> "PostgresStore":
        """Open the hub's book in a database, brought up to date.

        Raises: NoHubThere, NewerBook, UnfitDatabase, DatabaseAway, DatabaseRefuses.
        """
        store = cls(url, key, clock, secret)
        try:
            with store.read() as read:
                if read.value("SELECT pg_is_in_recovery()"):
                    raise UnfitDatabase("This server is a standby, which takes no writes. Name the primary.")
                if not read.value(OURS):
                    raise NoHubThere
                found = read.value("SELECT version_num FROM alembic_version")
                absorbed = found == HEAD and read.value(ABSORBED) == HEAD
            if found != HEAD:
                if found > HEAD:
                    raise NewerBook(str(found))
                store.upgrade()
            if not absorbed:
                store.absorb()
        except BaseException:
            store.close()
            raise
        return store

    def begun(self, statement: str) -> Session:
        """A connection in a transaction. One that was broken while it lay idle is replaced."""
        import psycopg

        while True:
            with self._guard:
                idle: Session | None = self._idle.pop() if self._idle else None
            session = idle or Session(connect(self._url))
            try:
                session.execute(statement)
            except psycopg.Error as error:
                session.close()
                if idle is None:
                    raise refusal_of(error) from None
                continue
            return session

    def give_back(self, connection: Session, *, writes: bool = False) -> None:
        with self._guard:
            if connection.lives and len(self._idle) < IDLE_CONNECTIONS:
                self._idle.append(connection)
                return
        connection.close()

    def connected_with(self) -> dict[str, str]:
        """What connections are made with, from the address, a service file or the environment."""
        session = self.begun(READ)
        try:
            return session.raw.info.get_parameters()
        finally:
            roll_back(session)
            self.give_back(session)

    def read(self) -> "Reading":
        return PostgresReading(self)  # type: ignore[return-value]

    def write(self, actor: "Actor") -> PostgresTx:
        return PostgresTx(self, actor)

    def merge(self, actor: "Actor") -> PostgresMerging:
        return PostgresMerging(self, actor)

    def data_version(self) -> int:
        """A number that changes after any process has numbered something; nothing is asked of the server
        for it. Raises: DatabaseAway."""
        import psycopg

        if not hasattr(self, "_watching"):
            self._watching = Session(connect(self._url))
            self._heard += 1  # whatever came meanwhile
        try:
            if not self._listens:
                self._watching.execute("LISTEN daysheet")
                self._listens = True
            self._heard += len(list(self._watching.raw.notifies(timeout=0)))
        except psycopg.Error:
            self._watching.close()
            del self._watching
            self._listens = False
            raise DatabaseAway from None
        return self._heard

    def engine(self) -> "Engine":
        """For the schema alone."""
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        return create_engine(
            "postgresql+psycopg://", creator=self._plain, poolclass=NullPool, hide_parameters=True
        )

    def _plain(self) -> Any:
        connection = connect(self._url)
        connection.autocommit = False
        return connection

    @contextmanager
    def remaking(self) -> "Iterator[Connection]":
        """A transaction in which tables are made; all of it or nothing, and one at a time."""
        try:
            with self.engine().begin() as connection:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('daysheet schema'))")
                yield connection
        except Exception as error:  # noqa: BLE001  told apart by refusal_of
            refusal = refusal_of(getattr(error, "orig", None) or error)
            raise (error if refusal is getattr(error, "orig", None) else refusal) from None

    @contextmanager
    def moving(self) -> "Iterator[Target]":
        """The transaction in which a book comes here."""
        from core.store.postgres.target import Target

        with self.remaking() as connection:
            yield Target(connection)

    def upgrade(self, *, site: int | None = None) -> None:
        """Bring the schema to HEAD; who comes second finds it done."""
        from core.store.postgres.schema import VERSION, upgrade

        assert site is None
        with self.remaking() as connection:
            if connection.exec_driver_sql(VERSION).scalar_one() != HEAD:
                upgrade(connection)
