"""Whatever is done with a practice's money, in whatever order, its books stay right (RB2 to RB8, RC1 to RC8).

A shard is one seed: it runs the same histories each time. To see one fail again:
`pytest "tests/properties/test_money_histories.py::test_no_history_breaks_the_books[3]"`.
"""

from __future__ import annotations

import pytest

from tests.properties.deeds import DEEDS
from tests.properties.machine import STEPS, Tally, drive
from tests.sizes import sized

SHARDS = 10
HISTORIES = sized(500, 5_000) // SHARDS
SIMPLEST = 1
"""Hypothesis begins with the simplest history, in which nothing is done; it is not counted."""


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_history_breaks_the_books(shard: int, capsys: pytest.CaptureFixture[str]) -> None:
    tally = drive(shard, HISTORIES + SIMPLEST)
    _say(capsys, f"money histories, shard {shard}: {tally}")
    assert tally.histories == HISTORIES + SIMPLEST
    assert tally.steps >= HISTORIES * (STEPS - 1)
    assert not DEEDS.keys() - tally.drawn.keys(), "every command was drawn"


def _say(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with capsys.disabled():
        print(f"\n{text}")


def test_most_of_what_is_drawn_can_be_done() -> None:
    """Histories of refusals would prove little: most steps go through, and each command at times."""
    tally = Tally()
    for shard in range(2):
        more = drive(100 + shard, 25)
        tally.done += more.done
        tally.refused += more.refused
    assert tally.done.total() > 2 * tally.refused.total()
    assert not DEEDS.keys() - tally.done.keys() - {"mistake"}
