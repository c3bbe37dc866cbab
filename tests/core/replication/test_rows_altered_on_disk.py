"""RI2: a row that a disk or a tool altered behind the triggers is found by its print and made equal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core import audit
from core.ledger.kept import differences, rebuild
from core.replication.repair import ask, differing, prints_upto, read_asked, read_given, take_given
from core.replication.repair_at_hub import mend_at_hub
from core.store import Store
from core.sync.fingerprint import BRANCHES
from core.sync.triggers import triggers
from core.sync.wire import pack
from core.tables import shapes
from tests.core.replication.offices import OWNER, Network
from tests.core.replication.test_offices_keep_one_book import add, books_are_equal

Mended = tuple[int, int, list[tuple[str, str, str]]]


@pytest.fixture
def network(network: Network) -> Network:
    network.join("S")
    for name in ("Archer", "Baker", "Cook"):
        add(network.offices[1], name)
    add(network.offices[2], "Dyer")
    network.settle()
    network.settle()
    return network


def behind(book: Store, sql: str, **params: Any) -> None:
    """Change the book as a tool does that knows nothing of triggers."""
    if book.keep is None:
        with book.merge(OWNER) as tx:
            tx.execute("SET LOCAL session_replication_role = replica")
            tx.execute(sql, params)
        return
    with book.merge(OWNER) as tx:
        guards = {
            n: s for shape in shapes() for n, s in triggers(shape) if n.endswith(("_update", "_delete"))
        }
        for name in guards:
            tx.execute(f"DROP TRIGGER {name}")
        tx.execute(sql, params)
        for text in guards.values():
            tx.execute(text)


def leaves_that_differ(network: Network, book: Store) -> list[int]:
    with book.read() as read, network.hub.read() as at_hub:
        upto = read.value("SELECT cursor FROM sync_link")
        mine, theirs = prints_upto(read, upto), prints_upto(at_hub, upto)
    found = []
    for branch in differing(mine.branches(), theirs.branches()):
        found += [branch * BRANCHES + leaf for leaf in differing(mine.leaves(branch), theirs.leaves(branch))]
    return found


def mend(network: Network, book: Store) -> Mended:
    """Compare and repair once, through the bytes of the wire."""
    leaves = leaves_that_differ(network, book)
    if not leaves:
        return 0, 0, []
    with book.read() as read:
        asked = ask(read, leaves)
    site = asked_by(book)
    given = mend_at_hub(
        network.hub, site, read_asked(pack(list(asked))), now_ms(network), rebuilt(network.hub)
    )
    done = take_given(book, asked, read_given(pack(list(given))), rebuild)
    return done.here, done.at_hub, done.left


def rebuilt(hub: Store) -> Callable[[Any], None]:
    """What a hub does about its summaries; in PostgreSQL it has none."""
    return rebuild if hub.keep is not None else lambda tx: None


def now_ms(network: Network) -> int:
    return int(network.hub.clock().timestamp() * 1000)


def asked_by(book: Store) -> int:
    with book.read() as read:
        return int(read.value("SELECT site FROM sync_link"))


def held(book: Store) -> list[tuple[Any, ...]]:
    with book.read() as read:
        return read.rows("SELECT tbl, why FROM sync_aside ORDER BY 1")


def all_is_equal(network: Network) -> None:
    network.settle()
    network.settle()
    books_are_equal(network)
    for book in (network.hub, *network.offices.values()):
        with book.read() as read:
            assert audit.verify(read).ok
            assert book.keep is None or differences(read) == []
    for book in network.offices.values():
        assert leaves_that_differ(network, book) == []


def test_books_in_step_have_the_same_prints(network: Network) -> None:
    for book in network.offices.values():
        assert leaves_that_differ(network, book) == []


ALTERED = "it was altered on the disk of this computer"
CLIENT = "(SELECT id FROM client WHERE sort_name LIKE 'Archer%')"
FACT = "(SELECT id FROM audit_entry WHERE site = 1 ORDER BY no LIMIT 1 OFFSET 2)"


@pytest.mark.parametrize(
    ("alter", "aside"),
    [
        (f"UPDATE client SET phone = 'x' WHERE id = {CLIENT}", [("client", ALTERED)]),
        (f"DELETE FROM client WHERE id = {CLIENT}", []),
        (f"UPDATE client SET _q = _q + 100000 WHERE id = {CLIENT}", []),
        (f"UPDATE client SET phone = 'x', _h = _h - 4096 WHERE id = {CLIENT}", []),
        (f"UPDATE audit_entry SET reason = 'x' WHERE id = {FACT}", [("audit_entry", ALTERED)]),
        (f"DELETE FROM audit_entry WHERE id = {FACT}", []),
        (f"UPDATE audit_entry SET _q = 100000 WHERE id = {FACT}", []),
        (f"UPDATE audit_entry SET chain = zeroblob(32) WHERE id = {FACT}", [("audit_entry", ALTERED)]),
        ("DELETE FROM audit_entry WHERE site = 1 AND no IN (2, 3)", []),
        ("UPDATE audit_entry SET detail = 'x' WHERE site = 1", [("audit_entry", ALTERED)]),
    ],
)
def test_what_an_offices_disk_altered_is_as_it_was(
    network: Network, alter: str, aside: list[tuple[str, str]]
) -> None:
    book = network.offices[2]
    behind(book, alter)
    here, _, left = mend(network, book)
    assert here >= 1
    assert left == []
    assert sorted(set(held(book))) == aside
    all_is_equal(network)


@pytest.mark.parametrize(
    "alter",
    [
        f"UPDATE client SET phone = 'x', _h = _h - 4096 WHERE id = {CLIENT}",
        f"DELETE FROM client WHERE id = {CLIENT}",
        f"UPDATE audit_entry SET reason = 'x' WHERE id = {FACT}",
        f"DELETE FROM audit_entry WHERE id = {FACT}",
    ],
)
def test_what_the_hubs_disk_altered_comes_back_from_the_office_that_wrote_it(
    network: Network, alter: str
) -> None:
    behind(network.hub, alter)
    _, at_hub, left = mend(network, network.offices[1])
    assert at_hub == 1
    assert left == []
    all_is_equal(network)


def test_a_fact_that_the_hub_lost_comes_back_from_any_office(network: Network) -> None:
    behind(network.hub, f"DELETE FROM audit_entry WHERE id = {FACT}")
    assert mend(network, network.offices[2])[1] == 1
    all_is_equal(network)


def test_another_offices_edit_is_not_an_offices_to_bring_back(network: Network) -> None:
    behind(network.hub, f"DELETE FROM client WHERE id = {CLIENT}")
    _, at_hub, left = mend(network, network.offices[2])
    assert at_hub == 0
    assert [why for *_, why in left] == ["only_here"]


def test_a_fact_that_somebody_made_up_is_taken_out_and_held_aside(network: Network) -> None:
    book = network.offices[2]
    behind(
        book,
        "INSERT INTO audit_entry (id, site, no, chain, _q, at, actor, verb, subject_kind, subject_id, detail,"
        " reason) SELECT 'made-up', site, 100000, chain, _q, at, actor, verb, subject_kind, subject_id,"
        " detail, reason FROM audit_entry LIMIT 1",
    )
    assert mend(network, book) == (1, 0, [])
    assert [why for _, why in held(book)] == ["it has no place in its site's chain"]
    all_is_equal(network)


def test_what_waits_to_be_sent_is_not_touched(network: Network) -> None:
    book = network.offices[2]
    with book.write(OWNER) as tx:
        tx.execute(f"UPDATE client SET phone = '555 0100' WHERE id = {CLIENT}")
    behind(book, "UPDATE client SET street = 'x' WHERE sort_name LIKE 'Baker%'")
    mend(network, book)
    network.settle()
    all_is_equal(network)
    with network.hub.read() as read:
        assert read.value(f"SELECT phone FROM client WHERE id = {CLIENT}") == "555 0100"


def forged(change: Callable[[list[Any]], None]) -> Callable[[Any], Any]:
    def other(asked: Any) -> Any:
        for _, _, rows in asked.groups:
            for row in rows:
                change(row)
        return asked

    return other


def test_an_office_that_lies_in_a_repair_changes_nothing(network: Network) -> None:
    bad = network.offices[2]
    before = dict(_clients(network.hub))
    with bad.read() as read:
        asked = ask(read, sorted(_all_leaves(bad))[:500])

    def lie(row: list[Any]) -> None:
        if row[2:3] and isinstance(row[2], int) and row[2] > 1 << 40:
            row[2] = ((row[2] >> 12) + 5 << 12) | 1  # newer, and as if of site 1
        else:
            row[-1] = "a lie"

    mend_at_hub(network.hub, 2, forged(lie)(asked), now_ms(network), rebuilt(network.hub))
    assert dict(_clients(network.hub)) == before
    with network.hub.read() as read:
        assert audit.verify(read).ok


def test_who_another_office_is_cannot_be_said_in_a_repair(network: Network) -> None:
    bad, key = network.offices[2], "SELECT public_key FROM site WHERE number = 1"
    with network.hub.read() as read:
        before = read.value(key)
    for said in ("", "ab" * 32):
        with bad.write(OWNER) as tx:
            tx.execute("UPDATE site SET public_key = :said WHERE number = 1", {"said": said})
        network.settle()
        behind(bad, "UPDATE site SET _cv = NULL WHERE number = 1")  # every column is its own word
        mend(network, bad)
        with network.hub.read() as read:
            assert read.value(key) == before


def _clients(book: Store) -> list[tuple[str, Any]]:
    with book.read() as read:
        return [
            (table, read.rows(f"SELECT * FROM {table} ORDER BY id")) for table in ("client", "audit_entry")
        ]


def _all_leaves(book: Store) -> set[int]:
    from core.sync.fingerprint import leaf_of

    with book.read() as read:
        return {
            leaf_of(i)
            for t in ("client", "guarantor", "audit_entry")
            for (i,) in read.rows(f"SELECT id FROM {t}")
        }
