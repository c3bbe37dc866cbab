"""RD2: whatever was done, each statement goes on where the one before ended, or says what changed since.

The books come from the machine of random histories, with money that is recorded for days gone by; what the
balance was on a day is worked out by the oracle, which knows nothing of ledgers or statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from core.dates import Period
from core.delivery.statements import make_statement
from core.ledger.statement_view import StatementView, statement_key, statement_view
from core.store import Read
from tests.builders import OWNER
from tests.properties.machine import A_DAY_PASSES, DAYS, History, Step, Tally, histories
from tests.properties.oracle import Day, Facts
from tests.properties.practice import START, copied
from tests.sizes import sized

SHARDS = 4
HISTORIES = sized(60, 1_000) // SHARDS
BEFORE = START - timedelta(days=60)

Account = tuple[str, str | None]


class Quiet(History):
    """A history whose other invariants are asked elsewhere."""

    def _after_each(self, read: Read, place: int) -> None:
        pass


class Chain:
    """A book's statements so far: for each account the last day told, and the balance told."""

    def __init__(self, history: History, tally: Counter[str]) -> None:
        self.history = history
        self.tally = tally
        self.told: dict[Account, tuple[date, int, str]] = {}

    def tell(self, to_on: date) -> None:
        """A statement for each account of the days since its last one; each is checked as it is made."""
        store = self.history.store
        with store.read() as read:
            facts = Facts(read)
        day = facts.on(to_on)
        for account in sorted(accounts(day), key=str):
            guarantor_id, client_id = account
            from_on, before = BEFORE, None
            if account in self.told:
                ended, before, _ = self.told[account]
                from_on = ended + timedelta(days=1)
            if from_on > to_on:
                continue
            key = statement_key(guarantor_id, Period(from_on, to_on), client_id=client_id)
            with store.read() as read:
                view = statement_view(read, key, today=self.history.today)
            made = make_statement(store, OWNER, key, today=self.history.today)
            assert made.new
            self.check(view, facts, day, before)
            if account in self.told:
                assert view.previous is not None
                assert view.previous.document_id == self.told[account][2]
            self.told[account] = (to_on, view.closing_cents, view.document_id)
            assert not make_statement(store, OWNER, key, today=self.history.today).new

    def check(self, view: StatementView, facts: Facts, day: Day, before: int | None) -> None:
        opened = facts.on(view.from_on - timedelta(days=1)) if view.from_on else None
        assert view.closing_cents == balance(day, view)
        assert opened is not None
        assert view.opening_cents == balance(opened, view)
        assert view.opening_cents + sum(line.amount_cents for line in view.lines) == view.closing_cents
        assert view.opening_cents + view.sums.change_cents == view.closing_cents
        assert sum(cents for _, cents in view.aging) - view.credit_cents == view.closing_cents
        self.tally["statements"] += 1
        if before is None:
            assert view.previous is None
            return
        assert view.previous is not None
        assert view.previous.closing_cents == before
        assert before + view.earlier_cents == view.opening_cents
        assert sum(line.amount_cents for line in view.earlier) == view.earlier_cents
        self.tally["changed" if view.earlier_cents else "as told"] += 1
        self.tally["explained by entries"] += bool(view.earlier)
        self.tally["not explained by entries"] += any(line.kind == "other" for line in view.earlier)


def accounts(day: Day) -> set[Account]:
    """Each guarantor, and each of their clients apart."""
    whole: set[Account] = {(guarantor_id, None) for guarantor_id in day.guarantors()}
    return whole | {(b.issue["guarantor_id"], b.issue["client_id"]) for b in day.bills.values()}


def balance(day: Day, view: StatementView) -> int:
    owed = sum(
        bill.balance
        for bill in day.bills.values()
        if bill.issue["guarantor_id"] == view.guarantor_id
        and view.client_id in (None, bill.issue["client_id"])
    )
    return owed - day.credit(view.guarantor_id)


def play(steps: Sequence[Step], tally: Counter[str]) -> None:
    """One history, with statements up to the day before whenever days have passed."""
    with copied() as store:
        history = Quiet(store, Tally())
        chain = Chain(history, tally)
        for place, step in enumerate(steps, 1):
            if step[0] == A_DAY_PASSES:
                chain.tell(history.today - timedelta(days=1))
                history.today += timedelta(days=DAYS[step[1] % len(DAYS)])
            else:
                history._do([step], place)
        chain.tell(history.today)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_rd2_each_statement_goes_on_where_the_one_before_ended(shard: int) -> None:
    tally: Counter[str] = Counter()

    @seed(shard)
    @settings(
        max_examples=HISTORIES, database=None, deadline=None, phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(steps=histories(["pay_late_recorded", "give_back_late_recorded", "void"]))
    def every_history(steps: list[Step]) -> None:
        play(steps, tally)

    every_history()
    print(f"\nshard {shard}: {dict(tally)}")
    assert tally["as told"] > HISTORIES
    assert tally["changed"] > HISTORIES / 2
    assert not tally["not explained by entries"]
