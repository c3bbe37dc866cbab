"""RB5, issue line 3: two and three runs at the same instant bill every charge exactly once.

Forked racers stand ready with a preview in hand and start at the closing of a pipe; the real program
races too. Two planted bugs show that the proof would notice.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import core.delivery.run
import core.invoicing.billing_run
from core.dates import ALL_TIME
from core.delivery.run import carry_out
from core.invoicing.billing_run import propose
from core.ledger.unbilled import unbilled_charges
from core.store import Tx
from tests.builders import OWNER, TODAY
from tests.crash.forked import start, wait_for
from tests.crash.invariants import state, unfinished
from tests.crash.office import a_copy, make_office, opened, run_command
from tests.sizes import sized

CLIENTS = 24


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_office(tmp_path_factory.mktemp("races") / "office", CLIENTS)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many small transactions, so that the racers meet often."""
    monkeypatch.setattr(core.delivery.run, "CHUNK", 3)


def race(home: Path, sends: Sequence[bool], *, planted: Callable[[], None] = lambda: None) -> list[int]:
    """A racer for each of `sends`, all with a preview of the same unbilled charges; their exit codes.

    Those that make drafts begin at the other end of the list, and after each chunk let a
    sender have one too, so that both kinds get clients.
    """
    ready_out, ready_in = os.pipe()
    go_out, go_in = os.pipe()
    sent_out, sent_in = os.pipe()
    if True not in sends:
        os.write(sent_in, b"." * len(sends) * CLIENTS)

    def first_chunk_is_sent(*_: object) -> None:
        os.write(sent_in, b"." * CLIENTS)

    def let_a_sender_in(*_: object) -> None:
        os.read(sent_out, 1)

    def racer(*, send: bool) -> None:
        os.close(go_in)
        if not send:
            os.close(sent_in)
        planted()
        with opened(home) as store:
            with store.read() as read:
                preview = propose(read, ALL_TIME, TODAY)
            store.give_back(store.borrow(writes=True), writes=True)
            os.write(ready_in, b".")
            os.read(go_out, 1)
            if send:
                carry_out(store, OWNER, preview, today=TODAY, send=True, after_chunk=first_chunk_is_sent)
            else:
                clients = preview.ready[::-1]
                carry_out(
                    store, OWNER, preview, today=TODAY, send=False, only=clients, after_chunk=let_a_sender_in
                )

    racers = [start(lambda send=send: racer(send=send)) for send in sends]  # type: ignore[misc]
    os.close(ready_in)
    os.close(sent_in)
    waiting = len(racers)
    while waiting and (arrived := os.read(ready_out, waiting)):
        waiting -= len(arrived)
    os.close(go_in)
    codes = [wait_for(pid) for pid in racers]
    for end in (go_out, ready_out, sent_out):
        os.close(end)
    return codes


@pytest.mark.parametrize("racers", [2, 3])
def test_rb5_sending_runs_at_the_same_instant_bill_everything_once(office: Path, racers: int) -> None:
    for _ in range(sized(10, 200)):
        with a_copy(office) as home:
            assert race(home, [True] * racers) == [0] * racers
            with opened(home) as store:
                assert unfinished(store, sent=True) == []
                assert state(store) == (0, CLIENTS, CLIENTS, CLIENTS)


def test_rb5_drafting_runs_at_the_same_instant_draft_everything_once(office: Path) -> None:
    for _ in range(sized(4, 60)):
        with a_copy(office) as home:
            assert race(home, [False, False, False]) == [0, 0, 0]
            with opened(home) as store:
                assert unfinished(store, sent=False) == []
                assert state(store) == (CLIENTS, 0, 0, 0)


def test_rb5_a_drafting_run_beside_a_sending_run_bills_everything_once(office: Path) -> None:
    met = 0
    for _ in range(sized(8, 60)):
        with a_copy(office) as home:
            assert race(home, [False, True]) == [0, 0]
            with opened(home) as store:
                assert unfinished(store, sent=True) == []
                drafts, invoices, documents, shares = state(store)
            assert drafts + invoices == CLIENTS
            assert documents == shares == invoices
            met += 0 < drafts < CLIENTS
    print(f"\nin {met} races both got clients")


def test_rb5_the_real_program_started_three_times_at_once_bills_everything_once(office: Path) -> None:
    for _ in range(sized(3, 40)):
        with a_copy(office) as home:
            words, environment = run_command(home, "--send")
            racers = [
                subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                for _ in range(3)
            ]
            answers = [racer.communicate(timeout=120) for racer in racers]
            assert [racer.returncode for racer in racers] == [0, 0, 0], answers
            billed = [one["number"] for out, _ in answers for one in json.loads(out)["data"]["invoices"]]
            assert len(billed) == len(set(billed)) == CLIENTS
            with opened(home) as store:
                assert unfinished(store, sent=True) == []


def test_rb5_the_race_notices_when_nobody_asks_again_what_is_unbilled(office: Path) -> None:
    """Planted bug: each run bills what its preview said, without asking again under the write lock."""

    def planted() -> None:
        before: dict[str, list[object]] = {}

        def remembered(read: object, period: object, today: object) -> object:
            found = unbilled_charges(read, period, today)  # type: ignore[arg-type]
            for charge in found:
                before.setdefault(charge.client_id, []).append(charge)
            return found

        core.invoicing.billing_run.unbilled_charges = remembered  # type: ignore[attr-defined, assignment]
        core.invoicing.billing_run.unbilled_of_clients = lambda *_: before  # type: ignore[attr-defined, assignment]

    with a_copy(office) as home:
        race(home, [True, True], planted=planted)
        with opened(home) as store:
            wrong = unfinished(store, sent=True)
    assert [line for line in wrong if "is on 2 invoices" in line]


def test_rb5_the_race_notices_a_write_that_takes_its_lock_late(office: Path) -> None:
    """Planted bug: BEGIN instead of BEGIN IMMEDIATE, or no BEGIN at all as with a driver's defaults."""

    def deferred() -> None:
        Tx._start = lambda self: (self._connection.execute("BEGIN"), None)[1]  # type: ignore[method-assign]

    def autocommit() -> None:
        Tx._start = Tx._commit = lambda self: None  # type: ignore[method-assign]

    refused, doubled = 0, 0
    for _ in range(sized(4, 20)):
        with a_copy(office) as home:
            refused += race(home, [True, True, True], planted=deferred) != [0, 0, 0]
        with a_copy(office) as home:
            codes = race(home, [True, True, True], planted=autocommit)
            with opened(home) as store:
                doubled += codes != [0, 0, 0] or unfinished(store, sent=True) != []
    assert refused
    assert doubled
