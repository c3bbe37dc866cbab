"""A database that a book moves to, seen from inside the one transaction of the move."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import DomainError
from core.migrations import HEAD
from core.store.postgres import schema

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import Connection


class CannotKeep(DomainError):
    code = "cannot_keep"

    def __init__(self, table: str) -> None:
        super().__init__(
            f"A row of {table} holds a character that PostgreSQL keeps in no text (NUL). Nothing was moved;"
            " go on with the file."
        )


class Target:
    """Where rows arrive."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._raw: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]

    def tables(self) -> list[str]:
        """What is there already."""
        return schema.tables_there(self._connection)

    def is_ours(self) -> bool:
        """Whether it holds a hub's book of this version."""
        if "sync_self" not in self.tables():
            return False
        return bool(self._connection.exec_driver_sql(schema.VERSION).scalar() == HEAD)

    def create(self) -> None:
        schema.create(self._connection)

    def guard(self) -> None:
        schema.guard(self._connection)

    def taken(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> Iterator[Sequence[Any]]:
        """Put rows into a table; each is handed on as it goes. Raises: CannotKeep."""
        import psycopg

        listed = ", ".join(f'"{c}"' for c in columns)
        with (
            self._raw.cursor() as cursor,
            cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN'.encode()) as copy,
        ):
            for row in rows:
                try:
                    copy.write_row(row)
                except psycopg.DataError:
                    raise CannotKeep(table) from None
                yield row

    def rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        with self._raw.cursor("arrived") as cursor:
            cursor.itersize = 1000
            yield from cursor.execute(sql.encode())
