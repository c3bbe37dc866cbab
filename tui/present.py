"""Values of the book as text and tone: the one place that decides how money, days and states look.

Every function takes the raw value, which also sorts and filters, and answers what a cell shows. What
comes from data is made plain where it is painted.
"""

from datetime import date, datetime, tzinfo
from typing import Any

from core.dates import ALL_TIME, Period
from core.money import show_cents, show_units
from tui.tones import Tone

Shown = tuple[str, Tone]

NOTHING: Shown = ("-", "muted")

STATUS_TONES: dict[str, Tone] = {
    "draft": "muted",
    "void": "muted",
    "reversed": "muted",
    "overdue": "warn",
    "bounced": "bad",
    "failed": "bad",
    "declined": "bad",
    "conflict": "bad",
    "paid": "good",
    "delivered": "good",
}
"""Colours only support the word; a state that asks for nothing keeps the ordinary colour."""


def words(value: Any) -> Shown:
    """Text as it stands; nothing where there is none."""
    return (str(value), "") if value not in (None, "") else ("", "")


def quiet(value: Any) -> Shown:
    """Text that only supports the rest of its row."""
    return (str(value), "muted") if value not in (None, "") else ("", "")


def count(value: int | None) -> Shown:
    """A number of things; a zero steps back."""
    if value is None:
        return NOTHING
    return f"{value:,}", "" if value else "muted"


def money(cents: int | None) -> Shown:
    """An amount; a zero steps back, so that open balances stand out."""
    if cents is None:
        return NOTHING
    return show_cents(cents), "" if cents else "muted"


def units(units_milli: int | None) -> Shown:
    """A quantity in units: 1.5."""
    return NOTHING if units_milli is None else (show_units(units_milli), "")


def day(value: date | str | None) -> Shown:
    """A day, ISO, whichever of the two forms a view carries it in."""
    return NOTHING if not value else (str(value), "")


def local_time(instant: str, local: tzinfo) -> str:
    """The time of day in the practice's zone; instants are stored in UTC."""
    return f"{datetime.fromisoformat(instant).astimezone(local):%H:%M}"


def local_stamp(instant: str, local: tzinfo) -> str:
    """Day and time in the practice's zone."""
    return f"{datetime.fromisoformat(instant).astimezone(local):%Y-%m-%d %H:%M}"


def status(word: str | None) -> Shown:
    """A state by its word."""
    return NOTHING if not word else (word, STATUS_TONES.get(word, ""))


def dollars(cents: int) -> str:
    """An amount inside a sentence: $1,234.50."""
    return f"-${show_cents(-cents)}" if cents < 0 else f"${show_cents(cents)}"


def plural(number: int, one: str, many: str = "") -> str:
    """1 invoice, 2 invoices, 3 policies."""
    more = many or (one[:-1] + "ies" if one.endswith("y") and one[-2:-1] not in "aeiou" else one + "s")
    return f"{number:,} {one if number == 1 else more}"


def size_words(size_bytes: int) -> str:
    """31 KB: a file's size in few letters."""
    return f"{max(1, round(size_bytes / 1000)):,} KB"


def seconds_left(seconds: float) -> str:
    """Time left the way a person says it: 12 s, 3 min."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s left"
    return f"{round(seconds / 60)} min left"


def period_words(period: Period) -> str:
    """October 2026, or the two days."""
    if period.month_of() is not None:
        return f"{period.from_on:%B %Y}"
    if period == ALL_TIME:
        return "all time"
    return f"{period.from_on or 'the beginning'} to {period.to_on or 'today'}"
