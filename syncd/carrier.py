"""Carries documents and logos between an office and its hub, after the rows that name them."""

from collections.abc import Awaitable, Callable
from typing import Any

from core.replication.blobs import (
    HERE,
    NotAsked,
    Slice,
    how_far,
    note_at_hub,
    slice_of,
    take_slice,
    to_offer,
    wanted,
)
from core.replication.messages import Unreadable, pack, unpack
from core.replication.office import SYNC
from core.store import Store
from syncd.line import Line

OnBook = Callable[..., Awaitable[Any]]


async def carry(line: Line, store: Store, on_book: OnBook) -> int:
    """Bring what the hub lacks, fetch what lacks here; answers how many went or came. Raises: Trouble."""
    moved = 0
    while True:
        mine, missing = await on_book(_questions, store)
        if not (mine or missing):
            return moved
        told = unpack(await line.ask("POST", "/sync/v1/blobs", pack([mine, missing])))
        try:
            starts = dict(zip(mine, told[0], strict=True))
            there = [name for name in told[1] if name in set(missing)]
        except (TypeError, ValueError, IndexError):
            raise Unreadable("not an answer") from None
        await on_book(_note, store, [name for name, start in starts.items() if start == HERE])
        went = [name for name, start in starts.items() if start >= 0]
        for name in went:
            await _bring(line, store, on_book, name, starts[name])
        for name in there:
            await _fetch(line, store, on_book, name)
        moved += len(went) + len(there)
        if not (went or there):
            return moved


def _questions(store: Store) -> tuple[list[str], list[str]]:
    with store.read() as read:
        return to_offer(read), wanted(read)


def _note(store: Store, names: list[str]) -> None:
    if names:
        with store.write(SYNC) as tx:
            note_at_hub(tx, names)


async def _bring(line: Line, store: Store, on_book: OnBook, name: str, start: int) -> None:
    """Slice by slice, from where the hub says. Raises: Trouble; Unreadable, where it never gets on."""

    def slice_from(at: int) -> Slice:
        with store.read() as read:
            return slice_of(read, name, at)

    for _ in range(1_000):
        piece = await on_book(slice_from, start)
        path = f"/sync/v1/blob/{name}/{start}"
        there = unpack(await line.ask("PUT", path, pack(list(piece))))
        if there == piece.total:
            await on_book(_note, store, [name])
            return
        if type(there) is not int or not 0 <= there < piece.total:
            break
        start = there
    raise Unreadable("not how much of the bytes is there")


async def _fetch(line: Line, store: Store, on_book: OnBook, name: str) -> None:
    """Slice by slice, on from what has come already. Raises: Trouble, Unreadable."""

    def so_far() -> int:
        with store.write(SYNC) as tx:
            return how_far(tx, name)

    def took(start: int, piece: Slice) -> int:
        with store.write(SYNC) as tx:
            here = take_slice(tx, name, start, piece)
            if here == piece.total:
                note_at_hub(tx, [name])
            return here

    start = await on_book(so_far)
    for _ in range(1_000):
        told = unpack(await line.ask("GET", f"/sync/v1/blob/{name}/{start}"))
        if not isinstance(told, list) or [type(each) for each in told] != [int, bytes]:
            break
        piece = Slice(*told)
        try:
            start = await on_book(took, start, piece)
        except NotAsked:
            return
        if start == piece.total:
            return
    raise Unreadable("not the bytes that were asked for")
