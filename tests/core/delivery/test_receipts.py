"""RD4, RD6: the receipt for a payment says what was received, for whose care, and what became of it."""

from __future__ import annotations

from datetime import date

import pytest

from core.actors import Actor, Role
from core.delivery.making import Made
from core.delivery.receipts import make_receipt
from core.documents.keep import document_bytes
from core.errors import NotFound
from core.invoicing.voiding import void_invoice
from core.ledger.receipt_view import NoReceiptForGoodwill, ReceiptView, receipt_view
from core.payments.commands import give_credit, reverse_payment
from core.payments.refunds import refund
from core.practice.commands import add_office
from core.sessions.commands import ServiceLine
from core.trouble import NotAllowed
from tests.builders import OWNER, TODAY, Book
from tests.core.documents.sample_invoice import text_of
from tests.core.invoicing.late import after, charge, late_invoice, set_rule
from tests.core.payments.billed import billed, guarantor_of, paid

READER = Actor("rita", "Rita Reader", Role.READER)


def view_of(book: Book, payment_id: str) -> ReceiptView:
    with book.store.read() as read:
        return receipt_view(read, payment_id, today=TODAY)


def made(book: Book, payment_id: str, *, today: date = TODAY) -> Made:
    return make_receipt(book.store, OWNER, payment_id, today=today)


def printed(book: Book, payment_id: str) -> str:
    with book.store.read() as read:
        return text_of(document_bytes(read, payment_id))


def test_rd4_a_receipt_names_patient_provider_date_service_and_amount_of_each_line(book: Book) -> None:
    client_id = book.client()
    book.session(client_id, date(2026, 10, 2), [ServiceLine("CPT", "90834", "95", "Therapy", 1000, 9_000)])
    billed(book, client_id, 15_000)
    payment_id = paid(book, client_id, 20_000, reference="1187").payment_id
    made(book, payment_id)
    text = printed(book, payment_id)
    for part in (
        "Elm Street Therapy", f"Payment {payment_id[-8:]}", "RECEIVED FROM Ann Archer 1 Elm Street",
        "PATIENT Ann Archer", "Received Oct 31, 2026", "Method Check", "Reference 1187", "Amount $200.00",
        "Invoice N-00001 of Oct 31, 2026 240.00 200.00 Patient: Ann Archer",
        "Oct 2, 2026 Therapy 90.00 90834 · 95 · Pat Provider, LCSW",
        "Oct 31, 2026 Psychotherapy 150.00 90834 · Pat Provider, LCSW",
        "Payment received 200.00 of which on invoices 200.00 Received $200.00", "Page 1 of 1",
    ):  # fmt: skip
        assert part in text


def test_rd4_a_receipt_adds_up_over_invoices_credit_and_refunds(book: Book) -> None:
    client_id = book.client()
    for cents in (4_000, 3_000):
        billed(book, client_id, cents)
    payment_id = paid(book, client_id, 10_000).payment_id
    with book.write() as tx:
        refund(tx, payment_id, amount_cents=1_000, reason="overpaid", today=TODAY, method="check",
               reference="12")  # fmt: skip
    view = view_of(book, payment_id)
    assert [(part.number, part.paid_cents) for part in view.parts] == [("N-00001", 4_000), ("N-00002", 3_000)]
    assert (view.credit_cents, view.refunded_cents) == (2_000, 1_000)
    made(book, payment_id)
    assert (
        "Payment received 100.00 Refunded, Oct 31, 2026, Check · 12 -10.00 of which on invoices 70.00"
        " of which kept as credit 20.00 Received, less refunds $90.00"
    ) in printed(book, payment_id)


def test_rd6_the_same_receipt_is_made_once_and_a_refund_makes_a_corrected_one(book: Book) -> None:
    client_id = book.client()
    billed(book, client_id, 15_000)
    payment_id = paid(book, client_id, 15_000).payment_id
    first = made(book, payment_id)
    assert (first.version, first.new) == (1, True)
    assert made(book, payment_id, today=date(2026, 12, 1))[2:4] == (1, False)
    with book.write() as tx:
        refund(tx, payment_id, amount_cents=5_000, reason="r", today=TODAY)
    assert made(book, payment_id)[2:4] == (2, True)
    assert "Corrected, version 2" in printed(book, payment_id)
    kept = book.rows("SELECT version, content FROM receipt ORDER BY version")
    assert [version for version, _ in kept] == [1, 2]
    assert kept[0][1] != kept[1][1]


