"""An office speaks for itself alone; whatever else it says harms nothing (`security.md` T11)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from core.errors import DomainError
from core.ids import named
from core.replication import hub, office
from core.replication.enrol import SiteTaken, UnknownSite, follow, follow_text, shut_out
from core.replication.messages import Answer, Request, SentBatch, read_request
from core.replication.seals import public_key, sign
from core.store import Store
from core.sync.batch import Batch
from core.sync.wire import Unreadable, digest, pack, unpack
from core.tables import Site
from tests.core.replication.offices import OWNER, Network
from tests.core.replication.test_offices_keep_one_book import add, everything
from tests.sizes import sized

MUTATIONS = sized(20_000, 1_000_000)


@pytest.fixture
def network(network: Network) -> Network:
    network.join("S")
    network.settle()
    return network


def asked(book: Store) -> Request:
    """What office 2 would send after it has written something."""
    add(book, "Baker")
    return office.prepare(book, book.clock.ms)  # type: ignore[attr-defined]


def altered(request: Request, change: Callable[[Batch], Batch]) -> Request:
    """The same request with another batch, properly named by its digest."""
    assert request.batch is not None
    payload = pack(list(change(Batch(*unpack(request.batch.payload)))))
    return request._replace(batch=SentBatch(request.batch.no, digest(payload), payload, request.batch.seal))


def said(network: Network, request: Request) -> Answer:
    return hub.exchange(network.hub, request, network.hub.clock.ms)  # type: ignore[attr-defined]


def test_edits_in_the_name_of_another_site_are_held_aside_and_listed(network: Network) -> None:
    request = asked(network.offices[2])

    def as_office_one(batch: Batch) -> Batch:
        tables = [
            [t, w, n, [[r[0], (r[1] & ~4095) | 1, *r[2:]] for r in rows]] for t, w, n, rows in batch.tables
        ]
        return batch._replace(tables=tables)

    answer = said(network, altered(request, as_office_one))
    assert answer.ack is not None
    assert answer.ack[0] == "taken"
    with network.hub.read() as read:
        assert read.value("SELECT count(*) FROM client") == 0
        assert set(read.rows("SELECT tbl, site, why FROM sync_aside")) == {
            ("client", 1, "another site's work"),
            ("guarantor", 1, "another site's work"),
        }


def test_facts_in_the_name_of_another_site_are_refused(network: Network) -> None:
    before = everything(network.hub)

    def as_office_one(batch: Batch) -> Batch:
        groups = [
            [t, names, [[1 if n == "site" else v for n, v in zip(names, row, strict=True)] for row in rows]]
            for t, names, rows in batch.facts
        ]
        return batch._replace(facts=groups)

    with pytest.raises(Unreadable, match="another site's work"):
        said(network, altered(asked(network.offices[2]), as_office_one))
    assert everything(network.hub) == before


@pytest.mark.parametrize(
    ("wrong", "answered"),
    [("detail", "forked"), ("no", "missing")],
    ids=["an altered fact", "a fact left out"],
)
def test_facts_that_do_not_continue_the_chain_change_nothing(
    network: Network, wrong: str, answered: str
) -> None:
    before = everything(network.hub)

    def change(batch: Batch) -> Batch:
        groups = [
            [
                t,
                names,
                [[_changed(v) if n == wrong else v for n, v in zip(names, row, strict=True)] for row in rows],
            ]
            for t, names, rows in batch.facts
        ]
        return batch._replace(facts=groups)

    answer = said(network, altered(asked(network.offices[2]), change))
    assert answer.ack is not None
    assert answer.ack[0] == answered
    assert everything(network.hub) == before


def _changed(value: Any) -> Any:
    return value + 7 if isinstance(value, int) else value + " "


def test_the_same_batch_again_gets_the_same_answer_and_changes_nothing(network: Network) -> None:
    request = asked(network.offices[2])
    first = said(network, request)
    after = everything(network.hub)
    assert said(network, request).ack == first.ack
    assert everything(network.hub) == after


def test_an_office_that_is_shut_out_is_refused_and_what_it_sent_stays(network: Network) -> None:
    add(network.offices[2], "Baker")
    network.settle()
    with network.hub.write(OWNER) as tx:
        shut_out(tx, 2, reason="stolen")
    after = everything(network.hub)
    with pytest.raises(UnknownSite):
        said(network, asked(network.offices[2]))
    assert everything(network.hub) == after
    with network.hub.read() as read:
        assert read.value("SELECT count(*) FROM client") == 1


def test_a_table_of_a_newer_version_waits_at_the_office(network: Network) -> None:
    before = everything(network.hub)

    def newer(batch: Batch) -> Batch:
        return batch._replace(
            tables=[*batch.tables, ["prescription", True, ["dose"], [["x", 1 << 40 | 2, 0, 5]]]]
        )

    answer = said(network, altered(asked(network.offices[2]), newer))
    assert answer.ack is not None
    assert answer.ack[0] == "older"
    assert everything(network.hub) == before


@pytest.mark.parametrize("hub_database", ["file"], indirect=True)
def test_any_bytes_are_a_request_or_a_refusal_and_never_a_crash(network: Network) -> None:
    """Bytes of a true request are changed, cut, doubled; inside the compression as well as outside."""
    request = asked(network.offices[2])
    plain = [unpack(request.packed()), request.packed()]
    before = everything(network.hub)
    rnd = Random(7)
    refused = 0
    for _ in range(MUTATIONS):
        try:
            read_request(_mutated(plain, rnd))
        except DomainError:
            refused += 1
    assert refused > MUTATIONS // 2
    assert everything(network.hub) == before


def _mutated(plain: list[Any], rnd: Random) -> bytes:
    if rnd.random() < 0.3:
        data = bytearray(plain[1])
        for _ in range(rnd.randrange(1, 4)):
            data[rnd.randrange(len(data))] = rnd.randrange(256)
        return bytes(data[: rnd.randrange(1, len(data))] if rnd.random() < 0.2 else data)
    message = list(plain[0])
    message[rnd.randrange(len(message))] = rnd.choice(WRONG)
    return pack(message)


WRONG: tuple[Any, ...] = (
    None,
    -1,
    1 << 63,
    "x" * 1000,
    b"\xff",
    [],
    [[]],
    {},
    {"a": 1},
    3.5,
    True,
    [1, 2, 3, 4],
)


@pytest.mark.parametrize("seed", range(4))
def test_any_batch_is_taken_or_refused_and_never_a_crash(network: Network, seed: int) -> None:
    """A true batch with values of the wrong kind in the wrong places, under a true digest."""
    request = asked(network.offices[2])
    rnd = Random(seed)
    for _ in range(sized(60, 5_000)):
        try:
            answer = said(network, altered(request, lambda batch: _broken(batch, rnd)))
        except DomainError:
            continue
        assert answer.ack is not None


def _broken(batch: Batch, rnd: Random) -> Batch:
    """The batch with one thing in it exchanged, at any depth."""
    whole: list[Any] = [list(part) for part in (batch.tables, batch.tombs, batch.facts, [[1, 2, b"", b""]])]
    at: Any = whole
    while isinstance(at, list) and at:
        place = rnd.randrange(len(at))
        if not isinstance(at[place], list) or not at[place] or rnd.random() < 0.2:
            at[place] = rnd.choice(WRONG)
            break
        at = at[place]
    return Batch(*whole)


def follows(network: Network, old: int, new: int, by: int) -> None:
    """Office `by` asks to go on as another site from `old`, with its own key."""
    with network.offices[by].read() as read:
        private = office.link(read).private_key
    key = public_key(private)
    with network.hub.write(OWNER) as tx:
        follow(tx, old=old, new=new, key=key, signature=sign(private, follow_text(old, new, key)))


@pytest.mark.parametrize("new", [0, 1, 3, 2047, 4096], ids=lambda new: f"as site {new}")
def test_an_office_cannot_go_on_as_a_site_that_is_not_for_restored_books(network: Network, new: int) -> None:
    with pytest.raises(SiteTaken):
        follows(network, 2, new, by=2)


def test_an_office_cannot_go_on_from_another(network: Network) -> None:
    with pytest.raises(UnknownSite):
        follows(network, 1, 2100, by=2)


def test_whoever_is_shut_out_is_so_with_every_book_that_goes_on_from_it(network: Network) -> None:
    follows(network, 2, 2100, by=2)
    with network.hub.write(OWNER) as tx:
        shut_out(tx, 2100, reason="stolen")
    with network.hub.read() as read:
        assert read.rows("SELECT site FROM sync_peer WHERE revoked_at IS NULL") == [(1,)]
    with pytest.raises(UnknownSite):
        follows(network, 2, 2101, by=2)


def test_an_office_cannot_say_who_another_site_is(network: Network) -> None:
    before = everything(network.hub)["site"]
    book = network.offices[2]
    with book.write(OWNER) as tx:
        tx.change(Site, named("site:1"), series="X", public_key="00")
    network.settle()
    assert everything(network.hub)["site"] == before
    with network.hub.read() as read:
        assert read.rows("SELECT tbl, why FROM sync_aside") == [("site", "another site's work")]


def test_a_deletion_holds_what_a_row_can_hold(network: Network) -> None:
    def with_a_tomb(batch: Batch) -> Batch:
        image = '{"id":"x","_h":4194306,"_cv":"{\\"\\":\\"x\\"}","notes":"n"}'
        return batch._replace(tombs=[["draft", "x", 8388610, image]])

    with pytest.raises(Unreadable, match="a stamp is not one"):
        said(network, altered(asked(network.offices[2]), with_a_tomb))


def test_a_fact_of_a_table_that_has_none_is_refused(network: Network) -> None:
    def as_a_client(batch: Batch) -> Batch:
        return batch._replace(facts=[["client", *group[1:]] for group in batch.facts])

    with pytest.raises(Unreadable, match="does not travel so"):
        said(network, altered(asked(network.offices[2]), as_a_client))
