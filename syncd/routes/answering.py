"""What every route does alike: take a body within bounds, know who asks, sign the answer, refuse in words."""

import asyncio
import functools
import sys
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from core.errors import DomainError
from core.replication.messages import MOST_BYTES
from core.replication.recognise import key_of
from syncd.auth import Asked, BadSignature, Said, read_request, sign_answer, verify
from syncd.refusals import RETRY_SECONDS, TooLong, TooSlow, refusal_body, status_of
from syncd.trouble import place_of

if TYPE_CHECKING:
    from syncd.hub import Hub

BODY_SECONDS = 30
SHORT_BYTES = 2 << 10
"""Of a request that nobody is known by yet, on the wire and unpacked; an enrolment is a tenth of it."""

SIGNED_AT_ONCE = 16 << 10
"""The digest of a longer answer is made in a thread."""

Work = Callable[["Hub", Request, bytes], Awaitable[bytes]]
Route = Callable[[Request], Awaitable[Response]]


def hub_of(request: Request) -> "Hub":
    hub: Hub = request.app.state.hub
    return hub


def asked_of(request: Request) -> Asked:
    """What the office signed: the Host that it sent, and the path as it is on the wire."""
    path = request.scope.get("raw_path", b"").decode("ascii", "replace")
    return Asked(request.method, request.headers.get("host", ""), path)


def answered(work: Work) -> Route:
    """A route that answers with the bytes of `work`, signed; also where it refuses."""
    return _route(work, MOST_BYTES)


def answered_shortly(work: Work) -> Route:
    """The same for a request of a few words, from somebody who is not known yet."""
    return _route(work, SHORT_BYTES)


def _route(work: Work, most: int) -> Route:
    @functools.wraps(work)
    async def route(request: Request) -> Response:
        hub, began = hub_of(request), monotonic()
        status, body = await _outcome(hub, request, work, most)
        waited = getattr(request.state, "waited_seconds", 0.0)
        name = request.scope["route"].path
        hub.metrics.requests.labels(name, status).inc()
        hub.metrics.seconds.labels(name).observe(max(0.0, monotonic() - began - waited))
        headers = {}
        if status in (408, 413):
            headers["connection"] = "close"  # what is left of the body is not listened to
        if status in (429, 503):
            headers["retry-after"] = str(RETRY_SECONDS)
        if request.method == "GET":
            headers["cache-control"] = "no-store"
        headers |= await _signed(hub, request, status, body)
        return Response(body, status, headers, "application/json" if status >= 400 else None)

    return route


async def _signed(hub: "Hub", request: Request, status: int, body: bytes) -> dict[str, str]:
    sign = functools.partial(
        sign_answer, hub.own.private_key, request.headers, status, body, created=hub.now_ms // 1000
    )
    return sign() if len(body) <= SIGNED_AT_ONCE else await hub.read(sign)


async def _outcome(hub: "Hub", request: Request, work: Work, most: int) -> tuple[int, bytes]:
    """An answer without a word says that there is nothing new."""
    try:
        body = await work(hub, request, await body_of(request, most))
        return (200 if body else 204), body
    except DomainError as error:
        status, code, message = status_of(error), error.code, str(error)
    except ClientDisconnect:
        status, code, message = 400, "gone", "The office hung up."
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback, no client data
        report(error)
        status, code, message = 500, "hub_failed", "Something went wrong at the hub."
    return status, refusal_body(code, message, hub.now_ms)


def report(error: Exception) -> None:
    sys.stderr.write(f"syncd: a request failed: {place_of(error)}\n")


async def body_of(request: Request, most: int) -> bytes:
    """Raises: TooLong, TooSlow."""
    said = request.headers.get("content-length", "0")
    if said.isascii() and said.isdigit() and int(said) > most:
        raise TooLong(most)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > most:
                    raise TooLong(most)
    except TimeoutError:
        raise TooSlow from None
    return bytes(body)


def recognise(hub: "Hub", request: Request, body: bytes) -> tuple[int, Said]:
    """Which office signed a request; in a thread. Raises: BadSignature, Stale, UnknownSite."""
    said = read_request(asked_of(request), request.headers, body)
    if not said.keyid.isdigit():
        raise BadSignature
    with hub.store.read() as read:
        key = key_of(read, int(said.keyid))
    verify(said, key, hub.now_ms // 1000)
    return int(said.keyid), said


async def office_of(hub: "Hub", request: Request, body: bytes) -> int:
    """The office that asks, once. Raises: BadSignature, Stale, UnknownSite, Replayed, Overloaded."""
    site, said = await hub.look(recognise, hub, request, body)
    hub.once.spend(said)
    return site
