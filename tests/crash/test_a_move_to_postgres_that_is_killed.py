"""`syncd move` is killed at many points: the database is empty or whole, and the same again ends the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg
import pytest

from core.ledger.summaries import keep
from core.replication.moving import NotEmpty, contents
from core.security.hub_secret import SEALED_FILE, HubSecret
from core.store import Store
from core.store.postgres import PostgresStore
from syncd.moving import move_hub
from tests.core.replication.offices import KEY, OWNER, Clock, Network
from tests.core.replication.test_offices_keep_one_book import add
from tests.crash.forked import dies_at, events_of, in_child, spread
from tests.postgres import Server
from tests.sizes import sized

POINTS = sized(3, 110)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub's book with rows of every kind that travels, closed."""
    folder = tmp_path_factory.mktemp("hub")
    network = Network(folder)
    add(network.offices[1], "Archer")
    network.join("S")
    network.settle()
    network.close()
    return folder / "hub.db"


def moved(folder: Path, url: str) -> None:
    move_hub(Store.open(str(folder / "hub.db"), KEY, Clock(), keep), url, lambda _: None)


def tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_class WHERE relname = 'client'").fetchone()
    assert found
    return int(found[0])


def test_a_move_that_is_killed_anywhere_ends_the_same_when_it_is_done_again(
    book: Path, postgres: Server, tmp_path: Path
) -> None:
    store = Store.open(str(book), KEY, Clock(), keep)
    with store.read() as read:
        wanted = contents(read)
    store.close()

    def fresh(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(book, folder / "hub.db")
        return folder

    whole = fresh("whole")
    url = postgres.new_database()
    events = events_of(lambda: moved(whole, url), folder=str(whole))
    states: set[tuple[int, bool, bool]] = set()
    for point in [*spread(events, POINTS), *range(events - 6, events)]:
        folder, url = fresh(f"{point}-{len(states)}"), postgres.new_database()
        dies_at(point, lambda folder=folder, url=url: moved(folder, url), folder=str(folder))  # type: ignore[misc]
        left = (folder / "hub.db").exists()
        states.add((tables(url), (folder / SEALED_FILE).exists(), left))
        if left:
            assert in_child(lambda folder=folder, url=url: moved(folder, url)) == 0  # type: ignore[misc]
        assert not (folder / "hub.db").exists()
        assert (folder / "hub.db.1").exists()
        database = PostgresStore.at(url, KEY, Clock(), HubSecret.load(str(folder), KEY))
        with database.read() as read:
            assert contents(read) == wanted
        database.close()
        shutil.rmtree(folder)
    print(f"points={POINTS} of {events}; states left behind: {sorted(states)}")
    assert (0, False, True) in states
    assert (1, True, True) in states, "no kill fell between the database's commit and the file's new name"


def test_a_database_that_has_gone_on_is_not_taken_for_the_same(
    book: Path, postgres: Server, tmp_path: Path
) -> None:
    shutil.copy(book, tmp_path / "hub.db")
    url = postgres.new_database()
    assert in_child(lambda: moved(tmp_path, url)) == 0
    database = PostgresStore.at(url, KEY, Clock(), HubSecret.load(str(tmp_path), KEY))
    with database.write(OWNER) as tx:
        tx.execute("DELETE FROM sync_nonce")
        tx.execute("INSERT INTO sync_nonce (nonce, at) VALUES ('x', 1)")
    database.close()
    shutil.copy(book, tmp_path / "hub.db")
    with pytest.raises(NotEmpty):
        moved(tmp_path, url)
    assert (tmp_path / "hub.db").exists()


def test_a_database_with_something_else_in_it_is_left_alone(
    book: Path, postgres: Server, tmp_path: Path
) -> None:
    shutil.copy(book, tmp_path / "hub.db")
    url = postgres.new_database()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE theirs (id int)")
    with pytest.raises(NotEmpty):
        moved(tmp_path, url)
    assert not (tmp_path / SEALED_FILE).exists()
    assert tables(url) == 0
