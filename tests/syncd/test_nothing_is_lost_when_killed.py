"""Hub and offices are killed at random points behind a bad network: nothing is lost, nothing doubled.

Real processes, real files, real HTTP through a chaos proxy (`sync.md` 6: 1, 2, 3, 8, 12, 13, 15).
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from core import audit
from core.replication.standing import numbered_up_to, office_standing
from core.store import Store
from syncd.guard import listen
from syncd.office import Office
from tests.architecture.source import ROOT
from tests.simulation.oracle import contents
from tests.sizes import sized
from tests.syncd.chaos_proxy import FAULTS, ChaosProxy
from tests.syncd.network import Served, reach, until
from tests.syncd.victims import CENTS, DATABASE, opened

KILLS = sized(10, 200)
HUB_KILLS = sized(6, 60)
SEED = 20261122
ROUNDS = 3
OFFICES = ("site-1", "site-2")


class Victims:
    """The processes, by name; a kill is followed by a restart."""

    def __init__(self, folder: Path, hub_port: int, second_port: int = 0) -> None:
        self.folder = folder
        self.ports = {"hub": hub_port, "hub-2": second_port}
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.syncd.victims", str(folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ, cwd=ROOT,
        )  # fmt: skip
        self._pids: dict[str, int] = {}

    def start(self, name: str) -> None:
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.write(f"hub {self.ports[name]}\n" if name in self.ports else f"office {name}\n")
        self._zygote.stdin.flush()
        self._pids[name] = int(self._zygote.stdout.readline())

    def kill(self, name: str) -> None:
        pid = self._pids.pop(name)
        os.kill(pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            while True:  # until its sockets are free
                os.kill(pid, 0)
                os.sched_yield()

    def hub_listens(self) -> bool:
        try:
            for name in self.ports.keys() & self._pids.keys():
                socket.create_connection(("127.0.0.1", self.ports[name]), 1).close()
        except OSError:
            return False
        return True

    def acknowledged(self) -> set[str]:
        files = self.folder.glob("*.acks")
        return {line for file in files for line in file.read_text().split("\n")[:-1]}

    def close(self) -> None:
        for name in list(self._pids):
            self.kill(name)
        self._zygote.kill()
        self._zygote.communicate()


@pytest.fixture
def folder(tmp_path: Path, hub_database: str) -> Path:
    """A hub and two offices, closed."""
    network = Served(tmp_path, hub_database)
    network.join("S")
    network.close()
    if hub_database:
        (tmp_path / DATABASE).write_text(hub_database)
    return tmp_path


@pytest.fixture
def victims(folder: Path) -> Iterator[Victims]:
    made = Victims(folder, free_port(), free_port())
    yield made
    made.close()


def free_port() -> int:
    free = listen("127.0.0.1", 0)
    port: int = free.getsockname()[1]
    free.close()
    return port


async def _kill_again_and_again(victims: Victims, proxy: ChaosProxy, random: Random) -> None:
    """Each time after some commits and connections more, so that every kill meets work."""
    for name in ("hub", *OFFICES):
        victims.start(name)
    for _ in range(KILLS):
        commits = len(victims.acknowledged()) + random.randrange(1, 8)
        connections = proxy.counts.total() + random.randrange(2, 12)
        async with asyncio.timeout(60):
            while len(victims.acknowledged()) < commits or proxy.counts.total() < connections:
                await asyncio.sleep(random.random() * 0.01)
        dead = random.choice((["hub"], ["site-1"], ["site-2"], ["hub", "site-1"], ["hub", "site-2"]))
        for name in dead:
            victims.kill(name)
        for name in dead:
            victims.start(name)
    for name in OFFICES:
        victims.kill(name)


async def _rounds_until_equal(folder: Path, url: str) -> int:
    """How many times every office must exchange until all books are equal."""
    books = [opened(folder, name) for name in OFFICES]
    hub = opened(folder, "hub")
    try:
        for rounds in range(1, ROUNDS + 1):
            for book in books:
                reach(book, url)
                await Office(book).in_step()
            with hub.read() as read:
                wanted = contents(read)
            if all(_content(book) == wanted and not _documents_on_their_way(book) for book in books):
                return rounds
    finally:
        for book in (hub, *books):
            book.close()
    raise AssertionError(f"the books differ after {ROUNDS} rounds")


def _documents_on_their_way(book: Store) -> int:
    with book.read() as read:
        return office_standing(read).documents


def _content(book: Store) -> object:
    with book.read() as read:
        return contents(read)


async def test_nothing_is_lost_and_nothing_doubled(folder: Path, victims: Victims) -> None:
    random = Random(SEED)
    proxy = ChaosProxy(victims.ports["hub"], random)
    url = await _reached_by(proxy, folder)
    await _kill_again_and_again(victims, proxy, random)
    acknowledged, rounds = await _nothing_is_lost(victims, proxy, url)
    assert all(proxy.counts[fault] for fault in FAULTS), proxy.counts
    print(
        f"kills={KILLS} seed={SEED} connections={proxy.counts.total()} {dict(proxy.counts)}"
        f" acknowledged={acknowledged} lost=0 doubled=0 rounds={rounds}"
    )


@pytest.mark.parametrize("hub_database", ["PostgreSQL"], indirect=True)
async def test_of_two_hub_processes_on_one_database_one_is_killed_under_load(
    folder: Path, victims: Victims
) -> None:
    """RI4: the other goes on meanwhile, and no acknowledged change is lost."""
    random = Random(SEED)
    proxy = ChaosProxy(victims.ports["hub"], random, victims.ports["hub-2"])
    url = await _reached_by(proxy, folder)
    for name in ("hub", "hub-2", *OFFICES):
        victims.start(name)
    database = opened(folder, "hub")
    for kill in range(HUB_KILLS):
        await _until_numbered(database, random.randrange(5, 40))
        name = ("hub", "hub-2")[kill % 2]
        victims.kill(name)
        await _until_numbered(database, 20)
        victims.start(name)
    database.close()
    for name in OFFICES:
        victims.kill(name)
    acknowledged, rounds = await _nothing_is_lost(victims, proxy, url)
    print(f"hub_processes=2 kills={HUB_KILLS} seed={SEED} acknowledged={acknowledged} lost=0 rounds={rounds}")


async def _until_numbered(database: Store, more: int) -> None:
    """Until the hub has taken in so many rows more, whichever process it was."""

    def head() -> int:
        with database.read() as read:
            return numbered_up_to(read)

    goal = head() + more
    await until(lambda: head() >= goal, 60)


async def _reached_by(proxy: ChaosProxy, folder: Path) -> str:
    """The offices reach their hub through the proxy; answers its address."""
    url = f"http://127.0.0.1:{await proxy.start()}"
    for name in OFFICES:
        book = opened(folder, name)
        reach(book, url)
        book.close()
    return url


async def _nothing_is_lost(victims: Victims, proxy: ChaosProxy, url: str) -> tuple[int, int]:
    """The faults stop and all books become equal; answers how many commits were acknowledged, and in how
    many rounds."""
    await until(victims.hub_listens, 30)  # what was killed last has only just been started
    proxy.calm = True
    rounds = await _rounds_until_equal(victims.folder, url)
    await proxy.stop()
    acknowledged = victims.acknowledged()
    for name in ("hub", *OFFICES):
        _check(victims.folder, name, acknowledged)
    return len(acknowledged), rounds


def _check(folder: Path, name: str, acknowledged: set[str]) -> None:
    book = opened(folder, name)
    try:
        with book.read() as read:
            payments = [reference for (reference,) in read.rows("SELECT reference FROM payment")]
            assert acknowledged - set(payments) == set(), "a payment was lost"
            assert len(payments) == len(set(payments)), "a payment was doubled"
            assert read.value("SELECT sum(amount_cents) FROM payment") == CENTS * len(payments)
            assert read.rows("SELECT * FROM sync_aside") == []
            assert audit.verify(read).ok
            if name != "hub":
                standing = office_standing(read)
                assert (standing.unsent, standing.documents, standing.trouble) == (0, 0, "")
    finally:
        book.close()
