"""Documents and logos: what the hub lacks of what an office has, and their bytes in slices."""

from typing import TYPE_CHECKING

from starlette.requests import Request

from core.replication.blobs import OFFERED, Slice, expect, held, require_name, slice_of, take_slice
from core.replication.hub import THE_HUB
from core.replication.messages import Unreadable, pack, unpack
from syncd.routes.answering import answered, office_of

if TYPE_CHECKING:
    from syncd.hub import Hub

MOST_START = 1 << 40


@answered
async def offer(hub: "Hub", request: Request, body: bytes) -> bytes:
    """[offered, wanted] by name. Answers for each that is offered from where on the hub wants its bytes (-1
    where it has them, -2 where no row names them), and which of the wanted it has."""
    await office_of(hub, request, body)
    told = unpack(body)
    if not isinstance(told, list) or len(told) != 2:
        raise Unreadable("not two lists of names")
    for names in told:
        if not isinstance(names, list) or len(names) > OFFERED:
            raise Unreadable("not a list of names")
    offered, wanted = told
    expected = await hub.write(_expect, hub, offered) if offered else []
    return pack([expected, await hub.read(_held, hub, wanted)])


def _expect(hub: "Hub", names: list[str]) -> list[int]:
    with hub.store.write(THE_HUB) as tx:
        return expect(tx, names)


def _held(hub: "Hub", names: list[str]) -> list[str]:
    with hub.store.read() as read:
        return held(read, names)


@answered
async def give(hub: "Hub", request: Request, body: bytes) -> bytes:
    """A slice of bytes: how many there are in all, and some from a place on."""
    await office_of(hub, request, body)
    sha256, start = _place(request)
    return pack(list(await hub.read(_slice, hub, sha256, start)))


def _slice(hub: "Hub", sha256: str, start: int) -> Slice:
    with hub.store.read() as read:
        return slice_of(read, sha256, start)


@answered
async def take(hub: "Hub", request: Request, body: bytes) -> bytes:
    """Take a slice; answers how much of these bytes is here."""
    await office_of(hub, request, body)
    sha256, start = _place(request)
    told = unpack(body)
    if not isinstance(told, list) or [type(each) for each in told] != [int, bytes]:
        raise Unreadable("a slice is not one")
    return pack(await hub.write(_take, hub, sha256, start, Slice(*told), size=len(body)))


def _take(hub: "Hub", sha256: str, start: int, piece: Slice) -> int:
    with hub.store.write(THE_HUB) as tx:
        return take_slice(tx, sha256, start, piece)


def _place(request: Request) -> tuple[str, int]:
    start = request.path_params["start"]
    if start > MOST_START:
        raise Unreadable("not a place in bytes")
    return require_name(request.path_params["sha256"]), start
