"""A hub's book moves from its file to PostgreSQL, whole: what arrived is compared before it counts.

All happens in one transaction of the database, so that a move that is broken off leaves it empty. The hub's
private key and its certificate's do not go there; `core.security.hub_secret` keeps them in the hub's home.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgpack

from core.errors import DomainError
from core.replication.enrol import require_hub
from core.tables import KEPT_TABLES, TABLES, metadata, table_name

if TYPE_CHECKING:
    from core.store import Read
    from core.store.postgres import PostgresStore

EVERY_ROWS = 1_000


class NotEmpty(DomainError):
    code = "not_empty"

    def __init__(self) -> None:
        super().__init__(
            "This database holds something already, and it is not what this hub's book holds. Name an empty"
            " one: CREATE DATABASE daysheet ENCODING 'UTF8' TEMPLATE template0."
        )


class Differs(DomainError):
    code = "differs"

    def __init__(self, tables: Iterable[str]) -> None:
        super().__init__(
            f"What arrived in the database differs from the file in {', '.join(tables)}. Nothing was moved."
            " Please report this."
        )


class Content(NamedTuple):
    """How many rows a table has, and the SHA-256 of all of them in the order of its key."""

    rows: int
    sha256: str


class Kind(NamedTuple):
    """A table that moves, with the SQL that reads it in the order of its key."""

    name: str
    columns: tuple[str, ...]
    sql: str


def kinds() -> Iterator[Kind]:
    """Every table but the summaries, which a hub in a database does not keep."""
    for table in TABLES:
        name = table_name(table)
        if table in KEPT_TABLES:
            continue
        made = metadata.tables[name]
        columns = tuple(column.name for column in made.columns)
        listed = ", ".join(f'"{c}"' for c in columns)
        order = ", ".join(f'"{c.name}"' for c in made.primary_key)
        yield Kind(name, columns, f'SELECT {listed} FROM "{name}" ORDER BY {order}')  # noqa: S608  our own names


def content_of(rows: Iterable[Sequence[Any]], tell: Callable[[int], None] = lambda _: None) -> Content:
    """The digest of rows; `tell` hears after each thousand."""
    found, many = hashlib.sha256(), 0
    pack = msgpack.Packer(use_bin_type=True).pack
    for row in rows:
        found.update(pack(list(row)))
        many += 1
        if many % EVERY_ROWS == 0:
            tell(EVERY_ROWS)
    tell(many % EVERY_ROWS)
    return Content(many, found.hexdigest())


def rows_of(read: "Read", kind: Kind) -> Iterator[Sequence[Any]]:
    """The rows of a table as they move: without what stays in the hub's home."""
    rows = read.each(kind.sql)
    if kind.name != "sync_self":
        yield from rows
        return
    empty = {"private_key": b"", "tls": None, "kept_tls": None}
    secret = {kind.columns.index(name): value for name, value in empty.items()}
    for row in rows:
        yield [secret.get(i, value) for i, value in enumerate(row)]


def contents(read: "Read") -> dict[str, Content]:
    """Every table of a hub's book, for comparing it with another."""
    return {kind.name: content_of(rows_of(read, kind)) for kind in kinds()}


def move(
    read: "Read",
    database: "PostgresStore",
    tell: Callable[[int], None],
    before_it_counts: Callable[[], object],
) -> dict[str, Content]:
    """Bring a hub's book into an empty database, or find that it is there; answers what both hold.

    `read` sees one moment of the book, and nobody writes to it until the move is over. `tell` hears how many
    rows more went, and how many more were compared; `before_it_counts` is called when all are equal.
    Raises: NotTheHub, NotEmpty, CannotKeep, Differs, OutsideFailure; then the database is as it was.
    """
    require_hub(read)
    with database.moving() as target:
        there = target.tables()
        if not there:
            target.create()
            here = {}
            for kind in kinds():
                here[kind.name] = content_of(target.taken(kind.name, kind.columns, rows_of(read, kind)), tell)
            target.guard()
        elif target.is_ours():
            here = {kind.name: content_of(rows_of(read, kind), tell) for kind in kinds()}
        else:
            raise NotEmpty
        arrived = {kind.name: content_of(target.rows(kind.sql), tell) for kind in kinds()}
        different = [name for name, content in here.items() if arrived[name] != content]
        if different:
            raise NotEmpty if there else Differs(different)
        before_it_counts()
    return here
