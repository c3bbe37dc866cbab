"""Lays an office's book beside the hub's, all of it, and makes equal what differs (`sync.md` 5.5).

Nothing is read that need not be: 256 sums, then those of the branches that differ, then the rows of the
leaves that differ.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from core.ledger.kept import rebuild
from core.migrations import HEAD
from core.replication.messages import Unreadable, pack, unpack
from core.replication.office import link
from core.replication.repair import (
    BRANCHES,
    Mended,
    Prints,
    ask,
    differing,
    leaves_by_size,
    prints_upto,
    read_given,
    read_prints,
    take_given,
)
from core.store import Store
from syncd.line import Line, Trouble

OnBook = Callable[..., Awaitable[Any]]


class Checked(NamedTuple):
    """How many rows were compared, how many were made equal here and at the hub, and what still differs as
    (table, id, why)."""

    rows: int
    here: int
    at_hub: int
    left: list[tuple[str, str, str]]


async def check(line: Line, store: Store, on_book: OnBook) -> Checked:
    """Compare everything and mend what differs. The book has just exchanged all that it had.

    Raises: Trouble; Unreadable.
    """
    upto, prints = await asyncio.to_thread(_measured, store)  # beside the lanes, which go on
    off: list[int] = []
    sizes: dict[int, int] = {}
    for branch in differing(prints.branches(), await _prints(line, f"/sync/v1/ranges/{upto}")):
        theirs = await _prints(line, f"/sync/v1/ranges/{upto}/{branch}")
        mine = prints.leaves(branch)
        for place in differing(mine, theirs):
            off.append(branch * BRANCHES + place)
            sizes[off[-1]] = max(mine[place][0], theirs[place][0])
    here = at_hub = 0
    left: list[tuple[str, str, str]] = []
    for leaves in leaves_by_size(off, sizes):
        done = await _mended(line, store, on_book, leaves)
        here, at_hub = here + done.here, at_hub + done.at_hub
        left += done.left
    return Checked(prints.count, here, at_hub, left)


def _measured(store: Store) -> tuple[int, Prints]:
    with store.read() as read:
        upto = link(read).cursor
        return upto, prints_upto(read, upto)


async def _prints(line: Line, path: str) -> Any:
    told = unpack(await line.ask("GET", path))
    try:
        version, prints = told
        found = read_prints(prints)
    except (TypeError, ValueError):
        raise Unreadable("not prints") from None
    if version != HEAD:
        raise Trouble("newer" if str(version) > HEAD else "older")
    return found


async def _mended(line: Line, store: Store, on_book: OnBook, leaves: list[int]) -> Mended:
    def asked() -> Any:
        with store.read() as read:
            return ask(read, leaves)

    question = await asyncio.to_thread(asked)
    given = read_given(await line.ask("POST", "/sync/v1/repair", pack(list(question))))
    done: Mended = await on_book(take_given, store, question, given, rebuild)
    return done
