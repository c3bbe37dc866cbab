"""RC5, RD6, `decisions.md` 19: total = lines + fees; the document gets a new version, the first one stays."""

from __future__ import annotations

import json
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from core.audit import verify
from core.delivery import late_fees
from core.delivery.correcting import correct_document, without_fee
from core.delivery.late_fees import finish_late_fees, run_late_fees
from core.documents.keep import document_bytes
from core.errors import NotFound
from core.ledger.invoice_view import invoice_views
from core.payments.adjustments import waive_fee
from tests.builders import OWNER, Book
from tests.core.invoicing.late import after, charge, fees, late_invoice, pay, set_rule


def versions(book: Book) -> list[tuple[int, str]]:
    return book.rows("SELECT version, sha256 FROM document ORDER BY subject_id, version")


def newest(book: Book, invoice_id: str) -> bytes:
    with book.store.read() as read:
        return document_bytes(read, invoice_id)


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def test_rd6_a_charged_fee_makes_a_corrected_version_and_the_first_stays_byte_for_byte(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book, document=True)
    first = newest(book, invoice_id)
    pay(book, invoice_id, 4_000, after(5))
    ran = run_late_fees(book.store, OWNER, today=after(10))
    assert (ran.troubles, ran.total_cents) == ({}, 2500)
    text = text_of(newest(book, invoice_id))
    assert "Corrected, version 2" in text
    assert "Subtotal 100.00 Late fee, Nov 10, 2026 25.00 Total 125.00 Paid -40.00" in text
    assert "Balance due $85.00" in text
    assert [number for number, _ in versions(book)] == [1, 2]
    kept = book.value("SELECT content FROM blob WHERE sha256 = :sha256", sha256=versions(book)[0][1])
    assert bytes(kept) == first


def test_rj2_each_version_is_hashed_in_the_audit_log(book: Book) -> None:
    set_rule(book)
    late_invoice(book, document=True)
    run_late_fees(book.store, OWNER, today=after(10))
    logged = book.rows("SELECT detail FROM audit_entry WHERE verb = 'document.kept' ORDER BY no")
    assert [(json.loads(d)["version"], json.loads(d)["sha256"]) for (d,) in logged] == versions(book)
    with book.store.read() as read:
        assert verify(read).ok


def test_rc5_the_run_again_makes_neither_fee_nor_document(book: Book) -> None:
    set_rule(book)
    late_invoice(book, document=True)
    for day in range(10, 20):
        run_late_fees(book.store, OWNER, today=after(day))
    assert (len(fees(book)), len(versions(book))) == (1, 2)


def test_rc5_a_run_killed_before_the_documents_is_finished_by_the_next(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book, document=True)
    charge(book, after(10))
    with book.store.read() as read:
        assert without_fee(read) == [invoice_id]
    ran = run_late_fees(book.store, OWNER, today=after(11))
    assert (ran.charged, len(versions(book))) == ([], 2)
    assert "125.00" in text_of(newest(book, invoice_id))


def test_rc5_a_run_broken_off_between_chunks_keeps_whole_chunks_and_goes_on(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_rule(book)
    monkeypatch.setattr(late_fees, "CHUNK", 2)
    client_id = book.client()
    for _ in range(5):
        late_invoice(book, client_id=client_id, document=True)

    def broken(done: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_late_fees(book.store, OWNER, today=after(10), after_chunk=broken)
    assert (len(fees(book)), len(versions(book))) == (4, 9)
    assert len(run_late_fees(book.store, OWNER, today=after(10)).charged) == 1
    assert (len(fees(book)), len(versions(book))) == (5, 10)


def test_rc5_a_run_that_is_stopped_ends_after_its_chunk_and_takes_only_invoices_named(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_rule(book)
    monkeypatch.setattr(late_fees, "CHUNK", 2)
    client_id = book.client()
    named = [late_invoice(book, client_id=client_id, document=True) for _ in range(4)][:3]
    done: list[int] = []

    def run(*, stopped: bool) -> int:
        ran = run_late_fees(
            book.store, OWNER, today=after(10), invoice_ids=named, after_chunk=done.append,
            stopped=lambda: stopped and bool(done),
        )  # fmt: skip
        return len(ran.charged)

    assert (run(stopped=True), done) == (2, [2])
    assert (run(stopped=False), done) == (1, [2, 2, 3])
    assert len(fees(book)) == 3


def test_rc5_a_waiver_is_shown_on_a_further_version(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book, document=True)
    (fee,) = run_late_fees(book.store, OWNER, today=after(10)).charged
    with book.write() as tx:
        waive_fee(tx, fee.late_fee_id, reason="first time", today=after(12))
    assert finish_late_fees(book.store, OWNER, today=after(12)) == {}
    text = text_of(newest(book, invoice_id))
    assert "Total 125.00 Late fee waived -25.00 Paid 0.00" in text
    assert "Balance due $100.00" in text
    assert "Corrected, version 3" in text


def test_rd6_a_new_version_can_be_asked_for_after_a_payment(book: Book) -> None:
    invoice_id = late_invoice(book, document=True)
    pay(book, invoice_id, 10_000, date(2026, 10, 5))
    correct_document(book.store, OWNER, invoice_id, today=date(2026, 10, 6))
    text = text_of(newest(book, invoice_id))
    assert "Total 100.00 Paid -100.00" in text
    assert "Balance due $0.00" in text


def test_rd6_what_has_no_document_yet_gets_no_corrected_one(book: Book) -> None:
    invoice_id = late_invoice(book)
    with pytest.raises(NotFound):
        correct_document(book.store, OWNER, invoice_id, today=after(1))


def test_rd1_the_view_adds_up_from_lines_to_balance(book: Book) -> None:
    set_rule(book)
    invoice_id = late_invoice(book, document=True)
    (fee,) = charge(book, after(10))
    with book.write() as tx:
        waive_fee(tx, fee.late_fee_id, reason="first time", today=after(12))
    pay(book, invoice_id, 3_000, after(13))
    with book.store.read() as read:
        (view,) = invoice_views(read, [invoice_id])
    assert sum(line.amount_cents for line in view.lines) == view.total_cents == 12_500
    taken_off = sum(line.amount_cents for line in view.corrections)
    assert view.total_cents + taken_off - view.paid_cents == view.balance_cents == 7_000
