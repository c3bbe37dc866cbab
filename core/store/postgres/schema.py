"""The tables of a hub's book in PostgreSQL: made from the same definitions as SQLite's.

A PostgreSQL book begins at the revision this version has; later revisions run here as in SQLite. Two things
are left out: foreign keys, because rows of one page may name rows of the next and a hub takes what offices
already have; and the indexes that only an office's screens ask.
"""

from functools import cache
from typing import Any

from sqlalchemy import Connection, MetaData, Text, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex, CreateTable

from core.migrations import HEAD
from core.sync.plpgsql import FUNCTIONS, all_rights, rights, triggers
from core.tables import metadata, shapes


@compiles(Text, "postgresql")
def _by_bytes(*_: Any, **__: Any) -> str:
    """Text is compared byte by byte, as SQLite does, whatever the server's language."""
    return 'TEXT COLLATE "C"'


OUR_TRIGGERS = """
SELECT c.relname, t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
"""
VERSION = "SELECT version_num FROM alembic_version"


def create(connection: Connection) -> None:
    """Make every table of this version, empty and unguarded yet, in the caller's transaction."""
    connection.exec_driver_sql(_definitions())
    connection.exec_driver_sql("INSERT INTO alembic_version (version_num) VALUES (%s)", (HEAD,))


@cache
def _definitions() -> str:
    """All tables and indexes as one text."""
    made, dialect = MetaData(), postgresql.dialect()  # type: ignore[no-untyped-call]
    texts = ["CREATE TABLE alembic_version (version_num text PRIMARY KEY)"]
    for table in metadata.sorted_tables:
        copy = table.to_metadata(made)
        for key in list(copy.foreign_key_constraints):
            copy.constraints.discard(key)
        texts.append(str(CreateTable(copy).compile(dialect=dialect)))
        texts += [
            str(CreateIndex(index).compile(dialect=dialect))
            for index in copy.indexes
            if len(index.columns) == len(index.expressions)  # else of the end of an id that a person types
        ]
    return ";".join(texts)


def upgrade(connection: Connection) -> None:
    """Run the revisions that are missing, in the caller's transaction."""
    from core.store.schema import to_head

    there = set(tables_there(connection))
    for shape in shapes():
        if shape.name in there:
            connection.exec_driver_sql(all_rights(shape))
    for table, name in connection.exec_driver_sql(OUR_TRIGGERS).all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}" ON "{table}"')  # a column cannot go before them
    to_head(connection)
    for table in metadata.tables:
        for key in inspect(connection).get_foreign_keys(table):
            connection.exec_driver_sql(f'ALTER TABLE "{table}" DROP CONSTRAINT "{key["name"]}"')
    guard(connection)


def guard(connection: Connection) -> None:
    """Write functions, triggers and rights anew from the definitions."""
    connection.exec_driver_sql(_guards())


@cache
def _guards() -> str:
    texts = list(FUNCTIONS)
    for shape in shapes():
        for name, sql in triggers(shape):
            texts += [f'DROP TRIGGER IF EXISTS {name} ON "{shape.name}"', sql]
        texts += rights(shape)
    return ";".join(texts)


def tables_there(connection: Connection) -> list[str]:
    """What the database holds already."""
    return sorted(inspect(connection).get_table_names())
