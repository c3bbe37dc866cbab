"""A hub whose disk was put back to an earlier day: offices notice, and what it has lost goes there again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core import audit
from core.ledger.summaries import keep
from core.replication import hub, office
from core.replication.messages import Answer, Request, SentBatch, read_answer
from core.replication.standing import numbered_up_to
from core.store import Store
from core.sync.batch import Batch
from core.sync.mend import take_out
from core.sync.wire import digest, pack, unpack
from core.tables import Client, shapes
from tests.core.replication.offices import KEY, OWNER, Clock, Network
from tests.core.replication.test_offices_keep_one_book import add, books_are_equal


def put_back(network: Network, earlier: Path) -> None:
    """The hub's disk is as it was; nobody says so."""
    path = Path(network.hub.path)
    network.hub.close()
    for part in path.parent.glob(f"{path.name}*"):
        part.unlink()
    shutil.copy(earlier, path)
    network.hub = Store.open(str(path), KEY, Clock(), keep)


def in_life(book: Store) -> str:
    with book.read() as read:
        return str(read.value("SELECT epoch FROM sync_self UNION ALL SELECT epoch FROM sync_link"))


def in_two_offices(folder: Path) -> Network:
    """A backup of the hub is made once each of them has written something."""
    network = Network(folder)
    network.join("S")
    network.settle()
    add(network.offices[2], "Before")
    network.settle()
    network.hub.copy_to(str(folder / "earlier.db"))
    return network


def call(book: Store, surname: str, phone: str) -> None:
    with book.write(OWNER) as tx:
        row_id = tx.value("SELECT id FROM client WHERE sort_name LIKE :name", name=f"{surname}%")
        tx.change(Client, row_id, phone=phone)


def phones(book: Store) -> list[tuple[str, str]]:
    with book.read() as read:
        return read.rows("SELECT sort_name, phone FROM client ORDER BY sort_name")


def test_rows_facts_and_edits_that_it_lost_come_back(tmp_path: Path) -> None:
    network = in_two_offices(tmp_path)
    life = in_life(network.hub)
    add(network.offices[1], "Lost")
    call(network.offices[2], "Before", "555-0100")
    network.settle()
    call(network.offices[1], "Before", "555-0199")  # over what the other wrote
    network.settle()
    put_back(network, tmp_path / "earlier.db")
    add(network.offices[2], "Afterwards")
    for _ in range(3):
        network.settle()
    assert in_life(network.hub) != life
    books_are_equal(network)
    assert phones(network.hub) == [("Afterwards, Ann", ""), ("Before, Ann", "555-0199"), ("Lost, Ann", "")]
    with network.hub.read() as read:
        assert audit.verify(read).ok
        assert read.rows("SELECT * FROM sync_aside") == []
        assert read.rows("SELECT col FROM edit_clash") == []
    network.close()


def test_what_an_office_wrote_that_is_gone_comes_from_the_others(tmp_path: Path) -> None:
    network = in_two_offices(tmp_path)
    add(network.offices[2], "Lost")
    call(network.offices[2], "Before", "555-0100")
    network.settle()
    network.offices.pop(2).close()  # burned
    put_back(network, tmp_path / "earlier.db")
    for _ in range(3):
        network.settle()
    books_are_equal(network)
    assert phones(network.hub) == [("Before, Ann", "555-0100"), ("Lost, Ann", "")]
    with network.hub.read() as read:
        lost = read.value(
            "SELECT site FROM audit_entry WHERE verb = 'client.added' ORDER BY at DESC, no DESC"
        )
        assert lost == 2
        assert audit.verify(read).ok
    network.close()


def test_a_single_cell_that_it_lost_comes_back(tmp_path: Path) -> None:
    network = in_two_offices(tmp_path)
    with network.offices[1].write(OWNER) as tx:
        tx.execute("UPDATE practice SET phone = '555-0100'")
    network.settle()
    put_back(network, tmp_path / "earlier.db")
    for _ in range(3):
        network.settle()
    with network.hub.read() as read:
        assert read.value("SELECT phone FROM practice") == "555-0100"
    books_are_equal(network)
    network.close()


