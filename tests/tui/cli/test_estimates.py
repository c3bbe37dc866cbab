"""RD4: Good Faith Estimates from the command line, and a run that they hold back."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.actors import Role
from core.practice.commands import add_service, change_practice
from core.practice.users import change_role
from core.tables import Client
from tests.builders import OWNER
from tests.homes import Home
from tests.tui.cli.conftest import Daysheet

MAKE = ["estimate", "make", "--client", "archer", "--provider", "pat", "--from", "2026-09-01", "--to",
        "2026-12-31"]  # fmt: skip


@pytest.fixture(autouse=True)
def _ready(home: Home) -> None:
    """What the estimate needs is in the book, and the machine key's user may decide."""
    with home.open() as store, store.write(OWNER) as tx:
        change_practice(tx, tax_id="12-3456789", state="MA")
        add_service(tx, code_system="CPT", code="90834", description="Psychotherapy", rate_cents=5_000)
        add_service(tx, code_system="CPT", code="97153", description="Timed", rate_cents=1, unit_minutes=15)
        for (client_id,) in tx.rows("SELECT id FROM client"):
            tx.change(Client, client_id, birth_on="2015-03-04")
        for (user_id,) in tx.rows("SELECT id FROM \"user\" WHERE role = 'service'"):
            change_role(tx, user_id, Role.OWNER)


def test_rd6_what_cannot_be_written_where_it_was_said_is_not_made(daysheet: Daysheet, tmp_path: Path) -> None:
    made = [*MAKE, "--service", "90834", "--visits", "1"]
    assert daysheet(*made, "--out", str(tmp_path / "no" / "where.pdf")).code == 6
    assert daysheet("estimate", "list", "--json").data["estimates"] == []


def test_rd4_made_listed_shown_written_and_told_when_late(daysheet: Daysheet, tmp_path: Path) -> None:
    first, second = tmp_path / "a.pdf", tmp_path / "b.pdf"
    words = ["--service", "90834", "--visits", "2", "--service", "90834", "--visits", "1", "--rate", "20",
             "--diagnosis", "f41.1", "--separately", "Speech", "--scheduled-on", "2026-08-03"]  # fmt: skip
    made = daysheet(*MAKE, *words, "--out", str(first), "--json").data
    assert (made["expected_cents"], made["billed_cents"], made["standing"], made["version"]) == (
        12_000, 0, "within", 1,
    )  # fmt: skip
    assert made["late"].startswith("This estimate was due by 2026-08-06; hand it over today.")
    assert [one["estimate_id"] for one in daysheet("estimate", "list", "--json").data["estimates"]] == [
        made["document_id"]
    ]
    short = made["document_id"][-8:]
    assert daysheet("estimate", "show", short, "--json").data["expected_cents"] == 12_000
    assert daysheet("estimate", "pdf", short, "--out", str(second), "--json").data["version"] == 1
    assert first.read_bytes() == second.read_bytes()
    assert daysheet("estimate", "list", "--client", "bell").out.startswith("No estimates.")


def test_rd4_a_run_is_held_back_until_somebody_decides(daysheet: Daysheet) -> None:
    made = daysheet(*MAKE, "--service", "90834", "--visits", "1", "--json").data
    run = ["run", "--month", "2026-09", "--json"]
    (held,) = [one for one in daysheet(*run, "--dry-run").data["held_back"] if "Archer" in one["client"]]
    assert "550.00 above the Good Faith Estimate of 50.00" in held["reason"]
    allow = ["estimate", "override", made["document_id"][-8:], "--up-to", "600", "--json", "--reason"]
    assert daysheet(*allow, " ").code == 2
    assert daysheet(*allow, "agreed").data["allowed_cents"] == 60_000
    billed = daysheet(*run, "--send", "--yes").data["invoices"]
    assert any("Archer" in one["client"] for one in billed)
    assert daysheet("estimate", "list", "--json").data["estimates"][0]["standing"] == "allowed"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 2), (["--visits", "1"], 2), (["--service", "90834"], 2),
        (["--service", "90834", "--visits", "1", "--visits", "2"], 2),
        (["--service", "97153", "--visits", "1"], 2), (["--service", "99999", "--visits", "1"], 3),
        (["--service", "90834", "--visits", "0"], 2),
        (["--service", "90834", "--visits", "1", "--rate", "x"], 2),
        (["--service", "90834", "--visits", "1", "--to", "2027-09-01"], 2),
        (["--service", "90834", "--visits", "1", "--scheduled-on", "soon"], 2),
    ],
)  # fmt: skip
def test_what_cannot_be_an_estimate_is_refused(daysheet: Daysheet, words: list[str], code: int) -> None:
    assert daysheet(*MAKE, *words).code == code
    assert daysheet("estimate", "list", "--json").data["estimates"] == []
    assert daysheet("estimate", "show", "00000000").code == 3
