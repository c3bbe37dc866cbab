"""RJ1, cli.md: `backup`, `backup --check` and `restore` from the command line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.homes import Home
from tests.tui.cli.conftest import Daysheet


@pytest.fixture
def new_home(tmp_path: Path) -> Path:
    return tmp_path / "new"


def test_rj1_backup_and_restore_have_their_keys_and_the_same_digest(
    daysheet: Daysheet, home: Home, tmp_path: Path, new_home: Path
) -> None:
    daysheet("run", "--all", "--send", "--yes")
    listed = daysheet("invoice", "list", "--json").data
    unbilled = daysheet("unbilled", "list", "--json").data
    made = daysheet("backup", "file", "--json").data
    data = (tmp_path / "file").read_bytes()
    assert (made["bytes"], made["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    checked = daysheet("backup", "file", "--check", "--json").data
    again = daysheet("restore", "file", "--home", str(new_home), "--json").data
    for name in ("bytes", "sha256", "ledger_sha256", "facts", "rows", "made_at", "practice", "last_number"):
        assert made[name] == checked[name] == again[name], name
    assert (again["site_before"], again["series_before"], again["last_number"]) == (1, "N", "N-00002")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert daysheet("invoice", "list", "--home", str(new_home), "--json").data == listed
    assert daysheet("unbilled", "list", "--home", str(new_home), "--json").data == unbilled
    assert daysheet("audit", "verify", "--home", str(new_home), "--json").data["ok"]
    assert daysheet("doctor", "--home", str(new_home), "--json").code == 0


def test_rj1_a_restored_book_issues_under_its_own_letters(
    daysheet: Daysheet, tmp_path: Path, new_home: Path
) -> None:
    daysheet("backup", "file")
    said = daysheet("restore", "file", "--home", str(new_home), "--series", "m")
    assert said.code == 0
    assert "New ones begin at M-00001" in said.out
    data = daysheet("run", "--all", "--send", "--yes", "--home", str(new_home), "--json").data
    assert [one["number"] for one in data["invoices"]] == ["M-00001", "M-00002"]
    assert daysheet("invoice", "show", "1", "--home", str(new_home), "--json").data["number"] == "M-00001"


def test_rj1_the_check_needs_no_book_and_leaves_nothing(
    daysheet: Daysheet, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    daysheet("backup", "file")
    monkeypatch.setenv("DAYSHEET_HOME", str(tmp_path / "nowhere"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    said = daysheet("backup", "--check", "file")
    assert said.code == 0
    assert "Whole, and can be restored: Elm Street Therapy" in said.out
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "nowhere").exists()


def test_rj1_exit_codes_of_backup_and_restore(
    daysheet: Daysheet, home: Home, tmp_path: Path, new_home: Path
) -> None:
    daysheet("backup", "file")
    (tmp_path / "cut").write_bytes((tmp_path / "file").read_bytes()[:-1])
    (tmp_path / "text").write_text("Dear practice")
    (tmp_path / "other").write_text("another passphrase\n")
    there = ["--home", str(new_home)]
    for code, name, words in (
        (2, "usage", ["backup"]),
        (2, "usage", ["backup", "file", "--keep-in", "."]),
        (2, "usage", ["backup", "--check"]),
        (2, "usage", ["backup", "--keep-in", ".", "--daily", "0"]),
        (2, "not_there", ["backup", str(home.folder / "book.db")]),
        (2, "bad_series", ["restore", "file", "--series", "N1", *there]),
        (3, "no_backup", ["restore", "nowhere", *there]),
        (3, "no_backup", ["backup", "nowhere", "--check"]),
        (4, "not_a_backup", ["restore", "text", *there]),
        (4, "damaged_backup", ["restore", "cut", *there]),
        (4, "damaged_backup", ["backup", "cut", "--check"]),
        (4, "wrong_key", ["restore", "file", "--key-file", "other", *there]),
        (4, "series_in_use", ["restore", "file", "--series", "N", *there]),
        (4, "book_exists", ["restore", "file"]),
        (6, "cannot_write", ["backup", "no/such/folder"]),
        (6, "cannot_write", ["backup", "--keep-in", "no/such/folder"]),
        (6, "cannot_write", ["restore", "file", "--home", "/dev/null/home"]),
    ):
        said = daysheet(*words, "--json")
        assert (said.code, said.error["code"]) == (code, name), words
        assert not new_home.exists(), words


def test_rj1_a_book_not_in_order_is_backed_up_and_that_is_partly_done(
    daysheet: Daysheet, home: Home, tmp_path: Path, new_home: Path
) -> None:
    with home.open() as store:
        connection = store._connect()
        connection.execute("DROP TRIGGER charge_no_update")
        connection.close()
    daysheet("backup", "--keep-in", ".")
    for words, code in (
        (["backup", "file"], 7),
        (["backup", "--keep-in", ".", "--daily", "1", "--weekly", "0", "--monthly", "0"], 7),
        (["backup", "file", "--check"], 4),
        (["restore", "file", "--home", str(new_home)], 7),
    ):
        said = daysheet(*words, "--json")
        assert said.code == code, words
        answer = json.loads(said.out)
        assert [error["code"] for error in answer["errors"]] == ["unsound"]
        assert answer["data"]["sha256"]


def test_rj1_one_command_keeps_a_folder_of_backups(daysheet: Daysheet, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    words = ["backup", "--keep-in", "backups", "--daily", "1", "--weekly", "0", "--monthly", "0", "--json"]
    first = daysheet(*words).data
    old = Path(first["file"])
    kept = old.rename(old.with_name(old.name.replace("-site1-2", "-site1-1")))
    second = daysheet(*words).data
    assert second["removed"] == [kept.name]
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [Path(second["file"]).name]


def test_rj1_without_a_terminal_restore_says_what_to_name(
    daysheet: Daysheet, new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    daysheet("backup", "file")
    monkeypatch.delenv("DAYSHEET_KEY_FILE")
    assert daysheet("restore", "file", "--home", str(new_home), "--json").error["code"] == "needs_key"
    assert not new_home.exists()


@pytest.mark.parametrize(
    "words",
    [["backup"], ["books", "journal", "--out"], ["invoice", "pdf", "1", "--out"], ["report", "ar", "--csv"]],
)
def test_rj1_nothing_that_opens_or_is_a_book_is_written_over(
    daysheet: Daysheet, home: Home, tmp_path: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    daysheet("run", "--all", "--send", "--yes")
    pw, other = tmp_path / "pw", tmp_path / "other"
    pw.write_bytes(home.key_file.read_bytes())
    pw.chmod(0o600)
    monkeypatch.setenv("DAYSHEET_KEY_FILE", str(pw))
    other.mkdir()
    (other / "book.db").write_text("another book")
    beside = home.folder / "old.key"
    beside.write_text("a key")
    for target in (pw, other / "book.db", other / "keys.json", beside, home.folder / "new"):
        before = target.read_bytes() if target.exists() else None
        assert daysheet(*words, str(target), "--json").error["code"] == "not_there"
        assert (target.read_bytes() if target.exists() else None) == before


def test_rj1_backup_takes_the_place_of_a_backup_only(daysheet: Daysheet, tmp_path: Path, home: Home) -> None:
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("years of work")
    said = daysheet("backup", str(thesis))
    assert (said.code, thesis.read_text()) == (2, "years of work")
    assert "is there already and is no backup" in said.err
    assert daysheet("backup", str(tmp_path / "file")).code == 0
    assert daysheet("backup", str(tmp_path / "file")).code == 0
