"""Who comes to the portal: a family with papers of every kind, and people who owe, each for one story."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from core.clients.commands import add_client
from core.dates import Period, parse_instant
from core.delivery.receipts import make_receipt
from core.delivery.sending import send
from core.delivery.sharing import share_documents
from core.delivery.statements import make_statement
from core.invoicing.commands import create_draft
from core.invoicing.voiding import void_invoice
from core.ledger.mail_server import MailServer
from core.ledger.statement_view import statement_key
from core.payments.commands import record_payment
from core.practice.commands import change_practice, change_provider
from core.practice.mail import set_mail_server
from core.sessions.commands import finalise, record_session
from core.store import Store, Tx
from tests.builders import ADDRESS, OWNER, TODAY
from tests.core.delivery.superbilled import TWO, therapy
from tests.homes import TIMEZONE, provider_of

FEE = 15_000
LATE = date(2026, 8, 14)
LONG = "Wilhelmina-Alexandra van Oldenbarneveldt-Featherstonehaugh"


class Family(NamedTuple):
    """Ids of what was put in."""

    provider: str
    ann: str
    """Owes: an invoice that is overdue, one half paid, one due; one is paid and one void."""
    ben: str
    """Her brother, on the same account."""
    new: str
    """Somebody without anything yet."""
    long: str
    """Somebody whose name is as long as names are."""
    debtors: dict[str, str]
    numbers: dict[str, str]
    """Of Ann's invoices, by their state."""
    documents: dict[str, str]
    """By their kind."""


DEBTORS = (
    "Story", "Narrow", "Keyboard", "Link", "Saves", "Declined", "Confirms", "Cancels", "Leaves", "Doubles",
    "Tabs", "Plain", "Whole", "Screen",
)  # fmt: skip
"""Each has two invoices of 150 dollars; the family name says in which story."""


def fill(book: Store, server: MailServer) -> Family:
    """A practice with all that its papers need."""
    with book.write(OWNER) as tx:
        change_practice(
            tx, phone="555 0100", footer="Mail checks to 1 Elm Street.", email="office@elm.example",
            tax_id="12-3456789", npi="1999999984", **ADDRESS,
        )  # fmt: skip
        provider = provider_of(tx)
        change_provider(tx, provider, licence="LIC-77", licence_state="MA")
        people = {name: _client(tx, name, "Archer") for name in ("Ann", "New")}
        guarantor = tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=people["Ann"])
        people["Ben"] = _client(tx, "Ben", "Archer", guarantor)
        long = _client(tx, LONG, "Archer")
        debtors = {name: _client(tx, "Dora", name) for name in DEBTORS}
    numbers = _invoices_of_ann(book, provider, people["Ann"], guarantor)
    _bill(book, provider, {people["Ben"]: [date(2026, 10, 7)], long: [date(2026, 10, 7)]})
    for day in (date(2026, 10, 8), date(2026, 10, 15)):
        _bill(book, provider, {client: [day] for client in debtors.values()})
    documents = _documents(book, guarantor)
    with book.write(OWNER) as tx:
        told = server._asdict()
        del told["since"]
        set_mail_server(tx, **told)
    return Family(provider, people["Ann"], people["Ben"], people["New"], long, debtors, numbers, documents)


def _client(tx: Tx, given: str, family: str, guarantor: str | None = None) -> str:
    contact: dict[str, Any] = {} if guarantor else {**ADDRESS}
    born = date(1990, 4, 5)
    return add_client(tx, given=given, family=family, guarantor_id=guarantor, birth_on=born, **contact)


def _bill(book: Store, provider: str, days: dict[str, list[date]], today: date = TODAY) -> dict[str, str]:
    """One invoice a client for sessions on these days, sent; answers its id by client."""
    drafts = {}
    with book.write(OWNER) as tx:
        for client, seen in days.items():
            sessions = [_seen(tx, client, provider, day) for day in seen]
            finalise(tx, sessions)
            tx.fresh()
            drafts[client] = create_draft(tx, client_id=client, today=today)
    send(book, OWNER, list(drafts.values()), today=today)
    return drafts


def _seen(tx: Tx, client: str, provider: str, day: date) -> str:
    start = parse_instant(f"{day}T10:00", TIMEZONE)
    return record_session(
        tx, client_id=client, provider_id=provider, starts_at=start, ends_at=start, service_on=day,
        status="kept", lines=[therapy()], diagnoses=TWO, place_of_service="11",
    )  # fmt: skip


def _invoices_of_ann(book: Store, provider: str, ann: str, guarantor: str) -> dict[str, str]:
    made: dict[str, str] = {}
    days: tuple[tuple[str, Sequence[date], date], ...] = (
        ("paid", [date(2026, 8, 6)], LATE), ("overdue", [date(2026, 8, 13)], LATE),
        ("partly paid", [date(2026, 9, 3), date(2026, 9, 10)], TODAY), ("void", [date(2026, 9, 17)], TODAY),
        ("due", [date(2026, 9, 24)], TODAY),
    )  # fmt: skip
    for state, seen, today in days:
        made[state] = _bill(book, provider, {ann: list(seen)}, today)[ann]
    with book.write(OWNER) as tx:
        for state, cents, method in (("paid", FEE, "check"), ("partly paid", 10_000, "cash")):
            record_payment(
                tx, guarantor_id=guarantor, amount_cents=cents, method=method, received_on=TODAY, today=TODAY,
                invoice_id=made[state],
            )  # fmt: skip
        void_invoice(tx, made["void"], reason="Wrong day", today=TODAY)
    with book.read() as read:
        number = "SELECT number FROM invoice_issue WHERE invoice_id = :id"
        return {state: str(read.value(number, id=invoice)) for state, invoice in made.items()}


def _documents(book: Store, guarantor: str) -> dict[str, str]:
    key = statement_key(guarantor, Period(date(2026, 9, 1), date(2026, 9, 30)))
    with book.read() as read:
        payment = read.value("SELECT min(id) FROM payment WHERE guarantor_id = :id", id=guarantor)
    made = {
        "statement": str(make_statement(book, OWNER, key, today=TODAY).document_id),
        "receipt": str(make_receipt(book, OWNER, payment, today=TODAY).document_id),
    }
    with book.write(OWNER) as tx:
        share_documents(tx, list(made.values()))
    return made
