"""RD4, RD6: a credit note has a document that says which invoice asks for less, how much and why."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from core.delivery.credit_notes import make_credit_note
from core.delivery.making import Made
from core.documents.credit_note import render_credit_note
from core.documents.keep import document_bytes
from core.invoicing.voiding import void_invoice
from core.ledger.credit_note_view import CreditNoteView, NotACreditNote, credit_note_view
from core.payments.adjustments import adjust, credit_note, reverse_adjustment
from tests.builders import OWNER, TODAY, Book
from tests.core.documents.sample_invoice import NAME, pages_of, text_of
from tests.core.documents.test_hostile_text_is_only_text import HOSTILE, _opened
from tests.core.payments.billed import billed, paid


@pytest.fixture
def invoice_id(book: Book) -> str:
    return billed(book, book.client(), 15_000)


def noted(book: Book, invoice_id: str, cents: int = 4_000, reason: str = "billed twice") -> str:
    with book.write() as tx:
        done = credit_note(tx, invoice_id, amount_cents=cents, reason=reason, today=TODAY)
    return str(done.adjustment_id)


def made(book: Book, adjustment_id: str) -> Made:
    return make_credit_note(book.store, OWNER, adjustment_id, today=TODAY)


def printed(book: Book, adjustment_id: str) -> str:
    with book.store.read() as read:
        return text_of(document_bytes(read, adjustment_id))


def a_view(book: Book, invoice_id: str, **changes: object) -> CreditNoteView:
    note = noted(book, invoice_id)
    with book.store.read() as read:
        return replace(credit_note_view(read, note, today=TODAY), **changes)  # type: ignore[arg-type]


def test_rd4_a_credit_note_names_its_invoice_its_amount_and_its_reason(book: Book, invoice_id: str) -> None:
    note = noted(book, invoice_id)
    assert made(book, note)[1:4] == (note, 1, True)
    text = printed(book, note)
    for part in (
        "Elm Street Therapy", "Credit note", f"{note[-8:]} to invoice N-00001", "CREDIT TO Ann Archer",
        "CLIENT Ann Archer", "Date Oct 31, 2026", "Credit $40.00", "Oct 31, 2026 billed twice 40.00",
        "Off invoice N-00001 of Oct 31, 2026, issued for $150.00",
        "Invoice N-00001 asks for $40.00 less. What was paid of that already is kept as credit.",
        "Page 1 of 1",
    ):  # fmt: skip
        assert part in text


def test_rd6_made_again_it_is_the_same_and_a_payment_changes_nothing(book: Book, invoice_id: str) -> None:
    note = noted(book, invoice_id)
    made(book, note)
    paid(book, book.value("SELECT id FROM client"), 5_000)
    assert made(book, note)[2:4] == (1, False)


def test_rd4_a_reversed_credit_note_has_a_corrected_document(book: Book, invoice_id: str) -> None:
    note = noted(book, invoice_id)
    made(book, note)
    for cents, standing in ((1_000, "30.00"), (3_000, "0.00")):
        with book.write() as tx:
            reverse_adjustment(tx, note, reason="r", today=TODAY, amount_cents=cents)
        assert made(book, note).new
        assert f"Credit ${standing}" in printed(book, note)
    text = printed(book, note)
    assert "Corrected, version 3 REVERSED: it takes nothing off any more" in text
    assert text.count("Asked for again") == 3
    assert "Credit as given 40.00 Asked for again -40.00 Credit $0.00" in text


def test_rd4_a_credit_note_to_a_void_invoice_says_so(book: Book, invoice_id: str) -> None:
    note = noted(book, invoice_id)
    with book.write() as tx:
        void_invoice(tx, invoice_id, reason="r", today=TODAY)
    made(book, note)
    assert "VOID: the invoice was called off Oct 31, 2026" in printed(book, note)


def test_rd4_no_other_adjustment_is_a_credit_note(book: Book, invoice_id: str) -> None:
    note = noted(book, invoice_id)
    with book.write() as tx:
        other = adjust(tx, invoice_id, kind="courtesy", reason="r", today=TODAY, amount_cents=100)
        back = reverse_adjustment(tx, note, reason="r", today=TODAY)
    for one in (other.adjustment_id, back.adjustment_id, "nothing"):
        with pytest.raises(NotACreditNote):
            made(book, str(one))


@pytest.mark.parametrize("name", [*HOSTILE, NAME])
def test_t20_what_was_typed_is_only_text(book: Book, invoice_id: str, name: str) -> None:
    view = a_view(book, invoice_id, client=name, bill_to=(name,), reason=name)
    pdf = render_credit_note(view)
    assert pdf == render_credit_note(view)
    assert text_of(pdf).count(name) >= 3
    for word in (b"/JavaScript (", b"/Launch", b"/OpenAction", b"/URI", b"/AA"):
        assert word not in re.sub(rb"<[0-9a-f]+>", b"", _opened(pdf))


def test_fields_of_any_length_stay_on_the_sheet_and_take_no_time(book: Book, invoice_id: str) -> None:
    huge = "W" * 1_000_000
    view = a_view(book, invoice_id, client=huge, bill_to=(huge,) * 40, reason=huge, invoice_number=huge)
    began = time.process_time()
    pdf = render_credit_note(view)
    assert time.process_time() - began < 5
    assert len(pages_of(pdf)) <= 3
    heights = [float(y) for y in re.findall(rb"1 0 0 1 [\d.-]+ ([\d.-]+) Tm", _opened(pdf))]
    assert 30 <= min(heights) <= max(heights) <= 762
