"""Reads: one moment of the book, on the driver itself."""

from sqlcipher3 import dbapi2 as sqlcipher

from core.trouble import UnreadableText, refusal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Any, Protocol, TypeVar

    from core.store.store import Store

    T = TypeVar("T")

    class HubSecret(Protocol):
        """The key that a hub signs with, and its own certificate with its key."""

        path: str
        private_key: bytes
        tls: bytes | None
        kept_tls: bytes | None

        def set_tls(self, tls: bytes | None, kept_tls: bytes | None) -> None: ...


STALE = "SELECT 1 FROM stale LIMIT 1"
"""Whether a summary must be made anew."""

ABSORBED = "SELECT absorbed FROM sync_clock"
"""The revision for which what newer offices had written was put in its place."""

Value = str | int | bytes | None


def _any_text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


class Read:
    """A consistent view of the book. Parameters are named: `:client_id` in the text."""

    hub_secret: "HubSecret | None" = None
    """What a hub keeps beside a database that is not encrypted; None where the book itself holds it."""

    keeps_summaries = True
    """Whether sums are kept beside the facts; where they are not, a question adds the facts up itself."""

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
