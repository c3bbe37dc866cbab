"""RB5, issue line 3: a run that dies at any event, run again, bills every charge exactly once.

The child dies between two statements, inside a trigger or between two phases; real SIGKILLs are in
`test_killed_process_goes_on`. DAYSHEET_PROVE_SIZE=large tries every event of a run in three chunks.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import core.delivery.run
from core.delivery.sending import send
from core.invoicing.commands import issue_drafts
from tests.builders import OWNER, TODAY
from tests.crash.forked import dies_at, events_of, spread
from tests.crash.invariants import broken, state, unfinished
from tests.crash.office import a_copy, bill, make_office, opened
from tests.sizes import sized


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_office(tmp_path_factory.mktemp("killed") / "office", clients=7)


@pytest.fixture(scope="module")
def big_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_office(tmp_path_factory.mktemp("killed") / "office", clients=60)


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three chunks for seven clients: the same path as sixty, and so short that all of it is tried."""
    monkeypatch.setattr(core.delivery.run, "CHUNK", 3)


def die_everywhere(office: Path, deed: Callable[[Path], object], *, points: int, sent: bool) -> None:
    with a_copy(office) as home:
        count = events_of(lambda: deed(home))
    chosen = spread(count, points)
    assert len(chosen) == min(points, count) > 0
    states = set()
    for point in chosen:
        with a_copy(office) as home:
            dies_at(point, lambda: deed(home))
            with opened(home) as store:
                assert broken(store) == [], f"died at event {point} of {count}"
                states.add(state(store))
            deed(home)
            with opened(home) as store:
                assert unfinished(store, sent=sent) == [], f"died at event {point} of {count}, run again"
    print(f"died at {len(chosen)} of {count} events, left {len(states)} different states, all mended")


@pytest.mark.usefixtures("small_chunks")
def test_rb5_a_sending_run_dies_at_any_sql_statement_and_goes_on(office: Path) -> None:
    die_everywhere(office, lambda home: bill(home, send=True), points=sized(60, 10_000), sent=True)


def test_rb5_a_sending_run_over_sixty_clients_dies_and_goes_on(big_office: Path) -> None:
    die_everywhere(big_office, lambda home: bill(home, send=True), points=sized(8, 10_000), sent=True)


@pytest.mark.usefixtures("small_chunks")
def test_rb5_a_drafting_run_dies_and_goes_on(office: Path) -> None:
    die_everywhere(office, lambda home: bill(home, send=False), points=sized(18, 10_000), sent=False)


def test_rb3_sending_many_drafts_dies_and_goes_on(office: Path) -> None:
    with a_copy(office) as drafted:
        drafts = [one.invoice_id for one in bill(drafted, send=False).billed]

        def send_all(home: Path) -> None:
            with opened(home) as store:
                send(store, OWNER, drafts, today=TODAY)

        die_everywhere(drafted, send_all, points=sized(18, 10_000), sent=True)


def test_rb3_a_send_by_hand_that_died_after_the_issue_is_drained_by_the_next_run(office: Path) -> None:
    """`decisions.md` 17: issued without document is a question that the run drains."""
    with a_copy(office) as home:
        drafts = [one.invoice_id for one in bill(home, send=False).billed]
        with opened(home) as store, store.write(OWNER) as tx:
            issue_drafts(tx, drafts[:2], today=TODAY)
        bill(home, send=True)
        with opened(home) as store, store.read() as read:
            assert read.value("SELECT count(*) FROM document") == 2
