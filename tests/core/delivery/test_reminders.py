"""RB5: a reminder goes by mail, once an invoice and day, and stands in the outbox until it has left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from core.clients.commands import change_guarantor
from core.delivery.commands import AlreadyLeft
from core.delivery.mail import NoMailServer, answer_mail
from core.delivery.mail_queue import ready, waiting
from core.delivery.reminders import NobodyReminded, overdue_invoices, remind
from core.delivery.requests import ask_again, recall_requests, requests_waiting
from core.delivery.sending import finish
from core.invoicing.commands import create_draft, issue_drafts
from core.invoicing.holding import hold_invoice
from core.payments.commands import record_payment
from core.practice.mail import set_mail_server
from tests.builders import NOW, OWNER, TODAY, Book

LATER = TODAY + timedelta(days=40)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    made = Book(tmp_path)
    with made.write() as tx:
        set_mail_server(tx, host="smtp.example.com", sender="office@example.com")
    return made


def sent(book: Book, family: str = "Archer") -> str:
    """An invoice of $150.00 that its client was sent, due in thirty days."""
    client_id = book.client("Ann", family)
    book.session(client_id)
    with book.write() as tx:
        draft_id = create_draft(tx, client_id=client_id, today=TODAY)
        issue_drafts(tx, [draft_id], today=TODAY)
    finish(book.store, OWNER, [draft_id], today=TODAY)
    return draft_id


def reminders(book: Book) -> list[str]:
    """Of which invoices a reminder is to leave."""
    with book.store.read() as read:
        due = ready(read, NOW + timedelta(minutes=1), "")
    return [one.subject_id for one in due if one.kind == "reminder"]


def test_rb5_a_reminder_is_asked_for_once_a_day_and_stands_in_the_outbox(book: Book) -> None:
    invoice_id = sent(book)
    with book.write() as tx:
        assert remind(tx, [invoice_id, invoice_id], today=TODAY).invoice_ids == [invoice_id]
    with book.write() as tx, pytest.raises(NobodyReminded, match="reminded of today already"):
        remind(tx, [invoice_id], today=TODAY)
    assert reminders(book) == [invoice_id]
    with book.store.read() as read:
        (row,) = requests_waiting(read)
    assert (row.title, row.who, row.mail_to, row.state) == (
        "Reminder N-00001", "Ann Archer", "a@example.org", "queued",
    )  # fmt: skip
    with book.write() as tx:
        assert remind(tx, [invoice_id], today=TODAY + timedelta(days=1)).invoice_ids == [invoice_id]


def test_rb5_a_recalled_reminder_does_not_leave_and_can_be_asked_for_again(book: Book) -> None:
    invoice_id = sent(book)
    with book.write() as tx:
        made = remind(tx, [invoice_id], today=TODAY).request_ids
        assert recall_requests(tx, made) == made
    assert reminders(book) == []
    with book.write() as tx, pytest.raises(AlreadyLeft):
        recall_requests(tx, made)
    with book.write() as tx:
        remind(tx, [invoice_id], today=TODAY)
    assert reminders(book) == [invoice_id]


def test_rb5_who_has_paid_meanwhile_is_not_reminded(book: Book) -> None:
    invoice_id = sent(book)
    with book.write() as tx:
        remind(tx, [invoice_id], today=TODAY)
        owner = tx.value("SELECT guarantor_id FROM client")
        record_payment(
            tx, guarantor_id=owner, amount_cents=15_000, method="cash", received_on=TODAY, today=TODAY
        )
    assert reminders(book) == []
    with book.write() as tx, pytest.raises(NobodyReminded, match="Nothing is to be paid"):
        remind(tx, [invoice_id], today=TODAY + timedelta(days=1))


def test_rb5_each_that_cannot_be_reminded_of_says_why_and_the_others_are(book: Book) -> None:
    good, held, silent = sent(book), sent(book, "Brook"), sent(book, "Carter")
    unsent = book.client("Dan", "Drifter")
    book.session(unsent)
    with book.write() as tx:
        hold_invoice(tx, held, kind="disputed", reason="was not there", today=TODAY)
        owner = tx.value("SELECT guarantor_id FROM invoice_issue WHERE invoice_id = :id", id=silent)
        change_guarantor(tx, owner, email="")
        draft_id = create_draft(tx, client_id=unsent, today=TODAY)
        issue_drafts(tx, [draft_id], today=TODAY)
        told = remind(tx, [good, held, silent, draft_id], today=TODAY)
    assert told.invoice_ids == [good]
    assert [one.why for one in told.left] == [
        "N-00002 is on hold (disputed); end the hold first.",
        "Ann Carter has no e-mail address that may be used. Call, or add one.",
        "N-00004 was not sent yet; send it first.",
    ]


def test_rb5_overdue_is_what_is_past_due_and_not_on_hold(book: Book) -> None:
    first, held = sent(book), sent(book, "Brook")
    with book.write() as tx:
        hold_invoice(tx, held, kind="insurer", reason="decides", today=TODAY)
    with book.store.read() as read:
        assert overdue_invoices(read, TODAY) == []
        assert [row.invoice_id for row in overdue_invoices(read, LATER)] == [first]


def test_rb5_one_that_came_back_goes_again_to_the_address_that_stands_now(book: Book) -> None:
    invoice_id = sent(book)
    with book.write() as tx:
        remind(tx, [invoice_id], today=TODAY)
        (due,) = [one for one in waiting(tx, NOW, "") if one.kind == "reminder"]
        answer_mail(tx, due, "failed", code=550, said="no such mailbox")
        change_guarantor(tx, tx.value("SELECT guarantor_id FROM client"), email="new@example.org")
    with book.write() as tx:
        (row,) = requests_waiting(tx)
        assert (row.state, row.why) == ("failed", "no such mailbox")
        ask_again(tx, [row.subject_id])
        (row,) = requests_waiting(tx)
    assert (row.state, row.mail_to) == ("queued", "new@example.org")


def test_rb5_without_a_mail_server_nobody_is_reminded(tmp_path: Path) -> None:
    bare = Book(tmp_path)
    invoice_id = sent(bare)
    with bare.write() as tx, pytest.raises(NoMailServer):
        remind(tx, [invoice_id], today=TODAY)
