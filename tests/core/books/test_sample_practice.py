"""The sample practice is believable, whole and the same for everybody (RA2, RA3)."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from core.actors import Actor
from core.audit import verify
from core.books.sample import Sample, make_sample
from core.ledger.summaries import keep
from core.practice.queries import licensed_providers
from core.store import Store

TODAY = date(2026, 10, 31)

NOON = datetime(2026, 10, 31, 12, tzinfo=UTC)


def sampled(path: Path, owner: Actor, today: date) -> tuple[Store, Sample]:
    store = Store.create(
        str(path), os.urandom(32), lambda: datetime(2026, 10, 31, 12, tzinfo=UTC), keep, site=1
    )
    with store.write(owner) as tx:
        return store, make_sample(tx, today)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Sample]]:
    from core.actors import Role

    owner = Actor("owner", "Olga Owner", Role.OWNER)
    store, made = sampled(tmp_path_factory.mktemp("sample") / "book.db", owner, TODAY)
    yield store, made
    store.close()


def test_ra2_a_year_of_sessions_became_charges(sample: tuple[Store, Sample]) -> None:
    store, made = sample
    assert made.clients >= 140
    assert made.charges >= 1800
    with store.read() as read:
        assert read.value("SELECT count(*) FROM charge") == made.charges
        assert read.value("SELECT count(*) FROM session WHERE service_on < '2025-10-01'") == 0
        months = read.rows("SELECT substr(service_on, 1, 7), count(*) FROM charge GROUP BY 1")
        assert len(months) == 13
        assert min(count for _, count in months) > 60
        assert verify(read).ok


def test_ra2_missed_appointments_cost_what_the_policy_says(sample: tuple[Store, Sample]) -> None:
    with sample[0].read() as read:
        assert read.rows(
            "SELECT DISTINCT kind, amount_cents FROM charge WHERE kind <> 'service' ORDER BY kind"
        ) == [("late_cancel_fee", 5000), ("no_show_fee", 7500)]


def test_ra3_a_few_clients_go_to_insurance_first(sample: tuple[Store, Sample]) -> None:
    with sample[0].read() as read:
        modes = dict(read.rows("SELECT bill_to, count(*) FROM client GROUP BY bill_to"))
        assert modes["hybrid"] >= 4
        assert modes["insurance"] >= 4
        assert read.value("SELECT count(*) FROM claim WHERE coverage_id IS NULL") == 0
        assert read.value("SELECT count(*) FROM claim") > 20


@pytest.mark.parametrize("today", [TODAY, date(2024, 2, 29), date(2026, 1, 1), date(2026, 11, 4)])
def test_today_has_an_agenda_on_any_day_of_the_week(tmp_path: Path, owner: Actor, today: date) -> None:
    store, _ = sampled(tmp_path / "book.db", owner, today)
    with store.read() as read:
        sql = "SELECT status, count(*) FROM session WHERE service_on = :today GROUP BY status"
        [(status, count)] = read.rows(sql, today=today.isoformat())
        assert status == "scheduled"
        assert count >= 8
        assert read.value("SELECT count(*) FROM session WHERE service_on > :d", d=today.isoformat()) > 20
    store.close()


def test_nobody_is_in_two_places_at_once(sample: tuple[Store, Sample]) -> None:
    with sample[0].read() as read:
        assert read.rows("SELECT 1 FROM session GROUP BY provider_id, starts_at HAVING count(*) > 1") == []


def test_names_of_many_scripts_are_there(sample: tuple[Store, Sample]) -> None:
    with sample[0].read() as read:
        names = " ".join(name for (name,) in read.rows("SELECT name FROM client"))
    for word in ("José", "Łukasz", "李小龍", "כהן"):
        assert word in names


def test_some_things_hold_a_bill_back(sample: tuple[Store, Sample]) -> None:
    with sample[0].read() as read:
        assert read.value("SELECT count(*) FROM guarantor WHERE street = ''") == 1
        assert read.value("SELECT count(*) FROM guarantor WHERE email = ''") == 1
        assert len(licensed_providers(read, 2025)) == len(licensed_providers(read, 2026)) == 5
        assert read.value("SELECT count(*) FROM provider") == 6


def test_siblings_share_a_parent(sample: tuple[Store, Sample]) -> None:
    with sample[0].read() as read:
        sql = "SELECT count(*) FROM (SELECT 1 FROM client GROUP BY guarantor_id HAVING count(*) > 1)"
        assert read.value(sql) >= 8


def test_it_is_the_same_practice_everywhere(
    sample: tuple[Store, Sample], tmp_path: Path, owner: Actor
) -> None:
    other, made = sampled(tmp_path / "other.db", owner, TODAY)
    rows = (
        "SELECT s.id, s.starts_at, s.status, c.name, l.code, l.units_milli FROM session AS s"
        " JOIN client AS c ON c.id = s.client_id LEFT JOIN session_line AS l ON l.session_id = s.id"
        " ORDER BY s.id, l.position"
    )
    assert made[1:] == sample[1][1:]
    with sample[0].read() as one, other.read() as two:
        assert one.rows(rows) == two.rows(rows)
    other.close()
