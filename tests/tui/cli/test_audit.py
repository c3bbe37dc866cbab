"""RJ2: the audit log from the command line, with the filters of its screen."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.tui.cli.conftest import Daysheet

KEYS = {"at", "actor", "site", "office", "no", "verb", "subject", "subject_name", "detail", "reason"}


def test_rj2_the_log_is_listed_by_kind_words_and_day(daysheet: Daysheet, tmp_path: Path) -> None:
    whole = daysheet("audit", "list", "--json").data["entries"]
    assert set(whole[0]) == KEYS
    ann = daysheet("audit", "list", "--find", "ann archer", "--kind", "care", "--json").data["entries"]
    assert {entry["verb"] for entry in ann} == {"session.recorded"}
    assert {entry["subject_name"] for entry in ann} == {"Ann Archer"}
    assert daysheet("audit", "list", "--to", "2020-01-01", "--json").data["entries"] == []
    some = daysheet("audit", "list", "--find", "ann", "--most", "1", "--json").data["entries"]
    assert len(some) == 1
    file = tmp_path / "log.csv"
    assert daysheet("audit", "list", "--kind", "clients", "--csv", str(file)).code == 0
    with file.open(encoding="utf-8", newline="") as opened:
        assert {row["verb"] for row in csv.DictReader(opened)} >= {"client.added"}


def test_rj2_one_entry_is_shown_whole(daysheet: Daysheet) -> None:
    assert daysheet("audit", "list", "--kind", "crimes").code == 2
    listed = daysheet("audit", "list", "--kind", "practice", "--json").data["entries"]
    changed = next(entry for entry in listed if entry["verb"] == "practice.changed")
    shown = daysheet("audit", "show", f"{changed['site']}/{changed['no']}", "--json").data
    assert shown["fields"]["phone"] == {"before": "", "after": "555 0100"}
    assert "practice.changed" in daysheet("audit", "show", str(changed["no"])).out
    assert daysheet("audit", "show", "1/999999").code == 3
