"""RI2: an office that joins gets the whole book as one sealed file, and goes on where it was cut off."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core import audit
from core.ledger.kept import differences
from core.ledger.summaries import keep
from core.replication import snapshot
from core.store import Store
from syncd import download
from syncd.line import Line, Trouble
from syncd.office import Office
from tests.architecture.source import ROOT
from tests.core.replication.offices import KEY, Clock
from tests.core.replication.test_offices_keep_one_book import everything
from tests.syncd.network import Served, line_of, new_client


@pytest.fixture(autouse=True)
def small_books_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "FEWEST", 1)
    monkeypatch.setattr(snapshot, "PIECE_BYTES", 1_000)


async def _filled(network: Served, clients: int = 40) -> Store:
    """An office that joins a practice with some clients, and has nothing yet."""
    for number in range(clients):
        new_client(network.offices[1], f"Client {number:02}")
    await Office(network.offices[1]).in_step()
    return network.join("S")


def _paths(monkeypatch: pytest.MonkeyPatch, *, end_after: int = 10**9) -> list[str]:
    """Which pieces are asked for; after so many the computer is switched off."""
    asked: list[str] = []
    ask = Line.ask

    async def noted(line: Line, method: str, path: str, body: bytes = b"") -> bytes:
        if "/snapshot" in path:
            asked.append(path)
            if len(asked) > end_after:
                raise Trouble("away")
        return await ask(line, method, path, body)

    monkeypatch.setattr(Line, "ask", noted)
    return asked


def _schema(book: Store) -> list[tuple[str, str]]:
    with book.read() as read:
        return sorted(read.rows("SELECT name, sql FROM sqlite_schema WHERE sql NOTNULL"))


def is_the_hubs_book(network: Served, book: Store) -> None:
    assert everything(book) == everything(network.hub)
    with book.read() as read:
        assert audit.verify(read).ok
        assert differences(read) == []
        assert read.value("SELECT count(*) FROM sync_part") == 0
    assert _schema(book) == _schema(network.offices[1])
    assert list(Path(book.path).parent.glob("*.snapshot-*")) == []


async def test_a_snapshot_is_the_hubs_book(network: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    book = await _filled(network)
    asked = _paths(monkeypatch)
    with network.hub.read() as read:
        head = read.value("SELECT seq FROM sync_head")
    rows = await Office(book).in_step()
    assert rows > 80
    assert len(asked) > 3
    with book.read() as read:
        assert read.value("SELECT cursor FROM sync_link") >= head
    is_the_hubs_book(network, book)


async def test_what_came_meanwhile_follows_page_by_page(network: Served) -> None:
    first = await _filled(network)
    await Office(first).in_step()
    new_client(network.offices[1], "Late")
    await Office(network.offices[1]).in_step()
    second = network.join("T")
    await Office(second).in_step()
    await Office(first).in_step()
    await Office(second).in_step()
    is_the_hubs_book(network, second)
    with network.hub.read() as read:
        made = snapshot.last_made(read)
    assert made is not None
    assert len(list(Path(network.hub.path).parent.glob("snapshot-*"))) == 1


async def test_a_download_that_was_cut_off_asks_for_no_piece_twice(
    network: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = await _filled(network)
    asked = _paths(monkeypatch, end_after=4)
    with pytest.raises(Trouble):
        await Office(book).in_step()
    before = [path for path in asked[:4] if re.search(r"/\d+$", path)]
    monkeypatch.undo()
    small = pytest.MonkeyPatch()
    small.setattr(snapshot, "FEWEST", 1)
    after = _paths(small)
    try:
        await Office(book).in_step()
    finally:
        small.undo()
    assert before
    assert not set(before) & set(after)
    is_the_hubs_book(network, book)


class Off(Exception):
    """The computer is off."""


def _off_at(monkeypatch: pytest.MonkeyPatch, window: int) -> None:
    """The computer is switched off where it would put in the so many-th window, and then is on again."""
    put_in, calls = vars(snapshot)["put_in"], 0

    def until_then(*args: object) -> int:
        nonlocal calls
        calls += 1
        if calls == window:
            raise Off
        return int(put_in(*args))

    monkeypatch.setattr(snapshot, "put_in", until_then)


KILLED_AFTER = (1, 2, 3, 4, 6)
"""Steps that a process makes before it is killed; the next goes on from where it was."""


async def test_a_joining_process_that_is_killed_goes_on(
    network: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RI2: `kill -9` in the middle, again and again."""
    monkeypatch.setattr("core.sync.snapshot.WINDOW_ROWS", 10)
    book = await _filled(network)
    book.close()
    kills = 0
    for steps in (*KILLED_AFTER, None):
        process = _joining(book.path)
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(steps or 0)]
        if steps and said[-1]:
            process.kill()
            kills += 1
        _, wrong = process.communicate()
        assert process.returncode == (-signal.SIGKILL if steps and said[-1] else 0), wrong
    assert kills >= 3
    network.offices[2] = Store.open(book.path, KEY, Clock(), keep)
    is_the_hubs_book(network, network.offices[2])


