"""M9: a book that goes on from an earlier state reuses no number and loses nothing that it or the hub had."""

from __future__ import annotations

import shutil
from pathlib import Path

from core import audit
from core.ledger.summaries import keep
from core.store import Store
from tests.core.replication.offices import KEY, Clock, Network
from tests.core.replication.test_offices_keep_one_book import add, books_are_equal


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
