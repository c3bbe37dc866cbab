"""The strip that asks for a superbill: which days, and by whom (RD3)."""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from textual.app import ComposeResult

from core.dates import Period, between, month_period, parse_month, previous_month
from core.errors import UsageError
from core.practice.queries import find_named
from core.text import plain
from tui.strips.fields import Field, TextField
from tui.strips.strip import Strip, lead_words
from tui.strips.typed import parse_typed_day

_MONTH_DAY = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}", re.ASCII)
PRESETS = "l last month · t this month · 30 days · y this year · 2026-09 · 9-1 9-30"


class Wanted(NamedTuple):
    """The days of a superbill and who rendered the care; None is everybody who did."""

    days: Period
    provider_id: str | None


class NotARange(UsageError):
    code = "not_a_range"

    def __init__(self, typed: str) -> None:
        super().__init__(f'"{plain(typed)[:30]}" is no range of days. {PRESETS}', subject="days")


def read_range(typed: str, today: date) -> Period:
    """A preset's letter, a month, a day or two days. Raises: NotARange, PeriodBackwards."""
    text = typed.strip().lower()
    presets = {
        "l": previous_month(today),
        "t": month_period(today),
        "30": Period(today - timedelta(days=29), today),
        "y": Period(date(today.year, 1, 1), today),
    }
    if text in presets:
        return presets[text]
    parts = text.split()
    try:
        if len(parts) == 1 and len(text) == 7:
            return parse_month(text)
        if len(parts) in (1, 2):
            return between(_past(parts[0], today), _past(parts[-1], today))
    except UsageError as refusal:
        if refusal.code == "period_backwards":
            raise
    raise NotARange(typed)


def _past(typed: str, today: date) -> date:
    """A day as typed; a month and day without a year is the last one that has been."""
    day = parse_typed_day(typed, today)
    if day > today and _MONTH_DAY.fullmatch(typed):
        return parse_typed_day(f"{day.year - 1}-{day.month}-{day.day}", today)
    return day


class RangeField(Field[Period]):
    """Days as `read_range` takes them."""

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__("days", name="days", value="l", width=22, hint="l, t, 30, y or two days")
        self._today = today

    def read(self) -> Period:
        return read_range(self.typed, self._today())


class AskSuperbill(Strip[Wanted]):
    """Beneath stand the presets, and the days that what is typed means."""

    def __init__(
        self, client: str, known: Sequence[tuple[str, str]], *, today: Callable[[], date], keep_as: str
    ) -> None:
        """`known` are the ids and names of every provider."""
        super().__init__(keep_as=keep_as)
        self.lead = f"Superbill for {client}"
        self._known = known
        self._days = RangeField(today)
        self._by = TextField("by", name="provider", width=18, hint="everybody", optional=True)

    def line(self) -> ComposeResult:
        yield lead_words(self.lead, (self._days, self._by), self.app.size.width)
        yield self._days
        yield self._by

    def focus_first(self) -> None:
        super().focus_first()
        self.typing()

    def typing(self) -> None:
        try:
            days = self._days.read()
        except UsageError:
            self._say([(f"  {PRESETS}", "muted")])
        else:
            self._say([(f"  {days.from_on} to {days.to_on}", "")], [(f"  {PRESETS}", "muted")])

    def read(self) -> Wanted:
        typed = self._by.read()
        return Wanted(self._days.read(), find_named(self._known, "provider", typed) if typed else None)
