"""A restored backup, and a disk that was put back to yesterday, go on beside what they lost (M9, I16)."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from core import audit
from core.ids import named
from core.ledger.summaries import keep
from core.replication.elsewhere import add_site
from core.store import Store
from core.tables import Site
from syncd.line import Line, Trouble
from syncd.office import Office
from tests.core.replication.offices import KEY, OWNER
from tests.syncd.network import Served, families, new_client, until


def _put_back(network: Served, site: int, copy: Path) -> Store:
    """The book of a site as it was when the copy was made."""
    book = network.offices[site]
    path = Path(book.path)
    book.close()
    for each in path.parent.glob(f"{path.name}-*"):
        each.unlink()
    shutil.copy(copy, path)
    network.offices[site] = Store.open(str(path), KEY, book.clock, keep)
    return network.offices[site]


async def _before_and_after(network: Served, tmp_path: Path) -> Path:
    """An office that sends a client, is copied, and sends another."""
    book = network.join("S")
    new_client(book, "Byron")
    await Office(book).in_step()
    copy = tmp_path / "copy.db"
    book.copy_to(str(copy))
    new_client(book, "Lovelace")
    await Office(book).in_step()
    return copy


async def _all_have(network: Served, *names: str) -> None:
    for _ in range(2):
        for book in network.offices.values():
            await Office(book).in_step()
    for book in (network.hub, *network.offices.values()):
        assert families(book) == sorted(names)
        with book.read() as read:
            assert audit.verify(read).ok


async def test_a_restored_backup_tells_the_hub_and_goes_on(network: Served, tmp_path: Path) -> None:
    book = _put_back(network, 2, await _before_and_after(network, tmp_path))
    book.become_site(2100)
    with book.write(OWNER) as tx:
        add_site(tx, after=2)
    new_client(book, "Shelley")
    await _all_have(network, "Byron", "Lovelace", "Shelley")


async def test_a_disk_that_was_put_back_is_noticed_and_loses_nothing(network: Served, tmp_path: Path) -> None:
    book = _put_back(network, 2, await _before_and_after(network, tmp_path))
    new_client(book, "Shelley")
    await _all_have(network, "Byron", "Lovelace", "Shelley")


async def test_the_daemon_gets_over_a_disk_that_was_put_back(network: Served, tmp_path: Path) -> None:
    book = _put_back(network, 2, await _before_and_after(network, tmp_path))
    office = Office(book)
    task = asyncio.create_task(office.run())
    await until(lambda: families(book) == ["Byron", "Lovelace"])
    await asyncio.to_thread(new_client, book, "Shelley")
    await until(lambda: families(network.hub) == ["Byron", "Lovelace", "Shelley"])
    office.stop()
    await task


async def test_a_restored_backup_with_a_number_that_is_taken_takes_another(
    network: Served, tmp_path: Path
) -> None:
    book = _put_back(network, 2, await _before_and_after(network, tmp_path))
    with network.hub.write(OWNER) as tx:
        tx.add(Site(id=named("site:2100"), number=2100, name="another", series="X"))
    book.become_site(2100)
    with book.write(OWNER) as tx:
        add_site(tx, after=2)
    new_client(book, "Shelley")
    with pytest.raises(Trouble):
        await Office(book).in_step()
    await _all_have(network, "Byron", "Lovelace", "Shelley")
    for each in (book, network.hub):
        with each.read() as read:
            assert read.value("SELECT name FROM site WHERE number = 2100") == "another"
    with book.read() as read:
        assert read.value("SELECT site FROM sync_clock") not in (2, 2100)
    with network.hub.read() as read:
        assert read.rows("SELECT tbl FROM sync_aside") == []


async def test_a_restored_backup_whose_answer_was_lost_tells_it_again(
    network: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = _put_back(network, 2, await _before_and_after(network, tmp_path))
    book.become_site(2100)
    with book.write(OWNER) as tx:
        add_site(tx, after=2)
    ask = Line.ask

    async def lost(self: Line, method: str, path: str, body: bytes = b"") -> bytes:
        answer = await ask(self, method, path, body)
        if path.endswith("/follow"):
            raise Trouble("no_answer")
        return answer

    with monkeypatch.context() as network_fails:
        network_fails.setattr(Line, "ask", lost)
        with pytest.raises(Trouble):
            await Office(book).in_step()
    await _all_have(network, "Byron", "Lovelace")
