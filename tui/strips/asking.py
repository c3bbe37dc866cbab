"""Strips that need no module of their own: a reason, a day, two days, an amount, the list's filter."""

from collections.abc import Callable
from datetime import date

from textual.app import ComposeResult
from textual.widgets import Input

from core.dates import Period, between
from core.errors import UsageError
from tui.strips.fields import DateField, Field, MoneyField, TextField, UnitsField, Words
from tui.strips.strip import Strip

ONE_FIELD = (("enter", "Enter", "Save"), ("escape", "Esc", "Close"))
"""The footer of a strip in which there is nowhere else to go."""


class AskText(Strip[str]):
    """One line of words, such as the reason for a void."""

    FOOTER = ONE_FIELD

    def __init__(
        self, lead: str, *, label: str = "", keep_as: str = "", value: str = "", width: int = 40
    ) -> None:
        super().__init__(keep_as=keep_as or lead)
        self.lead = lead
        self._field = TextField(label, name="text", value=value, width=width)

    def line(self) -> ComposeResult:
        yield Words([(" " + self.lead, "strong")])
        yield self._field

    def read(self) -> str:
        return self._field.read()


class AskReason(AskText):
    """Why something is taken back that others have seen; a question follows."""

    FOOTER = (("enter", "Enter", "Go on"), ("escape", "Esc", "Close"))


class DayPassed(UsageError):
    code = "day_passed"

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} has passed. Choose today or a later day.")


class AskDay(Strip[date]):
    """One day."""

    FOOTER = ONE_FIELD

    def __init__(
        self,
        lead: str,
        *,
        today: Callable[[], date],
        value: date | None = None,
        keep_as: str = "",
        not_before_today: bool = False,
    ) -> None:
        super().__init__(keep_as=keep_as or lead)
        self.lead = lead
        self._field = DateField("", name="day", today=today, value=value)
        self._earliest = today if not_before_today else None

    def line(self) -> ComposeResult:
        yield Words([(" " + self.lead, "strong")])
        yield self._field

    def read(self) -> date:
        day = self._field.read()
        if self._earliest is not None and day < self._earliest():
            raise DayPassed(day)
        return day


class AskMoney(Strip[int]):
    """One amount, in cents."""

    FOOTER = ONE_FIELD

    def __init__(self, lead: str, *, cents: int | None = None, keep_as: str = "") -> None:
        super().__init__(keep_as=keep_as or lead)
        self.lead = lead
        self._field = MoneyField("", name="amount", cents=cents)

    def line(self) -> ComposeResult:
        yield Words([(" " + self.lead, "strong")])
        yield self._field

    def read(self) -> int:
        return self._field.read()


class AskUnits(Strip[int]):
    """A quantity, in thousandths of a unit."""

    FOOTER = ONE_FIELD

    def __init__(self, lead: str, *, units_milli: int | None = None, keep_as: str = "") -> None:
        super().__init__(keep_as=keep_as or lead)
        self.lead = lead
        self._field = UnitsField("", name="units", units_milli=units_milli)

    def line(self) -> ComposeResult:
        yield Words([(" " + self.lead, "strong")])
        yield self._field

    def read(self) -> int:
        return self._field.read()


class FilterStrip(Strip[str]):
    """Filters the list with each letter. Enter keeps the filter, Esc clears it."""

    FOOTER = (("enter", "Enter", "Keep filter"), ("escape", "Esc", "Clear filter"))

    def __init__(self, filter_text: str, narrow: Callable[[str], object]) -> None:
        super().__init__()
        self._narrow = narrow
        self._field: Field[str] = TextField("", name="filter", value=filter_text, width=40, optional=True)

    def line(self) -> ComposeResult:
        yield Words([(" Filter", "strong")])
        yield self._field

    def read(self) -> str:
        return self._field.read()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow(event.value)

    def action_close(self) -> None:
        self._narrow("")
        super().action_close()


class AskRange(Strip[Period]):
    """Two days and everything between them."""

    def __init__(self, lead: str, *, today: Callable[[], date], period: Period, keep_as: str) -> None:
        super().__init__(keep_as=keep_as)
        self.lead = lead
        self._from = DateField("from", name="from", today=today, value=period.from_on)
        self._to = DateField("to", name="to", today=today, value=period.to_on)

    def line(self) -> ComposeResult:
        yield Words([(" " + self.lead, "strong")])
        yield self._from
        yield self._to

    def read(self) -> Period:
        return between(self._from.read(), self._to.read())
