"""RJ4: the export holds every table, column and row that is the practice's, and no reader runs any of it."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Column, Text

from core.actors import Actor
from core.books.csv_cells import original
from core.books.export import COLUMNS, README, Written, export_csv
from core.books.sheets import OF_REPLICATION, WITHHELD, file_of, sheets
from core.books.synthea import import_synthea
from core.store import Read, Store, Tx
from core.sync.policy import Travels
from core.tables import TABLES, Row, metadata, table_name
from core.tables.columns import Register, word
from tests.core.books.test_import_synthea import FOLDER

PAYLOADS = ("=1+1", "-5+cmd|' /C calc'!A0", '＝HYPERLINK("x")', "\t@SUM(A1)", "\r\n+1", '\'Aisha, "A"\r\nB')
KEPT_BY_STORE = {"site", "no", "chain", "_q", "at", "actor", "_h", "_cv", "_x"}
OURS = [table for table in TABLES if table.travels in (Travels.FACT, Travels.REGISTER)]


STAYS = {
    *("sync_clock", "sync_chain", "sync_head", "sync_unchained", "sync_base", "sync_tomb"),
    *(
        "sync_link",
        "sync_batch",
        "sync_peer",
        "sync_invite",
        "sync_joining",
        "sync_nonce",
        "sync_seal",
        "sync_later",
    ),
    *("sync_aside", "sync_blob", "sync_self", "sync_part", "sync_snapshot", "sync_lost"),
    *("invoice_balance", "money_left", "unbilled", "crossed_account", "live_draft", "stale"),
    *("portal_link", "portal_session", "portal_checkout", "portal_limit"),
    *("mail_passing", "mail_try", "mail_password"),
    "blob",
    *("processor_call", "processor_event"),
}
"""What one computer keeps for itself, sums that follow from facts, and the bytes of the documents."""


def _words(column: Column[Any]) -> str | None:
    """The first word that a CHECK allows in the column."""
    for each in column.table.constraints:
        if isinstance(each, CheckConstraint) and (
            found := re.match(rf"{column.name} IN \('(\w+)'", str(each.sqltext))
        ):
            return found[1]
    return None


def _value(column: Column[Any], payload: str) -> str | int:
    if not isinstance(column.type, Text):
        return 1
    return _words(column) or payload


def fill(tx: Tx) -> None:
    """A row in every table for each payload, which stands in every column that may hold any text."""
    tx.execute("PRAGMA defer_foreign_keys = ON")
    for table in OURS:
        columns = [c for c in metadata.tables[table_name(table)].columns if c.name not in KEPT_BY_STORE]
        rows = [[_value(column, payload) for column in columns] for payload in PAYLOADS]
        tx.add_many(table, [column.name for column in columns], rows)


def exported(read: Read, folder: Path) -> list[Written]:
    """An export of a book whose home is elsewhere."""
    home = folder.parent / "home"
    return export_csv(read, str(folder), home=str(home), exports=str(home / "exports"))


@pytest.fixture
def export(book: Store, tmp_path: Path) -> Any:
    def run(folder: str = "out") -> tuple[Path, dict[str, int]]:
        with book.read() as read:
            written = export_csv(
                read, str(tmp_path / folder), home=str(tmp_path / "home"), exports=str(tmp_path / "exports")
            )
        return tmp_path / folder, dict(written)

    return run


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def assert_same(book: Store, folder: Path) -> None:
    """Every value of every table is in its file, to the letter."""
    with book.read() as read:
        for table in OURS:
            name = table_name(table)
            own = [c for c in metadata.tables[name].columns if c.name not in OF_REPLICATION]
            own = [column for column in own if (name, column.name) not in WITHHELD]
            listed = ", ".join(f'"{column.name}"' for column in own)
            kept = read.rows(f'SELECT {listed} FROM "{name}" ORDER BY id')
            exported = rows_of(folder / file_of(name))
            assert len(kept) == len(exported), name
            for values, cells in zip(kept, exported, strict=True):
                for column, value in zip(own, values, strict=True):
                    cell = cells[column.name]
                    shown = original(cell) if isinstance(column.type, Text) else cell
                    assert shown == ("" if value is None else str(value)), (name, column.name)


def test_rj4_every_table_of_the_practice_has_a_file(export: Any) -> None:
    folder, _ = export()
    left_out = {table_name(table) for table in TABLES} - {table_name(table) for table in OURS}
    assert left_out == STAYS
    files = {file_of(table_name(table)) for table in OURS}
    assert {path.name for path in folder.iterdir()} == files | {COLUMNS, README}
    assert len(files) == len(OURS)


def test_rj4_a_new_table_cannot_be_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    class Waitlist(Register, table=True):
        """Who waits for a place."""

        client: str = word()

    try:
        monkeypatch.setattr("core.books.sheets.TABLES", (*TABLES, Waitlist))
        made = sheets("USD")[-1]
        assert (made.file, made.about) == ("waitlists.csv", "Who waits for a place.")
        assert [column.name for column in made.columns] == ["id", "client"]
    finally:
        metadata.remove(metadata.tables["waitlist"])
        Row._sa_registry._class_registry.pop("Waitlist", None)


def test_rj4_every_column_is_there_or_is_left_out_for_a_reason() -> None:
    for sheet, table in zip(sheets("USD"), OURS, strict=True):
        names = [column.name for column in sheet.columns]
        kept = {column.name for column in metadata.tables[table_name(table)].columns}
        left_out = kept - set(names)
        assert left_out <= OF_REPLICATION | {c for t, c in WITHHELD if t == table_name(table)}
        assert len(names) == len(set(names)), f"{sheet.file} names a column twice"


def test_rj4_another_reader_reads_every_value_back(book: Store, owner: Actor, export: Any) -> None:
    with book.write(owner) as tx:
        fill(tx)
    folder, rows = export()
    assert_same(book, folder)
    assert rows["clients.csv"] == len(PAYLOADS)


def test_t18_no_cell_of_any_text_column_is_a_formula(book: Store, owner: Actor, export: Any) -> None:
    with book.write(owner) as tx:
        fill(tx)
    folder, _ = export()
    seen = 0
    for sheet in sheets("USD"):
        for row in rows_of(folder / sheet.file):
            for cell in row.values():
                seen += cell.startswith("'")
                assert cell[:1] not in set("=+@\t\r\n＝＋－＠")
                assert cell[:1] != "-" or re.fullmatch(r"-[0-9]+(\.[0-9]+)?", cell)
    assert seen > 500


def test_rj4_money_is_cents_and_beside_them_the_amount(book: Store, owner: Actor, export: Any) -> None:
    with book.write(owner) as tx:
        fill(tx)
        columns = ("id", "invoice_id", "kind", "amount_cents", "reason", "effective_on")
        from core.tables import Adjustment

        tx.add_many(Adjustment, columns, [("back", "x", "courtesy", -1250, "r", "2026-10-31")])
    (row,) = [row for row in rows_of(export()[0] / "adjustments.csv") if row["id"] == "back"]
    assert (row["amount_cents"], row["amount"]) == ("-1250", "-12.50")


def test_rj4_the_columns_are_named_with_their_units(export: Any) -> None:
    folder, _ = export()
    units = {(row["file"], row["column"]): row["unit"] for row in rows_of(folder / COLUMNS)}
    assert units["payments.csv", "amount_cents"] == "hundredths of USD"
    assert units["payments.csv", "amount"] == "USD"
    assert units["payments.csv", "received_on"] == "day"
    assert units["payments.csv", "guarantor_id"] == "id in guarantors.csv"
    assert units["clients.csv", "active"] == "1 yes, 0 no"
    assert units["session_lines.csv", "units_milli"] == "thousandths"
    for path in folder.glob("*.csv"):
        if path.name != COLUMNS:
            header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
            assert [column for file, column in units if file == path.name] == header


def test_rj4_the_readme_says_how_to_have_a_text_back(export: Any) -> None:
    text = (export()[0] / README).read_text(encoding="utf-8")
    assert "take one apostrophe away" in text
    assert "audit_entries.csv, " in text
    assert "pay_code of invoices.csv" in text
    assert not re.search(r"\(R[A-J]\d", text)


def test_rj4_what_counts_for_nothing_says_so(book: Store, owner: Actor, export: Any) -> None:
    from core.tables import InvoiceVoid

    columns = ("id", "once", "invoice_id", "reason", "money", "voided_on")
    with book.write(owner) as tx:
        for name in ("first", "second"):
            tx.add_many(InvoiceVoid, columns, [(name, "void:x", "x", "twice", "none", "2026-10-31")])
        tx.add_many(InvoiceVoid, columns, [("other", "void:y", "y", "once", "none", "2026-10-31")])
    rows = rows_of(export()[0] / "invoice_voids.csv")
    assert [(row["id"], row["counts"]) for row in rows] == [("first", "1"), ("other", "1"), ("second", "0")]


def test_rj4_all_files_show_one_moment(book: Store, owner: Actor, tmp_path: Path) -> None:
    with book.read() as read:
        read.value("SELECT count(*) FROM guarantor")
        with book.write(owner) as tx:
            fill(tx)
        written = export_csv(
            read, str(tmp_path / "out"), home=str(tmp_path / "home"), exports=str(tmp_path / "exports")
        )
    assert Written("guarantors.csv", 0) in written
    assert Written("charges.csv", 0) in written


def test_rj4_no_file_needs_its_table_sorted(book: Store) -> None:
    with book.read() as read:
        for sheet in sheets("USD"):
            plan = read.rows(f"EXPLAIN QUERY PLAN {sheet.sql}")
            steps = [detail for _, parent, _, detail in plan if parent == 0]
            assert not any("TEMP B-TREE" in step for step in steps), (sheet.file, steps)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the Synthea data set is not here")
def test_rj4_a_whole_practice_is_read_back(book: Store, owner: Actor, export: Any) -> None:
    with book.write(owner) as tx:
        import_synthea(tx, FOLDER, with_payments=True)
    folder, rows = export()
    assert_same(book, folder)
    assert (rows["clients.csv"], rows["charges.csv"], rows["payments.csv"]) == (27, 1418, 1843)
    cents = [int(row["amount_cents"]) for row in rows_of(folder / "charges.csv")]
    assert sum(cents) == 109_240_273