def _joining(path: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.syncd.joiner", path]
    return subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


async def test_a_book_that_was_being_filled_is_filled_on(
    network: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.sync.snapshot.WINDOW_ROWS", 20)
    book = await _filled(network)
    _off_at(monkeypatch, 4)
    with pytest.raises(Off):
        await Office(book).in_step()
    with book.read() as read:
        assert 0 < read.value("SELECT cursor FROM sync_link") < read.value("SELECT 100000")
    asked = _paths(monkeypatch)
    await Office(book).in_step()
    assert [path for path in asked if path != "/sync/v1/snapshot"] == []
    is_the_hubs_book(network, book)


async def test_where_the_snapshot_is_another_meanwhile_the_rest_comes_page_by_page(
    network: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.sync.snapshot.WINDOW_ROWS", 20)
    book = await _filled(network)
    _off_at(monkeypatch, 3)
    with pytest.raises(Off):
        await Office(book).in_step()
    new_client(network.offices[1], "Late")
    await Office(network.offices[1]).in_step()
    snapshot.make_snapshot(network.hub, str(Path(network.hub.path).parent))
    await Office(book).in_step()
    is_the_hubs_book(network, book)


async def test_an_altered_snapshot_is_refused_and_taken_anew(network: Served) -> None:
    book = await _filled(network)
    folder = Path(network.hub.path).parent
    made = snapshot.make_snapshot(network.hub, str(folder))
    path = folder / f"snapshot-{made.etag}"
    right = path.read_bytes()
    path.write_bytes(right[:500] + bytes([right[500] ^ 1]) + right[501:])
    with pytest.raises(Exception, match="altered"):
        await Office(book).in_step()
    assert everything(book)["client"] == {}
    path.write_bytes(right)
    await Office(book).in_step()
    is_the_hubs_book(network, book)


async def test_the_file_tells_nothing_without_its_key(network: Served) -> None:
    await _filled(network)
    folder = Path(network.hub.path).parent
    made = snapshot.make_snapshot(network.hub, str(folder))
    path = folder / f"snapshot-{made.etag}"
    assert path.stat().st_mode & 0o077 == 0
    assert b"Client 0" not in path.read_bytes()
    book = network.join("T")
    wrong = made._replace(key=bytes(32))
    with pytest.raises(Exception, match="altered"):
        snapshot.put_in_place(book, str(path), wrong, lambda tx: None)


async def test_an_altered_fact_at_the_hub_is_not_taken_for_the_offices_word(network: Served) -> None:
    from core.sync.wire import Unreadable
    from tests.core.replication.test_rows_altered_on_disk import behind

    book = await _filled(network)
    behind(network.hub, "UPDATE audit_entry SET detail = '{}' WHERE no = 3 AND site = 1")
    with pytest.raises(Unreadable, match="facts are not those"):
        await Office(book).in_step()


async def test_a_small_book_comes_page_by_page(network: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "FEWEST", 20_000)
    book = await _filled(network)
    asked = _paths(monkeypatch)
    await Office(book).in_step()
    assert asked == ["/sync/v1/snapshot"]
    is_the_hubs_book(network, book)


async def test_only_an_office_gets_a_snapshot(network: Served) -> None:
    book = await _filled(network)
    line = line_of(book, private_key=b"x" * 32)
    with pytest.raises(Trouble) as refused:
        await line.ask("GET", "/sync/v1/snapshot")
    assert refused.value.code == "bad_signature"
    await line.close()
    line = line_of(book)
    for path in ("/sync/v1/snapshot/..%2fhub.db/0", "/sync/v1/snapshot/nothing/0"):
        with pytest.raises(Trouble):
            await line.ask("GET", path)
    await line.close()


async def test_a_book_with_rows_of_its_own_takes_no_snapshot(network: Served) -> None:
    book = await _filled(network)
    new_client(book, "Own")
    with book.read() as read:
        assert not snapshot.wants_snapshot(read)
    assert await download.get_book(line_of(book), book, Office(book).on_book, lambda _: None) == 0
