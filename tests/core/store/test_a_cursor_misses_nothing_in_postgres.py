"""sync.md 6: 13. Numbers are seen in the order in which they are given, whoever writes, however slowly.

The naive reader in the same test, which goes by a number taken when the row is written, misses some: so the
test would notice.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from core.store import Store
from core.store.postgres import PostgresStore
from core.tables import Setting
from tests.core.replication.offices import KEY, OWNER, Clock, Network
from tests.postgres import Server
from tests.sizes import sized

WRITERS = 16
COMMITS = sized(12, 120)
MOST_ROWS = 20


@pytest.fixture
def url(tmp_path: Path, postgres: Server) -> str:
    url = postgres.new_database()
    Network(tmp_path, url).close()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE naive (seq bigserial, id text)")
    return url


class Reader(threading.Thread):
    """Asks for what is above its cursor, again and again, until told that nobody writes any more."""

    def __init__(self, after: Callable[[int], list[tuple[int, str]]]) -> None:
        super().__init__(daemon=True)
        self._after = after
        self._last = threading.Event()
        self.seen: list[str] = []

    def run(self) -> None:
        cursor, ending = 0, False
        while True:
            rows = self._after(cursor)
            self.seen += [row_id for _, row_id in rows]
            cursor = max([cursor, *(number for number, _ in rows)])
            if ending and not rows:
                return
            ending = self._last.is_set()

    def finish(self) -> set[str]:
        self._last.set()
        self.join(60)
        assert not self.is_alive()
        return set(self.seen)


def by_hub_number(store: Store) -> Callable[[int], list[tuple[int, str]]]:
    def after(cursor: int) -> list[tuple[int, str]]:
        with store.read() as read:
            return read.rows("SELECT _q, id FROM setting WHERE _q > :cursor ORDER BY _q", cursor=cursor)

    return after


def by_number_when_written(connection: psycopg.Connection[Any]) -> Callable[[int], list[tuple[int, str]]]:
    def after(cursor: int) -> list[tuple[int, str]]:
        return connection.execute(
            "SELECT seq, id FROM naive WHERE seq > %s ORDER BY seq", (cursor,)
        ).fetchall()

    return after


def _by_bulk_sql(url: str, name: str, random: Random) -> Iterator[list[str]]:
    """Another program, which knows nothing of numbers: several statements, then a pause, then its commit."""
    with psycopg.connect(url) as connection:
        for n in range(COMMITS):
            ids = [f"{name}-{n}-{i}" for i in range(random.randrange(1, MOST_ROWS))]
            for row_id in ids:
                connection.execute("INSERT INTO setting (id, name, value) VALUES (%s, 'n', 'v')", (row_id,))
                connection.execute("INSERT INTO naive (id) VALUES (%s)", (row_id,))
            connection.execute("SELECT pg_sleep(%s)", (random.random() * 0.02,))
            connection.commit()
            yield ids


def _by_the_store(url: str, name: str, random: Random) -> Iterator[list[str]]:
    """A hub process."""
    store = PostgresStore.at(url, KEY, Clock(), None)
    for n in range(COMMITS):
        ids = [f"{name}-{n}-{i}" for i in range(random.randrange(1, MOST_ROWS))]
        with store.write(OWNER) as tx:
            for row_id in ids:
                tx.add(Setting(id=row_id, name="n", value="v"))
        yield ids
    store.close()


def test_sixteen_writers_and_no_row_is_missed(url: str) -> None:
    store = PostgresStore.at(url, KEY, Clock(), None)
    beside = psycopg.connect(url, autocommit=True)
    exact, naive = Reader(by_hub_number(store)), Reader(by_number_when_written(beside))
    written: list[str] = []
    failed: list[BaseException] = []

    def write(how: Callable[..., Iterator[list[str]]], name: str, seed: int) -> None:
        try:
            for ids in how(url, name, Random(seed)):
                written.extend(ids)
        except BaseException as error:
            failed.append(error)
            raise

    ways: list[Any] = [_by_bulk_sql] * (WRITERS - 4) + [_by_the_store] * 4
    writers = [
        threading.Thread(target=write, args=(how, f"w{i}", i), daemon=True) for i, how in enumerate(ways)
    ]
    for thread in (exact, naive, *writers):
        thread.start()
    for thread in writers:
        thread.join(120)
    with store.write(OWNER):
        """What was written around the store last gets its number."""
    assert failed == []
    missed = set(written) - exact.finish()
    seen_by_the_naive = naive.finish()
    naive_rows = {row_id for (row_id,) in beside.execute("SELECT id FROM naive")}
    missed_by_the_naive = naive_rows - seen_by_the_naive
    beside.close()
    print(
        f"writers={WRITERS} rows={len(written)} missed={len(missed)}"
        f" naive_rows={len(naive_rows)} naive_missed={len(missed_by_the_naive)}"
    )
    assert missed == set()
    assert len(exact.seen) == len(set(exact.seen))
    assert missed_by_the_naive
    with store.read() as read:
        numbers = [q for (q,) in read.rows("SELECT _q FROM setting WHERE name = 'n'")]
        assert 0 not in numbers
        assert len(numbers) == len(set(numbers)) == len(written)
    store.close()
