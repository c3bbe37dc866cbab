"""RD6: each document is listed by its name, opens byte for byte in every version, and is shared once."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from core.dates import Period
from core.delivery.commands import VoidIsNotSent, recall_shares
from core.delivery.correcting import correct_document
from core.delivery.sending import finish, send
from core.delivery.sharing import share_documents
from core.documents.keep import NoVersion, document_bytes, keep_documents
from core.documents.queries import (
    AmbiguousDocument,
    DocumentRow,
    NoDocument,
    days_words,
    document,
    documents,
    find_document,
    versions,
)
from core.errors import NotFound
from core.ids import named, short
from core.invoicing.voiding import void_invoice
from core.payments.adjustments import credit_note
from core.tables import Receipt, Statement
from tests.builders import OWNER, TODAY, Book
from tests.core.payments.billed import billed, guarantor_of, paid


def sent(book: Book, client_id: str, cents: int = 15_000, *, on: date = TODAY) -> str:
    invoice_id = billed(book, client_id, cents, on=on)
    send(book.store, OWNER, [invoice_id], today=on)
    return invoice_id


def a_statement(
    book: Book, guarantor_id: str, month: int = 9, version: int = 1, content: bytes = b"%PDF statement"
) -> str:
    """A statement as a sibling would keep it: its fact and its bytes."""
    statement_id = named(f"statement:{guarantor_id}:{month}")
    first, last = date(2026, month, 1), date(2026, month, 30)
    with book.write() as tx:
        tx.add(
            Statement(
                id=tx.new_id(), once=f"statement:{statement_id}:{version}", statement_id=statement_id,
                version=version, guarantor_id=guarantor_id, kind="activity", from_on=first.isoformat(),
                to_on=last.isoformat(), opening_cents=0, closing_cents=0, comment="",
                made_on=TODAY.isoformat(), content="{}",
            )
        )  # fmt: skip
        keep_documents(tx, "statement", [(statement_id, version, content)], made_on=TODAY)
    return statement_id


def found(book: Book, **wanted: object) -> list[DocumentRow]:
    with book.store.read() as read:
        return documents(read, **wanted)  # type: ignore[arg-type]


def test_rd6_each_document_is_listed_by_its_name_its_client_and_its_days(book: Book) -> None:
    ann = book.client()
    invoice_id = sent(book, ann, on=date(2026, 9, 3))
    statement_id = a_statement(book, guarantor_of(book, ann))
    statement, invoice = found(book)
    assert (statement.title, statement.who, statement.document_id) == (
        "Statement Sep 2026", "Ann Archer", statement_id,
    )  # fmt: skip
    assert (invoice.title, invoice.who, invoice.document_id) == ("Invoice N-00001", "Ann Archer", invoice_id)
    assert (invoice.from_on, invoice.to_on, invoice.made_on) == ("2026-09-03", "2026-09-03", "2026-09-03")
    assert (statement.file_name(), invoice.file_name(), invoice.file_name(3)) == (
        f"statement-2026-09-01-2026-09-30-{short(statement_id)}.pdf", "N-00001.pdf", "N-00001-v3.pdf",
    )  # fmt: skip


def test_rd6_a_receipt_and_a_credit_note_say_of_what_they_are(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    payment_id = paid(book, ann, 5_000).payment_id
    with book.write() as tx:
        adjustment_id = credit_note(tx, invoice_id, amount_cents=100, reason="r", today=TODAY).adjustment_id
        tx.add(
            Receipt(id=tx.new_id(), payment_id=payment_id, version=1, made_on=TODAY.isoformat(), content="{}")
        )
        keep_documents(tx, "receipt", [(payment_id, 1, b"receipt")], made_on=TODAY)
        keep_documents(tx, "credit_note", [(adjustment_id, 1, b"note")], made_on=TODAY)
    titles = {(row.kind, row.title, row.who) for row in found(book)}
    assert titles == {
        ("receipt", "Receipt Oct 31, 2026", "Ann Archer"),
        ("credit_note", "Credit note on N-00001", "Ann Archer"),
    }


def test_rd6_every_version_opens_byte_for_byte(book: Book) -> None:
    statement_id = a_statement(book, guarantor_of(book, book.client()), content=b"first")
    a_statement(book, book.value("SELECT guarantor_id FROM client"), version=2, content=b"second")
    with book.store.read() as read:
        assert document_bytes(read, statement_id) == document_bytes(read, statement_id, 2) == b"second"
        assert document_bytes(read, statement_id, 1) == b"first"
        assert [(v.version, v.sha256) for v in versions(read, statement_id)] == [
            (2, hashlib.sha256(b"second").hexdigest()), (1, hashlib.sha256(b"first").hexdigest()),
        ]  # fmt: skip
        with pytest.raises(NoVersion, match="This statement has no version 3; there are versions 1 to 2"):
            document_bytes(read, statement_id, 3)
    (row,) = found(book)
    assert (row.version, row.corrected) == (2, True)


def test_rd6_a_corrected_invoice_keeps_its_first_version(book: Book) -> None:
    invoice_id = sent(book, book.client())
    with book.store.read() as read:
        first = document_bytes(read, invoice_id)
    correct_document(book.store, OWNER, invoice_id, today=TODAY)
    with book.store.read() as read:
        assert document_bytes(read, invoice_id, 1) == first != document_bytes(read, invoice_id)


def test_what_is_not_there_is_said_in_the_words_of_its_kind(book: Book) -> None:
    ann = book.client()
    invoice_id = billed(book, ann, 15_000)
    payment_id = paid(book, ann, 5_000).payment_id
    with book.store.read() as read:
        for subject_id, words in (
            (invoice_id, "This invoice has no document yet"),
            (payment_id, "This payment has no receipt yet"),
            ("nothing", "There is no such document"),
        ):
            with pytest.raises(NotFound, match=words):
                document_bytes(read, subject_id)


def test_a_document_is_found_by_number_and_by_the_end_of_its_id(book: Book) -> None:
    ann = book.client()
    invoice_id = sent(book, ann)
    statement_id = a_statement(book, guarantor_of(book, ann))
    with book.store.read() as read:
        assert find_document(read, "1") == find_document(read, "n-00001") == invoice_id
        assert find_document(read, short(statement_id)) == find_document(read, statement_id) == statement_id
        for typed in ("9", "00000000", "%", ""):
            with pytest.raises(NoDocument):
                find_document(read, typed)


def test_an_ending_of_two_documents_is_asked_again(book: Book) -> None:
    with book.write() as tx:
        keep_documents(tx, "statement", [("a-00000001", 1, b"a"), ("b-00000001", 1, b"b")], made_on=TODAY)
    with book.store.read() as read, pytest.raises(AmbiguousDocument):
        find_document(read, "00000001")


def test_the_list_is_narrowed_by_kind_client_and_days_and_read_page_by_page(book: Book) -> None:
    ann, bea = book.client(), book.client("Bea", "Bell")
    for day in (1, 2, 3):
        sent(book, ann, on=date(2026, 9, day))
    other = sent(book, bea, on=date(2026, 8, 9))
    statement_id = a_statement(book, guarantor_of(book, bea))
    assert [row.document_id for row in found(book, kind="statement")] == [statement_id]
    assert {row.document_id for row in found(book, client_id=bea)} == {other, statement_id}
    assert [r.document_id for r in found(book, period=Period(None, date(2026, 8, 31)))] == [other]
    seen: list[str] = []
    page = found(book, most=2)
    while page:
        seen += [row.document_id for row in page]
        page = found(book, most=2, before=(page[-1].made_on, page[-1].row_id))
    assert seen == [row.document_id for row in found(book)]
    assert len(seen) == 5


def test_sharing_names_the_address_once_for_each_version(book: Book) -> None:
    ann = book.client()
    guarantor_id = guarantor_of(book, ann)
    statement_id = a_statement(book, guarantor_id)
    invoice_id = billed(book, ann, 15_000)
    finish(book.store, OWNER, [invoice_id], today=TODAY, share=False)
    with book.write() as tx:
        assert set(share_documents(tx, [statement_id, invoice_id])) == {statement_id, invoice_id}
        assert share_documents(tx, [statement_id, invoice_id]) == []
    assert book.rows("SELECT kind, version, mail_to FROM document_share") == [
        ("statement", 1, "a@example.org")
    ]
    assert all(row.shared == "yes" for row in found(book))
    a_statement(book, guarantor_id, version=2, content=b"corrected")
    with book.store.read() as read:
        assert document(read, statement_id).shared == "version 1"
    with book.write() as tx:
        assert share_documents(tx, [statement_id]) == [statement_id]
    logged = book.rows("SELECT detail FROM audit_entry WHERE verb = 'document.shared' ORDER BY no")
    assert logged == [('{"mail":"queued","version":1}',), ('{"mail":"queued","version":2}',)]


def test_a_void_invoice_and_what_was_never_made_are_not_shared(book: Book) -> None:
    invoice_id = billed(book, book.client(), 15_000)
    finish(book.store, OWNER, [invoice_id], today=TODAY, share=False)
    with book.write() as tx:
        void_invoice(tx, invoice_id, reason="r", today=TODAY)
    with book.write() as tx, pytest.raises(VoidIsNotSent):
        share_documents(tx, [invoice_id])
    with book.write() as tx, pytest.raises(NoDocument):
        share_documents(tx, ["nothing"])


@pytest.mark.parametrize(
    ("from_on", "to_on", "words"),
    [
        ("2026-09-01", "2026-09-30", "Sep 2026"), ("2026-01-01", "2026-03-31", "Jan - Mar 2026"),
        ("2025-11-01", "2026-02-28", "Nov 2025 - Feb 2026"),
        ("2026-09-03", "2026-10-02", "Sep 3, 2026 - Oct 2, 2026"),
        ("2026-10-03", "2026-10-03", "Oct 3, 2026"), (None, "2026-10-31", "to Oct 31, 2026"),
        (None, None, ""),
    ],
)  # fmt: skip
def test_days_are_said_in_few_letters(from_on: str | None, to_on: str | None, words: str) -> None:
    assert days_words(from_on, to_on) == words


def test_an_invoice_that_was_called_back_is_not_shared(book: Book) -> None:
    invoice_id = sent(book, book.client())
    with book.write() as tx:
        recall_shares(tx, [invoice_id])
    with book.store.read() as read:
        assert document(read, invoice_id).shared == ""
        assert [one.shared_at for one in versions(read, invoice_id)] == [""]
    with book.write() as tx:
        assert share_documents(tx, [invoice_id]) == [invoice_id]
