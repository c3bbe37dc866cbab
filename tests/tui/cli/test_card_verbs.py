"""RF1, RF2: cards on file from the command line of an office; the hub carries out what is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.payments.card import CardSeen
from core.payments.card_file import keep_card
from core.tables import CardConsent
from tests.builders import OWNER
from tests.homes import Home
from tests.tui.cli.conftest import Daysheet


@pytest.fixture
def home(billed_sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    copy = billed_sample.copy_to(tmp_path / "home")
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return copy


def on_file(home: Home) -> None:
    """The guarantor of N-00001 has a card on file."""
    with home.open() as store, store.write(OWNER) as tx:
        owner = tx.value("SELECT guarantor_id FROM invoice_issue WHERE number = 'N-00001'")
        consent = CardConsent(
            guarantor_id=owner, version="1", words="w", agreed_at="2026-10-01T00:00:00.000Z", person="Ada"
        )
        keep_card(tx, owner, tx.add(consent), CardSeen("pm_1", "visa", "4242", 12, 2034))


def test_rf1_a_charge_is_asked_for_once_and_waits_for_the_hub(daysheet: Daysheet, home: Home) -> None:
    on_file(home)
    (card,) = daysheet("card", "list", "--client", "archer", "--json").data["cards"]
    assert (card["last4"], card["person"]) == ("4242", "Ada")
    assert daysheet("card", "charge", "1", "--json").data["last4"] == "4242"
    (asked,) = daysheet("card", "asked", "1", "--json").data["charges"]
    assert asked["outcome"] is None
    assert daysheet("card", "charge", "1").code == 4
    daysheet("card", "remove", "--client", "archer", "--card", "4242", "--reason", "lost")
    assert daysheet("card", "list", "--client", "archer", "--json").data["cards"] == []
    assert daysheet("card", "charge", "1").code == 3


def test_rf2_nothing_is_disputed_and_nothing_differs(daysheet: Daysheet) -> None:
    assert daysheet("card", "disputes").out == "No payment is disputed.\n"
    assert daysheet("card", "differences").out == "Nobody has looked yet: the hub does.\n"
    assert daysheet("card", "failed").out == "No card has failed.\n"
