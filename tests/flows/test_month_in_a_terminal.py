"""The month for 200 clients, billed and sent in a real terminal of 80 by 24 (RB3, RB5)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.audit import verify
from tests.builders import OWNER
from tests.homes import CLIENTS, Home, client_with_sessions, provider_of
from tests.tui.terminal import Terminal
from tui.strips.question import DEAF_SECONDS


@pytest.fixture
def app(practice: Home) -> Iterator[Terminal]:
    terminal = Terminal("-m", "tui.cli", env=practice.environ)
    terminal.wait_for("Clients unbilled for September 2026")
    yield terminal
    terminal.end()


def say_yes(app: Terminal, question: str) -> None:
    """Read the question; a `y` in its first moment would be dropped."""
    app.wait_for(question)
    app.stand_for(DEAF_SECONDS + 0.1)
    app.press("y")


def assert_all_sent(home: Home, count: int = CLIENTS) -> None:
    """Every invoice has its document and its share, and the log holds."""
    with home.open() as store, store.read() as read:
        assert read.value("SELECT count(*) FROM invoice_issue") == count
        assert read.value("SELECT count(DISTINCT subject_id) FROM document") == count
        assert read.value("SELECT count(*) FROM invoice_share") == count
        assert read.value("SELECT max(series_no) FROM invoice_issue") == count
        assert read.value("SELECT sum(total_cents) FROM invoice_issue") == count * 60_000
        assert verify(read).ok


def leave(app: Terminal) -> None:
    app.press("\x11")
    assert app.finish() == 0


def test_the_month_is_created_and_sent_with_four_keys(app: Terminal, practice: Home) -> None:
    app.press("2BS")
    say_yes(app, "Send 200 invoices, $120,000.00, 200 by mail?")
    app.wait_for("200 done")
    assert app.keys_pressed == 4
    app.wait_for("N-00001")
    app.wait_for("open 200 · overdue 0 · $120,000.00")
    leave(app)
    assert_all_sent(practice)


def test_the_month_as_drafts_first_takes_five_keys(app: Terminal, practice: Home) -> None:
    app.press("2Bb")
    app.wait_for("200 marked")
    app.press("s")
    say_yes(app, "Send 200 invoices, $120,000.00")
    app.wait_for("200 done", seconds=90)
    assert app.keys_pressed == 5
    app.wait_for("open 200 · overdue 0 · $120,000.00")
    leave(app)
    assert_all_sent(practice)


def test_a_y_typed_with_the_burst_sends_nothing(app: Terminal, practice: Home) -> None:
    app.press("2BSyyyy")
    app.wait_for("Send 200 invoices")
    app.stand_for(DEAF_SECONDS)
    app.press("n")
    app.wait_for("Send 200 invoices", gone=True)
    leave(app)
    assert practice.value("SELECT count(*) FROM invoice_issue") == 0


def test_a_client_without_an_address_is_held_back_and_the_rest_is_sent(practice: Home) -> None:
    with practice.open() as store, store.write(OWNER) as tx:
        client_with_sessions(tx, provider_of(tx, "Quinn"), "No", "Address", street="")
    app = Terminal("-m", "tui.cli", env=practice.environ)
    app.wait_for("Clients unbilled for September 2026")
    app.press("2B")
    app.wait_for("Left out 1")
    app.wait_for("! Address, No")
    app.wait_for("no postal address")
    app.press("S")
    say_yes(app, "Send 200 invoices, $120,000.00")
    app.wait_for("200 done")
    app.press("2")
    app.wait_for("1 client")
    app.wait_for("Address, No")
    leave(app)
    assert_all_sent(practice)
