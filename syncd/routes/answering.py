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
from core.replication.hub import THE_HUB
from core.replication.messages import MOST_BYTES
from core.replication.recognise import key_of, spend
from syncd.auth import Asked, BadSignature, Said, nonce_in, read_request, sign_answer, verify
from syncd.refusals import RETRY_SECONDS, TooLong, TooSlow, refusal_body, status_of
from syncd.trouble import place_of

if TYPE_CHECKING:
    from syncd.hub import Hub

BODY_SECONDS = 30
MESSAGE = "application/x-msgpack"
Work = Callable[["Hub", Request, bytes], Awaitable[bytes]]


def hub_of(request: Request) -> "Hub":
    hub: Hub = request.app.state.hub
    return hub


def asked_of(request: Request) -> Asked:
    """What the office signed: the Host that it sent, and the path as it is on the wire."""
    path = request.scope.get("raw_path", b"").decode("ascii", "replace")
    return Asked(request.method, request.headers.get("host", ""), path)


def answered(work: Work) -> Callable[[Request], Awaitable[Response]]:
    """A route that answers with the bytes of `work`, signed; also where it refuses."""

    @functools.wraps(work)
    async def route(request: Request) -> Response:
        hub, began = hub_of(request), monotonic()
        status, body, kind = await _outcome(hub, request, work)
        waited = getattr(request.state, "waited_seconds", 0.0)
        name = request.scope["route"].path
        hub.metrics.requests.labels(name, status).inc()
        hub.metrics.seconds.labels(name).observe(max(0.0, monotonic() - began - waited))
        headers = {"cache-control": "no-store"}
        if status == 503:
            headers["retry-after"] = str(RETRY_SECONDS)
        nonce = nonce_in(request.headers)
        if nonce:
            now = hub.now_ms // 1000
            headers |= sign_answer(
                hub.own.private_key, asked_of(request), status, body, nonce=nonce, created=now
            )
        return Response(body, status, headers, kind)

    return route


async def _outcome(hub: "Hub", request: Request, work: Work) -> tuple[int, bytes, str]:
    try:
        return 200, await work(hub, request, await _body(request)), MESSAGE
    except DomainError as error:
        status, code, message = status_of(error), error.code, str(error)
    except ClientDisconnect:
        status, code, message = 400, "gone", "The office hung up."
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback, no client data
        _report(error)
        status, code, message = 500, "hub_failed", "Something went wrong at the hub."
    return status, refusal_body(code, message, hub.now_ms), "application/json"


def _report(error: Exception) -> None:
    sys.stderr.write(f"syncd: a request failed: {place_of(error)}\n")


async def _body(request: Request) -> bytes:
    """Raises: TooLong, TooSlow."""
    said = request.headers.get("content-length", "0")
    if said.isascii() and said.isdigit() and int(said) > MOST_BYTES:
        raise TooLong
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > MOST_BYTES:
                    raise TooLong
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


def spend_once(hub: "Hub", site: int, said: Said, cursor: int = 0) -> None:
    """In the writer's thread. Raises: Replayed, UnknownSite."""
    with hub.store.write(THE_HUB) as tx:
        spend(tx, site, said.nonce, cursor=cursor)


async def office_of(hub: "Hub", request: Request, body: bytes) -> int:
    """The office that asks, once. Raises: BadSignature, Stale, UnknownSite, Replayed, Overloaded."""
    site, said = await hub.read(recognise, hub, request, body)
    await hub.write(spend_once, hub, site, said)
    return site
