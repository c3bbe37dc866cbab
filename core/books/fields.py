"""One cell of an import file becomes a day, a moment, an amount or a word, or a fault that names it.

A fault says the column, the value (made plain, cut to 40 characters) and what would be right, and
nothing else of the row: what a person needs in order to mend it.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.books.csv_file import Record
from core.dates import NotADate, parse_day, parse_instant
from core.errors import UsageError
from core.money import NotAnAmount, parse_cents, parse_units
from core.text import plain

NAME, LINE, CODE, NOTE, MAIL = 200, 500, 20, 10_000, 254
_YEARS = range(1900, 2200)
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,][0-9]{1,6})?(Z|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.ASCII,
)
_LOCAL_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})(.*)", re.ASCII)
_CLOCK = re.compile(r"[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?\s*([AaPp][Mm])?", re.ASCII)


class Fault(Exception):
    """What is wrong with one row, in words for the person who mends it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def quoted(value: str) -> str:
    """A value as a fault may show it."""
    shown = plain(value)
    return f'"{shown[:40]}…"' if len(shown) > 40 else f'"{shown}"'


class Shape(NamedTuple):
    """How the rows of one file are read: where its fields stand, and what their values mean."""

    places: Mapping[str, int]
    columns: Mapping[str, str]
    width: int
    words: Mapping[str, Mapping[str, str]] = {}
    defaults: Mapping[str, str] = {}
    dates: str = "iso"


class Row:
    """A record seen through a shape: fields by their name. Every reader raises Fault."""

    __slots__ = ("cells", "line", "shape")

    def __init__(self, record: Record, shape: Shape) -> None:
        self.line, self.cells = record
        self.shape = shape
        if len(self.cells) != shape.width:
            raise Fault(f"the row has {len(self.cells)} fields, the header has {shape.width}.")

    def fault(self, field: str, reason: str) -> Fault:
        return Fault(f"{plain(self.shape.columns.get(field, field))}: {reason}")

    def text(self, field: str, most: int = NAME) -> str:
        """What stands in the field, without the spaces around it; the default where it is empty."""
        shape = self.shape
        place = shape.places.get(field)
        value = "" if place is None else self.cells[place].strip()
        if not value:
            return shape.defaults.get(field, "")
        if len(value) > most:
            raise self.fault(field, f"{quoted(value)} is longer than {most:,} characters.")
        if field in shape.words:
            return shape.words[field].get(value.casefold(), value)
        return value

    def needed(self, field: str, most: int = NAME) -> str:
        value = self.text(field, most)
        if not value:
            raise self.fault(field, "is empty.")
        return value

    def one_of(self, field: str, words: Mapping[str, str], default: str) -> str:
        """One of the known words, however it is written: "No-Show" is no_show."""
        value = self.text(field)
        if not value:
            return default
        known = words.get(re.sub(r"[\s-]+", "_", value.casefold()))
        if known is None:
            listed = ", ".join(dict.fromkeys(words.values()))
            raise self.fault(field, f"{quoted(value)} is not one of {listed}.")
        return known

    def day(self, field: str) -> str | None:
        """An ISO day, or nothing where the field is empty."""
        value = self.text(field)
        if not value:
            return None
        try:
            day = parse_day(self._iso(value))
        except NotADate:
            raise self.fault(field, f"{quoted(value)} is not a date. Write it like {self._like()}.") from None
        if day.year not in _YEARS:
            raise self.fault(field, f"{quoted(value)} is too far from today.")
        return day.isoformat()

    def instant(self, field: str, zone: ZoneInfo) -> datetime:
        """A moment in UTC; without an offset it is the practice's time, without a time its midnight."""
        value = self.needed(field)
        match = _INSTANT.fullmatch(self._iso(value))
        try:
            if match is None:
                raise NotADate(value)
            day, clock, offset = match.groups()
            instant = parse_instant(f"{day}T{clock or '00:00'}{offset or ''}", zone.key)
        except NotADate:
            wanted = f"{self._like()} or {self._like()} 14:30"
            raise self.fault(
                field, f"{quoted(value)} is not a date and time. Write it like {wanted}."
            ) from None
        if instant.year not in _YEARS:
            raise self.fault(field, f"{quoted(value)} is too far from today.")
        return instant

    def cents(self, field: str) -> int:
        """An amount of zero or more."""
        value = self.needed(field)
        try:
            cents = parse_cents(value)
        except NotAnAmount as refusal:
            raise self.fault(field, str(refusal)) from None
        if cents < 0:
            raise self.fault(field, f"{quoted(value)} is below zero.")
        return cents

    def units(self, field: str, *, default: int) -> int:
        """A quantity in thousandths, zero or more."""
        value = self.text(field)
        if not value:
            return default
        if value.startswith("-"):
            raise self.fault(field, f"{quoted(value)} is below zero. Units are zero or more.")
        try:
            return parse_units(value)
        except UsageError as refusal:
            raise self.fault(field, str(refusal)) from None

    def minutes(self, field: str) -> int | None:
        """A length, up to a whole day."""
        value = self.text(field)
        if not value:
            return None
        if re.fullmatch(r"[0-9]{1,4}", value, re.ASCII) is None or int(value) > 1440:
            raise self.fault(field, f"{quoted(value)} is not a number of minutes from 0 to 1440.")
        return int(value)

    def _like(self) -> str:
        return {"iso": "2026-10-31", "mdy": "10/31/2026", "dmy": "31/10/2026"}[self.shape.dates]

    def _iso(self, value: str) -> str:
        """A date written as the profile says, in ISO form; anything else as it is."""
        match = _LOCAL_DAY.fullmatch(value) if self.shape.dates != "iso" else None
        if match is None:
            return value
        first, second, year, rest = match.groups()
        month, day = (first, second) if self.shape.dates == "mdy" else (second, first)
        return f"{year}-{month:0>2}-{day:0>2}{_clock(rest)}"


def _clock(rest: str) -> str:
    """02:30 PM as T14:30."""
    match = _CLOCK.fullmatch(rest)
    if match is None:
        return rest
    hour, minute, second, half = match.groups()
    if half is not None:
        if not 1 <= int(hour) <= 12:
            return rest
        hour = str(int(hour) % 12 + (12 if half.lower() == "pm" else 0))
    return f"T{hour:0>2}:{minute}" + (f":{second}" if second else "")
