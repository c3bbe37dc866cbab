"""mail and outbox from the command line: the server, templates, previews, what became of each mail (RB4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.practice.mail_templates import KINDS
from tests.homes import Home
from tests.tui.cli.conftest import Daysheet

SERVER = ("--host", "smtp.example.com", "--sender", "bills@elm.example", "--user", "elm")


@pytest.fixture
def home(billed_sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    copy = billed_sample.copy_to(tmp_path / "home")
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return copy


def test_a_mail_server_is_set_shown_and_switched_off(daysheet: Daysheet, home: Home) -> None:
    assert daysheet("mail", "test", "a@example.org").code == 4
    shown = daysheet("mail", "set", *SERVER, "--json").data["server"]
    assert (shown["port"], shown["security"], shown["sender"]) == (587, "starttls", "bills@elm.example")
    assert daysheet("mail", "test", "a@example.org").code == 0
    assert [row["state"] for row in daysheet("mail", "list", "--json").data["mails"]].count("queued") == 1
    assert daysheet("mail", "set", "--off", "--json").data["server"] is None
    clear = daysheet("mail", "set", *SERVER, "--security", "none", "--json")
    assert (clear.code, "mail_in_clear" in clear.out) == (2, True)
    assert daysheet("mail", "set").code == 2
    assert daysheet("mail", "set", "--auto-share", "soon").code == 2


def test_a_template_is_changed_and_a_wrong_word_refused(
    daysheet: Daysheet, home: Home, tmp_path: Path
) -> None:
    text = tmp_path / "words.txt"
    text.write_text("Invoice {number} is ready.\n\n{link}\n", encoding="utf-8")
    changed = daysheet("mail", "template", "invoice", "--body-file", str(text), "--json").data
    assert (changed["own"], changed["variables"][0]) == (True, "number")
    assert "Invoice N-00042 is ready." in daysheet("mail", "preview", "invoice", "--json").data["text"]
    refused = daysheet("mail", "template", "invoice", "--body", "{diagnosis}", "--json")
    assert (refused.code, "bad_template" in refused.out) == (4, True)
    assert daysheet("mail", "preview", "birthday").code == 3
    assert daysheet("mail", "template", "--subject", "x").code == 2
    assert len(daysheet("mail", "template", "--json").data["templates"]) == len(KINDS)


def test_rb4_what_shares_itself_is_listed_held_and_sent(daysheet: Daysheet, home: Home) -> None:
    daysheet("mail", "set", "--auto-share", "24")
    daysheet("charge", "add", "--client", "archer", "--text", "School report", "--amount", "80")
    assert daysheet("outbox", "share-due", "--json").data == {"shared": 0}
    assert daysheet("outbox", "hold", "1").code == 4
    assert daysheet("outbox", "send", "1").code == 4


def test_what_is_no_report_is_no_bounce(daysheet: Daysheet, home: Home, tmp_path: Path) -> None:
    (tmp_path / "mail.eml").write_text("From: a@b\n\nHello")
    assert daysheet("mail", "bounce", str(tmp_path / "mail.eml")).code == 4
    assert daysheet("mail", "bounce", str(tmp_path / "none.eml")).code != 0
