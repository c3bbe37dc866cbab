"""A fact of every kind, whether a command makes such ones yet or not."""

from __future__ import annotations

from typing import Any

from core.sync.policy import Travels
from core.tables import TABLES, Blob, PortalPerson, metadata, table_name
from tests.builders import Book


def every_kind_of_fact(book: Book) -> None:
    """One row or more in every fact table; references are to rows that are there."""
    client_id = book.client()
    book.session(client_id)
    with book.write() as tx:
        tx.add_many(Blob, ("sha256", "content"), [("x", b"x")])
        tx.add(PortalPerson(name="Ann", email="ann@example.org"))
    with book.write() as tx:
        for table in TABLES:
            name = table_name(table)
            if table.travels is Travels.FACT and not tx.value(f"SELECT 1 FROM {name} LIMIT 1"):
                row = {
                    column.name: _value(tx, name, column)
                    for column in metadata.tables[name].columns
                    if column.name not in ("site", "no", "chain", "_q", "at", "actor")
                }
                tx.add_many(table, list(row), [list(row.values())])


def _value(tx: Any, table: str, column: Any) -> Any:
    if column.name == "id":
        return tx.new_id()
    for key in column.foreign_keys:
        found = tx.value(f"SELECT id FROM {key.column.table.name} ORDER BY id LIMIT 1")
        if found is not None or column.nullable:
            return found
    checked = _words(table, column.name)
    if checked:
        return checked[0]
    return 1 if str(column.type) in ("BIGINT", "INTEGER") else "x"


def _words(table: str, column: str) -> list[str]:
    """What a CHECK allows in a column."""
    for check in metadata.tables[table].constraints:
        text = str(getattr(check, "sqltext", ""))
        if text.startswith(f"{column} IN ("):
            return [word.strip(" '") for word in text.split("(")[1].rstrip(")").split(",")]
    return []
