"""An office that joined and sends rubbish, signed as it should be: refused in words, nothing breaks (T11)."""

from __future__ import annotations

from random import Random

import zstandard

from core import audit
from core.replication.messages import Request, read_answer
from core.replication.office import prepare
from syncd.line import Trouble
from syncd.office import Office
from tests.sizes import sized
from tests.syncd.network import Served, families, line_of, new_client

MESSAGES = sized(200, 5_000)
SEED = 20261122
REFUSED = {"unreadable", "shut_out", "older", "newer"}
ANSWERED = {"taken", "expect", "other", "clock", "missing", "forked", "older", "no batch"}


def _plain(message: bytes) -> bytearray:
    return bytearray(zstandard.ZstdDecompressor().decompress(message, max_output_size=1 << 26))


def _packed(plain: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(plain)


def _mutated(request: Request, random: Random) -> bytes:
    """One to four bytes are others, of the request or of the batch in it; under a fitting digest."""
    import hashlib

    def spoilt(message: bytes) -> bytes:
        plain = _plain(message)
        for _ in range(random.randrange(1, 5)):
            plain[random.randrange(len(plain))] = random.randrange(256)
        return _packed(bytes(plain))

    if random.random() < 0.3 or request.batch is None:
        return spoilt(request.packed())
    payload = spoilt(request.batch.payload)
    batch = request.batch._replace(payload=payload, sha256=hashlib.sha256(payload).digest())
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
            answer = read_answer(await line.ask("POST", "/sync/v1/exchange", _mutated(request, random)))
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
