"""RJ1: one command for cron. The newest of 7 days, 5 weeks and 12 months stay; nothing else is touched."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.books.rotation import Keep, Kept, keep_in, wanted
from core.store import Store
from tests.builders import OWNER
from tests.core.books.drill import Practice, files

START = datetime(2026, 1, 1, 2, 30, tzinfo=UTC)


def nightly(nights: int, keep: Keep) -> list[datetime]:
    """What is there after a backup every night, each followed by taking away."""
    there: set[datetime] = set()
    for night in range(nights):
        there = wanted({*there, START + timedelta(days=night)}, keep)
    return sorted(there)


def test_rj1_after_two_years_of_nights_there_is_a_week_a_month_and_a_year_to_go_back_to() -> None:
    there = nightly(730, Keep())
    last = START + timedelta(days=729)
    assert there[-7:] == [last - timedelta(days=back) for back in range(6, -1, -1)]
    assert last - there[0] > timedelta(days=330)
    assert len({(at.year, at.month) for at in there}) == 12
    assert len({at.isocalendar()[:2] for at in there if last - at < timedelta(days=35)}) >= 5
    assert len(there) <= 7 + 5 + 12


def test_rj1_the_newest_is_kept_whatever_was_asked_for() -> None:
    assert nightly(40, Keep(1, 0, 0)) == [START + timedelta(days=39)]
    assert len(nightly(3, Keep())) == 3
    twice = [START, START + timedelta(hours=9)]
    assert wanted(twice, Keep()) == {twice[1]}


def test_rj1_gaps_do_not_eat_what_is_kept() -> None:
    """A practice that was closed for a month still has its seven days."""
    days = [START + timedelta(days=day) for day in (0, 1, 2, 3, 4, 5, 40)]
    assert wanted(days, Keep()) == set(days)


@pytest.fixture
def practice(tmp_path: Path) -> Practice:
    return Practice.found(tmp_path / "home")


def keep(practice: Practice, folder: Path, now: datetime, asked: Keep | None = None) -> Kept:
    with practice.home.open() as store:
        clocked = Store(store.path, store.data_key, lambda: now)
        try:
            return keep_in(
                clocked, OWNER, str(practice.home.folder), str(folder), program="test", keep=asked or Keep()
            )
        finally:
            clocked.close()


def test_rj1_only_its_own_backups_are_taken_away(practice: Practice, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    first = Path(keep(practice, folder, START).backed.path).name
    others = [
        first.replace("-site1-", "-site2-"), "notes.txt", first + ".old", first.replace("daysheet-", "day-"),
        "daysheet-00000000-site1-20200101T000000Z.backup",
    ]  # fmt: skip
    for name in others:
        (folder / name).write_text("somebody's")
    (folder / first.replace("20260101", "20259999")).write_text("no day")
    (folder / first.replace("20260101", "20250101")).mkdir()
    (folder / first.replace("20260101", "20240101")).symlink_to(tmp_path / "elsewhere")
    before = set(files(folder))
    kept = keep(practice, folder, START + timedelta(days=1), Keep(1, 0, 0))
    assert kept.removed == (first,)
    assert set(files(folder)) == before - {first} | {Path(kept.backed.path).name}


def test_rj1_nothing_is_taken_away_for_a_backup_that_failed_or_of_a_book_not_in_order(
    practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    keep(practice, folder, START)
    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr("core.books.backup._seal", lambda *_: (_ for _ in ()).throw(RuntimeError))
        keep(practice, folder, START + timedelta(days=1), Keep(1, 0, 0))
    assert len(files(folder)) == 1
    with monkeypatch.context() as patch:
        patch.setattr("core.books.backup.wrong_with", lambda _: ["facts are unaltered"])
        kept = keep(practice, folder, START + timedelta(days=1), Keep(1, 0, 0))
    assert (kept.removed, len(files(folder))) == ((), 2)


def test_rj1_a_folder_that_lets_nothing_be_taken_away_still_gets_its_backup(
    practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a target does that ransomware cannot empty."""
    folder = tmp_path / "backups"
    folder.mkdir()
    keep(practice, folder, START)
    real = os.unlink

    def fixed(path: str, *arguments: object) -> None:
        if os.fspath(path).endswith(".backup"):
            raise PermissionError(1, "Operation not permitted")
        real(path)

    monkeypatch.setattr(os, "unlink", fixed)
    kept = keep(practice, folder, START + timedelta(days=1), Keep(1, 0, 0))
    assert len(kept.stuck) == 1
    assert len(files(folder)) == 2
