"""One connection to the database, which speaks the engine's SQL."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.errors import UsageError
from core.store.postgres.spoken import spoken
from core.trouble import refusal_of

if TYPE_CHECKING:
    import psycopg
    from psycopg.adapt import Loader

FLOOR = 150_000
"""The oldest server: PostgreSQL 15."""

WAIT = "15s"
"""As long as SQLite's book waits for its lock."""

IDLE = "120s"
"""A program that stopped in mid-transaction, or lost its network, does not keep the lock for longer."""

PREPARED = 500
"""Statements that the server remembers for a connection; a page alone asks some eighty."""

SCHEMES = ("postgresql", "postgres")


class BadAddress(UsageError):
    code = "bad_database"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The database's address cannot be used: {why}. It looks like"
            " postgresql://daysheet@db.example/daysheet?sslmode=verify-full."
        )


class NoDriver(UsageError):
    code = "no_driver"

    def __init__(self) -> None:
        super().__init__(
            "This installation has no driver for PostgreSQL. Install it with:"
            " pip install 'daysheet[postgres]'."
        )


class UnfitDatabase(UsageError):
    code = "unfit_database"


def require_driver() -> None:
    """Raises: NoDriver."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise NoDriver from None


def connect(url: str) -> "psycopg.Connection[Any]":
    """A connection with every rule set. Raises: NoDriver, BadAddress, UnfitDatabase, OutsideFailure."""
    require_driver()
    import psycopg
    from psycopg.conninfo import conninfo_to_dict
    from psycopg.types.numeric import Int8Dumper

    if urlsplit(url).scheme not in SCHEMES:
        raise BadAddress("it does not begin with postgresql://")
    try:
        asked = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise BadAddress("the driver cannot read it") from None
    defaults: dict[str, Any] = {
        "connect_timeout": 10,
        "application_name": "daysheet",
        "tcp_user_timeout": 30_000,
    }
    try:
        connection = psycopg.connect(
            url, autocommit=True, **{name: value for name, value in defaults.items() if name not in asked}
        )
    except psycopg.Error as error:
        raise refusal_of(error) from None
    try:
        _require_fit(connection)
        connection.execute(
            f"SET lock_timeout = '{WAIT}'; SET idle_in_transaction_session_timeout = '{IDLE}';"
            " SET client_min_messages = 'error'"
        )
        if connection.execute("SHOW synchronous_commit").fetchone() == ("off",):
            connection.execute("SET synchronous_commit = on")
    except psycopg.Error as error:
        connection.close()
        raise refusal_of(error) from None
    except BaseException:
        connection.close()
        raise
    # One type for every number, so that a statement is prepared once and not for each size of its values.
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_loader("numeric", _whole_numbers())
    connection.prepare_threshold = 2
    connection.prepared_max = PREPARED
    return connection


def _whole_numbers() -> "type[Loader]":
    """Reads a sum, which the server counts in a wider type: all numbers of a book are whole."""
    from psycopg.adapt import Loader

    class Whole(Loader):
        def load(self, data: Any) -> int:
            return int(bytes(data))

    return Whole


def _require_fit(connection: "psycopg.Connection[Any]") -> None:
    """Raises: UnfitDatabase."""
    if connection.info.server_version < FLOOR:
        raise UnfitDatabase("The server is older than PostgreSQL 15. Update it, or choose another.")
    if connection.info.parameter_status("server_encoding") != "UTF8":
        raise UnfitDatabase(
            "The database is not in UTF-8. Make another: CREATE DATABASE daysheet ENCODING 'UTF8'"
            " TEMPLATE template0."
        )


class Session:
    """What a store's reads and writes say to the database; `raw` is the driver's connection."""

    text_factory: Any = str
    """For what reads SQLite with bytes that are no text; here there are none."""

    def __init__(self, raw: "psycopg.Connection[Any]") -> None:
        self.raw = raw
        self._streams = 0

    def execute(self, sql: str, params: Any = ()) -> "psycopg.Cursor[Any]":
        said = spoken(sql)
        return self.raw.execute(said.text.encode(), said.given(params))

    def many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        with self.raw.cursor() as cursor:
            cursor.executemany(spoken(sql).text.encode(), rows)

    def each(self, sql: str, params: Any) -> Iterator[tuple[Any, ...]]:
        """Row by row, a thousand at a time over the network."""
        said = spoken(sql)
        self._streams += 1  # several may be open at once
        with self.raw.cursor(f"each{self._streams}") as cursor:
            cursor.itersize = 1000
            yield from cursor.execute(said.text.encode(), said.given(params))

    @property
    def in_transaction(self) -> bool:
        """Whether there is one to end."""
        from psycopg.pq import TransactionStatus

        return self.raw.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    @property
    def lives(self) -> bool:
        """Whether it is good for another transaction."""
        from psycopg.pq import TransactionStatus

        return not self.raw.closed and self.raw.info.transaction_status == TransactionStatus.IDLE

    def close(self) -> None:
        self.raw.close()
