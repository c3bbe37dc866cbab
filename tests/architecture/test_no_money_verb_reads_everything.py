"""What a command asks under the write lock is found by an index, however many facts the book holds.

Everybody at the practice waits while one writes. So the database is asked how it would answer each SQL text
of the commands that move money, in a book of a few rows and in one of some hundred. Nothing runs ANALYZE
on a book, so its plans are these however long it gets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from core.store import Read, Tx
from core.tables.kept import kept_triggers
from tests.builders import Book
from tests.core.payments.billed import billed, paid

GROWING = {
    *("charge", "charge_void", "draft", "draft_line", "invoice_issue", "invoice_line", "invoice_void"),
    *("invoice_hold", "invoice_hold_end", "late_fee", "adjustment", "audit_entry", "session"),
    *("payment", "payment_reversal", "credit", "credit_reversal", "allocation", "allocation_release"),
    *("refund_request", "refund_answer", "invoice_balance", "money_left", "statement"),
}
"""What gets longer with every year."""

OPEN = {"ix_money_left_open", "ix_invoice_balance_open", "ix_invoice_balance_owed"}
"""These hold what is open, which does not grow with the years."""

ASKED: dict[str, str] = {
    "core.payments.moves": "LIVE_ONE LIVE_ON_INVOICE LIVE_OF_SOURCE",
    "core.payments.commands": "KEPT_FOR_SESSIONS BILLED_ON",
    "core.payments.queries": (
        "STATE OPEN HELD MONEY PAYMENTS+ONE PAYMENTS+OF_GUARANTOR PUT_ON FIND CREDITS WAITS BILLED_TO"
        " OPEN_BILL SESSION_OWED_BY"
    ),
    "core.payments.days": "ROOM LEFT MOVED TOUCHED",
    "core.payments.adjustments": "ADJUSTMENT BAD_DEBT FEE",
    "core.payments.refunds": "REQUEST ANSWERS CLOSING",
    "core.payments.history": (
        "ON_INVOICE CROSSED ADJUSTMENTS+OF_INVOICE ADJUSTMENTS+FIND FEES REPLACES REPLACED_BY REFUNDS"
    ),
    "core.payments.choosing": "OWED THROUGH",
    "core.invoicing.commands": "LINES_AND_ADJUSTMENTS DRAFT DRAFT_LINES DRAFT_ADJUSTMENTS",
    "core.invoicing.numbering": "SERIES LAST",
    "core.invoicing.lines": "WHOSE_DRAFT LINE",
    "core.invoicing.holding": "OPEN_HOLDS",
    "core.invoicing.voiding": "CHARGES LINES_OF",
    "core.invoicing.late_fees": (
        "CANDIDATES+BY_NUMBER CANDIDATES+ONE CHARGED CHARGED_CENTS HOLDS QUESTIONABLE_ON"
    ),
    "core.ledger.fees": "CHARGED_ON FIND",
    "core.ledger.invoices": "HEAD+OF_INVOICE HEAD+OF_CLIENT DRAFT DRAFTS_OF EXACT_NUMBER BARE_NUMBER ANY_ID",
    "core.ledger.unbilled": "UNBILLED_OF_CLIENT",
    "core.ledger.account": "ISSUES VOIDS FEES ADJUSTMENTS SOURCES REVERSALS REFUNDS ALLOCATIONS RELEASES",
    "core.ledger.kept": (
        "INVOICES TWINS PAYMENTS CREDITS CHARGES_OF_CLIENTS FORGET_CHARGES WHOLE SHARED SHARES_CARRIED"
    ),
    "core.ledger.crossed": (
        "CROSSED_INVOICES CROSSED_PAYMENTS CROSSED_CREDITS CROSSED_PARTS CROSSED_ORDER CROSSED_HERE"
        " SET_INVOICE SET_MONEY"
    ),
    "core.sessions.queries": "CHARGES CHARGE FIND_CHARGE CHARGES_OF_SESSION",
    "core.ledger.statement_account": "GUARANTOR CLIENTS LINES LAST_OFFICE FIRST_MADE PREVIOUS",
    "core.delivery.statements": "NEWEST",
    "core.audit": "ENTRIES_OF",
    "core.ledger.estimates": "ESTIMATES+OF_CLIENT",
    "core.ledger.receipt_view": "PAYMENT LINES PATIENT",
    "core.ledger.credit_note_view": "NOTE INVOICE",
}
"""The SQL texts of each module; `+` joins those that are asked as one."""


def _texts() -> Iterator[tuple[str, str]]:
    """Each SQL text with its name, and those of the triggers that mark what is stale."""
    for name, constants in ASKED.items():
        module = import_module(name)
        for constant in constants.split():
            parts = [getattr(module, part) for part in constant.split("+")]
            first = parts[0]
            whole = [*first.values()] if isinstance(first, dict) else first
            whole = whole if isinstance(whole, tuple | list) else ["".join(parts)]
            yield from ((f"{name}.{constant}", sql) for sql in whole)
    for trigger, sql in kept_triggers():
        for statement in sql[sql.index(" BEGIN ") + 7 : sql.rindex("END")].split("; "):
            if statement.strip():
                yield trigger, re.sub(r"\b(NEW|OLD)\.(\w+)", r":\2", statement)


def _reads_everything(read: Read, sql: str) -> list[str]:
    """The steps of a plan that go through all rows of a growing table, or through those with any value."""
    named = re.findall(r'\b(?:FROM|JOIN|UPDATE|INTO)\s+"?(\w+)"?(?:\s+AS\s+(\w+))?', sql)
    tables: dict[str, set[str]] = {}
    for table, alias in named:
        tables.setdefault(alias or table, set()).add(table)
    steps = read.rows(f"EXPLAIN QUERY PLAN {sql}", **dict.fromkeys(re.findall(r":(\w+)", sql), "x"))
    return [
        step
        for *_, step in steps
        if (found := re.match(r"(?:SCAN (\w+)|SEARCH (\w+) .*\(\w+[<>])", step))
        and tables.get(found[1] or found[2], set()) & GROWING
        and not OPEN & set(step.split())
    ]


def _a_few_rows(book: Book) -> None:
    billed(book, book.client(), 15_000)


def _some_hundred(book: Book, count: int = 300) -> None:
    """Rows of the tables that a plan goes through, as often as it takes for an index to matter."""
    client_id = book.client()
    billed(book, client_id, 15_000)
    paid(book, client_id, 4_000)
    with book.write() as tx:
        triggers = tx.rows("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        for name, _ in triggers:
            tx.execute(f'DROP TRIGGER "{name}"')
        for table in COPIED:
            _copied(tx, table, count)
        for _, sql in triggers:
            tx.execute(sql)
    assert (
        book.value(
            "SELECT min(n) FROM (SELECT count(*) AS n FROM allocation UNION ALL SELECT count(*)"
            " FROM money_left UNION ALL SELECT count(*) FROM invoice_line)"
        )
        > count
    )


COPIED = (
    *("guarantor", "client", "session", "charge", "draft", "invoice_issue", "invoice_line", "payment"),
    *("allocation", "audit_entry", "invoice_balance", "money_left"),
)
THE_SAME = {"office_id", "provider_id", "actor"}


def _copied(tx: Tx, table: str, count: int) -> None:
    """Copies of a row, each of a client, an invoice and a payment of its own; nothing is open on them."""
    columns = [column for (column,) in tx.rows("SELECT name FROM pragma_table_info(:name)", name=table)]
    values = {column: f'x."{column}"' for column in columns}
    for column in columns:
        if column in ("id", "once", "number") or (column.endswith("_id") and column not in THE_SAME):
            values[column] += " || '-' || n.i"
    values |= {"no": "1000 * n.i + x.no"} if "no" in values else {}
    values |= {"series_no": "x.series_no + n.i"} if "series_no" in values else {}
    values |= {"balance_cents": "0"} if "balance_cents" in values else {}
    values |= {"left_cents": "0"} if "left_cents" in values else {}
    tx.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
        f" FROM n WHERE i < {count}) SELECT {', '.join(values.values())}"
        f" FROM n CROSS JOIN (SELECT * FROM {table} LIMIT 1) AS x"
    )


@pytest.fixture(params=[_a_few_rows, _some_hundred])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path)
    request.param(made)
    yield made
    made.store.close()


def test_no_money_verb_reads_every_row_of_what_grows(book: Book) -> None:
    with book.store.read() as read:
        found = {name: steps for name, sql in _texts() if (steps := _reads_everything(read, sql))}
    assert found == {}


def test_a_text_that_reads_everything_is_found(book: Book) -> None:
    everything = (
        "SELECT a.id FROM allocation AS a WHERE (:id IS NULL OR a.id = :id)",
        "SELECT source_id FROM money_left WHERE source_id LIKE :ending",
        "SELECT charge_id FROM invoice_line WHERE invoice_id = :id AND charge_id NOTNULL",
    )
    with book.store.read() as read:
        assert all(_reads_everything(read, sql) for sql in everything)
