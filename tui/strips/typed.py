"""Dates the way people type them. Answers a day; `today` comes from the caller."""

import re
from datetime import date, timedelta

from core.dates import TooFar, require_near
from core.errors import UsageError
from core.text import plain

_DAY = re.compile(r"[0-9]{1,2}", re.ASCII)
_MONTH_DAY = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})", re.ASCII)
_FULL = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", re.ASCII)
_AGO = re.compile(r"([+-])([0-9]{1,3})", re.ASCII)


class NotATypedDay(UsageError):
    code = "not_a_date"

    def __init__(self, typed: str) -> None:
        shown = plain(typed)[:40]
        super().__init__(f'"{shown}" is not a date. Write 10-31, 31, t for today, -1 or 2026-10-31.')


def parse_typed_day(typed: str, today: date) -> date:
    """Read `10-31`, `31`, `t`, `-1`, `+7` or `2026-10-31`.

    A day or month and day without a year is the one nearest to today: in January, `12-28` is last
    December and not eleven months ahead. Raises: NotATypedDay.
    """
    text = typed.strip()
    if text.lower() in ("t", "today"):
        return today
    try:
        return require_near(_read(text, today))
    except (TooFar, ValueError, OverflowError):
        raise NotATypedDay(typed) from None


def _read(text: str, today: date) -> date:
    """Raises: ValueError, OverflowError."""
    if match := _AGO.fullmatch(text):
        days = int(match[2])
        return today + timedelta(days=days if match[1] == "+" else -days)
    if match := _FULL.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _MONTH_DAY.fullmatch(text):
        return _nearest_year(int(match[1]), int(match[2]), today)
    if _DAY.fullmatch(text):
        return _nearest_month(int(text), today)
    raise ValueError(text)


def _nearest_year(month: int, day: int, today: date) -> date:
    found = [_or_none(today.year + step, month, day) for step in (-1, 0, 1)]
    return _nearest([one for one in found if one], today)


def _nearest_month(day: int, today: date) -> date:
    index = today.year * 12 + today.month - 1
    found = [_or_none((index + step) // 12, (index + step) % 12 + 1, day) for step in (-1, 0, 1)]
    return _nearest([one for one in found if one], today)


def _or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(days: list[date], today: date) -> date:
    """Raises ValueError when the calendar has no such day near."""
    return min(days, key=lambda one: abs((one - today).days))
