"""A book in which nothing that a superbill needs is missing, and what is made of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.clients.commands import change_client
from core.clients.coverage import add_coverage, add_payer
from core.delivery.making import Made, make_document
from core.delivery.superbills import SUPERBILL, Preview, SuperbillKey, preview
from core.documents.keep import document_bytes
from core.practice.commands import change_practice, change_provider
from core.sessions.commands import ServiceLine
from tests.builders import OWNER, TODAY, Book

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
F41, F32 = ["ICD-10-CM", "F41.1"], ["ICD-10-CM", "F32.A"]
TWO = '[["ICD-10-CM", "F41.1"], ["ICD-10-CM", "F32.A"]]'


def therapy(modifiers: str = "95", pointers: str = "A", *, cents: int = 15_000, **more: Any) -> ServiceLine:
    line = ServiceLine("CPT", "90834", modifiers, "Psychotherapy", 1000, cents, pointers)
    return line._replace(**more)


def complete(book: Book, **client: Any) -> str:
    """The practice and its provider with every number, and a client with every field; answers the client."""
    client_id = book.client(**client)
    with book.write() as tx:
        change_practice(tx, tax_id="12-3456789", npi="1999999984")
        change_provider(tx, book.provider_id, licence="LIC-77", licence_state="MA")
        change_client(tx, client_id, birth_on="1990-04-05")
    return client_id


def insure(book: Book, client_id: str) -> None:
    with book.write() as tx:
        change_client(
            tx, client_id, phone="555 0199", referrer="Dr. Rita Refer", referrer_npi="1245319599",
            street="9 Own Street", city="Lynn", state="MA", postal_code="01901",
        )  # fmt: skip
        payer_id = add_payer(tx, name="Blue Shield of Springfield")
        add_coverage(
            tx, client_id=client_id, payer_id=payer_id, member_number="XYZ123456", group_number="G-77",
            subscriber="Bob Archer", relation="spouse", subscriber_birth_on=date(1988, 1, 2),
        )  # fmt: skip


def seen(book: Book, client_id: str, on: date = date(2026, 9, 10), *lines: ServiceLine, **more: Any) -> str:
    """A kept session that lacks nothing."""
    told = {"diagnoses": TWO, "place_of_service": "11", **more}
    return book.session(client_id, on, lines or (therapy(),), **told)


def key(book: Book, client_id: str, **changes: Any) -> SuperbillKey:
    return SuperbillKey(client_id, book.provider_id, FIRST, LAST, TODAY)._replace(**changes)


def made(book: Book, client_id: str, **changes: Any) -> Made:
    return make_document(book.store, OWNER, SUPERBILL, key(book, client_id, **changes))


def printed(book: Book, client_id: str, **changes: Any) -> bytes:
    one = made(book, client_id, **changes)
    assert one.document_id is not None
    with book.store.read() as read:
        return document_bytes(read, one.document_id)


def looked_at(book: Book, client_id: str, **changes: Any) -> Preview:
    with book.store.read() as read:
        return preview(read, key(book, client_id, **changes))
