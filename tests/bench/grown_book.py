"""Books that grew for years: any number of charges behind the same number of open invoices and charges.

Facts are put in by the store in bulk, as an import of history would, and the summaries are made by the store.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from core.store import Store, Tx
from core.tables import (
    Allocation,
    Charge,
    Client,
    Guarantor,
    InvoiceIssue,
    InvoiceLine,
    Payment,
)
from tests.bench.sample_book import KEY, OWNER
from tests.builders import Book

EACH = 40
"""Charges of one client, over ten invoices of four."""
ON_ONE = 4
OPEN_INVOICES = 100
UNBILLED = 400
CENTS = 15_000
BEGAN = date(2024, 1, 3)
IN_ONE_WRITE = 250

_CHARGE = (
    "id", "client_id", "kind", "service_on", "provider_id", "office_id", "code_system", "code", "modifiers",
    "description", "units_milli", "rate_cents", "amount_cents",
)  # fmt: skip
_ISSUE = (
    "id", "once", "invoice_id", "series", "series_no", "number", "client_id", "guarantor_id", "office_id",
    "issued_on", "due_on", "total_cents", "bill_to", "client_name", "notes", "pay_code",
    "content_sha256",
)  # fmt: skip
_LINE = (
    "id", "issue_id", "invoice_id", "position", "kind", "charge_id", "service_on", "provider_id",
    "code_system", "code", "modifiers", "description", "units_milli", "rate_cents", "amount_cents",
)  # fmt: skip
_PAYMENT = ("id", "guarantor_id", "amount_cents", "received_on", "method", "reference", "note")
_ALLOCATION = ("id", "payment_id", "invoice_id", "amount_cents", "effective_on")


def grown(folder: Path, charges: int) -> Store:
    """A book with so many charges; the newest invoices are open and the newest charges unbilled."""
    folder.mkdir(parents=True)
    book = Book(folder, key=KEY)
    clients = charges // EACH
    numbers = iter(range(1, charges + 1))
    for start in range(0, clients, IN_ONE_WRITE):
        with book.store.write(OWNER) as tx:
            for place in range(start, min(start + IN_ONE_WRITE, clients)):
                _one_client(tx, book, place, clients, numbers)
    with book.store.write(OWNER) as tx:
        tx.execute("ANALYZE")
    return book.store


def _one_client(tx: Tx, book: Book, place: int, clients: int, numbers: Iterator[int]) -> None:
    """The last clients have one unpaid invoice each, and the very last some charges nobody billed."""
    name = f"Grown {place:06}"
    guarantor_id = tx.add(Guarantor(name=name, street="1 Elm Street", city="Springfield"))
    client_id = tx.add(Client(name=name, sort_name=name, guarantor_id=guarantor_id, bill_to="client"))
    unbilled = clients - place <= UNBILLED // ON_ONE
    unpaid = clients - place <= UNBILLED // ON_ONE + OPEN_INVOICES
    charges: list[tuple[Any, ...]] = []
    rows: dict[type, list[tuple[Any, ...]]] = {
        InvoiceIssue: [], InvoiceLine: [], Payment: [], Allocation: []
    }  # fmt: skip
    for bill in range(EACH // ON_ONE):
        first = BEGAN + timedelta(days=bill * 60 + place % 28)
        issued = first + timedelta(days=30)
        on_it = [
            (tx.new_id(), client_id, "service", (first + timedelta(days=7 * one)).isoformat(),
             book.provider_id, book.office_id, "CPT", "90834", "", "Psychotherapy", 1000, CENTS, CENTS)
            for one in range(ON_ONE)
        ]  # fmt: skip
        charges += on_it
        last = bill == EACH // ON_ONE - 1
        if not (last and unbilled):
            _bill(
                tx, book, rows, on_it, name, guarantor_id, issued, next(numbers), paid=not (last and unpaid)
            )
    tx.add_many(Charge, _CHARGE, charges)
    for table, columns in (
        (InvoiceIssue, _ISSUE), (InvoiceLine, _LINE), (Payment, _PAYMENT), (Allocation, _ALLOCATION),
    ):  # fmt: skip
        tx.add_many(table, columns, rows[table])


def _bill(
    tx: Tx, book: Book, rows: dict[type, list[tuple[Any, ...]]], charges: list[tuple[Any, ...]], name: str,
    guarantor_id: str, issued: date, number: int, *, paid: bool,
) -> None:  # fmt: skip
    invoice_id, issue_id, day = tx.new_id(), tx.new_id(), issued.isoformat()
    total = CENTS * len(charges)
    rows[InvoiceIssue].append(
        (issue_id, f"issue:{invoice_id}", invoice_id, "N", number, f"N-{number:05}", charges[0][1],
         guarantor_id, book.office_id, day, (issued + timedelta(days=30)).isoformat(), total, "[]", name, "",
         "PAY-CODE", "0" * 64)
    )  # fmt: skip
    rows[InvoiceLine] += [
        (tx.new_id(), issue_id, invoice_id, place, "charge", c[0], c[3], *c[4:5], *c[6:])
        for place, c in enumerate(charges, 1)
    ]
    if paid:
        payment_id, received = tx.new_id(), (issued + timedelta(days=20)).isoformat()
        rows[Payment].append((payment_id, guarantor_id, total, received, "check", str(number), ""))
        rows[Allocation].append((tx.new_id(), payment_id, invoice_id, total, received))
