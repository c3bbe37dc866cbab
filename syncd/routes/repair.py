"""Whether an office and the hub hold the same, and what of it differs."""

import asyncio
from typing import TYPE_CHECKING

from starlette.requests import Request

from core.ledger.kept import rebuild
from core.migrations import HEAD
from core.replication.messages import Unreadable, pack
from core.replication.repair import (
    BRANCHES,
    Given,
    Prints,
    packed_prints,
    prints_upto,
    read_asked,
)
from core.replication.repair_at_hub import mend_at_hub
from core.replication.standing import numbered_up_to
from syncd.refusals import Overloaded
from syncd.routes.answering import answered, office_of

if TYPE_CHECKING:
    from syncd.hub import Hub

MOST_NUMBER = 1 << 62


class Measured:
    """The last prints, because an office asks for its branches one after another."""

    def __init__(self) -> None:
        self._known: tuple[int, int, Prints] | None = None
        self._busy = asyncio.Lock()

    async def upto(self, hub: "Hub", upto: int, *, anew: bool) -> Prints:
        """The prints of everything up to a number. They are of one moment; `anew` where only what is new
        counts. Raises: Overloaded, while others are measured."""
        known = self._known
        if known is not None and known[0] == upto and not anew:
            return known[2]
        if self._busy.locked():
            raise Overloaded
        async with self._busy:
            head, found = await hub.read(_measure, hub, upto)
            self._known = (upto, head, found)
            return found


def _measure(hub: "Hub", upto: int) -> tuple[int, Prints]:
    with hub.store.read() as read:
        return numbered_up_to(read), prints_upto(read, upto)


@answered
async def ranges(hub: "Hub", request: Request, body: bytes) -> bytes:
    """256 sums of everything up to a number of the hub, or of one branch of it."""
    await office_of(hub, request, body)
    upto, branch = request.path_params["upto"], request.path_params.get("branch")
    if upto > MOST_NUMBER or (branch is not None and branch >= BRANCHES):
        raise Unreadable("not a branch")
    prints = await hub.measured.upto(hub, upto, anew=branch is None)
    found = prints.branches() if branch is None else prints.leaves(branch)
    return pack([HEAD, packed_prints(found)])


@answered
async def repair(hub: "Hub", request: Request, body: bytes) -> bytes:
    """Rows of an office that differ: what is right of them is taken, what is wrong is answered."""
    site = await office_of(hub, request, body)
    asked = await hub.read(read_asked, body)
    mend = rebuild if hub.store.keep is not None else _keeps_none
    given: Given = await hub.write(mend_at_hub, hub.store, site, asked, hub.now_ms, mend)
    if given.mended:
        hub.bell.ring()
    return pack(list(given))


def _keeps_none(_: object) -> None:
    """A hub in PostgreSQL has no summaries."""
