"""RB6: a half-paid invoice is called off, its money kept; its sessions are billed again, both linked."""

from __future__ import annotations

import pytest

from core.invoicing.commands import issue_drafts
from core.invoicing.voiding import MoneyIsOnIt, rebill, void_invoice
from core.payments.commands import apply_credit, record_payment
from core.payments.refusals import InvoiceIsVoid
from tests.builders import TODAY, Book
from tests.core.payments.billed import billed, credit_of, guarantor_of, paid, seen


def test_the_money_is_credit_and_pays_the_new_number(book: Book) -> None:
    ann = book.client()
    old = billed(book, ann, 15_000)
    paid(book, ann, 7_500)
    with book.write() as tx:
        voided = void_invoice(tx, old, reason="wrong provider", today=TODAY, money="credit")
    assert (voided.credit_cents, voided.refunded_cents, voided.charges) == (7_500, 0, 1)
    assert (seen(book, old).status, seen(book, old).balance_cents) == ("void", 0)
    assert credit_of(book, ann) == 7_500
    assert book.value("SELECT sum(amount_cents) FROM unbilled") == 15_000
    with book.write() as tx:
        (issued,) = issue_drafts(tx, [rebill(tx, old, today=TODAY)], today=TODAY)
        apply_credit(tx, guarantor_id=guarantor_of(book, ann), today=TODAY)
    new = seen(book, issued.invoice_id)
    assert (new.number, new.total_cents, new.paid_cents, new.balance_cents) == (
        "N-00002", 15_000, 7_500, 7_500,
    )  # fmt: skip
    link = "SELECT replaces_id FROM invoice_issue WHERE invoice_id = :id"
    assert book.value(link, id=issued.invoice_id) == old


def test_nothing_is_done_until_it_is_said_what_becomes_of_the_money(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    paid(book, ann, 7_500)
    with pytest.raises(MoneyIsOnIt, match=r"75\.00"), book.write() as tx:
        void_invoice(tx, invoice_id, reason="wrong provider", today=TODAY)
    assert seen(book, invoice_id).status == "partly_paid"


def test_a_void_invoice_takes_no_money(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    with book.write() as tx:
        void_invoice(tx, invoice_id, reason="wrong provider", today=TODAY)
    with pytest.raises(InvoiceIsVoid), book.write() as tx:
        record_payment(
            tx, guarantor_id=guarantor_of(book, ann), amount_cents=100, method="cash", received_on=TODAY,
            today=TODAY, invoice_id=invoice_id,
        )  # fmt: skip
    assert book.value("SELECT count(*) FROM payment") == 0
