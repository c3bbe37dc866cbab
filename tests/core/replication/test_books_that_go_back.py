"""M9: a book that goes on from an earlier state reuses no number and loses nothing that it or the hub had."""

from __future__ import annotations

import shutil
from pathlib import Path

from core import audit
from core.ledger.summaries import keep
from core.replication.elsewhere import live_again
from core.security.hub_secret import HubSecret
from core.store import Store
from core.store.postgres import PostgresStore
from tests.core.replication.offices import KEY, OWNER, Clock, Network
from tests.core.replication.test_offices_keep_one_book import add, books_are_equal
from tests.postgres import Server


def put_back(network: Network, site: int, earlier: Path) -> Store:
    """The disk of an office is as it was; nobody says so."""
    path = Path(network.offices[site].path)
    network.offices[site].close()
    for part in path.parent.glob(f"{path.name}*"):
        part.unlink()
    shutil.copy(earlier, path)
    book = Store.open(str(path), KEY, Clock(), keep)
    network.offices[site] = book
    return book


def test_a_disk_that_was_put_back_keeps_what_both_wrote(network: Network, tmp_path: Path) -> None:
    network.join("S")
    network.settle()
    add(network.offices[2], "Before")
    network.settle()
    network.offices[2].copy_to(str(tmp_path / "earlier.db"))
    add(network.offices[2], "Sent")
    network.settle()
    book = put_back(network, 2, tmp_path / "earlier.db")
    add(book, "Afterwards")
    network.settle()
    books_are_equal(network)
    with book.read() as read:
        names = [name for (name,) in read.rows("SELECT sort_name FROM client ORDER BY sort_name")]
        assert names == ["Afterwards, Ann", "Before, Ann", "Sent, Ann"]
        assert read.value("SELECT site FROM sync_clock") >= 2048
        assert audit.verify(read).ok
        series = [letters for (letters,) in read.rows("SELECT series FROM site WHERE series <> ''")]
    assert len(set(series)) == len(series) == 3


def test_a_disk_put_back_before_its_first_batch_is_noticed_too(network: Network, tmp_path: Path) -> None:
    network.join("S")
    network.settle()
    network.offices[2].copy_to(str(tmp_path / "earlier.db"))
    add(network.offices[2], "Sent")
    network.settle()
    put_back(network, 2, tmp_path / "earlier.db")
    network.settle()
    books_are_equal(network)


def test_a_database_that_was_restored_gets_back_what_it_has_lost(tmp_path: Path, postgres: Server) -> None:
    url = postgres.new_database()
    network = Network(tmp_path, url)
    network.join("S")
    add(network.offices[1], "Before")
    network.settle()
    network.hub.close()
    earlier = postgres.new_database(url.partition("@/")[2].partition("?")[0])
    secret = HubSecret.load(str(tmp_path), KEY)
    network.hub = PostgresStore.at(url, KEY, Clock(), secret)
    network.join("W")
    add(network.offices[2], "Lost")
    for _ in range(2):
        network.settle()
    network.hub.close()
    network.hub = PostgresStore.at(earlier, KEY, Clock(), secret)
    network.offices.pop(3).close()  # the hub has lost that it joined: it must join anew
    with network.hub.merge(OWNER) as tx:
        live_again(tx)
    add(network.offices[1], "Afterwards")
    for _ in range(3):
        network.settle()
    with network.hub.read() as read:
        names = [name for (name,) in read.rows("SELECT sort_name FROM client ORDER BY sort_name")]
        assert names == ["Afterwards, Ann", "Before, Ann", "Lost, Ann"]
        assert audit.verify(read).ok
    for book in network.offices.values():
        with book.read() as read:
            assert len(read.rows("SELECT id FROM client")) == 3
    network.close()
