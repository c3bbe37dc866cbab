"""RE1 by keys: who may come into the portal is granted, changed, invited again and taken away on one page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clients.commands import add_guarantor
from core.clients.shares import NewShare, set_shares
from core.delivery.mail import answer_mail
from core.delivery.mail_queue import waiting
from core.practice.mail import set_mail_server
from tests.builders import ADDRESS, NOW, OWNER, TODAY, Book
from tests.tui.on_a_book import Driver, biller_on
from tui.screens.access import Access
from tui.strips.access import AskAccess


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path)
    made.client("Ann", "Archer")
    with made.write() as tx:
        set_mail_server(tx, host="smtp.example.com", sender="office@example.com")
    yield made
    made.store.close()


def granted(book: Book) -> list[tuple[Any, ...]]:
    return book.rows(
        "SELECT p.email, p.name, g.documents, g.pay, g.superbills FROM portal_grant AS g"
        " JOIN portal_person AS p ON p.id = g.person_id WHERE g.active = 1 ORDER BY p.email"
    )


def invitations(book: Book) -> list[str]:
    """To whom invitations wait to leave."""
    with book.store.read() as read:
        return [due.mail_to for due in waiting(read, NOW, "") if due.kind == "invitation"]


async def let_in(app: Driver, mail: str, name: str, may: str = "") -> None:
    await app.press("a", *mail, "tab", *name)
    if may:
        await app.press("tab", *may)
    await app.press("enter")


async def open_access(app: Driver) -> None:
    await app.press("4", "a")
    app.on(Access)


async def test_re1_a_lets_somebody_in_by_mail_and_u_takes_it_back_with_the_mail(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await open_access(app)
        assert "Nobody has access yet." in app.seen()
        await let_in(app, "Pia@Example.org", "Pia Parent", "doc pay")
        assert app.said == "pia@example.org may documents, pay; an invitation is queued.  u undoes"
        assert granted(book) == [("pia@example.org", "Pia Parent", 1, 1, 0)]
        assert invitations(book) == ["pia@example.org"]
        assert (app.column(0), app.column(2), app.column(5)) == (
            ["Pia Parent"],
            ["documents pay"],
            ["queued"],
        )
        await app.press("u")
        assert (granted(book), invitations(book)) == ([], [])
        await app.press("ctrl+r")
        assert (len(granted(book)), len(invitations(book))) == (1, 1)


async def test_re1_a_wrong_address_or_word_is_refused_in_the_strip_and_nothing_typed_is_lost(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await open_access(app)
        await let_in(app, "pia", "Pia")
        assert isinstance(app.strip, AskAccess)
        assert "is no e-mail address" in app.seen()
        await app.press(*"pia@example.org", "tab", "tab", *"billing", "enter")
        assert "is nothing that can be allowed" in app.seen()
        await app.press("shift+tab", "tab", *"pay", "enter")
        assert granted(book) == [("pia@example.org", "Pia", 0, 1, 0)]


async def test_re1_enter_changes_what_is_allowed_and_x_takes_it_away(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await open_access(app)
        await let_in(app, "pia@example.org", "Pia")
        await app.press("enter", "tab", "tab", *"pay", "enter")
        assert app.said == "Access of Pia changed.  u undoes"
        assert granted(book) == [("pia@example.org", "Pia", 0, 1, 0)]
        await app.press("u")
        assert granted(book) == [("pia@example.org", "Pia", 1, 1, 1)]
        await app.press("x")
        assert app.said == "Access of Pia taken away.  u undoes"
        assert granted(book) == []
        await app.press("u")
        assert granted(book) == [("pia@example.org", "Pia", 1, 1, 1)]
        assert len(invitations(book)) == 1, "nobody is invited again by u"


async def test_re1_what_became_of_the_invitation_is_told_and_s_sends_another(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await open_access(app)
        await let_in(app, "pia@example.org", "Pia")
        with book.write() as tx:
            (due,) = [one for one in waiting(tx, NOW + timedelta(minutes=1), "") if one.kind == "invitation"]
            answer_mail(tx, due, "failed", code=550, said="no such mailbox")
        await app.press("f5")
        assert app.column(5) == ["failed: no such mailbox"]
        await app.press("s")
        assert app.said == "An invitation to pia@example.org is queued.  u undoes"
        assert app.column(5) == ["queued"]


async def test_re1_where_two_owe_for_a_client_the_strip_asks_on_whose_account(
    book: Book, tmp_path: Path
) -> None:
    with book.write() as tx:
        client_id, own = tx.rows("SELECT id, guarantor_id FROM client")[0]
        mae = add_guarantor(tx, name="Mae Archer", **ADDRESS)
        halves = [NewShare(own, "percent", 5_000), NewShare(mae, "remainder")]
        set_shares(tx, client_id, halves, effective_from=TODAY)
    async with biller_on(book, tmp_path) as app:
        await open_access(app)
        await app.press("a", *"mae@example.org", "tab", *"Mae", "tab", "tab", *"mae", "enter")
        assert app.column(3) == ["Mae Archer"]
        await app.press("a", *"mae@example.org", "tab", "tab", "tab", *"zoe", "enter")
        assert isinstance(app.strip, AskAccess)
        assert OWNER.name not in app.seen()
