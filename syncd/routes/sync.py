"""The exchange itself, how an office joins, and how a restored book goes on."""

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Any

from starlette.requests import Request as HttpRequest

from core.migrations import HEAD
from core.replication import enrol as joining
from core.replication import hub as engine
from core.replication.enrol import UnknownSite
from core.replication.messages import VERSION, Answer, Request, Unreadable, pack, read_request, unpack
from core.replication.seals import public_key
from core.text import plain
from syncd.auth import NEW, BadSignature, verify
from syncd.auth import read_request as read_signed
from syncd.routes.answering import answered, asked_of, recognise, spend_once
from syncd.tls import certificate_in

if TYPE_CHECKING:
    from syncd.hub import Hub

LONGEST_WAIT = 25
"""Seconds of a long poll; proxies cut connections that are silent for longer."""


@answered
async def hello(hub: "Hub", request: HttpRequest, body: bytes) -> bytes:
    """Who the hub is: its key and its own certificate, so that an office can pin them."""
    own = certificate_in(hub.own.tls) if hub.own.tls else ""
    return pack([VERSION, HEAD, public_key(hub.own.private_key), own, hub.now_ms])


@answered
async def exchange(hub: "Hub", request: HttpRequest, body: bytes) -> bytes:
    """Take what an office brings and answer with what it has not; wait for something new where it asks."""
    site, said = await hub.read(recognise, hub, request, body)
    asked = await hub.read(read_request, body)
    if asked.site != site:
        raise UnknownSite
    if asked.batch is None:
        await hub.write(spend_once, hub, site, said, asked.cursor)
        answer = await _when_something(hub, request, asked)
    else:
        # Two units: a request is spent once, and taking its batch may have to begin anew.
        await hub.write(spend_once, hub, site, said, asked.cursor)
        answer = await hub.write(engine.exchange, hub.store, asked, hub.now_ms)
        hub.bell.ring()
    hub.metrics.rows.labels("out").inc(_rows(answer))
    return await hub.read(Answer.packed, answer)


async def _when_something(hub: "Hub", request: HttpRequest, asked: Request) -> Answer:
    began = monotonic()
    until = began + min(asked.wait_seconds, LONGEST_WAIT)
    with hub.metrics.waiting.track_inprogress():
        while True:
            rung = hub.bell.count
            answer = await hub.read(engine.exchange, hub.store, asked, hub.now_ms)
            left = until - monotonic()
            something = _rows(answer) or answer.page.more or answer.epoch != asked.epoch
            if something or left <= 0 or hub.bell.silent:
                return answer
            await hub.bell.wait(rung, left)
            request.state.waited_seconds = monotonic() - began
            if await _hung_up(request):
                return answer


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
    told = unpack(body)
    if not isinstance(told, list) or [type(each) for each in told] != list(kinds):
        raise Unreadable("not what was agreed")
    if any(isinstance(each, str | bytes) and len(each) > 200 for each in told):
        raise Unreadable("longer than allowed")
    return told


@answered
async def enrol(hub: "Hub", request: HttpRequest, body: bytes) -> bytes:
    """Let an office in that has a code, and whose key signed this request."""
    said = read_signed(asked_of(request), request.headers, body)
    code, key, person = _told(body, (str, bytes, str))
    if said.keyid != NEW:
        raise BadSignature
    verify(said, key, hub.now_ms // 1000)
    welcome = await hub.write(_admit, hub, code, key, plain(person).strip() or "office")
    hub.bell.ring()
    return pack(list(welcome))


def _admit(hub: "Hub", code: str, key: bytes, person: str) -> joining.Welcome:
    with hub.store.write(engine.THE_HUB) as tx:
        return joining.admit(tx, code=code, key=key, person=person)


@answered
async def follow(hub: "Hub", request: HttpRequest, body: bytes) -> bytes:
    """A book that was restored from a backup goes on under another number."""
    said = read_signed(asked_of(request), request.headers, body)
    old, new, key, signature = _told(body, (int, int, bytes, bytes))
    if said.keyid != NEW:
        raise BadSignature
    verify(said, key, hub.now_ms // 1000)
    await hub.write(_follow, hub, old, new, key, signature)
    return pack([new])


def _follow(hub: "Hub", old: int, new: int, key: bytes, signature: bytes) -> None:
    with hub.store.write(engine.THE_HUB) as tx:
        joining.follow(tx, old=old, new=new, key=key, signature=signature)
