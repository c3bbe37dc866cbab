"""RI1, RI2: what one office writes the others have, whoever wrote at the same time."""

from __future__ import annotations

from typing import Any

from core.clients.commands import add_client, change_guarantor
from core.replication import hub, office
from core.replication.messages import read_answer
from core.store import Store
from core.sync.policy import Travels
from core.sync.stamp import stamps_of
from core.tables import shapes
from tests.builders import ADDRESS
from tests.core.replication.offices import OWNER, Clock, Network


def add(book: Store, family: str) -> str:
    address: dict[str, Any] = ADDRESS
    with book.write(OWNER) as tx:
        return add_client(tx, given="Ann", family=family, **address)


def books_are_equal(network: Network) -> None:
    expected = everything(network.hub)
    for site, book in network.offices.items():
        assert everything(book) == expected, site


def everything(book: Store) -> dict[str, Any]:
    """Every replicated row with its stamps, every fact with its place, every tomb."""
    found: dict[str, Any] = {}
    with book.read() as read:
        for shape in shapes():
            if shape.travels is Travels.REGISTER:
                names = ", ".join(f'"{c}"' for c in ("id", "_h", "_cv", "_q", *shape.business))
                found[shape.name] = {
                    row[0]: (stamps_of(shape.business, row[1], row[2]), row[3:])
                    for row in read.rows(f"SELECT {names} FROM {shape.name}")
                }
            elif shape.travels is Travels.FACT:
                names = ", ".join(f'"{c}"' for c in shape.columns)
                found[shape.name] = sorted(read.rows(f"SELECT {names} FROM {shape.name}"))
        found["tombs"] = sorted(read.rows("SELECT tbl, id, _h, _q FROM sync_tomb"))
        found["chains"] = sorted(read.rows("SELECT site, no, head FROM sync_chain"))
    return found


def test_a_second_office_gets_the_whole_book(network: Network) -> None:
    add(network.offices[1], "Archer")
    network.join("S")
    network.settle()
    books_are_equal(network)
    assert len(everything(network.offices[2])["client"]) == 1


def test_both_offices_write_and_both_have_all(network: Network) -> None:
    network.join("S")
    network.settle()
    add(network.offices[1], "Archer")
    add(network.offices[2], "Baker")
    network.settle()
    books_are_equal(network)
    assert len(everything(network.hub)["client"]) == 2


def test_two_edits_of_two_fields_are_both_kept_without_a_clash(network: Network) -> None:
    add(network.offices[1], "Archer")
    network.join("S")
    network.settle()
    edit(network.offices[1], city="Lynn")
    edit(network.offices[2], email="new@example.org")
    network.settle()
    books_are_equal(network)
    with network.hub.read() as read:
        assert read.rows("SELECT city, email FROM guarantor") == [("Lynn", "new@example.org")]
        assert read.value("SELECT count(*) FROM edit_clash") == 0


def edit(book: Store, **values: str) -> None:
    with book.write(OWNER) as tx:
        change_guarantor(tx, tx.value("SELECT id FROM guarantor"), **values)


def test_two_edits_of_one_field_are_one_clash_with_the_same_words_everywhere(network: Network) -> None:
    add(network.offices[1], "Archer")
    network.join("S")
    network.settle()
    edit(network.offices[1], city="Lynn")
    edit(network.offices[2], city="Salem")
    network.settle()
    books_are_equal(network)
    for book in (network.hub, *network.offices.values()):
        with book.read() as read:
            found = set(read.rows("SELECT once, col, kept, lost FROM edit_clash"))
        assert {row[1] for row in found} == {"city"}
        assert len({row[0] for row in found}) == 1
        assert {frozenset(row[2:]) for row in found} == {frozenset({'"Lynn"', '"Salem"'})}


def test_an_answer_that_a_computer_slept_over_is_no_measure_of_its_clock(network: Network) -> None:
    """An edit that waits would be moved before an earlier one that the hub has, and lost without a word."""
    book, offset = network.offices[1], "SELECT offset_ms FROM sync_clock"
    clock = book.clock
    assert isinstance(clock, Clock)
    request = office.prepare(book, clock.ms)
    answer = read_answer(hub.exchange(network.hub, request, clock.ms).packed(), request)
    office.take(book, answer, now_ms=clock.ms + 3_600_000, asked=request)
    with book.read() as read:
        assert read.value(offset) == 0
    office.take(book, answer, now_ms=clock.ms + 5_000, asked=request)
    with book.read() as read:
        assert read.value(offset) == -5_000
