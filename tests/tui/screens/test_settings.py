"""Settings on screen: every field of the practice, rules with their versions, users, keys, theme (RJ3)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.actors import Actor, Role
from core.practice.commands import add_office, add_service, set_terms
from core.practice.users import add_user
from tests.builders import TODAY, Book
from tests.tui.on_a_book import Driver, biller_on
from tui.config import read_config
from tui.screens.settings import Settings


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path)
    with made.write() as tx:
        add_service(tx, code_system="CPT", code="90834", description="Psychotherapy", rate_cents=15_000)
        add_office(tx, code="South", name="South office", city="Quincy")
        add_user(tx, name="Bea Biller", role=Role.BILLER)
    yield made
    made.store.close()


async def show(app: Driver, section: str) -> None:
    """Filter to one section by its quick filter."""
    screen = app.on(Settings)
    screen.quick_filter = section
    screen.renew()
    await app.settled()


def cell(app: Driver, name: str) -> object:
    return dict(zip(app.column(1), app.column(2), strict=True))[name]


async def test_everything_the_practice_has_chosen_is_listed(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("0")
        app.on(Settings)
        assert "0SETTINGS" in app.seen()
        assert cell(app, "Phone") == "555 0100"
        assert cell(app, "Time zone") == "America/New_York"
        assert cell(app, "South") == "South office, Quincy"
        assert cell(app, "Pat Provider") == "LCSW, NPI 1234567893, CPT licence from 2026+"
        assert cell(app, "CPT 90834") == "$150.00, Psychotherapy"
        assert cell(app, "Payment terms") == "Net 30, in force since 1900-01-01"
        assert cell(app, "Late fee") == "none"
        assert cell(app, "Bea Biller") == "biller"
        assert cell(app, "Site 1 North") == "series N, none given yet"
        assert cell(app, "Theme") == "dark"


async def test_enter_changes_a_field_and_u_puts_it_back(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("0", "/", *"phone", "enter", "enter", *"555 0199", "enter")
        assert app.said == "Phone changed.  u undoes"
        assert book.value("SELECT phone FROM practice") == "555 0199"
        await app.press("u")
        assert book.value("SELECT phone FROM practice") == "555 0100"


async def test_a_rule_gets_a_new_version_from_a_day_and_the_old_ones_stay_in_sight(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("0")
        await show(app, "rules")
        await app.press("enter", *"15", "tab", *"2026-12-01", "enter")
        assert app.said == "Payment terms set."
        assert app.column(2)[:2] == ["Net 15, from 2026-12-01 on", "Net 30, in force since 1900-01-01"]
        await app.press("j", "enter", *"40", "enter")
        assert app.column(2)[2] == "$40.00, in force since 2026-10-31"
        await app.press("G", "enter", *"5%", "tab", *"10", "tab", *"30", "tab", "tab", *"100", "enter")
        assert app.column(2)[-1] == (
            "5% of the outstanding amount, 10 days after the due date, then every 30 days, at most $100.00,"
            " in force since 2026-10-31"
        )


async def test_a_version_that_is_past_says_so(book: Book, tmp_path: Path) -> None:
    with book.write() as tx:
        set_terms(tx, days=7, effective_from=TODAY)
    async with biller_on(book, tmp_path) as app:
        await app.press("0")
        await show(app, "rules")
        assert app.column(2)[:2] == [
            "Net 7, in force since 2026-10-31", "Net 30, was in force from 1900-01-01",
        ]  # fmt: skip


async def test_offices_services_and_providers_are_edited_and_added(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("0")
        await show(app, "offices")
        await app.press("n", *"West", "tab", *"West office", "enter")
        assert app.column(1) == ["North", "South", "West"]
        await app.press("j", "enter", "tab", *"By the sea", "enter")
        assert cell(app, "South") == "By the sea, Quincy"
        await show(app, "services")
        await app.press("enter", "tab", *"160", "enter")
        assert cell(app, "CPT 90834") == "$160.00, Psychotherapy"
        await show(app, "providers")
        await app.press("enter", "l", *"2027", "enter")
        assert app.said == "Pat Provider has a CPT licence."
        await app.press("enter", "x")
        assert str(cell(app, "Pat Provider")).endswith("not active")
        await app.press("u")
        assert not str(cell(app, "Pat Provider")).endswith("not active")


@pytest.mark.parametrize(
    ("section", "keys", "sql"),
    [
        ("offices", ["tab", "enter"], "SELECT name, street FROM office"),
        ("providers", ["e", "enter"], "SELECT name, npi FROM provider"),
        ("services", ["enter"], "SELECT description, rate_cents FROM service"),
    ],
)
async def test_u_puts_back_what_stood_in_a_row(
    book: Book, tmp_path: Path, section: str, keys: list[str], sql: str
) -> None:
    before = book.rows(sql)
    async with biller_on(book, tmp_path) as app:
        await app.press("0")
        await show(app, section)
        await app.press("enter", *keys[:-1], *"New words", keys[-1])
        assert app.said.endswith("changed.  u undoes")
        after = book.rows(sql)
        assert "New words" in str(after)
        await app.press("u")
        assert book.rows(sql) == before
        await app.press("ctrl+r")
        assert book.rows(sql) == after


async def test_u_puts_back_a_choice_for_documents(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("0")
        await show(app, "documents")
        before = app.column(2)
        await app.press("enter", "p")
        assert app.column(2) != before
        await app.press("u")
        assert app.column(2) == before


async def test_rj3_who_may_not_manage_sees_everything_and_is_told_why_nothing_changes(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        app.app.actor = Actor("bea", "Bea Biller", Role.BILLER)
        await app.press("0")
        assert set(app.column(3)) == {"owners only", "shown only", ""}
        assert "n" not in app.footer
        await app.press("enter")
        assert app.strip is None
        assert app.said.startswith("Your role (biller) does not allow this")
        await show(app, "numbers")
        await app.press("enter")
        assert app.said.startswith("A series is given to a computer")
        await show(app, "computer")
        await app.press("G", "enter")
        assert app.strip is not None, "the theme is of this computer"


async def test_a_theme_is_worn_at_once_and_kept_for_the_next_start(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        app.app.config = tmp_path / "config"
        await app.press("0")
        await show(app, "computer")
        await app.press("G", "enter", "l")
        assert app.app.theme == "light"
        assert cell(app, "Theme") == "light"
        assert read_config(tmp_path / "config")[0]["theme"] == "light"


async def test_e_opens_the_keys_and_a_clash_is_reported(
    book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with biller_on(book, tmp_path) as app:
        app.app.config = tmp_path / "config"
        await app.press("0")
        await show(app, "computer")
        await app.press("e")
        assert app.said.startswith("This terminal cannot be lent to an editor. Edit ")
        path = tmp_path / "config" / "keys.toml"
        assert path.read_text().startswith("# Keys of your own")
        path.write_text('"settings.add" = "e"\n')
        await app.press("f5")
        assert cell(app, "keys.toml") == "1 key of your own; takes the key of: Edit keys.toml"


async def test_a_choice_for_documents_and_the_time_until_the_app_locks_are_changed(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        app.app.config = tmp_path / "config"
        await app.press("0")
        await show(app, "documents")
        await app.press("enter", "p")
        assert str(cell(app, "Superbill payee")).startswith("practice: ")
        await show(app, "computer")
        await app.press("j", "enter", *"5", "enter")
        assert app.said == "Lock after minutes: 5, from the next start on."
        assert read_config(tmp_path / "config")[0]["lock_after_minutes"] == 5
        await app.press("enter", *"500", "enter")
        assert "0 is never" in app.said


async def test_re7_what_the_portal_offers_and_says_is_chosen_and_taken_back(
    book: Book, tmp_path: Path
) -> None:
    async with biller_on(book, tmp_path) as app:
        await app.press("0")
        await show(app, "portal")
        assert app.column(1) == [
            "Portal pay", "Portal superbills", "Portal cards", "Message to all clients",
            "Message of Pat Provider",
        ]  # fmt: skip
        await app.press("enter", "n")
        assert app.said == "Portal pay: no.  u undoes"
        await app.press("u")
        assert app.column(2)[0] == "yes: whether clients can pay by card in the portal"
        await app.press("G", "enter", *"Away", "enter")
        assert app.said == "Message of Pat Provider changed.  u undoes"
        assert book.value("SELECT portal_message FROM provider") == "Away"
        await app.press("u", "k", "enter", *"Closed", "enter")
        assert book.rows("SELECT p.portal_message, v.portal_message FROM practice AS p, provider AS v") == [
            ("Closed", "")
        ]
