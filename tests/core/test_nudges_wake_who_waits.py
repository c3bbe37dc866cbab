"""A commit wakes the other programs on a book at once; a nudge that nobody hears is no trouble."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from core.nudge import PREFIX, Ear, nudge
from tests.builders import OWNER, Book


def test_a_commit_wakes_whoever_waits(tmp_path: Path) -> None:
    book, ear = Book(tmp_path), Ear(str(tmp_path))
    heard: list[bool] = []
    waiting = threading.Thread(target=lambda: heard.append(ear.wait(30)))
    waiting.start()
    with book.store.write(OWNER) as tx:
        tx.execute("UPDATE sync_clock SET offset_ms = 1")
    waiting.join(20)
    assert heard == [True]
    assert ear.wait(0) is False, "heard once"
    ear.close()
    book.store.close()


def test_what_was_not_committed_wakes_nobody(tmp_path: Path) -> None:
    book, ear = Book(tmp_path), Ear(str(tmp_path))
    with pytest.raises(KeyError), book.store.write(OWNER):
        raise KeyError
    assert ear.wait(0) is False
    ear.close()
    book.store.close()


def test_an_ear_is_there_for_its_owner_alone_and_gone_when_closed(tmp_path: Path) -> None:
    ear = Ear(str(tmp_path))
    (name,) = [each.name for each in tmp_path.iterdir()]
    assert name.startswith(PREFIX)
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    ear.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_program_left_is_taken_away(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / f"{PREFIX}1-0")
    (tmp_path / "book.db").touch()
    nudge(str(tmp_path))
    assert [each.name for each in tmp_path.iterdir()] == ["book.db"]


def test_an_ear_that_is_full_and_a_folder_that_is_gone_stop_nobody(tmp_path: Path) -> None:
    ear = Ear(str(tmp_path))
    began = time.monotonic()
    for at in range(70_000):
        os.write(ear.descriptor, b".") if at < 65_536 else nudge(str(tmp_path))
    assert time.monotonic() - began < 30
    assert ear.wait(0)
    ear.close()
    nudge(str(tmp_path / "gone"))
    assert Ear(str(tmp_path / "gone")).descriptor == -1
