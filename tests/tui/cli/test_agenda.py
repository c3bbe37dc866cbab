"""RB1: the agenda from the command line, and marking and drafting one session of it."""

from __future__ import annotations

from core.sessions.commands import mark_session
from tests.builders import OWNER, TODAY
from tests.homes import Home
from tests.tui.cli.conftest import Daysheet

ROW = {"session_id", "service_on", "starts_at", "client_id", "client", "provider", "status", "services",
       "amount_cents", "state", "invoice_id", "number", "standing"}  # fmt: skip


def test_rb1_the_agenda_of_days_says_what_waits(daysheet: Daysheet) -> None:
    data = daysheet("agenda", "--from", "2026-09-01", "--to", "2026-09-30", "--json").data
    assert set(data["sessions"][0]) >= ROW
    assert {row["state"] for row in data["sessions"]} == {"unbilled"}
    assert data["unbilled"] == len(data["sessions"]) > 0
    assert data["unbilled_cents"] == sum(row["amount_cents"] for row in data["sessions"])
    today = daysheet("agenda", "--json").data
    assert (today["from_on"], today["sessions"]) == (TODAY.isoformat(), [])
    assert daysheet("agenda", "--on", "2026-09-03", "--to", "2026-09-30").code == 2


def test_rb1_session_bill_drafts_the_session_and_the_agenda_no_longer_waits_for_it(
    daysheet: Daysheet,
) -> None:
    days = ("--from", "2026-09-01", "--to", "2026-09-30")
    before = daysheet("agenda", *days, "--unbilled", "--json").data["sessions"]
    made = daysheet("session", "bill", before[0]["session_id"], "--json").data["invoices"]
    assert [one["status"] for one in made] == ["draft"]
    assert made[0]["total_cents"] == before[0]["amount_cents"]
    after = daysheet("agenda", *days, "--unbilled", "--json").data["sessions"]
    assert len(after) == len(before) - 1
    shown = daysheet("agenda", *days).out.splitlines()
    assert any(line.endswith("draft") for line in shown)
    assert shown[-1].startswith(f"{len(before)} appointments, unbilled {len(after)}")
    assert daysheet("session", "bill", before[0]["session_id"]).code == 4


def test_ra1_session_mark_is_refused_once_it_went_to_billing(daysheet: Daysheet, home: Home) -> None:
    with home.open() as store, store.write(OWNER) as tx:
        session_id = tx.value("SELECT id FROM session LIMIT 1")
        tx.execute(
            "INSERT INTO session (id, client_id, starts_at, ends_at, service_on, status, place_of_service,"
            " diagnoses, external_id) SELECT 'f' || substr(id, 2), client_id, starts_at, ends_at, service_on,"
            " 'scheduled', '', '[]', 'S-1' FROM session WHERE id = :id",
            {"id": session_id},
        )
        assert mark_session(tx, "f" + session_id[1:], "scheduled", today=TODAY) == "scheduled"
    marked = daysheet("session", "mark", "S-1", "no-show", "--json").data
    assert (marked["status"], marked["before"]) == ("no_show", "scheduled")
    assert daysheet("session", "mark", session_id, "kept").code == 4
    assert daysheet("session", "mark", "nobody", "kept").code == 3
    assert daysheet("session", "mark", "S-1", "lost").code == 2
