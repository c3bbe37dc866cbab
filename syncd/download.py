"""An office that joins gets the book as a snapshot: piece by piece into a file, and from there into its book.

Cut off anywhere, it goes on: a piece that is in the file is not asked for again, and what is in the book
stays there. Where the hub has no snapshot, or another version made it, everything comes page by page.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from core.ledger.kept import rebuild
from core.migrations import HEAD
from core.replication.messages import Unreadable
from core.replication.snapshot import (
    Made,
    give_up,
    is_begun,
    is_being_put_in,
    is_whole,
    put_in_place,
    read_made,
    wants_snapshot,
)
from core.store import Store
from syncd.line import Line, Trouble

OnBook = Callable[..., Awaitable[Any]]
Progress = Callable[[int], None]

PART = ".snapshot-"
PREPARED_SECONDS = 300
ASK_SECONDS = 1.0


async def get_book(line: Line, store: Store, on_book: OnBook, progress: Progress) -> int:
    """Fill an empty book from the hub's snapshot; answers how many rows came, 0 where it has none.

    Raises: Trouble; then the same again goes on.
    """
    if not await on_book(_wanted, store):
        return 0
    made = await _described(line)
    if made is None or not await on_book(_fits, store, made):
        await on_book(_give_up, store)
        return 0
    part = store.path + PART + made.etag
    await on_book(lambda: _forget(store.path, besides=part))
    if not await _fetched(line, on_book, made, part):
        await on_book(_give_up, store)
        return 0
    if not await on_book(is_whole, part, made):
        await on_book(_forget, store.path)
        raise Unreadable("a snapshot was altered")
    rows: int = await on_book(put_in_place, store, part, made, rebuild, progress)
    await on_book(_forget, store.path)
    return rows


def _give_up(store: Store) -> None:
    give_up(store, rebuild)
    _forget(store.path)


def _wanted(store: Store) -> bool:
    with store.read() as read:
        return wants_snapshot(read)


def _fits(store: Store, made: Made) -> bool:
    """Whether it is the one that is being put in, if one is."""
    with store.read() as read:
        return is_being_put_in(read, made) or not is_begun(read)


async def _described(line: Line) -> Made | None:
    """The hub's snapshot, once it is made. Raises: Trouble."""
    for _ in range(int(PREPARED_SECONDS / ASK_SECONDS)):
        try:
            made, version = read_made(await line.ask("GET", "/sync/v1/snapshot"))
        except Trouble as trouble:
            if trouble.code in ("no_snapshot", "refused", "not_found"):
                return None
            if trouble.code != "busy":
                raise
            await asyncio.sleep(ASK_SECONDS)
        else:
            return made if version == HEAD else None
    return None


async def _fetched(line: Line, on_book: OnBook, made: Made, part: str) -> bool:
    """Whether all pieces are there; another process of the hub may have made another snapshot since."""
    try:
        await _fetch(line, on_book, made, part)
    except Trouble as trouble:
        if trouble.code != "no_snapshot":
            raise
        return False
    return True


async def _fetch(line: Line, on_book: OnBook, made: Made, part: str) -> None:
    """Pieces that are not in the file yet. Raises: Trouble, OSError."""
    start = await on_book(_append, part, b"", made.size)
    while start < made.size:
        piece = await line.ask("GET", f"/sync/v1/snapshot/{made.etag}/{start}")
        if not piece:
            raise Unreadable("a snapshot is too short")
        start = await on_book(_append, part, piece, made.size)


def _append(part: str, piece: bytes, size: int) -> int:
    """How much is in the file with this piece; one that was longer than the snapshot begins anew."""
    with open(os.open(part, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "ab") as file:  # noqa: PTH123
        if not piece and file.tell() > size:
            file.truncate(0)
        file.write(piece)
        return file.seek(0, os.SEEK_END)


def _forget(path: str, *, besides: str = "") -> None:
    folder, name = os.path.split(path)
    for each in os.listdir(folder):  # noqa: PTH208
        full = os.path.join(folder, each)  # noqa: PTH118
        if each.startswith(name + PART) and full != besides:
            with suppress(OSError):
                os.unlink(full)  # noqa: PTH108
