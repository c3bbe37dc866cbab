"""Random histories of a practice's money, each in a book of its own, with every invariant asked on the way.

Hypothesis draws the steps, so that a history that breaks something is shrunk to a short one. The seed of a
shard is fixed: the same shard draws the same histories, today and in a year.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from core.ledger.kept import rebuild
from core.store import Read, Store
from tests.builders import OWNER
from tests.properties import invariants
from tests.properties.deeds import DEEDS, NEEDS, REFUSAL, WEIGHTED, Hand, Idle, NotRefused
from tests.properties.invariants import require
from tests.properties.oracle import Facts
from tests.properties.practice import START, copied

STEPS = 40
LOOK_EVERY = 10
"""After so many steps every invariant is asked; after each step those that cost little."""

IDLE = "nothing"

Step = tuple[str, int, int, int, bool]
"""What is done, three numbers it chooses by, and whether it shares a transaction with the step after it."""

DAYS = (1, 2, 7, 13, 31)
A_DAY_PASSES = "a_day_passes"
WHAT = [*WEIGHTED, *[A_DAY_PASSES] * 12]


def histories(favour: Sequence[str] = ()) -> st.SearchStrategy[list[Step]]:
    """Random histories; what is in favour makes up some two fifths of their steps.

    One draw for all: of many small ones, Hypothesis would make most histories by repeating steps of others.
    Four bytes are a step; one whose first byte is 0 is left out, which is how shrinking takes it away.
    """
    what = [*WHAT, *(favour[turn % len(favour)] for turn in range(80 if favour else 0))]

    def decoded(drawn: bytes) -> list[Step]:
        steps = []
        for place in range(0, len(drawn), 4):
            first, a, b, c = drawn[place : place + 4]
            if first:
                steps.append((what[(first - 1) * len(what) // 255], a, b, c, c >= 235))
        return steps

    return st.binary(min_size=STEPS * 4, max_size=STEPS * 4).map(decoded)


@dataclass
class Tally:
    """What was run, to be printed."""

    histories: int = 0
    steps: int = 0
    drawn: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return (
            f"{self.histories} histories, {self.steps} steps: {self.done.total()} done,"
            f" {self.refused.total()} refused"
        )


def _did(name: str, hand: Hand) -> str:
    """Do it, or what it would need first; answers what was done."""
    while True:
        try:
            DEEDS[name](hand)
        except Idle:
            if name not in NEEDS:
                return IDLE
            name = NEEDS[name]
        else:
            return name


class History:
    """One practice from its first day on."""

    def __init__(self, store: Store, tally: Tally) -> None:
        self.store = store
        self.tally = tally
        self.today = START
        self.reports: dict[date, tuple[Any, ...]] = {}
        self.accounts: dict[date, Any] = {}

    def play(self, steps: Sequence[Step]) -> None:
        self._watch_yesterday()
        together: list[Step] = []
        for place, step in enumerate(steps, 1):
            self.tally.steps += 1
            self.tally.drawn[step[0]] += 1
            if step[0] == A_DAY_PASSES:
                self._do(together, place)
                together = []
                self.today += timedelta(days=DAYS[step[1] % len(DAYS)])
                self._watch_yesterday()
            else:
                together.append(step)
                if not step[4] or place == len(steps):
                    self._do(together, place)
                    together = []
            if place % LOOK_EVERY == 0:
                self._look(place * 7)
        self._do(together, len(steps))
        self._look(3)
        self._end()

    def _do(self, steps: Sequence[Step], place: int) -> None:
        """Some deeds in one transaction, and what must hold after any."""
        if not steps:
            return
        before = self._everything()
        back: list[date] = []
        repeats = []
        names: list[str] = []
        try:
            with self.store.write(OWNER) as tx:
                for name, a, b, c, _ in steps:
                    hand = Hand(tx, self.today, a, b, c)
                    names.append(_did(name, hand))
                    back += [hand.back] if hand.back else []
                    repeats.append(hand.repeats)
        except REFUSAL:
            self.tally.refused[steps[len(names)][0]] += 1
            require(self._everything() == before, invariants.REFUSAL, names)
            return
        except NotRefused as mistake:
            require(False, invariants.REFUSED, mistake)
            return
        self.tally.done.update(names)
        if repeats and all(repeats):
            require(self._everything() == before, invariants.REPEAT, names)
        for day in [day for day in self.reports if any(day >= first for first in back)]:
            del self.reports[day], self.accounts[day]
        with self.store.read() as read:
            self._after_each(read, place)

    def _after_each(self, read: Read, place: int) -> None:
        facts = Facts(read)
        today = facts.on(self.today)
        invariants.amounts_have_bounds(today)
        invariants.totals_are_their_lines(read, facts)
        invariants.charges_are_billed_once(facts)
        invariants.summaries_are_the_facts(read, facts, today)
        invariants.shares_add_up(facts, read)
        watched = sorted(self.reports)
        for day in {*watched[-1:], *watched[place % max(len(watched), 1) :][:1]}:
            self._stays(read, day)
        self._watch(read, invariants.yesterday(self.today))

    def _stays(self, read: Read, day: date) -> None:
        invariants.same(invariants.PAST, invariants.report(read, day), self.reports[day])

    def _watch_yesterday(self) -> None:
        with self.store.read() as read:
            self._watch(read, invariants.yesterday(self.today))

    def _watch(self, read: Read, day: date) -> None:
        """Remember what is said of a day, to hear the same later."""
        if day not in self.reports:
            self.reports[day] = invariants.report(read, day)
            self.accounts[day] = invariants.history(read, day)

    def _look(self, by: int) -> None:
        """Everything, for today and for one of the days before."""
        with self.store.read() as read:
            invariants.all_is_well(read, Facts(read), self.today, self.today - timedelta(days=1 + by % 50))
            for day in self.reports:
                self._stays(read, day)
                invariants.same(invariants.PAST, invariants.history(read, day), self.accounts[day])

    def _end(self) -> None:
        before = self._summaries()
        with self.store.write(OWNER) as tx:
            rebuild(tx)
        invariants.same(invariants.REBUILD, self._summaries(), before)
        with self.store.read() as read:
            invariants.book_is_whole(read)

    def _summaries(self) -> dict[str, list[tuple[Any, ...]]]:
        return self._rows("invoice_balance", "money_left", "unbilled", "crossed_account", "stale")

    def _everything(self) -> object:
        """The end of the chain stands for every fact; what is no fact is listed."""
        return self._rows(
            "sync_chain", "draft", "draft_line", "draft_adjustment", "sync_tomb", "session", "session_line",
            "payer_share", "invoice_balance", "money_left", "unbilled", "crossed_account", "stale",
        )  # fmt: skip

    def _rows(self, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
        with self.store.read() as read:
            return {table: sorted(read.rows(f"SELECT * FROM {table}"), key=repr) for table in tables}


def play(
    steps: Sequence[Step], tally: Tally | None = None, *, prepare: Callable[[Store], None] | None = None
) -> None:
    """One history in a fresh book. Raises: Violated."""
    tally = tally or Tally()
    with copied() as store:
        if prepare is not None:
            prepare(store)
        History(store, tally).play(steps)
    tally.histories += 1


def drive(
    shard: int,
    how_many: int,
    *,
    prepare: Callable[[Store], None] | None = None,
    favour: Sequence[str] = (),
    shrink: bool = True,
) -> Tally:
    """So many random histories; the first that breaks something is shrunk and shown. Raises: Violated."""
    tally = Tally()

    @seed(shard)
    @settings(
        max_examples=how_many,
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(steps=histories(favour))
    def every_history(steps: list[Step]) -> None:
        play(steps, tally, prepare=prepare)

    every_history()
    return tally
