"""RI3: conflicts from the command line: listed with both values, decided once."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.clients.commands import change_guarantor
from core.payments.commands import record_payment
from tests.builders import OWNER, TODAY
from tests.homes import Home
from tests.hostile.payloads import PAYLOADS
from tests.tui.cli.conftest import Daysheet


@pytest.fixture
def home(billed_sample: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """One check of Archer was recorded at two sites of the book, under a name that wants to be more."""
    copy = billed_sample.copy_to(tmp_path / "home")
    for name, value in copy.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    with copy.open() as store:
        for site in (1, 2):
            if site == 2:
                store.become_site(2)
            with store.write(OWNER) as tx:
                guarantor_id = tx.value("SELECT guarantor_id FROM client WHERE sort_name = 'Archer, Ann'")
                change_guarantor(tx, guarantor_id, name=PAYLOADS[1])
                record_payment(
                    tx, guarantor_id=guarantor_id, amount_cents=15_000, method="check", reference=PAYLOADS[0],
                    received_on=TODAY, today=TODAY, allocations=[],
                )  # fmt: skip
    return copy


def test_ri3_a_conflict_is_listed_and_decided_and_then_it_is_gone(daysheet: Daysheet, home: Home) -> None:
    (found,) = daysheet("sync", "conflicts", "--json").data["conflicts"]
    assert found["kind"] == "duplicate_payment"
    assert found["answers"] == ["ours", "theirs", "not-duplicate"]
    assert {"id", "text", "subject", "ours", "theirs"} <= set(found)
    assert daysheet("sync", "status", "--json").data["conflicts"] == 1
    assert (
        daysheet("sync", "resolve", found["id"], "--keep", "void", "--json").error["code"] == "no_such_answer"
    )
    done = daysheet(
        "sync", "resolve", found["id"][-8:], "--keep", "ours", "--note", "one check", "--json"
    ).data
    assert (done["kind"], done["answer"]) == ("duplicate_payment", "ours")
    assert daysheet("sync", "conflicts", "--json").data == {"conflicts": []}
    assert daysheet("sync", "resolve", found["id"], "--keep", "ours").code == 3
    assert home.value("SELECT count(*) FROM payment_reversal") == 1


def test_ri3_names_in_conflicts_are_only_text(daysheet: Daysheet, home: Home) -> None:
    said = daysheet("sync", "conflicts")
    assert said.code == 0
    assert "duplicate payment" in said.out
    assert not set(said.out) & {"\x1b", "\x07", "\x9b"}


def test_ri3_a_book_in_one_place_has_no_hub_and_says_so(daysheet: Daysheet, home: Home) -> None:
    said = daysheet("sync", "status", "--json").data
    assert (said["role"], said["behind"], said["unsent"], said["last_ok_at"]) == ("alone", False, 0, None)
    assert daysheet("sync", "status").out.startswith("This book has no hub; it is in one place.")
