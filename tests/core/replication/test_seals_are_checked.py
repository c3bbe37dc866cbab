"""A fact altered by somebody who makes the chain anew is found by its site's seal (T12, T24)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core import audit
from core.books.checkup import checkup
from core.clients.commands import add_client
from core.replication.sealed import SealFound, verify_seals
from core.store import Store, connect
from core.sync.chain import canonical, canonical_order, link
from core.tables import shapes
from tests.builders import ADDRESS
from tests.core.replication.offices import KEY, OWNER, Network


@pytest.fixture
def network(tmp_path: Path) -> Network:
    """Two offices that have written, and everybody has everything."""
    made = Network(tmp_path)
    made.join("S")
    contact: dict[str, Any] = {**ADDRESS}
    for book in made.offices.values():
        with book.write(OWNER) as tx:
            add_client(tx, given="Ada", family="Byron", **contact)
    made.settle()
    return made


@contextmanager
def raw(book: Store) -> Iterator[Any]:
    """Another program with the book's key."""
    connection = connect(book.path, KEY)
    try:
        yield connection
    finally:
        connection.close()


def _forge(book: Store, site: int) -> int:
    """Alter a fact of a site and make every link after it anew; answers its number."""
    shape = next(each for each in shapes() if each.name == "audit_entry")
    names, pick = canonical_order(shape.columns)
    columns = ", ".join(f'"{column}"' for column in shape.columns)
    with raw(book) as connection:
        connection.execute("DROP TRIGGER audit_entry_no_update")
        (no,) = connection.execute(
            "SELECT max(no) FROM audit_entry WHERE site = ? AND no = (SELECT no FROM sync_chain"
            " WHERE site = ?)", (site, site)
        ).fetchone()  # fmt: skip
        connection.execute("UPDATE audit_entry SET reason = 'forged' WHERE site = ? AND no = ?", (site, no))
        row = connection.execute(
            f"SELECT {columns} FROM audit_entry WHERE site = ? AND no = ?", (site, no)
        ).fetchone()
        before = b"\0" * 32
        for table in (each.name for each in shapes() if "chain" in each.columns):
            for (chain,) in connection.execute(
                f"SELECT chain FROM {table} WHERE site = ? AND no = ?", (site, no - 1)
            ):
                before = chain
        head = link(before, canonical("audit_entry", no, names, pick(row)))
        connection.execute("UPDATE audit_entry SET chain = ? WHERE site = ? AND no = ?", (head, site, no))
        connection.execute("UPDATE sync_chain SET head = ? WHERE site = ?", (head, site))
    return int(no)


def _seals(book: Store) -> list[SealFound]:
    with book.read() as read:
        return verify_seals(read)


def test_every_site_that_sent_facts_is_sealed_at_the_hub(network: Network) -> None:
    assert [(one.site, one.wrong) for one in _seals(network.hub)] == [(1, ""), (2, "")]
    assert 2 in {one.site for one in _seals(network.offices[1]) if not one.wrong}


@pytest.mark.parametrize("where", ["hub", "office"])
def test_a_forged_fact_is_found_by_its_sites_seal(network: Network, where: str) -> None:
    book = network.hub if where == "hub" else network.offices[1]
    no = _forge(book, 2)
    with book.read() as read:
        assert audit.verify(read).ok, "the chain alone does not show it"
        checks = {check.what: check for check in checkup(read)}
    torn = [one for one in _seals(book) if one.wrong]
    assert [(one.site, one.no) for one in torn] == [(2, no)]
    assert "not the one that the site sealed" in torn[0].wrong
    found = checks["sites' seals fit their facts"]
    assert (found.ok, f"site 2 up to fact {no}" in found.found) == (False, True)


def test_a_seal_of_another_hand_is_found(network: Network) -> None:
    with raw(network.hub) as connection:
        connection.execute("UPDATE sync_seal SET signature = zeroblob(64) WHERE site = 1")
    assert [(one.site, one.wrong) for one in _seals(network.hub) if one.wrong] == [
        (1, "the seal is not this site's")
    ]


def test_the_first_bad_fact_of_each_site_is_named(network: Network) -> None:
    with raw(network.hub) as connection:
        connection.execute("DROP TRIGGER audit_entry_no_update")
        connection.execute("UPDATE audit_entry SET detail = 'x' WHERE site IN (1, 2)")
        wanted = connection.execute(
            "SELECT site, min(no) FROM audit_entry WHERE site IN (1, 2) GROUP BY site ORDER BY site"
        ).fetchall()
    with network.hub.read() as read:
        verdict = audit.verify(read)
    assert [(site, no) for site, no, *_ in verdict.bad] == wanted
    assert verdict.first_bad == verdict.bad[0]
    assert not verdict.ok
