"""Whether the hub works, for whoever watches it. Nothing of the book is told."""

import ipaddress

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import DomainError
from core.replication.standing import numbered_up_to
from core.store import Store
from syncd.routes.answering import hub_of


def _look(store: Store) -> int:
    with store.read() as read:
        return numbered_up_to(read)


async def health(request: Request) -> Response:
    """200 where the book can be read and nothing fails just now, else 503 with codes of what does."""
    hub = hub_of(request)
    try:
        await hub.read(_look, hub.store)
    except DomainError as error:
        return JSONResponse({"ok": False, "code": error.code}, 503)
    if hub.troubles.codes:
        return JSONResponse({"ok": False, "code": ", ".join(hub.troubles.codes)}, 503)
    return JSONResponse({"ok": True})


async def metrics(request: Request) -> Response:
    """Counts for Prometheus, for this computer alone: a proxy in front must not pass this path on."""
    client = request.client
    if client is None or not ipaddress.ip_address(client.host).is_loopback:
        return Response(status_code=404)
    hub = hub_of(request)
    hub.metrics.head.set(await hub.read(_look, hub.store))
    return Response(hub.metrics.text(), media_type="text/plain; version=0.0.4")
