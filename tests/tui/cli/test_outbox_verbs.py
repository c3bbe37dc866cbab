"""RB3: the outbox from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.homes import Home
from tests.tui.cli.conftest import Daysheet


@pytest.fixture
def home(billed_sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    copy = billed_sample.copy_to(tmp_path / "home")
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return copy


def test_what_is_sent_waits_and_can_be_taken_back(daysheet: Daysheet, home: Home) -> None:
    daysheet("charge", "add", "--client", "archer", "--text", "School report", "--amount", "80")
    draft = daysheet("invoice", "new", "--client", "archer", "--json").data["short_id"]
    number = daysheet("invoice", "send", draft, "--json").data["number"]
    assert number in [row["title"].split()[-1] for row in daysheet("outbox", "list", "--json").data["outbox"]]
    assert daysheet("outbox", "recall", number, "--json").data == {"recalled": [number], "left": []}
    assert daysheet("invoice", "show", number, "--json").data["status"] == "issued"
    assert daysheet("outbox", "recall", number).code == 4


def test_a_number_that_is_not_there_is_named(daysheet: Daysheet, home: Home) -> None:
    assert daysheet("outbox", "recall", "X-1").code == 3
