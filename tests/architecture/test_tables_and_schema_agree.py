"""The migrations build what the table classes say, to the last CHECK, and every table is STRICT."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from core.store import Store
from core.tables import TABLES, metadata, table_name

NAMES = [table_name(table) for table in TABLES]


@pytest.fixture
def migrated(store: Store) -> Iterator[sa.Connection]:
    with store.engine().connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def declared() -> Iterator[sa.Connection]:
    """A database made from the table classes alone."""
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        yield connection
    engine.dispose()


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_the_schema_has_what_the_tables_declare(migrated: sa.Connection) -> None:
    options = {"compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(migrated, opts=options)
    assert compare_metadata(context, metadata) == []


def _columns(connection: sa.Connection, table: str) -> set[tuple[Any, ...]]:
    rows = connection.exec_driver_sql(f'PRAGMA table_xinfo("{table}")')
    return {tuple(row[1:]) for row in rows}


def _checks(connection: sa.Connection, table: str) -> set[tuple[Any, ...]]:
    found = sa.inspect(connection).get_check_constraints(table)
    return {(check["name"], " ".join(check["sqltext"].split())) for check in found}


def _keys(connection: sa.Connection, table: str) -> set[tuple[Any, ...]]:
    rows = connection.exec_driver_sql(f'PRAGMA foreign_key_list("{table}")')
    return {tuple(row[2:]) for row in rows}


def _indexes(connection: sa.Connection, table: str) -> set[tuple[Any, ...]]:
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ?", (table,)
    )
    return {(name, " ".join(sql.split()) if sql else None) for name, sql in rows}


def test_the_schema_is_what_the_tables_would_make(migrated: sa.Connection, declared: sa.Connection) -> None:
    """Alembic compares no CHECK, no DEFAULT text and no index of parts; the database tells of all."""
    looks: list[Callable[[sa.Connection, str], set[tuple[Any, ...]]]] = [_columns, _checks, _keys, _indexes]
    differing = {
        (name, look.__name__): look(migrated, name) ^ look(declared, name)
        for name in NAMES
        for look in looks
        if look(migrated, name) != look(declared, name)
    }
    assert differing == {}


def test_every_table_is_strict(migrated: sa.Connection) -> None:
    rows = migrated.exec_driver_sql("PRAGMA table_list").mappings()
    loose = [row["name"] for row in rows if row["name"] in NAMES and not row["strict"]]
    assert loose == []