def test_one_life_begins_whoever_notices(tmp_path: Path) -> None:
    network = in_two_offices(tmp_path)
    add(network.offices[1], "Lost")
    network.settle()
    put_back(network, tmp_path / "earlier.db")
    network.exchange(network.offices[1])
    life = in_life(network.hub)
    for _ in range(3):
        network.settle()
    assert in_life(network.hub) == life
    assert {in_life(book) for book in network.offices.values()} == {life}
    network.close()


def test_a_receipt_that_the_hub_did_not_sign_changes_nothing(tmp_path: Path) -> None:
    network = in_two_offices(tmp_path)
    life = in_life(network.hub)
    book = network.offices[2]
    clock = book.clock
    assert isinstance(clock, Clock)
    honest = office.prepare(book, clock.ms)
    assert honest.receipt
    for receipt in (
        honest.receipt.replace(b"|2|", b"|2|9"),
        bytes(64) + honest.receipt[64:],
        honest.receipt[:64],
        b"x" * 10,
        honest.receipt[:64] + b"\xff" * 20,
    ):
        ask(network, honest._replace(receipt=receipt))
    theirs = office.prepare(network.offices[1], clock.ms).receipt
    ask(network, honest._replace(receipt=theirs))
    assert in_life(network.hub) == life
    network.close()


def ask(network: Network, request: Request) -> Answer:
    clock = network.hub.clock
    assert isinstance(clock, Clock)
    return read_answer(hub.exchange(network.hub, request, clock.ms).packed(), request)


def brought_back(network: Network, change: Callable[[Batch], Batch]) -> None:
    """What office 1 brings back of the burned office 2, altered on the way."""
    book = network.offices[1]
    clock = book.clock
    assert isinstance(clock, Clock)
    while True:
        request = office.prepare(book, clock.ms)
        if request.batch is not None:
            break
        office.take(book, ask(network, request), now_ms=clock.ms)
    payload = pack(list(change(Batch(*unpack(request.batch.payload)))))
    sent = SentBatch(request.batch.no, digest(payload), payload, request.batch.seal)
    ack = ask(network, request._replace(batch=sent)).ack
    assert ack is not None
    assert ack[0] == "taken"


def test_facts_of_others_are_taken_only_as_they_signed_them(tmp_path: Path) -> None:
    def otherwise(batch: Batch) -> Batch:
        facts: list[Any] = [
            [table, names, [[("forged" if cell == "client.added" else cell) for cell in row] for row in rows]]
            for table, names, rows in batch.facts
        ]
        return batch._replace(facts=facts)

    def unsigned(batch: Batch) -> Batch:
        return batch._replace(seals=[[site, no, head, bytes(64)] for site, no, head, _ in batch.seals])

    def shorter(batch: Batch) -> Batch:
        return batch._replace(facts=[[table, names, rows[:-1]] for table, names, rows in batch.facts])

    for i, change in enumerate((otherwise, unsigned, shorter)):
        folder = tmp_path / str(i)
        folder.mkdir()
        network = in_two_offices(folder)
        add(network.offices[2], "Lost")
        network.settle()
        network.offices.pop(2).close()
        put_back(network, folder / "earlier.db")
        brought_back(network, change)
        with network.hub.read() as read:
            added = "SELECT count(*) FROM audit_entry WHERE site = 2 AND verb = 'client.added'"
            assert read.value(added) == 1
            assert read.value("SELECT count(*) FROM audit_entry WHERE verb = 'forged'") == 0
            assert audit.verify(read).ok
            assert read.value("SELECT count(*) FROM sync_aside WHERE site = 2") > 0
        network.close()


