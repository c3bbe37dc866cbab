"""Which files an export has and what their columns hold, read off the tables themselves.

A table that travels between offices is the practice's and gets a file, without being named here; what a
computer keeps for itself is not. So a new table cannot be forgotten, and neither can a new column.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Column, Text

from core.books.csv_cells import decimal_cell, number_cell, text_cell
from core.ledger.effective import first_of_its_kind
from core.sync.policy import REPLICATED
from core.tables import TABLES, Row, metadata, table_name
from core.tables.columns import OnceFact

OF_REPLICATION = frozenset({"_h", "_cv", "_x", "_q", "chain"})
"""How a row travels and is sealed; says nothing about the practice."""

WITHHELD = {
    ("invoice_issue", "pay_code"): "it opens the invoice's payment page without signing in",
}
"""What is in the book and must not lie in a file that goes to an accountant."""

NAMES = {
    "invoice_id": "(SELECT n.number FROM invoice_issue AS n WHERE n.invoice_id = r.invoice_id"
    " ORDER BY n._q = 0, n._q, n.site, n.no LIMIT 1)",
    "replaces_id": "(SELECT n.number FROM invoice_issue AS n WHERE n.invoice_id = r.replaces_id"
    " ORDER BY n._q = 0, n._q, n.site, n.no LIMIT 1)",
    "actor": '(SELECT n.name FROM "user" AS n WHERE n.id = r.actor)',
}
"""Where a column names a row without a foreign key, or names it by more than a name."""

_TAG = re.compile(r" \(R[A-J][0-9]+(?:, R[A-J][0-9]+)*\)")
Cell = Callable[[Any], str]


class SheetColumn(NamedTuple):
    """One column of a file: its name, what its numbers count, and how a value of the book is written."""

    name: str
    unit: str
    value: str
    """What is selected: a column of the table `r`, or an expression over it."""
    cell: Cell


class Sheet(NamedTuple):
    """One file of an export."""

    file: str
    about: str
    columns: tuple[SheetColumn, ...]
    sql: str


def sheets(currency: str) -> list[Sheet]:
    """A file for every table that is the practice's own."""
    return [_sheet(table, currency) for table in TABLES if table.travels in REPLICATED]


def file_of(table: str) -> str:
    """invoice_line is in invoice_lines.csv; the issue of an invoice is what people call the invoice."""
    if table == "invoice_issue":
        return "invoices.csv"
    many = f"{table[:-1]}ies" if table.endswith("y") else f"{table}s"
    return f"{many}.csv"


def _sheet(table: type[Row], currency: str) -> Sheet:
    name = table_name(table)
    columns = tuple(_columns(table, name, currency))
    listed = ", ".join(column.value for column in columns)
    # By id, which needs no sorting: however long the table is, a row at a time is held.
    sql = f'SELECT {listed} FROM "{name}" AS r ORDER BY r.id'  # noqa: S608  names of our own tables
    about = _TAG.sub("", (table.__doc__ or "").partition("\n\n")[0])
    return Sheet(file_of(name), " ".join(about.split()), columns, sql)


def _columns(table: type[Row], name: str, currency: str) -> Iterator[SheetColumn]:
    for column in metadata.tables[name].columns:
        if column.name in OF_REPLICATION or (name, column.name) in WITHHELD:
            continue
        value = f'r."{column.name}"'
        yield SheetColumn(column.name, _unit(table, column, currency), value, _cell(column))
        if column.name.endswith("_cents"):
            shown = partial(decimal_cell, places=2)
            yield SheetColumn(column.name.removesuffix("_cents"), currency, value, shown)
        elif column.name.endswith("_milli"):
            shown = partial(decimal_cell, places=3)
            yield SheetColumn(column.name.removesuffix("_milli"), "", value, shown)
        elif named := _name_of(name, column):
            label = f"{column.name}_name" if column.name == "actor" else column.name.removesuffix("_id")
            yield SheetColumn(label, "", named, text_cell)
    if issubclass(table, OnceFact):
        yield SheetColumn("counts", "1 yes, 0 no", first_of_its_kind(name, "r"), number_cell)


def _cell(column: Column[Any]) -> Cell:
    if isinstance(column.type, Text):
        return text_cell
    assert isinstance(column.type, BigInteger), f"{column} would not fit into a CSV file"
    return number_cell


def _name_of(table: str, column: Column[Any]) -> str | None:
    """What tells a person which row a column means."""
    if column.name in NAMES:
        return None if (table, column.name) == ("invoice_issue", "invoice_id") else NAMES[column.name]
    for key in column.foreign_keys:
        target = key.column.table
        if "name" in target.columns:
            return f'(SELECT n.name FROM "{target.name}" AS n WHERE n.id = r."{column.name}")'  # noqa: S608
    return None


_POINTS_AT = {
    "invoice_id": "invoice_id in invoices.csv",
    "replaces_id": "invoice_id in invoices.csv",
    "issue_id": "id in invoices.csv",
    "actor": "id in users.csv",
}
"""Where a column names a row without a foreign key."""

_UNITS = {
    "_on": "day",
    "effective_from": "day",
    "effective_to": "day",
    "_at": "UTC",
    "_milli": "thousandths",
    "_bps": "hundredths of a percent",
    "_minutes": "minutes",
    "_days": "days",
    "_bytes": "bytes",
}


def _unit(table: type[Row], column: Column[Any], currency: str) -> str:
    """What a column counts, or where the row it names is found; empty for words."""
    for key in column.foreign_keys:
        return f"id in {file_of(key.column.table.name)}"
    if column.name in _POINTS_AT:
        return _POINTS_AT[column.name]
    if column.name.endswith("_cents"):
        return f"hundredths of {currency}"
    if table.model_fields[column.name].annotation is bool:
        return "1 yes, 0 no"
    if column.name == "at":
        return "UTC"
    return next((unit for ending, unit in _UNITS.items() if column.name.endswith(ending)), "")
