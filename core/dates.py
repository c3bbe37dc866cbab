"""Periods, terms, due dates and the practice's time zone. Never asks what day it is.

Days are `datetime.date`, instants are UTC. Service dates, due dates and months are the practice's
local days; a server in another zone must not move them.
"""

from collections import namedtuple
from datetime import UTC, date, datetime, timedelta

from core.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_ISO_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ISO_MONTH = "[0-9]{4}-[0-9]{2}"


class NotADate(UsageError):
    code = "not_a_date"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'"{plain(typed)[:40]}" is not a date. Write it like 2026-10-31.')


class NotAMonth(UsageError):
    code = "not_a_month"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'"{plain(typed)[:40]}" is not a month. Write it like 2026-10.')


class NotATimeZone(UsageError):
    code = "not_a_time_zone"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'"{plain(typed)[:60]}" is not a time zone. Use a name like America/New_York.')


class PeriodBackwards(UsageError):
    code = "period_backwards"

    def __init__(self, from_on: date, to_on: date) -> None:
        super().__init__(f"The period ends before it begins: {from_on} to {to_on}. Swap the two dates.")


class Period(namedtuple("Period", "from_on to_on")):
    """A range of local days, both included. An open side is None."""

    from_on: date | None
    to_on: date | None
    __slots__ = ()

    def __contains__(self, day: object) -> bool:
        assert isinstance(day, date)
        return (self.from_on is None or self.from_on <= day) and (self.to_on is None or day <= self.to_on)

    def month_of(self) -> str | None:
        """2026-10 where this is exactly one calendar month, else None."""
        if self.from_on is not None and self == month_period(self.from_on):
            return f"{self.from_on:%Y-%m}"
        return None


ALL_TIME = Period(None, None)


def parse_day(typed: str) -> date:
    """Read an ISO day. Raises: NotADate."""
    import re

    if re.fullmatch(_ISO_DAY, typed) is None:
        raise NotADate(typed)
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise NotADate(typed) from None


class TooFar(NotADate):
    def __init__(self, day: date) -> None:
        UsageError.__init__(self, f"{day} is too far from today. Use a day from 1900 to 2199.")


def require_near(day: date) -> date:
    """A day that something may be recorded for: terms and months can be counted from it.

    Raises: TooFar, for a year before 1900 or after 2199.
    """
    if not 1900 <= day.year <= 2199:
        raise TooFar(day)
    return day


def parse_entered_day(typed: str) -> date:
    """Read an ISO day that something is recorded for. Raises: NotADate, TooFar."""
    return require_near(parse_day(typed))


def parse_today(typed: str) -> date:
    """Read an ISO day as a practice's today. Raises: NotADate, TooFar."""
    return parse_entered_day(typed)


def parse_month(typed: str) -> Period:
    """Read an ISO month as its days. Raises: NotAMonth."""
    import re

    if re.fullmatch(_ISO_MONTH, typed) is None:
        raise NotAMonth(typed)
    try:
        return month_period(date.fromisoformat(typed + "-01"))
    except (ValueError, OverflowError):
        raise NotAMonth(typed) from None


def between(from_on: date | None, to_on: date | None) -> Period:
    """The days from one to the other. Raises: PeriodBackwards."""
    if from_on is not None and to_on is not None and to_on < from_on:
        raise PeriodBackwards(from_on, to_on)
    return Period(from_on, to_on)


def month_period(day: date) -> Period:
    """The calendar month a day lies in."""
    first = day.replace(day=1)
    return Period(first, _next_month(first) - timedelta(days=1))


def previous_month(day: date) -> Period:
    """The calendar month before the one a day lies in; what a billing run proposes."""
    return month_period(day.replace(day=1) - timedelta(days=1))


def shift_months(period: Period, months: int) -> Period:
    """The calendar month that many months after the period's first day."""
    first = period.from_on
    assert first is not None, "only a period with a beginning can be shifted"
    index = first.year * 12 + first.month - 1 + months
    return month_period(date(index // 12, index % 12 + 1, 1))


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def due_on(issued_on: date, terms_days: int) -> date:
    """Net N: calendar days after the issue date.

    Source: `domain.md` section 19.
    """
    return issued_on + timedelta(days=terms_days)


def zone(name: str) -> "ZoneInfo":
    """The practice's time zone by its IANA name. Raises: NotATimeZone."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise NotATimeZone(name) from None


def local_day(instant: datetime, zone_name: str) -> date:
    """The day an instant falls on in the practice's zone; a session past midnight keeps its start day."""
    return instant.astimezone(zone(zone_name)).date()


def parse_instant(typed: str, zone_name: str) -> datetime:
    """Read an ISO date and time; one without an offset is in the practice's zone. Answers in UTC.

    A local time that a clock change skips is taken as the next one that exists, a repeated one as the
    first. Raises: NotADate.
    """
    try:
        instant = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise NotADate(typed) from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=zone(zone_name))
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise NotADate(typed) from None


def show_instant(instant: datetime) -> str:
    """An instant as stored: ISO, UTC, to the millisecond, so that text order is time order."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03}Z"


def system_now() -> datetime:
    """What the computer's clock says, in UTC. For doors; `core` takes `now` as an argument."""
    return datetime.now(UTC)  # noqa: TID251  the one place that asks
