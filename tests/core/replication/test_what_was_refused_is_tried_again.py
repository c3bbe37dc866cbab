"""What an older version could not take finds its place after the update, and is said until then (I11)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from core.clients.commands import change_client
from core.ledger.summaries import keep
from core.replication.again import try_again
from core.store import Store
from core.store.postgres import PostgresStore
from tests.core.replication.offices import KEY, OWNER, Network
from tests.core.replication.test_offices_keep_one_book import everything
from tests.syncd.network import families, new_client


@contextmanager
def older(book: Store, table: str, column: str, like: str) -> Iterator[None]:
    """While this lasts, the book's table has a rule that a newer version gave up."""
    if isinstance(book, PostgresStore):
        made = [f"ALTER TABLE {table} ADD CONSTRAINT older CHECK ({column} NOT LIKE '{like}') NOT VALID"]
        gone = [f"ALTER TABLE {table} DROP CONSTRAINT older"]
    else:
        made = [
            f"CREATE TRIGGER older_{event} BEFORE {event} ON {table} WHEN NEW.{column} LIKE '{like}'"
            " BEGIN SELECT RAISE(ABORT, 'this version knows no such value'); END"
            for event in ("INSERT", "UPDATE")
        ]
        gone = [f"DROP TRIGGER older_{event}" for event in ("INSERT", "UPDATE")]
    for step, said in enumerate((made, gone)):
        with book.merge(OWNER) as tx:
            for sql in said:
                tx.execute(sql)
        if not step:
            yield


def aside(book: Store) -> list[str]:
    with book.read() as read:
        return [table for (table,) in read.rows("SELECT tbl FROM sync_aside")]


def test_a_new_row_that_the_hub_refused_comes_to_everybody_after_its_update(network: Network) -> None:
    network.join("S")
    with older(network.hub, "client", "sort_name", "Byron%"):
        new_client(network.offices[1], "Byron")
        network.settle()
        assert families(network.hub) == []
        assert aside(network.hub) == ["client"]
        assert try_again(network.hub) == 0
        assert aside(network.hub) == ["client"], "refused again, it stays where it is"
    assert try_again(network.hub) == 1
    assert aside(network.hub) == []
    network.settle()
    # The office that wrote it keeps the number that it was told, until its daily check.
    assert everything(network.offices[2]) == everything(network.hub)
    assert families(network.offices[1]) == families(network.hub) != []


def test_edits_that_were_refused_one_after_the_other_come_together(network: Network) -> None:
    client_id = new_client(network.offices[1], "Byron")
    network.settle()
    with older(network.hub, "client", "phone", "555%"):
        for phone in ("555 0101", "555 0102"):
            with network.offices[1].write(OWNER) as tx:
                change_client(tx, client_id, phone=phone)
            network.settle()
    assert aside(network.hub) == ["client"]
    assert try_again(network.hub) == 1
    network.settle()
    with network.hub.read() as read:
        assert read.rows("SELECT phone FROM client") == [("555 0102",)]
        assert read.value("SELECT count(*) FROM edit_clash") == 0


def test_an_edit_that_another_office_overtook_meanwhile_is_a_clash(network: Network) -> None:
    client_id = new_client(network.offices[1], "Byron")
    network.join("S")
    network.settle()
    with older(network.hub, "client", "phone", "555%"):
        for site, phone in ((1, "555 0101"), (2, "777 0101")):
            with network.offices[site].write(OWNER) as tx:
                change_client(tx, client_id, phone=phone)
        network.settle()
    assert try_again(network.hub) == 1
    network.settle()
    with network.hub.read() as read:
        assert read.value("SELECT count(*) FROM edit_clash") == 1


def test_a_fact_that_the_hub_refused_keeps_its_place_and_finds_its_table(network: Network) -> None:
    with older(network.hub, "audit_entry", "verb", "%"):
        new_client(network.offices[1], "Byron")
        network.settle()
        assert set(aside(network.hub)) == {"audit_entry"}
    assert try_again(network.hub) > 0
    network.settle()
    assert aside(network.hub) == []
    assert everything(network.hub) == everything(network.offices[1])


def test_what_an_office_refused_comes_again_after_its_update(network: Network) -> None:
    second = network.join("S")
    with older(second, "client", "sort_name", "Byron%"):
        new_client(network.offices[1], "Byron")
        network.settle()
        assert families(second) == []
        assert aside(second) == ["client"]
    second.absorb()
    network.settle()
    assert aside(second) == []
    assert everything(second) == everything(network.hub)


def test_an_office_that_was_killed_right_after_its_update_asks_when_it_is_opened(network: Network) -> None:
    second = network.join("S")
    with older(second, "client", "sort_name", "Byron%"):
        new_client(network.offices[1], "Byron")
        network.settle()
    with second.merge(OWNER) as tx:  # as the update leaves it, before what was kept has found its place
        tx.execute("UPDATE sync_clock SET absorbed = '0004'")
    second.close()
    Store.open(second.path, KEY, second.clock, keep).close()
    network.settle()
    assert aside(second) == []
    assert everything(second) == everything(network.hub)
