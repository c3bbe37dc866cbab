"""Settings, mail: the server, the words of each mail with a preview, and what shares itself (RB4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.delivery.mail import answer_mail
from core.delivery.mail_queue import waiting
from core.delivery.sending import finish, send
from core.invoicing.commands import create_draft, issue_drafts
from core.ledger.mail_server import auto_share, mail_server
from core.practice.mail import set_auto_share, set_mail_server
from core.practice.mail_templates import template
from tests.builders import OWNER, TODAY, Book
from tests.tui.on_a_book import Driver, biller_on
from tests.tui.screens.test_settings import show
from tui.screens.mail_preview import MailPreview
from tui.screens.outbox import Outbox


async def at_mail(app: Driver, row: str) -> None:
    """The row of this name, in its section."""
    await app.press("0")
    await show(app, "mail")
    names = [str(name).lower() for name in app.column(1)]
    await app.press("g", "g", *["j"] * names.index(row))


async def test_a_mail_server_is_typed_in_and_one_in_clear_is_refused(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await at_mail(app, "mail server")
        await app.press("enter", *"smtp.example.com", "tab", "tab", *"none", "tab", "tab", *"a@elm.example")
        await app.press("enter")
        assert "in clear" in app.said
        with book.store.read() as read:
            assert mail_server(read) is None


async def test_a_template_is_changed_previewed_and_put_back(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await at_mail(app, "receipt")
        await app.press("enter", "s", *"Thanks, {practice}", "enter")
        with book.store.read() as read:
            assert template(read, "receipt").own
        await app.press("o")
        app.on(MailPreview)
        assert any("Elm Street Therapy" in str(line) for line in app.column(0))
        await app.press("q", "u")
        with book.store.read() as read:
            assert not template(read, "receipt").subject.startswith("Thanks")


async def test_a_wrong_word_in_a_template_is_refused_with_the_right_ones(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await at_mail(app, "receipt")
        await app.press("enter", "s", *"About {client}", "enter")
        assert "{practice}" in app.said


async def test_rb4_when_invoices_share_themselves_is_chosen(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await at_mail(app, "invoices are shared")
        await app.press("enter", *"24", "enter")
        with book.store.read() as read:
            rule = auto_share(read)
        assert rule is not None
        assert rule.hours == 24


@pytest.fixture
def scheduled(book: Book) -> str:
    with book.write() as tx:
        set_auto_share(tx, 24)
    client_id = book.client()
    book.session(client_id)
    with book.write() as tx:
        invoice_id = create_draft(tx, client_id=client_id, today=TODAY)
        issue_drafts(tx, [invoice_id], today=TODAY)
    finish(book.store, OWNER, [invoice_id], today=TODAY, share=False)
    return invoice_id


async def test_rb4_the_outbox_shows_a_clock_and_the_time_it_is_held_and_sent(
    book: Book, tmp_path: Path, scheduled: str
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press(":", *"outbox", "enter")
        app.on(Outbox)
        assert str(app.column(4)[0]).startswith("◷ ")
        await app.press("H")
        await app.until(lambda: str(app.column(4)[0]).startswith("held, was ◷"))
        await app.press("H")
        await app.until(lambda: str(app.column(4)[0]).startswith("◷ "))
        await app.press("s")
        await app.until(lambda: app.column(4) == ["queued"])


async def test_a_mail_that_failed_says_why_and_s_sends_it_again(book: Book, tmp_path: Path) -> None:
    with book.write() as tx:
        set_mail_server(tx, host="smtp.example.com", sender="a@elm.example")
    client_id = book.client()
    book.session(client_id)
    with book.write() as tx:
        invoice_id = create_draft(tx, client_id=client_id, today=TODAY)
    send(book.store, OWNER, [invoice_id], today=TODAY)
    with book.write() as tx:
        (due,) = waiting(tx, tx.now, "")
        answer_mail(tx, due, "failed", code=550, said="No such person")
    async with biller_on(book, tmp_path) as app:
        await app.press(":", *"outbox", "enter")
        assert app.column(4) == ["failed: No such person"]
        await app.press("s")
        await app.until(lambda: app.column(4) == ["queued"])
