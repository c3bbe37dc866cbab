"""RF1, RF2: cards on file from the command line of an office; the hub carries out what is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.payments.card import CardSeen
from core.payments.card_file import keep_card, say_charge
from core.payments.commands import record_payment
from core.practice.cards import set_card_processor
from core.practice.mail import set_mail_server
from core.tables import CardConsent
from tests.builders import OWNER, TODAY
from tests.homes import Home
from tests.tui.cli.conftest import Daysheet


@pytest.fixture
def home(billed_sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    copy = billed_sample.copy_to(tmp_path / "home")
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return copy


def on_file(home: Home, ref: str = "pm_1", last4: str = "4242") -> None:
    """The guarantor of N-00001 has a card on file."""
    with home.open() as store, store.write(OWNER) as tx:
        owner = tx.value("SELECT guarantor_id FROM invoice_issue WHERE number = 'N-00001'")
        consent = CardConsent(
            guarantor_id=owner, version="1", words="w", agreed_at="2026-10-01T00:00:00.000Z", person="Ada"
        )
        keep_card(tx, owner, tx.add(consent), CardSeen(ref, "visa", last4, 12, 2034))


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


def test_rf1_which_card_is_charged_first_is_chosen_by_its_last_digits(daysheet: Daysheet, home: Home) -> None:
    on_file(home, "pm_1", "4242")
    on_file(home, "pm_2", "1881")

    def cards() -> list[tuple[str, bool]]:
        found = daysheet("card", "list", "--client", "archer", "--json").data["cards"]
        return [(card["last4"], bool(card["is_default"])) for card in found]

    (first, _), (other, _) = cards()
    for _ in range(2):
        told = daysheet("card", "default", "--client", "archer", "--card", other, "--json").data
        assert (told["last4"], cards()) == (other, [(other, True), (first, False)])
    assert daysheet("card", "charge", "1", "--json").data["last4"] == other
    assert daysheet("card", "default", "--client", "archer", "--card", "9999").code == 3
    assert daysheet("card", "default", "--client", "archer").code == 2
    by_id = daysheet("card", "default", "--client", "archer", "--card", str(told["card_id"]))
    assert by_id.out == f"The card ending in {other} is charged first.\n"
    assert f"visa {other}, default" in daysheet("card", "list", "--client", "archer").out


def test_rf1_a_card_that_failed_is_listed_and_a_payment_s_page_is_named(
    daysheet: Daysheet, home: Home
) -> None:
    on_file(home)
    charge_id = daysheet("card", "charge", "1", "--json").data["charge_id"]
    with home.open() as store, store.write(OWNER) as tx:
        say_charge(
            tx, charge_id, "confirm", code="authentication_required", processor_ref="pi_1", today=TODAY
        )
        set_card_processor(tx, "stripe", live=True)
        owner = tx.value("SELECT guarantor_id FROM invoice_issue WHERE number = 'N-00001'")
        payment_id = record_payment(
            tx, guarantor_id=owner, amount_cents=100, method="card_on_file", received_on=TODAY, today=TODAY,
            processor_id="pi_2", allocations=[],
        ).payment_id  # fmt: skip
    (failed,) = daysheet("card", "failed", "--json").data["failed"]
    assert (failed["number"], failed["outcome"]) == ("N-00001", "confirm")
    (line,) = [one for one in daysheet("today", "--json").data["to_do"] if one["name"] == "failed_cards"]
    assert line["count"] == 1
    page = "https://dashboard.stripe.com/payments/pi_2"
    assert daysheet("card", "view", payment_id, "--json").data["address"] == page
    assert daysheet("card", "view", "pi_2").out == f"{page}\n"
    assert daysheet("card", "view", "pi_2/../x").code == 3


def test_rb5_a_reminder_is_asked_for_by_verb_and_recalled_by_its_id(daysheet: Daysheet, home: Home) -> None:
    with home.open() as store, store.write(OWNER) as tx:
        set_mail_server(tx, host="smtp.example.com", sender="office@example.com")
    would = daysheet("invoice", "remind", "1", "--dry-run", "--json").data
    assert ([one["number"] for one in would["queued"]], would["dry_run"]) == (["N-00001"], True)
    assert daysheet("invoice", "remind", "1").out.startswith("N-00001 is reminded of")
    assert daysheet("invoice", "remind", "1").code == 4
    (row,) = [r for r in daysheet("outbox", "list", "--json").data["outbox"] if r["kind"] == "reminder"]
    assert daysheet("outbox", "recall", row["subject_id"][-8:]).code == 0
    assert daysheet("outbox", "recall", row["subject_id"]).code == 4
    assert daysheet("invoice", "remind").code == 2
    assert daysheet("invoice", "remind", "--overdue", "--json").data["queued"] == []


def test_rf2_nothing_is_disputed_and_nothing_differs(daysheet: Daysheet) -> None:
    assert daysheet("card", "disputes").out == "No payment is disputed.\n"
    assert daysheet("card", "differences").out == "Nobody has looked yet: the hub does.\n"
    assert daysheet("card", "failed").out == "No card has failed.\n"
