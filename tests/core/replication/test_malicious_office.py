"""An office speaks for itself alone; whatever else it says harms nothing (`security.md` T11)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.errors import DomainError
from core.replication import hub, office
from core.replication.enrol import UnknownSite, shut_out
from core.replication.messages import Answer, Request, SentBatch, read_request
from core.store import Store
from core.sync.batch import Batch
from core.sync.wire import Unreadable, digest, pack, unpack
from tests.core.replication.offices import OWNER, Network
from tests.core.replication.test_offices_keep_one_book import add, everything
from tests.sizes import sized

MUTATIONS = sized(20_000, 1_000_000)


@pytest.fixture
def network(tmp_path: Path) -> Network:
    network = Network(tmp_path)
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
    whole: list[Any] = [list(batch.tables), list(batch.tombs), list(batch.facts)]
    at: Any = whole
    while isinstance(at, list) and at:
        place = rnd.randrange(len(at))
        if not isinstance(at[place], list) or not at[place] or rnd.random() < 0.2:
            at[place] = rnd.choice(WRONG)
            break
        at = at[place]
    return Batch(*whole)
