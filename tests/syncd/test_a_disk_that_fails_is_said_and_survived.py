"""A disk that fails for a while ends nothing: it is said, health shows it, and all goes on after it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from core.store import Store
from core.trouble import DiskFull, DiskTrouble
from syncd import hub as hub_module
from syncd.hub import Hub
from syncd.office import Office
from syncd.trouble import Pauses
from tests.syncd.network import Served, families, new_client, until

RAW = sqlcipher.OperationalError("disk I/O error")


class Failing:
    """A function that fails until it is mended, and how often it was called."""

    def __init__(self, real: Any, error: Exception) -> None:
        self.real, self.error = real, error
        self.broken, self.calls = True, 0

    def __call__(self, *args: Any, **options: Any) -> Any:
        self.calls += 1
        if self.broken:
            raise self.error.with_traceback(None)
        return self.real(*args, **options)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pauses, "FIRST", 0.01)
    monkeypatch.setattr(Pauses, "LAST", 0.02)
    monkeypatch.setattr(hub_module, "MET_SECONDS", 0.01)


def _health(network: Served) -> tuple[int, str]:
    assert network.server
    answer = httpx.get(network.server.url + "/health")
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize("error", [RAW, DiskTrouble()], ids=["raw", "told"])
async def test_the_bell_rings_again_after_the_disk_failed(
    network: Served, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    failing = Failing(network.hub.data_version, error)
    monkeypatch.setattr(network.hub, "data_version", failing)
    await until(lambda: failing.calls > 3)
    assert (await asyncio.to_thread(_health, network))[0] == 503
    failing.broken = False
    await until(lambda: _health(network) == (200, ""))
    first = network.offices[1]
    office = Office(first)
    task = asyncio.create_task(office.run())
    await asyncio.to_thread(new_client, network.hub, "Byron")
    await until(lambda: families(first) == ["Byron"])
    office.stop()
    await task


@pytest.mark.parametrize("error", [RAW, DiskFull()], ids=["raw", "told"])
async def test_the_hubs_house_is_kept_again_after_the_disk_was_full(
    network: Served, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], error: Exception
) -> None:
    failing = Failing(Hub._note, error)
    monkeypatch.setattr(Hub, "_note", lambda self, met: failing(self, met))
    await Office(network.offices[1]).in_step()
    await until(lambda: failing.calls > 3)
    assert (await asyncio.to_thread(_health, network))[0] == 503
    assert capfd.readouterr().err.count("tried again by itself") >= 1
    failing.broken = False
    await until(lambda: _health(network) == (200, ""))
    with network.hub.read() as read:
        assert read.value("SELECT met_at FROM sync_peer WHERE site = 1") is not None


@pytest.mark.parametrize("error", [RAW, DiskTrouble()], ids=["raw", "told"])
async def test_an_office_brings_again_after_its_disk_failed(
    network: Served, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    first, told = network.offices[1], list[str]()
    failing = Failing(first.data_version, error)
    monkeypatch.setattr(first, "data_version", failing)
    office = Office(first, told.append)
    task = asyncio.create_task(office.run())
    await until(lambda: failing.calls > 3)
    assert set(told) & {"disk", "failed"}
    failing.broken = False
    await asyncio.to_thread(new_client, first, "Byron")
    await until(lambda: families(network.hub) == ["Byron"])
    assert not task.done()
    office.stop()
    await task


def test_the_version_of_a_book_whose_disk_fails_is_refused_in_words(
    network: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def execute(self, sql: str) -> None:
            error = sqlcipher.OperationalError("disk I/O error")
            error.sqlite_errorname = "SQLITE_IOERR_READ"
            raise error

        def close(self) -> None:
            """As a connection does."""

    book: Store = network.offices[1]
    book._watching = Broken()
    with pytest.raises(DiskTrouble):
        book.data_version()
