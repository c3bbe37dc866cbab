"""Books that grew for years: any number of charges behind the same number of open invoices and charges.

Facts are put in by the store in bulk, in the order of time as a practice records them: what belongs to one
client lies scattered over the whole book. The summaries are made by the store.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

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
    places = [range(start, min(start + IN_ONE_WRITE, clients)) for start in range(0, clients, IN_ONE_WRITE)]
    known: list[_Known] = []
    for some in places:
        with book.store.write(OWNER) as tx:
            known += [_one_client(tx, place) for place in some]
    for bill in range(EACH // ON_ONE):
        for some in places:
            with book.store.write(OWNER) as tx:
                _bills(tx, book, [(place, known[place]) for place in some], bill, clients, numbers)
    with book.store.write(OWNER) as tx:
        tx.execute("ANALYZE")
    return book.store


class _Known(NamedTuple):
    name: str
    guarantor_id: str
    client_id: str


def _one_client(tx: Tx, place: int) -> _Known:
    name = f"Grown {place:06}"
    guarantor_id = tx.add(Guarantor(name=name, street="1 Elm Street", city="Springfield"))
    client = Client(name=name, sort_name=name, guarantor_id=guarantor_id, bill_to="client")
    return _Known(name, guarantor_id, tx.add(client))


def _bills(
    tx: Tx, book: Book, some: list[tuple[int, _Known]], bill: int, clients: int, numbers: Iterator[int]
) -> None:
    """The same bill of some clients. The last clients have one unpaid invoice each, and the very last some
    charges nobody billed."""
    charges: list[tuple[Any, ...]] = []
    rows: dict[type, list[tuple[Any, ...]]] = {
        InvoiceIssue: [], InvoiceLine: [], Payment: [], Allocation: []
    }  # fmt: skip
    last = bill == EACH // ON_ONE - 1
    for place, one in some:
        unbilled = last and clients - place <= UNBILLED // ON_ONE
        unpaid = last and clients - place <= UNBILLED // ON_ONE + OPEN_INVOICES
        first = BEGAN + timedelta(days=bill * 60 + place * 28 // clients)
        on_it = [
            (tx.new_id(), one.client_id, "service", (first + timedelta(days=7 * week)).isoformat(),
             book.provider_id, book.office_id, "CPT", "90834", "", "Psychotherapy", 1000, CENTS, CENTS)
            for week in range(ON_ONE)
        ]  # fmt: skip
        charges += on_it
        if not unbilled:
            issued = first + timedelta(days=30)
            _bill(tx, book, rows, on_it, one, issued, next(numbers), paid=not unpaid)
    tx.add_many(Charge, _CHARGE, charges)
    for table, columns in (
        (InvoiceIssue, _ISSUE), (InvoiceLine, _LINE), (Payment, _PAYMENT), (Allocation, _ALLOCATION),
    ):  # fmt: skip
        tx.add_many(table, columns, rows[table])


def _bill(
    tx: Tx, book: Book, rows: dict[type, list[tuple[Any, ...]]], charges: list[tuple[Any, ...]],
    one: _Known, issued: date, number: int, *, paid: bool,
) -> None:  # fmt: skip
    invoice_id, issue_id, day = tx.new_id(), tx.new_id(), issued.isoformat()
    total = CENTS * len(charges)
    rows[InvoiceIssue].append(
        (issue_id, f"issue:{invoice_id}", invoice_id, "N", number, f"N-{number:05}", one.client_id,
         one.guarantor_id, book.office_id, day, (issued + timedelta(days=30)).isoformat(), total, "[]",
         one.name, "", "PAY-CODE", "0" * 64)
    )  # fmt: skip
    rows[InvoiceLine] += [
        (tx.new_id(), issue_id, invoice_id, place, "charge", c[0], c[3], *c[4:5], *c[6:])
        for place, c in enumerate(charges, 1)
    ]
    if paid:
        payment_id, received = tx.new_id(), (issued + timedelta(days=20)).isoformat()
        rows[Payment].append((payment_id, one.guarantor_id, total, received, "check", str(number), ""))
        rows[Allocation].append((tx.new_id(), payment_id, invoice_id, total, received))