def test_rd4_another_payment_on_the_same_invoice_changes_no_receipt(book: Book) -> None:
    client_id = book.client()
    billed(book, client_id, 15_000)
    payment_id = paid(book, client_id, 5_000).payment_id
    made(book, payment_id)
    paid(book, client_id, 10_000)
    assert made(book, payment_id).new is False


def test_rd4_the_receipt_of_a_reversed_payment_says_that_nothing_was_received(book: Book) -> None:
    client_id = book.client()
    billed(book, client_id, 15_000)
    payment_id = paid(book, client_id, 15_000).payment_id
    made(book, payment_id)
    with book.write() as tx:
        reverse_payment(tx, payment_id, reason="bounced <b>", today=TODAY)
    assert made(book, payment_id).version == 2
    text = printed(book, payment_id)
    for part in ("Corrected, version 2", "REVERSED Oct 31, 2026: no money was received",
                 "Reversed, Oct 31, 2026 -150.00 Received $0.00"):  # fmt: skip
        assert part in text
    assert "bounced" not in text
    assert "N-00001" not in text


def test_rd4_money_of_a_void_invoice_is_credit_on_the_receipt(book: Book) -> None:
    client_id = book.client()
    invoice_id = billed(book, client_id, 15_000)
    payment_id = paid(book, client_id, 15_000).payment_id
    with book.write() as tx:
        void_invoice(tx, invoice_id, reason="r", today=TODAY, money="credit")
    assert (view_of(book, payment_id).parts, view_of(book, payment_id).credit_cents) == ((), 15_000)
    made(book, payment_id)
    assert "This payment is on no invoice. Payment received" in printed(book, payment_id)


def test_rd4_a_late_fee_is_on_the_receipt_of_what_paid_it_only(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book)
    client_id = book.value("SELECT client_id FROM invoice_issue WHERE invoice_id = :id", id=invoice_id)
    before = paid(book, client_id, 4_000, on=after(5)).payment_id
    charge(book, after(10))
    later = paid(book, client_id, 8_500, on=after(11)).payment_id
    fees = [[line.description for line in view_of(book, one).parts[0].lines if line.description == "Late fee"]
            for one in (before, later)]  # fmt: skip
    assert fees == [[], ["Late fee"]]


def test_rd4_the_receipt_carries_the_address_of_the_office_that_took_the_money(book: Book) -> None:
    with book.write() as tx:
        office_id = add_office(tx, code="S", name="South", street="9 South Road", city="Lynn", state="MA",
                               phone="555 0900")  # fmt: skip
    view = view_of(book, paid(book, book.client(), 100, office_id=office_id).payment_id)
    assert (view.letterhead.address, view.letterhead.phone) == (("9 South Road", "Lynn, MA"), "555 0900")


def test_rd4_goodwill_has_no_receipt_and_no_payment_none(book: Book) -> None:
    client_id = book.client()
    with book.write() as tx:
        credit_id = give_credit(
            tx, guarantor_id=guarantor_of(book, client_id), amount_cents=100, reason="r", today=TODAY
        )
    with pytest.raises(NoReceiptForGoodwill, match="Goodwill is not money received"):
        made(book, credit_id)
    with pytest.raises(NotFound):
        made(book, "nobody")


def test_rj3_a_reader_makes_no_receipt_and_finds_one_that_is_there(book: Book) -> None:
    payment_id = paid(book, book.client(), 100).payment_id
    with pytest.raises(NotAllowed):
        make_receipt(book.store, READER, payment_id, today=TODAY)
    assert book.value("SELECT count(*) FROM receipt") == 0
    made(book, payment_id)
    assert make_receipt(book.store, READER, payment_id, today=TODAY).new is False