def test_an_office_whose_row_the_hub_lost_stays_who_it_is(tmp_path: Path) -> None:
    """Its facts come from another office; the hub still knows its key."""
    network = in_two_offices(tmp_path)
    add(network.offices[2], "Lost")
    network.settle()
    network.offices.pop(2).close()
    put_back(network, tmp_path / "earlier.db")
    with network.hub.merge(OWNER) as tx:
        (row_id,) = tx.rows("SELECT id FROM site WHERE number = 2")[0]
        take_out(tx, next(shape for shape in shapes() if shape.name == "site"), row_id)
    for _ in range(3):
        network.settle()
    with network.hub.read() as read:
        kept = read.rows(
            "SELECT s.public_key, p.public_key FROM site AS s JOIN sync_peer AS p ON p.site = s.number"
            " WHERE s.number = 2"
        )
        assert [said for said, _ in kept] == [key.hex() for _, key in kept] != []
    network.close()


def test_a_hub_that_is_only_told_takes_nothing_before_it_is_shown(tmp_path: Path) -> None:
    """An office that has shown its receipt before only says how far the hub was."""
    network = in_two_offices(tmp_path)
    life = in_life(network.hub)
    add(network.offices[1], "Lost")
    network.settle()
    put_back(network, tmp_path / "earlier.db")
    book, clock = network.offices[1], network.offices[1].clock
    assert isinstance(clock, Clock)
    add(book, "Afterwards")
    with network.hub.read() as read:
        before = numbered_up_to(read)
    for request in (
        office.prepare(book, clock.ms, shown=True),
        office.listen(book, clock.ms, wait_seconds=9, shown=True),
    ):
        assert request.receipt == b""
        answer = ask(network, request)
        assert answer.asks_for_receipt
        assert answer.page.cursor == request.cursor
    with network.hub.read() as read:
        assert (numbered_up_to(read), in_life(network.hub)) == (before, life)
    assert office.take(book, answer, now_ms=clock.ms).more
    assert office.prepare(book, clock.ms, shown=True).receipt
    for _ in range(3):
        network.settle()
    assert in_life(network.hub) != life
    books_are_equal(network)
    with book.read() as read:
        assert office.link(read).trouble == ""
    network.close()


def test_what_an_office_only_says_of_the_hub_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    network = in_two_offices(tmp_path)
    life = in_life(network.hub)
    clock = network.hub.clock
    assert isinstance(clock, Clock)
    liar = office.listen(network.offices[2], clock.ms, shown=True)
    for untrue in ({"hub_seq": 1 << 40}, {"hub_batch": 77}, {"epoch": "another life"}):
        assert ask(network, liar._replace(**untrue)).asks_for_receipt
    assert not ask(network, liar._replace(hub_seq=0, hub_batch=0)).asks_for_receipt
    add(network.offices[1], "Baker")
    network.settle()
    assert in_life(network.hub) == life
    books_are_equal(network)
    network.close()


def test_an_answer_to_another_request_acknowledges_no_batch(tmp_path: Path) -> None:
    """The digest of the batch does not come back; whoever reads an answer says what it was asked."""
    network = in_two_offices(tmp_path)
    book, clock = network.offices[1], network.offices[1].clock
    assert isinstance(clock, Clock)
    add(book, "Baker")
    request = office.prepare(book, clock.ms)
    told = hub.exchange(network.hub, request, clock.ms).packed()
    for other in (None, office.listen(book, clock.ms), request._replace(batch=another_batch(request))):
        office.take(book, read_answer(told, other), now_ms=clock.ms)
        assert office.prepare(book, clock.ms).batch == request.batch
    office.take(book, read_answer(told, request), now_ms=clock.ms)
    assert office.prepare(book, clock.ms).batch is None
    network.close()


def another_batch(request: Request) -> SentBatch:
    """Another batch under the same number."""
    assert request.batch is not None
    payload = pack([[], [], [], []])
    return SentBatch(request.batch.no, digest(payload), payload, b"")
