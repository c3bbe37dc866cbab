"""RJ1, security.md 6: killed in a backup or a restore, there is the old or the new, and never neither.

The child ends itself with SIGKILL at the N-th thing it does: every SQL statement, every file opened,
renamed or removed in its folders, and every piece of the backup read or written.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

import core.security.keys
from core.audit import verify
from core.books.container import Counted, Secret
from core.security.unlock import acting, open_with_passphrase
from core.trouble import BookExists, NoBook
from tests.builders import fixed_clock
from tests.core.books.drill import PASSPHRASE, Practice, assert_nothing_readable, files
from tests.crash.forked import NEVER, Events, in_child, spread, start, wait_for
from tests.sizes import sized


class Steps(Events):
    """Counts the pieces of the backup as well, and ends the process by a real SIGKILL."""

    def __init__(self, dies_at: int, folder: Path) -> None:
        super().__init__(dies_at, folder=str(folder))
        for name in ("read", "write"):
            self._count_pieces(name)

    def _count_pieces(self, name: str) -> None:
        real = getattr(Counted, name)

        def counted(*arguments: object) -> object:
            self.count()
            answer = real(*arguments)
            self.count()
            return answer

        setattr(Counted, name, counted)

    def count(self, *_: object) -> None:
        self.seen += 1
        if self.seen == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)


def steps_of(deed: Callable[[], object], folder: Path) -> int:
    told = folder / "steps"

    def counted() -> None:
        steps = Steps(NEVER, folder)
        deed()
        told.write_text(str(steps.seen))

    assert in_child(counted) == 0
    count = int(told.read_text())
    told.unlink()
    return count


def killed_at(point: int, deed: Callable[[], object], folder: Path) -> None:
    def deadly() -> None:
        Steps(point, folder)
        deed()

    assert in_child(deadly) == -signal.SIGKILL


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Practice:
    monkeypatch.setattr(core.security.keys, "ARGON2", {"memory_kib": 8, "iterations": 1, "lanes": 1})
    return Practice.found(tmp_path / "home")


def test_rj1_a_backup_killed_at_any_step_leaves_the_one_before_or_the_new_one(
    practice: Practice, tmp_path: Path
) -> None:
    target = tmp_path / "backups" / "file"
    target.parent.mkdir()
    practice.back_up(target)
    old = target.read_bytes()
    count = steps_of(lambda: practice.back_up(target), tmp_path)
    new = 0
    for point in spread(count, sized(25, 10_000)):
        target.write_bytes(old)
        target.chmod(0o600)
        killed_at(point, lambda: practice.back_up(target), tmp_path)
        if target.read_bytes() != old:
            new += 1
            assert practice.check(target, tmp_path).wrong == ()
        assert_nothing_readable(tmp_path)
        practice.back_up(target)
        assert files(target.parent) == ["file"]
        assert files(practice.home.folder) == ["book.db", "keys.json", "machine.key"]
    assert 0 < new < sized(25, count)
    assert practice.check(target, tmp_path).wrong == ()
    with practice.home.open() as store, store.read() as read:
        assert verify(read).ok
    print(f"\nkilled at {sized(25, count)} of {count} steps; {new} times the new one was there already")


def test_rj1_a_restore_killed_at_any_step_leaves_a_whole_book_or_none_and_goes_again(
    practice: Practice, tmp_path: Path
) -> None:
    practice.back_up(tmp_path / "file")
    again = tmp_path / "again"

    def restore() -> None:
        practice.restore(tmp_path / "file", again, Secret(PASSPHRASE))

    count = steps_of(restore, tmp_path)
    shutil.rmtree(again)
    there = 0
    for point in spread(count, sized(25, 10_000)):
        killed_at(point, restore, tmp_path)
        assert_nothing_readable(tmp_path)
        if (again / "book.db").exists():
            there += 1
            with pytest.raises(BookExists):
                restore()
        else:
            with pytest.raises(NoBook):
                open_with_passphrase(str(again), PASSPHRASE, fixed_clock)
            restore()
        opened = open_with_passphrase(str(again), PASSPHRASE, fixed_clock)
        assert acting(opened, str(again)).name == "Olive Owner"
        with opened.store.read() as read:
            assert verify(read).ok
            assert read.value("SELECT site FROM sync_clock") >= 2048
            assert read.value("SELECT count(*) FROM audit_entry WHERE verb = 'book.restored'") == 1
        opened.store.close()
        assert files(again) == ["book.db", "keys.json"]
        shutil.rmtree(again)
    print(f"\nkilled at {sized(25, count)} of {count} steps; {there} times the book was there already")


def test_rj1_of_restores_at_once_into_one_home_one_makes_the_book(practice: Practice, tmp_path: Path) -> None:
    practice.back_up(tmp_path / "file")
    for turn in range(sized(5, 50)):
        again = tmp_path / f"again{turn}"

        def late() -> None:
            try:
                practice.restore(tmp_path / "file", again)  # noqa: B023  waited for below
            except BookExists:
                raise SystemExit(4) from None

        racers = [start(late) for _ in range(3)]
        assert sorted(wait_for(pid) for pid in racers) == [0, 4, 4]
        assert files(again) == ["book.db", "keys.json"]


def test_rj1_backups_at_once_of_one_book_are_each_whole(practice: Practice, tmp_path: Path) -> None:
    racers = [start(lambda n=n: practice.back_up(tmp_path / f"file{n}")) for n in range(3)]  # type: ignore[misc]
    assert [wait_for(pid) for pid in racers] == [0, 0, 0]
    for number in range(3):
        assert practice.check(tmp_path / f"file{number}", tmp_path).wrong == ()
    assert files(practice.home.folder) == ["book.db", "keys.json", "machine.key"]
