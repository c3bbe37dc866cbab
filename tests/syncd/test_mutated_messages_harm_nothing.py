"""An office that joined and sends rubbish, signed as it should be: refused in words, nothing breaks (T11)."""

from __future__ import annotations

from random import Random

import zstandard

from core import audit
from core.replication.messages import Request, read_answer
from core.replication.office import prepare
from core.sync import wire
from syncd.line import Trouble
from syncd.office import Office
from tests.sizes import sized
from tests.syncd.network import Served, families, line_of, new_client

MESSAGES = sized(200, 5_000)
SEED = 20261122
REFUSED = {"unreadable", "shut_out", "older", "newer"}
ANSWERED = {"taken", "expect", "other", "clock", "missing", "forked", "older", "show", "no batch"}


def _plain(message: bytes) -> bytearray:
    """As it is before it is compressed; short forms stay as they are."""
    return bytearray(wire._decompressed(message, wire.MOST_UNPACKED))


def _packed(plain: bytes) -> bytes:
    return wire.PLAIN + plain if len(plain) <= wire.SMALL else zstandard.ZstdCompressor().compress(plain)


def _mutated(request: Request, random: Random) -> bytes:
    """One to four bytes are others, of the request or of the batch in it, before they are compressed or
    after; under a fitting digest."""

    def spoilt(message: bytes) -> bytes:
        inside = random.random() < 0.7
        plain = _plain(message) if inside else bytearray(message)
        for _ in range(random.randrange(1, 5)):
            plain[random.randrange(len(plain))] = random.randrange(256)
        return _packed(bytes(plain)) if inside else bytes(plain)

    if random.random() < 0.3 or request.batch is None:
        return spoilt(request.packed())
    payload = spoilt(request.batch.payload)
    batch = request.batch._replace(payload=payload, sha256=wire.digest(payload))
    return request._replace(batch=batch).packed()


async def test_mutated_messages_of_an_office_are_refused_or_held_aside(network: Served) -> None:
    bad, good = network.offices[1], network.join("S")
    new_client(bad, "Byron")
    random, line = Random(SEED), line_of(bad)
    request = prepare(bad, line.now_ms)
    assert request.batch is not None
    codes: dict[str, int] = {}
    for _ in range(MESSAGES):
        try:
            answer = read_answer(
                await line.ask("POST", "/sync/v1/exchange", _mutated(request, random)), request
            )
            code = "no batch" if answer.ack is None else str(answer.ack[0])
            # Always the number that the hub expects, so that it looks at every batch.
            request = request._replace(batch=request.batch._replace(no=answer.known[1] + 1))
        except Trouble as trouble:
            code = trouble.code
        codes[code] = codes.get(code, 0) + 1
    await line.close()
    print(f"messages={MESSAGES} seed={SEED} {codes}")
    assert set(codes) <= REFUSED | ANSWERED, codes
    new_client(good, "Lovelace")
    await Office(good).in_step()
    assert "Lovelace" in families(network.hub)
    with network.hub.read() as read:
        assert audit.verify(read).ok
