"""The exchange itself, how an office joins, and how a restored book goes on."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from starlette.requests import Request as HttpRequest

from core.dates import show_instant
from core.migrations import HEAD
from core.replication import enrol as joining
from core.replication import hub as engine
from core.replication.enrol import BadCode, UnknownSite
from core.replication.messages import VERSION, Answer, Request, Unreadable, pack, read_request, unpack
from core.replication.seals import public_key
from core.text import plain
from syncd.auth import NEW, BadSignature, Said, verify
from syncd.auth import read_request as read_signed
from syncd.routes.answering import SHORT_BYTES, answered, answered_shortly, asked_of, recognise
from syncd.tls import certificate_in

if TYPE_CHECKING:
    from syncd.hub import Hub

MOST_SITES = 1 << 12
LONGEST_WAIT = 25
"""Seconds of a long poll; proxies cut connections that are silent for longer."""


@answered_shortly
async def hello(hub: "Hub", request: HttpRequest, body: bytes) -> bytes:
    """Who the hub is: its key and its own certificate, so that an office can pin them."""
    own = certificate_in(hub.own.tls) if hub.own.tls else ""
    return pack([VERSION, HEAD, public_key(hub.own.private_key), own, hub.now_ms])


@answered
async def exchange(hub: "Hub", request: HttpRequest, body: bytes) -> bytes:
    """Take what an office brings and answer with what it has not; wait for something new where it asks."""
    said, asked, life, in_doubt = await hub.look(_asked, hub, request, body)
    hub.meet(asked, life)
    if asked.batch is None and not in_doubt:
        hub.once.spend(said)
        return await _when_something(hub, request, asked)
    ack = await hub.write(_receive, hub, said, asked, size=len(body))
    hub.bell.ring()
    return _sent(hub, *await hub.look(_answer, hub, asked, ack))


def _asked(hub: "Hub", request: HttpRequest, body: bytes) -> tuple[Said, Request, str, bool]:
    """What is asked, once it is known who asks; the hub's life, and whether its book may have gone back.

    Raises: BadSignature, Stale, UnknownSite, Unreadable, OtherVersion.
    """
    site, said = recognise(hub, request, body)
    asked = read_request(body)
    if asked.site != site:
        raise UnknownSite
    with hub.store.read() as read:
        return said, asked, joining.require_hub(read)[1], engine.in_doubt(read, asked)


def _receive(hub: "Hub", said: Said, asked: Request) -> engine.Ack | None:
    return engine.receive(hub.store, asked, hub.now_ms, nonce=said.nonce)


def _answer(hub: "Hub", asked: Request, ack: engine.Ack | None) -> tuple[Answer, bytes]:
    """The answer, and as it is sent: without a word where nothing is new."""
    answer = engine.answer(hub.store, asked, ack, hub.now_ms, reached=hub.reached(asked.site))
    return answer, (b"" if engine.nothing_new(asked, answer) else answer.packed())


def _sent(hub: "Hub", answer: Answer, packed: bytes) -> bytes:
    hub.metrics.rows.labels("out").inc(_rows(answer))
    return packed


async def _when_something(hub: "Hub", request: HttpRequest, asked: Request) -> bytes:
    began = monotonic()
    until = began + min(asked.wait_seconds, LONGEST_WAIT)
    if not asked.wait_seconds:
        return _sent(hub, *await hub.read(_answer, hub, asked, None))
    async with hub.bell.listening():
        return await _next(hub, request, asked, began, until)


async def _next(hub: "Hub", request: HttpRequest, asked: Request, began: float, until: float) -> bytes:
    with hub.metrics.waiting.track_inprogress():
        while True:
            rung = hub.bell.count
            answer, packed = await hub.read(_answer, hub, asked, None)
            left = until - monotonic()
            something = _rows(answer) or answer.page.more or answer.epoch != asked.epoch
            if something or left <= 0 or hub.bell.silent:
                return _sent(hub, answer, packed)
            await hub.bell.wait(rung, left)
            request.state.waited_seconds = monotonic() - began
            if await _hung_up(request):
                return _sent(hub, answer, packed)


async def _hung_up(request: HttpRequest) -> bool:
    try:
        async with asyncio.timeout(0.001):
            return await request.is_disconnected()
    except TimeoutError:
        return False


def _rows(answer: Answer) -> int:
    page = answer.page
    groups = (*page.tables, *page.facts)
    return sum(len(group[2]) for group in groups) + len(page.tombs) + len(page.later)


def _told(body: bytes, kinds: tuple[type, ...]) -> list[Any]:
    """A short message of so many values of these kinds. Raises: Unreadable."""
    told = unpack(body, most=SHORT_BYTES)
    if not isinstance(told, list) or [type(each) for each in told] != list(kinds):
        raise Unreadable("not what was agreed")
    if any(isinstance(each, str | bytes) and len(each) > 200 for each in told):
        raise Unreadable("longer than allowed")
    return told


@answered_shortly
async def enrol(hub: "Hub", request: HttpRequest, body: bytes) -> bytes:
    """Let an office in that has a code, and whose key signed this request. Nothing is written, and no other
    office kept waiting, before the code is known to be one."""
    with _few_guesses(hub, request):
        code, key, person = await hub.look(_newcomer, hub, request, body)
    welcome = await hub.write(_admit, hub, code, key, plain(person).strip() or "office")
    hub.bell.ring()
    return pack(list(welcome))


@contextmanager
def _few_guesses(hub: "Hub", request: HttpRequest) -> Iterator[None]:
    """Raises: TooOften, where too many came from there that nobody knows."""
    host = request.client.host if request.client else ""
    hub.guesses.require_few(host, monotonic())
    try:
        yield
    except (BadCode, UnknownSite):
        hub.guesses.wrong(host, monotonic())
        raise


def _newcomer(hub: "Hub", request: HttpRequest, body: bytes) -> tuple[str, bytes, str]:
    """Raises: BadSignature, Stale, Unreadable, BadCode."""
    said = read_signed(asked_of(request), request.headers, body)
    code, key, person = _told(body, (str, bytes, str))
    with hub.store.read() as read:
        joining.invited(read, code=code, key=key, now=show_instant(hub.store.clock()))
    _require_own(hub, said, key)
    return code, key, person


def _require_own(hub: "Hub", said: Said, key: bytes) -> None:
    """Raises: BadSignature, Stale, where the key that is brought has not signed."""
    if said.keyid != NEW:
        raise BadSignature
    verify(said, key, hub.now_ms // 1000)


def _admit(hub: "Hub", code: str, key: bytes, person: str) -> joining.Welcome:
    with hub.store.write(engine.THE_HUB) as tx:
        return joining.admit(tx, code=code, key=key, person=person)


@answered_shortly
async def follow(hub: "Hub", request: HttpRequest, body: bytes) -> bytes:
    """A book that was restored from a backup goes on under another number."""
    with _few_guesses(hub, request):
        old, new, key, signature = await hub.look(_follower, hub, request, body)
    await hub.write(_follow, hub, old, new, key, signature)
    return pack([new])


def _follower(hub: "Hub", request: HttpRequest, body: bytes) -> tuple[int, int, bytes, bytes]:
    """Raises: BadSignature, Stale, Unreadable, UnknownSite."""
    said = read_signed(asked_of(request), request.headers, body)
    old, new, key, signature = _told(body, (int, int, bytes, bytes))
    if not all(0 <= site <= MOST_SITES for site in (old, new)):
        raise Unreadable("not the number of an office")
    with hub.store.read() as read:
        joining.require_follows(read, old=old, new=new, key=key, signature=signature)
    _require_own(hub, said, key)
    return old, new, key, signature


def _follow(hub: "Hub", old: int, new: int, key: bytes, signature: bytes) -> None:
    with hub.store.write(engine.THE_HUB) as tx:
        joining.follow(tx, old=old, new=new, key=key, signature=signature)
