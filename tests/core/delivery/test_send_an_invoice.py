"""RB3, RD6: send is issue, document and share; each of them happens once."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from core.dates import ALL_TIME
from core.delivery.commands import VoidIsNotSent, share_invoices
from core.delivery.run import carry_out, unfinished
from core.delivery.sending import finish, send
from core.documents.keep import document_bytes, keep_documents
from core.errors import NotFound
from core.invoicing.billing_run import propose
from core.invoicing.commands import HeldBack, create_draft, issue_drafts
from core.ledger.mail_state import mailed
from tests.builders import OWNER, TODAY, Book


@pytest.fixture
def drafts(book: Book) -> list[str]:
    made = []
    for n in range(3):
        client_id = book.client("Ann", f"Archer{n}", email="a@example.org" if n else "")
        book.session(client_id)
        with book.write() as tx:
            made.append(create_draft(tx, client_id=client_id, today=TODAY))
    return made


def counts(book: Book) -> tuple[int, int, int]:
    issues, papers, shares = (
        int(book.value(f"SELECT count(*) FROM {table}"))
        for table in ("invoice_issue", "document", "invoice_share")
    )
    return issues, papers, shares


def test_rb3_send_issues_documents_and_shares(book: Book, drafts: list[str]) -> None:
    send(book.store, OWNER, drafts, today=TODAY)
    assert counts(book) == (3, 3, 3)
    with book.store.read() as read:
        content = document_bytes(read, drafts[0])
    assert content.startswith(b"%PDF")
    assert book.value(
        "SELECT count(*) FROM document WHERE sha256 = :s", s=hashlib.sha256(content).hexdigest()
    )


def test_rb3_sending_again_changes_nothing(book: Book, drafts: list[str]) -> None:
    send(book.store, OWNER, drafts, today=TODAY)
    last = book.value("SELECT max(no) FROM audit_entry")
    send(book.store, OWNER, drafts, today=TODAY)
    assert counts(book) == (3, 3, 3)
    assert book.value("SELECT max(no) FROM audit_entry") == last


def test_rb3_an_invoice_named_twice_is_sent_once(book: Book, drafts: list[str]) -> None:
    send(book.store, OWNER, [drafts[0], drafts[0]], today=TODAY)
    assert counts(book) == (1, 1, 1)


def test_rb3_one_that_is_held_back_keeps_all_of_them_drafts(book: Book, drafts: list[str]) -> None:
    with book.write() as tx:
        tx.execute("UPDATE guarantor SET street = '' WHERE name LIKE '%2'")
    with pytest.raises(HeldBack):
        send(book.store, OWNER, drafts, today=TODAY)
    assert counts(book) == (0, 0, 0)


def test_decision_18_mail_is_queued_where_there_is_an_address(book: Book, drafts: list[str]) -> None:
    send(book.store, OWNER, drafts, today=TODAY)
    with book.store.read() as read:
        assert [mailed(read, one).state for one in drafts] == ["none", "queued", "queued"]


def test_a_guarantor_who_wants_no_mail_gets_none(book: Book, drafts: list[str]) -> None:
    with book.write() as tx:
        tx.execute("UPDATE guarantor SET email_ok = 0")
    send(book.store, OWNER, drafts, today=TODAY)
    assert {row[0] for row in book.rows("SELECT mail_to FROM invoice_share")} == {""}


def test_a_void_invoice_is_not_shared(book: Book, drafts: list[str]) -> None:
    with book.write() as tx:
        issue_drafts(tx, drafts[:1], today=TODAY)
        tx.execute(
            "INSERT INTO invoice_void (id, site, at, actor, once, invoice_id, reason, money, voided_on)"
            " VALUES ('v', 1, :at, '', 'void', :id, 'wrong', 'none', '2026-10-31')",
            {"at": tx.now_text, "id": drafts[0]},
        )
    with pytest.raises(VoidIsNotSent), book.write() as tx:
        share_invoices(tx, drafts[:1])


def test_a_document_that_another_run_kept_first_stays(book: Book, drafts: list[str]) -> None:
    send(book.store, OWNER, drafts[:1], today=TODAY)
    with book.write() as tx:
        assert keep_documents(tx, "invoice", [(drafts[0], 1, b"other")], made_on=TODAY) == []
    assert book.value("SELECT count(*) FROM blob") == 1


def test_an_invoice_without_document_says_so(book: Book, drafts: list[str]) -> None:
    with book.store.read() as read, pytest.raises(NotFound):
        document_bytes(read, drafts[0])


def test_rb5_a_run_first_finishes_what_an_earlier_one_left(book: Book) -> None:
    for n in range(4):
        book.session(book.client("Ann", f"Archer{n}"))
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    stopped = iter([False, True])
    report = carry_out(
        book.store,
        OWNER,
        preview,
        today=TODAY,
        send=True,
        only=preview.ready[:2],
        stopped=lambda: next(stopped),
    )
    assert (len(report.billed), report.stopped, unfinished(book.store)) == (2, False, [])
    with book.write() as tx:
        from core.invoicing.billing_run import bill_clients, open_run

        run_id = open_run(tx, ALL_TIME, sends=True)
        bill_clients(tx, preview.ready[2:], ALL_TIME, today=TODAY, run_id=run_id, issue=True)
    assert [one.number for one in unfinished(book.store)] == ["N-00003", "N-00004"]
    again = carry_out(book.store, OWNER, preview, today=TODAY, send=True)
    assert (len(again.finished), again.billed, len(again.passed_over)) == (2, [], 4)
    assert counts(book) == (4, 4, 4)


def test_rb5_a_run_stops_between_chunks_when_asked(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.delivery.run.CHUNK", 1)
    for n in range(3):
        book.session(book.client("Ann", f"Archer{n}"))
    with book.store.read() as read:
        preview = propose(read, ALL_TIME, TODAY)
    asked = iter([False, True])
    report = carry_out(book.store, OWNER, preview, today=TODAY, send=True, stopped=lambda: next(asked))
    assert (report.stopped, len(report.billed), counts(book)) == (True, 1, (1, 1, 1))


def test_the_document_carries_the_day_of_its_issue_whenever_it_is_made(book: Book, drafts: list[str]) -> None:
    with book.write() as tx:
        issue_drafts(tx, drafts[:1], today=TODAY)
    finish(book.store, OWNER, drafts[:1], today=date(2027, 1, 5))
    with book.store.read() as read:
        first = document_bytes(read, drafts[0])
    from core.documents.invoice import render_invoice
    from core.ledger.invoice_view import invoice_views

    with book.store.read() as read:
        (view,) = invoice_views(read, drafts[:1])
    assert view.issued_on == TODAY
    import dataclasses

    assert render_invoice(dataclasses.replace(view, version=1)) == first
