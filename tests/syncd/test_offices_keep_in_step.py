"""What is written in one office is in the others a moment later, over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from core.nudge import DAEMON, NOW, nudge
from core.replication.standing import office_standing
from core.store import Store
from syncd import office as office_module
from syncd.line import Trouble
from syncd.office import Office
from tests.syncd.network import Served, families, new_client, until


@asynccontextmanager
async def keeping(*books: Store) -> AsyncIterator[list[Office]]:
    """The daemons of these offices, for as long as the block runs."""
    offices = [Office(book) for book in books]
    tasks = [asyncio.create_task(office.run()) for office in offices]
    try:
        yield offices
    finally:
        for office in offices:
            office.stop()
        await asyncio.gather(*tasks)


def _unsent(book: Store) -> int:
    with book.read() as read:
        return office_standing(read).unsent


async def test_a_client_of_one_office_shows_in_the_other(network: Served) -> None:
    first, second = network.offices[1], network.join("S")
    async with keeping(first, second):
        await asyncio.to_thread(new_client, first, "Byron")
        await until(lambda: families(second) == ["Byron"])
        await asyncio.to_thread(new_client, second, "Lovelace")
        await until(lambda: families(first) == ["Byron", "Lovelace"])


async def test_an_office_that_was_alone_for_long_brings_everything_at_once(network: Served) -> None:
    first, second = network.offices[1], network.join("S")
    for i in range(30):
        new_client(second, f"Byron {i:02}")
    await Office(second).in_step()
    await Office(first).in_step()
    assert families(first) == families(second)
    assert _unsent(second) == 0


async def test_two_exchanges_with_nothing_new_write_nothing_to_the_book(network: Served) -> None:
    book = network.offices[1]
    await Office(book).in_step()
    before = book.data_version()
    await Office(book).in_step()
    assert book.data_version() == before


async def test_one_exchange_keeps_what_went_wrong_as_the_daemon_does(network: Served) -> None:
    first = network.offices[1]
    assert network.server
    network.server.stop()
    with pytest.raises(Trouble):
        await Office(first).in_step()
    with first.read() as read:
        assert office_standing(read).trouble == "away"


async def test_a_nudge_makes_the_daemon_try_at_once(network: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `r` on the screen of the offices does, while it waits after a trouble."""
    first = network.offices[1]
    folder = str(Path(first.path).parent)
    assert network.server
    port = network.server.port
    network.server.stop()
    monkeypatch.setattr(office_module, "FIRST_RETRY", 600.0)
    told: list[str] = []
    office = Office(first, told.append)
    task = asyncio.create_task(office.run())
    await until(lambda: told[-1:] == ["away"])
    await asyncio.to_thread(network.serve, None, port)
    await until(lambda: nudge(folder, DAEMON, word=NOW) and told[-1:] == [""])
    office.stop()
    await task
    assert nudge(folder, DAEMON) is False


async def test_a_hub_that_is_away_is_said_and_found_again(network: Served) -> None:
    first, second = network.offices[1], network.join("S")
    assert network.server
    port = network.server.port
    network.server.stop()
    told: list[str] = []
    office = Office(first, told.append)
    task = asyncio.create_task(office.run())
    await asyncio.to_thread(new_client, first, "Byron")
    await until(lambda: told[-1:] == ["away"])
    with first.read() as read:
        standing = office_standing(read)
    assert (standing.trouble, standing.unsent > 0) == ("away", True)
    assert "cannot be reached" in standing.words
    await asyncio.to_thread(network.serve, None, port)
    await until(lambda: _unsent(first) == 0 and told[-1] == "")
    await Office(second).in_step()
    assert families(second) == ["Byron"]
    office.stop()
    await task


async def test_the_hub_hears_of_its_own_writes(network: Served) -> None:
    """As of the portal, or of another process on the hub's book."""
    first = network.offices[1]
    async with keeping(first):
        await asyncio.to_thread(new_client, network.hub, "Byron")
        await until(lambda: families(first) == ["Byron"])
