"""cli.md: what scripts rely on. One JSON object, the keys of each verb, the exit codes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.homes import Home
from tests.tui.cli.conftest import Daysheet

INVOICE = {"id", "number", "client", "client_id", "status", "issued_on", "due_on", "total_cents",
           "paid_cents", "balance_cents"}  # fmt: skip


def test_unbilled_list_has_its_keys(daysheet: Daysheet) -> None:
    data = daysheet("unbilled", "list", "--json").data
    assert {"clients", "charges", "total_cents"} <= set(data)
    assert {"client_id", "client", "charges", "total_cents"} <= set(data["clients"][0])
    assert data["total_cents"] == sum(row["total_cents"] for row in data["clients"])


def test_run_has_its_keys_and_drafts_have_no_number(daysheet: Daysheet) -> None:
    data = daysheet("run", "--all", "--yes", "--json").data
    assert {"from_on", "to_on", "ready", "held_back", "invoices", "total_cents"} <= set(data)
    assert {"id", "number", "client", "total_cents", "due_on", "status"} <= set(data["invoices"][0])
    assert {one["number"] for one in data["invoices"]} == {None}
    assert data["held_back"][0]["reason"] == "no postal address"
    assert {"client", "reason"} <= set(data["held_back"][0])


def test_run_for_a_month_says_its_days(daysheet: Daysheet) -> None:
    data = daysheet("run", "--month", "2026-09", "--send", "--yes", "--json").data
    assert (data["from_on"], data["to_on"]) == ("2026-09-01", "2026-09-30")
    assert [one["number"] for one in data["invoices"]] == ["N-00001", "N-00002"]


def test_invoice_verbs_have_their_keys(daysheet: Daysheet, tmp_path: Path) -> None:
    made = daysheet("invoice", "new", "--client", "archer", "--json").data
    assert set(made) >= INVOICE | {"lines", "payments", "history"}
    line = made["lines"][0]
    assert set(line) >= {"date_on", "code", "description", "units", "rate_cents", "amount_cents"}
    short = made["short_id"]
    edited = daysheet("invoice", "edit", short, "--discount", "10%", "--notes", "Thanks", "--json").data
    assert edited["total_cents"] == made["total_cents"] - made["total_cents"] // 10
    sent = daysheet("invoice", "send", short, "--json").data
    assert (sent["number"], sent["status"]) == ("N-00001", "sent")
    listed = daysheet("invoice", "list", "--json").data["invoices"]
    assert set(listed[0]) >= INVOICE
    assert daysheet("invoice", "show", "1", "--json").data["number"] == "N-00001"
    target = tmp_path / "out.pdf"
    assert daysheet("invoice", "pdf", "N-00001", "--out", str(target), "--json").data["bytes"] > 1000
    assert target.read_bytes().startswith(b"%PDF")
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_deleted_draft_is_gone(daysheet: Daysheet) -> None:
    short = daysheet("invoice", "new", "--client", "archer", "--json").data["short_id"]
    assert daysheet("invoice", "delete", short, "--yes", "--json").code == 0
    assert daysheet("invoice", "show", short, "--json").code == 3


def test_client_verbs_answer(daysheet: Daysheet) -> None:
    added = daysheet("client", "add", "--given", "Dee", "--family", "Dorn", "--json").data
    assert "Dorn" in added["client"]
    assert len(daysheet("client", "list", "--json").data["clients"]) == 4
    assert daysheet("client", "show", "dorn", "--json").data["client_id"] == added["client_id"]


def test_audit_verbs_answer(daysheet: Daysheet) -> None:
    verdict = daysheet("audit", "verify", "--json").data
    assert {"entries", "ok", "first_bad"} <= set(verdict)
    assert (verdict["ok"], verdict["first_bad"]) == (True, None)
    assert len(daysheet("audit", "list", "--most", "2", "--json").data["entries"]) == 2


def test_a_broken_chain_is_said_and_named(daysheet: Daysheet, home: Home) -> None:
    from sqlcipher3 import dbapi2

    from core.security.keys import read_key_file

    raw = dbapi2.connect(str(home.folder / "book.db"))
    raw.execute(f"PRAGMA key = \"x'{(read_key_file(str(home.key_file))[1] or b'').hex()}'\"")
    raw.execute("DROP TRIGGER charge_no_update")
    raw.execute("UPDATE charge SET amount_cents = 1 WHERE id = (SELECT min(id) FROM charge)")
    raw.commit()
    raw.close()
    said = daysheet("audit", "verify", "--json")
    answer = json.loads(said.out)
    assert (said.code, answer["ok"], answer["data"]["ok"]) == (4, False, False)
    assert answer["data"]["first_bad"]["table"] == "charge"
    assert daysheet("doctor", "--json").code == 4


def test_doctor_finds_a_fresh_book_in_order(daysheet: Daysheet) -> None:
    checks = daysheet("doctor", "--json").data["checks"]
    assert all(check["ok"] for check in checks), checks


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(daysheet: Daysheet, shell: str) -> None:
    said = daysheet("completion", shell)
    assert said.code == 0
    assert "daysheet" in said.out
    from argcomplete.shell_integration import shellcode

    assert said.out.split() == shellcode(["daysheet"], shell=shell).split()


def test_init_makes_a_book_that_opens(daysheet: Daysheet, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text("eleven clean spoons\n")
    words = ["init", "--home", str(tmp_path / "new"), "--key-file", str(tmp_path / "pass"), "--json",
             "--practice", "Elm", "--timezone", "America/New_York", "--office", "North"]  # fmt: skip
    data = daysheet(*words).data
    assert {"home", "practice_id", "office"} <= set(data)
    assert daysheet(*words).error["code"] == "book_exists"
    (tmp_path / "code").write_text(data["recovery_code"].lower().replace("-", " "))
    opened = daysheet(
        "client", "list", "--home", data["home"], "--key-file", str(tmp_path / "code"), "--json"
    )
    assert opened.data["clients"] == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, ["unbilled", "list"]),
        (0, ["--version"]),
        (0, ["--help"]),
        (0, ["invoice", "--help"]),
        (2, ["nonsense"]),
        (2, ["invoice"]),
        (2, ["invoice", "list", "--status", "nonsense"]),
        (2, ["run", "--month", "2026-13"]),
        (2, ["client", "show", "\udcff"]),
        (2, ["run", "--month", "9999-12", "--dry-run"]),
        (2, ["run", "--from", "2026-09-30", "--to", "2026-09-01"]),
        (2, ["run", "--all"]),
        (2, ["invoice", "new", "--client", "archer", "--due", "tomorrow"]),
        (2, ["audit", "list", "--most", "many"]),
        (2, ["unbilled", "list", "--from", "2026-02-30"]),
        (2, ["--key-file", "/nowhere", "client", "list"]),
        (3, ["--home", "/nowhere/at/all", "client", "list"]),
        (3, ["invoice", "show", "N-99999"]),
        (3, ["client", "show", "nobody"]),
        (4, ["invoice", "new", "--client", "archer", "--from", "2030-01-01"]),
    ],
)
def test_exit_codes(daysheet: Daysheet, code: int, words: list[str]) -> None:
    said = daysheet(*words)
    assert said.code == code, said
    assert "Traceback" not in said.out + said.err
    if code:
        assert said.err.startswith("daysheet: ")
        assert said.out == ""
        assert daysheet(*words, "--json").error["message"]


def test_a_refusal_by_a_rule_is_4_and_a_busy_book_is_5(
    daysheet: Daysheet, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert daysheet("invoice", "new", "--client", "archer", "--yes", "--json").code == 0
    assert (
        daysheet("invoice", "new", "--client", "archer", "--yes", "--json").error["code"]
        == "nothing_unbilled"
    )
    monkeypatch.setattr("core.store.opening.BUSY_MS", 20)
    from tests.builders import OWNER

    with home.open() as store, store.write(OWNER):
        said = daysheet("client", "add", "--given", "Dee", "--family", "Dorn", "--json")
    assert (said.code, said.error["code"]) == (5, "book_busy")


def test_a_file_that_cannot_be_written_is_6(daysheet: Daysheet, tmp_path: Path) -> None:
    daysheet("run", "--all", "--send", "--yes")
    assert daysheet("invoice", "pdf", "1", "--out", str(tmp_path / "no" / "file")).code == 6
    assert daysheet("init", "--home", "/dev/null/home", "--key-file", str(passphrase(tmp_path)), "--practice",
                    "Elm", "--timezone", "UTC", "--office", "N").code == 6  # fmt: skip


def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "pass"
    path.write_text("eleven clean spoons\n")
    return path


def test_run_asks_and_without_a_terminal_writes_nothing(daysheet: Daysheet, home: Home) -> None:
    before = home.value("SELECT max(no) FROM sync_chain")
    for words in (["run", "--all"], ["run", "--all", "--send"]):
        said = daysheet(*words, "--json")
        assert (said.code, said.error["code"]) == (2, "needs_yes")
    assert home.value("SELECT max(no) FROM sync_chain") == before


def test_a_dry_run_asks_nothing_and_writes_nothing(daysheet: Daysheet, home: Home) -> None:
    before = home.value("SELECT max(no) FROM sync_chain")
    data = daysheet("run", "--all", "--send", "--dry-run", "--json").data
    assert [one["status"] for one in data["invoices"]] == ["proposed", "proposed"]
    assert home.value("SELECT max(no) FROM sync_chain") == before


def test_a_run_with_nothing_to_bill_asks_nothing(daysheet: Daysheet) -> None:
    daysheet("run", "--all", "--send", "--yes")
    assert daysheet("run", "--all", "--send", "--json").data["invoices"] == []


def test_todays_variable_moves_due_dates_and_never_stamps_or_audit_times(
    daysheet: Daysheet, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime, timedelta

    from core.sync.stamp import ms_of

    monkeypatch.setenv("DAYSHEET_TODAY", "2031-01-15")
    data = daysheet("run", "--all", "--send", "--yes", "--json").data
    assert {one["due_on"] for one in data["invoices"]} == {"2031-02-14"}
    now, minute = datetime.now(UTC), timedelta(minutes=2)
    newest = daysheet("audit", "list", "--most", "1", "--json").data["entries"][0]
    assert abs(datetime.fromisoformat(newest["at"]) - now) < minute
    daysheet("client", "add", "--given", "Dee", "--family", "Dorn")
    stamped = ms_of(home.value("SELECT max(_h) FROM client WHERE name = 'Dee Dorn'"))
    assert abs(datetime.fromtimestamp(stamped / 1000, UTC) - now) < minute


@pytest.mark.parametrize("today", ["yesterday", "2026-1-1", "", "2026-10-31T00:00"])
def test_a_today_that_is_no_day_is_refused_or_left_out(
    daysheet: Daysheet, monkeypatch: pytest.MonkeyPatch, today: str
) -> None:
    monkeypatch.setenv("DAYSHEET_TODAY", today)
    assert daysheet("unbilled", "list").code == (2 if today else 0)


@pytest.mark.parametrize("today", ["0001-01-01", "9999-12-31"])
def test_a_today_at_the_end_of_time_is_no_crash(
    daysheet: Daysheet, monkeypatch: pytest.MonkeyPatch, today: str
) -> None:
    monkeypatch.setenv("DAYSHEET_TODAY", today)
    for words in (
        ["unbilled", "list"],
        ["run", "--dry-run"],
        ["run", "--all", "--dry-run"],
        ["invoice", "list"],
    ):
        assert daysheet(*words).code in (0, 2), words


def test_without_a_terminal_and_a_key_the_sentence_says_what_to_name(
    daysheet: Daysheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAYSHEET_KEY_FILE")
    assert daysheet("client", "list", "--json").error["code"] == "needs_key"


def test_plain_is_tab_separated_without_a_heading(daysheet: Daysheet) -> None:
    rows = [line.split("\t") for line in daysheet("unbilled", "list", "--plain").out.splitlines()]
    assert [row[0] for row in rows] == ["Archer, Ann", "Bell, Bea", "Cole, Cal"]
    assert {len(row) for row in rows} == {5}


def test_secrets_stay_out_of_every_answer(daysheet: Daysheet, home: Home) -> None:
    secret = home.key_file.read_text().split()[1]
    for words in (["client", "list"], ["doctor"], ["audit", "list"], ["key", "list"], ["user", "list"]):
        for form in ([], ["--json"], ["--plain"]):
            said = daysheet(*words, *form)
            assert secret not in said.out + said.err
            assert os.fspath(home.key_file) not in said.out
