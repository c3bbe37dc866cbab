"""T11: whatever is done to a message, whoever decodes it says that it cannot be read, or reads a message.

A million mutations by `make prove`: of bytes, and of the structure that was packed, in batches, requests,
answers, prints, repairs and snapshots.
"""

from __future__ import annotations

import copy
import resource
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.replication import hub, office
from core.replication.checked import Hub, NewerOffice, check_batch
from core.replication.messages import OtherVersion, read_answer, read_request
from core.replication.repair import ask, read_asked, read_given, rows_of
from core.replication.repair_at_hub import mend_at_hub
from core.replication.snapshot import Made, read_made
from core.sync.batch import read_batch, unfreeze
from core.sync.facts import told_facts
from core.sync.fingerprint import leaf_of, packed_prints, read_prints
from core.sync.snapshot import pack_window, unpack_window, windows
from core.sync.wire import Unreadable, pack, unpack
from core.tables import shapes
from tests.core.replication.offices import Network
from tests.core.replication.test_offices_keep_one_book import add
from tests.sizes import sized

MUTATIONS = sized(12_000, 1_000_000)
SEED = 20261122
MOST_MEMORY_KB = 512 << 10
"""How much more the process may take at its height than before."""

WRONG: tuple[Any, ...] = (
    None, True, -1, 0, 1 << 62, (1 << 63) - 1, 3.5, "", "x" * 300, "\ud800".encode("utf-8", "surrogatepass"),
    b"", b"\xff" * 40, [], [[]], [1, 2, 3, 4], {}, {"a": 1},
)  # fmt: skip

Decoder = Callable[[bytes], object]


def _batch(data: bytes) -> object:
    known = {shape.name: shape for shape in shapes()}
    return check_batch(read_batch(data), known, {1, 2}, {}, Hub("", ()))


def _prints(data: bytes) -> object:
    try:
        return read_prints(unpack(data))
    except (TypeError, ValueError):
        raise Unreadable("not prints") from None


def _given(data: bytes) -> object:
    return rows_of(read_given(data).groups)


def _asked(data: bytes) -> object:
    return rows_of(read_asked(data).groups)


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, bytes, Decoder]]:
    """One true message of every kind, and who reads it."""
    network = Network(Path(tmp_path_factory.mktemp("network")))
    book = network.offices[1]
    for name in ("Archer", "Baker"):
        add(book, name)
    small = office.prepare(book, book.clock.ms)  # type: ignore[attr-defined]
    assert small.batch is not None
    with book.merge(office.SYNC) as tx:
        unfreeze(tx)
    for name in ("Cooper", "Draper", "Eaton", "Fisher", "Gardner", "Hunter", "Ives", "Jones", "Kemp", "Lee"):
        add(book, name)
    request = office.prepare(book, book.clock.ms)  # type: ignore[attr-defined]
    assert request.batch is not None
    first = hub.exchange(network.hub, request._replace(batch=None), network.hub.clock.ms)  # type: ignore[attr-defined]
    answer = hub.exchange(network.hub, request._replace(cursor=0), network.hub.clock.ms)  # type: ignore[attr-defined]
    network.settle()
    with book.read() as read:
        ids = [row_id for (row_id,) in read.rows("SELECT id FROM client UNION SELECT id FROM audit_entry")]
        asked = ask(read, sorted({leaf_of(row_id) for row_id in ids})[:400])
    given = mend_at_hub(network.hub, 1, asked._replace(groups=[]), 0, lambda tx: None)
    with network.hub.read() as read:
        window = next(iter(windows(read, shapes(), 10_000)))
    made = Made("a" * 32, bytes(32), bytes(32), 1, 1, 1)
    return [
        ("small batch", small.batch.payload, _batch),
        ("small request", small.packed(), read_request),
        ("small answer", first.packed(), read_answer),
        ("batch", request.batch.payload, _batch),
        ("request", request.packed(), read_request),
        ("answer", answer.packed(), read_answer),
        ("prints", pack(packed_prints([(7, 1 << 100)] * 256)), _prints),
        ("asked", pack(list(asked)), _asked),
        ("given", pack(list(given)), _given),
        ("made", pack([*made, "0005"]), read_made),
        ("window", pack_window(window), unpack_window),
    ]


def _bytes(data: bytes, rnd: Random) -> bytes:
    spoilt = bytearray(data)
    for _ in range(rnd.randrange(1, 4)):
        spoilt[rnd.randrange(len(spoilt))] = rnd.randrange(256)
    return bytes(spoilt[: rnd.randrange(len(spoilt))] if rnd.random() < 0.1 else spoilt)


def _structure(plain: Any, rnd: Random) -> Any:
    """One thing exchanged, at any depth."""
    at = plain
    while True:
        places: list[Any] = list(range(len(at))) if isinstance(at, list) else list(at)
        place = rnd.choice(places)
        if not isinstance(at[place], list | dict) or not at[place] or rnd.random() < 0.15:
            at[place] = rnd.choice(WRONG)
            return plain
        at = at[place]


def test_every_mutation_is_unreadable_or_read(messages: list[tuple[str, bytes, Decoder]]) -> None:
    rnd = Random(SEED)
    plains = {name: unpack(data) for name, data, _ in messages}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told: dict[str, list[int]] = {name: [0, 0] for name, *_ in messages}
    for _ in range(MUTATIONS):
        name, data, decode = rnd.choice(messages)
        if rnd.random() < 0.3:
            mutated = _bytes(data, rnd)
        else:
            mutated = pack(_structure(copy.deepcopy(plains[name]), rnd))
        try:
            decode(mutated)
            told[name][0] += 1
        except (Unreadable, NewerOffice, OtherVersion):
            told[name][1] += 1
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"mutations={MUTATIONS} seed={SEED} read/refused={told} grown_kb={grown}")
    assert all(refused for _, refused in told.values())
    assert grown < MOST_MEMORY_KB


def test_every_true_message_is_read(messages: list[tuple[str, bytes, Decoder]]) -> None:
    for _, data, decode in messages:
        decode(data)
    assert told_facts([]) == []
