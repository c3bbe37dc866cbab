"""One history from its seed: `python -m tests.simulation --seed N` replays it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from unittest.mock import patch

from tests.simulation.disks import alter_disks, compare_books
from tests.simulation.oracle import check, facts_of
from tests.simulation.world import World, template

STEPS = 400


@contextmanager
def drawn_from(seed: int | str) -> Iterator[None]:
    """Ids end in chance, and people are picked in the order of their ids: a seed must see one order."""
    chance = Random(seed)
    with (
        patch("os.urandom", chance.randbytes),
        patch("secrets.randbelow", chance.randrange),
        patch("secrets.choice", chance.choice),
    ):
        yield


def history(seed: int, *, steps: int = STEPS, tally: Counter[str] | None = None) -> None:
    """Play a seed to its end and ask every invariant. Raises: Broken, or whatever went wrong."""
    with drawn_from("template"):  # the same books for all seeds, whichever is played first
        template()
    with drawn_from(seed):
        world = World(seed, Counter() if tally is None else tally)
        try:
            for _ in range(steps):
                world.step()
            durable: dict[str, tuple[int, int]] = {}
            for book in (world.hub, *(one.book for one in world.offices)):
                durable |= facts_of(book)
            world.come_to_rest()
            alter_disks(world)
            compare_books(world)
            check(world, durable)
        finally:
            world.close()
