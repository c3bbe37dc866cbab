"""What PostgreSQL may do to a hub: collide, be killed, become a standby. Offices wait, nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from core.store.postgres import PostgresStore
from core.store.postgres.session import UnfitDatabase
from syncd.line import Trouble
from syncd.office import Office
from tests.core.replication.offices import KEY, Clock, Network
from tests.postgres import Server, running
from tests.syncd.network import Served, families, new_client, served, until

COLLIDES = """
CREATE SEQUENCE tries;
CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('tries') <= {} THEN
        RAISE EXCEPTION USING ERRCODE = '{}', MESSAGE = 'could not serialize';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER collide BEFORE INSERT ON client FOR EACH ROW EXECUTE FUNCTION collide();
"""


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that only this test has, so that it may be ended."""
    with running() as made:
        yield made


def tries(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT last_value FROM tries").fetchone()
    assert found
    return int(found[0])


@pytest.mark.parametrize("state", ["40001", "40P01"], ids=["serialization failure", "deadlock"])
async def test_a_unit_that_collides_is_done_again_from_its_beginning(
    tmp_path: Path, postgres: Server, state: str
) -> None:
    url = postgres.new_database()
    with served(tmp_path, url) as network:
        with psycopg.connect(url) as connection:
            connection.execute(COLLIDES.format(4, state).encode())
        new_client(network.offices[1], "Byron")
        await Office(network.offices[1]).in_step()
        assert families(network.hub) == ["Byron"]
    assert tries(url) == 5


async def test_a_unit_that_never_gets_through_is_told_as_busy(tmp_path: Path, postgres: Server) -> None:
    url = postgres.new_database()
    with served(tmp_path, url) as network:
        with psycopg.connect(url) as connection:
            connection.execute(COLLIDES.format(1_000, "40001").encode())
        new_client(network.offices[1], "Byron")
        with pytest.raises(Trouble) as told:
            await Office(network.offices[1]).in_step()
        assert told.value.code == "busy"
        with psycopg.connect(url) as connection:
            connection.execute("DROP TRIGGER collide ON client")
        await Office(network.offices[1]).in_step()
        assert families(network.hub) == ["Byron"]


async def test_a_server_that_is_killed_and_comes_back_costs_a_wait(tmp_path: Path, server: Server) -> None:
    with served(tmp_path, server.new_database()) as network:
        new_client(network.offices[1], "Byron")
        await Office(network.offices[1]).in_step()
        server.stop("immediate")
        new_client(network.offices[1], "Shelley")
        with pytest.raises(Trouble) as told:
            await Office(network.offices[1]).in_step()
        assert told.value.code == "busy"
        assert network.server
        assert httpx.get(f"{network.server.url}/health").status_code == 503
        server.resume()
        await Office(network.offices[1]).in_step()
        assert families(network.hub) == ["Byron", "Shelley"]
        await _wakes(network)
        health = f"{network.server.url}/health"
        await until(lambda: httpx.get(health).status_code == 200, 30)


async def _wakes(network: Served) -> None:
    """The bell listens again."""
    assert network.server
    bell = network.server.bell
    before = bell.count
    new_client(network.hub, "Keats")
    await until(lambda: bell.count > before)


async def test_a_server_that_has_become_a_standby_is_waited_for(tmp_path: Path, server: Server) -> None:
    """As in a failover, until it is the primary again or the address leads to the new one."""
    with served(tmp_path, server.new_database()) as network:
        server.become_standby()
        new_client(network.offices[1], "Byron")
        with pytest.raises(Trouble) as told:
            await Office(network.offices[1]).in_step()
        assert told.value.code == "busy"
        assert families(network.hub) == []
        server.promote()
        await Office(network.offices[1]).in_step()
        assert families(network.hub) == ["Byron"]


async def test_a_hub_does_not_start_on_a_standby(tmp_path: Path, server: Server) -> None:
    url = server.new_database()
    network = Network(tmp_path, url)
    network.close()
    server.become_standby()
    with pytest.raises(UnfitDatabase, match="primary"):
        PostgresStore.at(url, KEY, Clock(), None)


async def test_a_long_poll_wakes_for_what_another_process_took_in(tmp_path: Path, postgres: Server) -> None:
    url = postgres.new_database()
    with served(tmp_path, url) as network:
        await Office(network.offices[1]).in_step()
        daemon = Office(network.offices[1])
        running = asyncio.create_task(daemon.run())
        assert network.server
        address = f"{network.server.url}/metrics"
        await until(lambda: "syncd_waiting_offices 1.0" in httpx.get(address).text)
        other = PostgresStore.at(url, KEY, Clock(), network.hub.secret)  # type: ignore[attr-defined]
        new_client(other, "Byron")
        other.close()
        await until(lambda: families(network.offices[1]) == ["Byron"], 5)
        daemon.stop()
        await running
