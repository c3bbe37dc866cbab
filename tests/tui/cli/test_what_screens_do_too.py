"""Verbs for what a screen does in passing: what waits, leaving out, all unbilled, taking a note away."""

from __future__ import annotations

from tests.tui.cli.conftest import Daysheet


def test_today_says_what_waits_and_what_happened_last(daysheet: Daysheet) -> None:
    daysheet("run", "--month", "2026-09", "--send", "--yes")
    data = daysheet("today", "--json").data
    assert data["on"] == "2026-10-31"
    waiting = {one["name"]: one for one in data["to_do"]}
    assert waiting["unbilled_month"]["count"] == 1, "who has no address is held back"
    assert set(waiting["unbilled_month"]) == {"name", "text", "count", "amount_cents"}
    assert {"at", "who", "what", "count", "subject"} == set(data["last"][0])
    assert "Clients unbilled for September 2026" in daysheet("today").out


def test_a_run_leaves_out_who_is_named(daysheet: Daysheet) -> None:
    shown = daysheet("run", "--month", "2026-09", "--leave-out", "archer", "--dry-run", "--json").data
    assert [one["client"] for one in shown["invoices"]] == ["Bea Bell"]
    assert shown["total_cents"] == shown["invoices"][0]["total_cents"]
    made = daysheet("run", "--month", "2026-09", "--leave-out", "archer", "--send", "--yes", "--json").data
    assert [one["client"] for one in made["invoices"]] == ["Bea Bell"]
    left = daysheet("unbilled", "list", "--json").data["clients"]
    assert "Archer, Ann" in [one["client"] for one in left]


def test_a_run_that_leaves_out_a_stranger_bills_nobody(daysheet: Daysheet) -> None:
    said = daysheet("run", "--all", "--leave-out", "nobody", "--send", "--yes", "--json")
    assert (said.code, said.error["code"]) == (3, "no_client")
    assert daysheet("invoice", "list", "--json").data["invoices"] == []


def test_a_draft_takes_all_that_is_unbilled(daysheet: Daysheet) -> None:
    short = daysheet("invoice", "new", "--client", "archer", "--empty", "--json").data["short_id"]
    edited = daysheet("invoice", "edit", short, "--add-unbilled", "--json").data
    assert edited["total_cents"] == sum(line["amount_cents"] for line in edited["lines"]) > 0
    again = daysheet("invoice", "edit", short, "--add-unbilled", "--json")
    assert again.code == 4


def test_a_note_is_taken_away_by_its_id(daysheet: Daysheet) -> None:
    noted = daysheet("client", "note", "archer", "Prefers paper bills.", "--json").data["notes"]
    note_id = noted[0]["id"]
    assert note_id[-8:] in daysheet("client", "show", "archer").out
    assert daysheet("client", "note", "bell", "--take-away", note_id).code == 3
    left = daysheet("client", "note", "archer", "--take-away", note_id[-8:], "--json").data["notes"]
    assert left == []
    assert daysheet("client", "note", "archer", "--take-away", note_id[-8:]).code == 3
    assert daysheet("client", "note", "archer").code == 2
