"""Whatever is done with a practice's money, in whatever order, its books stay right (RB2 to RB8, RC1 to RC8).

A shard is one seed: it runs the same histories each time. To see one fail again:
`pytest "tests/properties/test_money_histories.py::test_no_history_breaks_the_books[3]"`.
"""

from __future__ import annotations

import pytest

from tests.properties.deeds import DEEDS
from tests.properties.machine import STEPS, drive
from tests.sizes import sized

SHARDS = 10
HISTORIES = sized(500, 5_000) // SHARDS
SIMPLEST = 1
"""Hypothesis begins with the simplest history, in which nothing is done; it is not counted."""


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_history_breaks_the_books(shard: int) -> None:
    tally = drive(shard, HISTORIES + SIMPLEST)
    print(f"\nshard {shard}: {tally}")
    assert tally.histories == HISTORIES + SIMPLEST
    assert tally.steps >= HISTORIES * (STEPS - 1)
    assert not DEEDS.keys() - tally.drawn.keys(), "every command was drawn"


def test_most_of_what_is_drawn_can_be_done() -> None:
    """Histories of refusals would prove little."""
    tally = drive(100, 40)
    assert tally.done.total() > 2 * tally.refused.total()
    assert len(DEEDS.keys() & tally.done.keys()) >= len(DEEDS) - 6


def test_fees_are_let_go_for_money_that_was_received_in_time() -> None:
    """What few histories come to by chance: a fee, and money recorded later that was there before it."""
    tally = drive(100, 20, favour=["late_fees", "pay_late_recorded", "waive_what_is_proposed"])
    assert tally.done["waive_what_is_proposed"]
