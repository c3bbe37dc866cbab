"""Days are the practice's: near midnight, across clock changes, at month ends and in leap years."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import (
    NotADate,
    NotAMonth,
    NotATimeZone,
    Period,
    PeriodBackwards,
    between,
    due_on,
    local_day,
    month_period,
    parse_day,
    parse_instant,
    parse_month,
    parse_today,
    previous_month,
    shift_months,
    show_instant,
    zone,
)

NEW_YORK, AUCKLAND, UTC_ZONE = "America/New_York", "Pacific/Auckland", "UTC"


@pytest.mark.parametrize(
    ("instant", "zone_name", "day"),
    [
        (datetime(2026, 11, 1, 3, 59, tzinfo=UTC), NEW_YORK, date(2026, 10, 31)),
        (datetime(2026, 11, 1, 4, 0, tzinfo=UTC), NEW_YORK, date(2026, 11, 1)),
        (datetime(2026, 10, 31, 10, 59, tzinfo=UTC), AUCKLAND, date(2026, 10, 31)),
        (datetime(2026, 10, 31, 11, 0, tzinfo=UTC), AUCKLAND, date(2026, 11, 1)),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), UTC_ZONE, date(2026, 12, 31)),
        (datetime(2026, 3, 8, 4, 59, tzinfo=UTC), NEW_YORK, date(2026, 3, 7)),
        (datetime(2026, 3, 9, 3, 59, tzinfo=UTC), NEW_YORK, date(2026, 3, 8)),
    ],
)
def test_the_day_an_instant_falls_on(instant: datetime, zone_name: str, day: date) -> None:
    assert local_day(instant, zone_name) == day


@pytest.mark.parametrize(
    ("typed", "utc"),
    [
        ("2026-10-31T10:00", "2026-10-31T14:00:00.000Z"),
        ("2026-11-01T01:30", "2026-11-01T05:30:00.000Z"),
        ("2026-11-01T02:30", "2026-11-01T07:30:00.000Z"),
        ("2026-03-08T02:30", "2026-03-08T07:30:00.000Z"),
        ("2026-10-31T10:00+02:00", "2026-10-31T08:00:00.000Z"),
        ("2026-10-31T10:00Z", "2026-10-31T10:00:00.000Z"),
        ("2026-10-31 10:00:00.1234", "2026-10-31T14:00:00.123Z"),
    ],
)
def test_a_time_typed_without_an_offset_is_the_practices(typed: str, utc: str) -> None:
    """A repeated hour is the first of the two, a skipped one the next that exists."""
    assert show_instant(parse_instant(typed, NEW_YORK)) == utc


@pytest.mark.parametrize("typed", ["", "now", "2026-13-01T00:00", "0001-01-01T00:00+14:00", "10:00"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(NotADate):
        parse_instant(typed, NEW_YORK)


@given(st.integers(631_152_000_000, 3_786_912_000_000), st.sampled_from([NEW_YORK, AUCKLAND, UTC_ZONE]))
def test_instants_sort_as_text_and_come_back(ms: int, zone_name: str) -> None:
    instant = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms, microseconds=ms % 1000)
    shown = show_instant(instant)
    assert abs(parse_instant(shown, zone_name) - instant) < timedelta(milliseconds=1)
    assert show_instant(instant + timedelta(milliseconds=1)) > shown


@pytest.mark.parametrize(
    "typed",
    ["", "2026-1-1", "2026-02-29", "20261031", "2026-10-31 ", "٢٠٢٦-10-31", "2026-W01-1", "2026-00-10"],
)
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(NotADate):
        parse_day(typed)


@pytest.mark.parametrize("typed", ["2026", "2026-13", "2026-00", "26-10", "9999-12", "2026-10-01", "٢٠٢٦-10"])
def test_what_is_no_month_is_refused(typed: str) -> None:
    with pytest.raises(NotAMonth):
        parse_month(typed)


@pytest.mark.parametrize("typed", ["1899-12-31", "2200-01-01", "9999-12-31", "0001-01-01"])
def test_a_today_nobody_can_count_from_is_refused(typed: str) -> None:
    with pytest.raises(NotADate):
        parse_today(typed)


@pytest.mark.parametrize(
    ("issued", "days", "due"),
    [(date(2026, 1, 31), 30, date(2026, 3, 2)), (date(2024, 1, 31), 30, date(2024, 3, 1)),
     (date(2026, 12, 2), 30, date(2027, 1, 1)), (date(2026, 10, 31), 0, date(2026, 10, 31))],
)  # fmt: skip
def test_net_thirty_counts_calendar_days(issued: date, days: int, due: date) -> None:
    assert due_on(issued, days) == due


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.integers(-600, 600))
def test_a_month_holds_its_days_and_the_months_follow_each_other(day: date, months: int) -> None:
    month = month_period(day)
    first, last = month
    assert first is not None
    assert last is not None
    assert day in month
    assert first.day == (last + timedelta(days=1)).day == 1
    assert previous_month(day).to_on == first - timedelta(days=1)
    assert shift_months(shift_months(month, months), -months) == month
    assert parse_month(month.month_of() or "") == month


def test_a_period_may_be_open_at_either_side() -> None:
    assert date(1900, 1, 1) in Period(None, date(2026, 1, 1))
    assert date(2026, 1, 2) not in Period(None, date(2026, 1, 1))
    assert date(2199, 1, 1) in Period(date(2026, 1, 1), None)
    assert Period(date(2026, 1, 1), None).month_of() is None


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    assert between(date(2026, 1, 1), date(2026, 1, 1)) == (date(2026, 1, 1), date(2026, 1, 1))
    with pytest.raises(PeriodBackwards):
        between(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "../etc/passwd", "/etc/localtime", "America", "\x00", "x" * 999]
)
def test_a_time_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(NotATimeZone):
        zone(name)
