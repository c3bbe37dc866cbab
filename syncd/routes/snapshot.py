"""The whole book for an office that joins: what there is of it, and its bytes in pieces.

Pieces have a path of their own instead of a Range header, because a signature covers the path: each piece is
the hub's own word, and a download goes on from any byte.
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from starlette.requests import Request

from core.migrations import HEAD
from core.replication.messages import Unreadable, pack
from core.replication.snapshot import (
    Made,
    NoSnapshot,
    Preparing,
    is_aged,
    is_small,
    last_made,
    make_snapshot,
    path_of,
    piece_of,
)
from syncd.routes.answering import answered, office_of

if TYPE_CHECKING:
    from syncd.hub import Hub

MOST_START = 1 << 40
SOON_SECONDS = 20
"""So long an office waits for one that is being made before it is told to ask again."""


class Maker:
    """Makes snapshots, one at a time, in a thread of its own."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="snapshot")
        self._making: asyncio.Future[Made] | None = None

    async def ready(self, hub: "Hub") -> Made:
        """The snapshot that there is, made where there is none or it is old.

        Raises: NoSnapshot, where the book is small; Preparing.
        """
        if not self.folder:  # a database whose process has no home of its own
            raise NoSnapshot
        made, small = await hub.read(_look, hub, self.folder)
        if small:
            raise NoSnapshot
        if made is not None:
            return made
        if self._making is None or self._making.done():
            loop = asyncio.get_running_loop()
            self._making = loop.run_in_executor(self._thread, make_snapshot, hub.store, self.folder)
        try:
            async with asyncio.timeout(SOON_SECONDS):
                return await asyncio.shield(self._making)
        except TimeoutError:
            raise Preparing from None

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)


def _look(hub: "Hub", folder: str) -> tuple[Made | None, bool]:
    """The snapshot, where there is one that is not old; whether the book is too small for any."""
    with hub.store.read() as read:
        made = last_made(read)
        aged, small = is_aged(read, made), is_small(read)
    if made is None or aged or not os.path.exists(path_of(folder, made.etag)):  # noqa: PTH110
        return None, small
    return made, small


@answered
async def describe(hub: "Hub", request: Request, body: bytes) -> bytes:
    """What there is: name, key, SHA-256, size, the number it goes to, how many rows, and the version."""
    await office_of(hub, request, body)
    return pack([*await hub.snapshots.ready(hub), HEAD])


@answered
async def piece(hub: "Hub", request: Request, body: bytes) -> bytes:
    """Some of its bytes from a place on."""
    await office_of(hub, request, body)
    etag, start = request.path_params["etag"], request.path_params["start"]
    if start > MOST_START or not (etag.isascii() and etag.isalnum()):
        raise Unreadable("not a place in a snapshot")
    return await hub.read(piece_of, hub.snapshots.folder, etag, start)
