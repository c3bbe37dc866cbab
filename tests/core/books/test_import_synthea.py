"""RA5: the public Synthea data set comes in whole, and once. Skipped where it is not at hand."""

from pathlib import Path

import pytest

from core.actors import Actor
from core.audit import verify
from core.books.outcome import Outcome, rehearse
from core.books.synthea import import_synthea
from core.store import Store

ROOT = Path(__file__).parents[3]
FOLDER = next(
    (found for base in ROOT.parents[:2] if (found := base / "shared/data/synthea").is_dir()), ROOT / "absent"
)
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the Synthea data set is not here")

WHOLE = Outcome(clients=27, sessions=604, charges=1418, total_cents=109_240_273)


@pytest.fixture
def imported(book: Store, owner: Actor) -> Store:
    with book.write(owner) as tx:
        assert import_synthea(tx, FOLDER) == WHOLE
    return book


def test_ra5_importing_again_brings_nothing_new(imported: Store, owner: Actor) -> None:
    with imported.read() as read:
        facts = read.value("SELECT no FROM sync_chain")
    with imported.write(owner) as tx:
        assert import_synthea(tx, FOLDER) == Outcome(unchanged=27 + 604)
    with imported.read() as read:
        assert read.value("SELECT no FROM sync_chain") == facts


def test_ra5_a_rehearsal_answers_the_same_and_writes_nothing(book: Store, owner: Actor) -> None:
    assert rehearse(book, owner, lambda tx: import_synthea(tx, FOLDER)) == WHOLE
    with book.read() as read:
        assert read.value("SELECT count(*) FROM client") == 0


def test_ra2_lines_of_zero_dollars_make_no_charge(imported: Store) -> None:
    with imported.read() as read:
        assert read.value("SELECT count(*) FROM session_line WHERE rate_cents = 0") == 127
        assert read.value("SELECT count(*) FROM charge WHERE amount_cents = 0") == 0


def test_ra5_only_providers_who_saw_somebody_come_in_without_npi(imported: Store) -> None:
    with imported.read() as read:
        assert read.rows("SELECT count(*), max(npi) FROM provider") == [(51, "")]


def test_ra5_the_deceased_are_inactive_and_still_billed(imported: Store) -> None:
    with imported.read() as read:
        assert read.rows(
            "SELECT count(DISTINCT c.id), count(*) > 0 FROM client AS c"
            " JOIN charge AS g ON g.client_id = c.id WHERE NOT c.active"
        ) == [(2, 1)]


def test_ra5_an_evening_session_falls_on_the_local_day(imported: Store) -> None:
    with imported.read() as read:
        assert read.rows("SELECT starts_at, service_on FROM session ORDER BY starts_at LIMIT 1") == [
            ("1968-01-21T00:21:58.000Z", "1968-01-20")
        ]


def test_ra5_coverage_leaves_out_times_without_an_insurer(imported: Store) -> None:
    with imported.read() as read:
        assert read.value("SELECT count(*) FROM payer") == 9
        assert read.rows("SELECT rank, count(*) FROM coverage GROUP BY rank ORDER BY rank") == [
            (1, 793), (2, 7)
        ]  # fmt: skip


def test_ra5_payments_come_in_on_request_and_once(imported: Store, owner: Actor) -> None:
    with imported.write(owner) as tx:
        first = import_synthea(tx, FOLDER, with_payments=True)
    with imported.write(owner) as tx:
        again = import_synthea(tx, FOLDER, with_payments=True)
    assert (first.payments, again.payments) == (1843, 0)
    with imported.read() as read:
        assert read.value("SELECT sum(amount_cents) FROM payment") == first.payments_cents
        assert verify(read).ok


def test_ra3_insurance_clients_get_claims_instead(book: Store, owner: Actor) -> None:
    with book.write(owner) as tx:
        outcome = import_synthea(tx, FOLDER, bill_to="insurance")
    assert (outcome.charges, outcome.sessions) == (0, 604)
    assert outcome.claims == 604 - outcome_of_free_sessions(book)


def outcome_of_free_sessions(book: Store) -> int:
    sql = (
        "SELECT count(*) FROM (SELECT session_id FROM session_line GROUP BY session_id"
        " HAVING sum(rate_cents * units_milli) = 0)"
    )
    with book.read() as read:
        return int(read.value(sql))
