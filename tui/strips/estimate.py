"""The strip that asks for a Good Faith Estimate: what care, by whom, over which days (RD4)."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from textual.app import ComposeResult

from core.delivery.estimates import expected_items, parse_expected
from core.errors import DomainError
from core.ledger.estimate_view import EstimateItem
from core.ledger.estimates import late_words
from core.practice.queries import ProviderView, ServiceView, find_named
from tui.present import dollars, plural
from tui.strips.fields import DateField, TextField
from tui.strips.strip import Strip, lead_words
from tui.strips.typed import parse_typed_day

A_YEAR = timedelta(days=364)
"""The longest that an estimate may cover, from its first day on."""

SERVICES_HINT = "90791, 90837 x 40 @ 185"


class Wanted(NamedTuple):
    """What the practice expects for a client; `late` is the sentence where the law wanted it earlier."""

    provider_id: str
    from_on: date
    to_on: date
    items: tuple[EstimateItem, ...]
    diagnoses: tuple[str, ...]
    separately: str
    late: str


class MaybeDay(TextField):
    """A day, or none."""

    def __init__(self, label: str, *, name: str, today: Callable[[], date]) -> None:
        super().__init__(label, name=name, width=10, optional=True)
        self._today = today

    def day(self) -> date | None:
        typed = self.read()
        return parse_typed_day(typed, self._today()) if typed else None


class AskEstimate(Strip[Wanted]):
    """Beneath stands what the care comes to, and where the estimate is late that it is."""

    DEFAULT_CSS = "AskEstimate { max-height: 6; }"

    def __init__(
        self,
        client: str,
        *,
        providers: Sequence[ProviderView],
        services: Sequence[ServiceView],
        today: Callable[[], date],
        keep_as: str,
    ) -> None:
        super().__init__(keep_as=keep_as)
        self.lead = f"Estimate for {client}"
        self._providers = [(one.provider_id, one.name) for one in providers if one.active]
        self._services = services
        self._today = today
        only = self._providers[0][1] if len(self._providers) == 1 else ""
        self._by = TextField("by", name="provider", width=16, value=only)
        self._from = DateField("from", name="from_on", today=today, value=today())
        self._to = DateField("to", name="to_on", today=today, value=today() + A_YEAR)
        self._care = TextField("services", name="services", width=40, hint=SERVICES_HINT)
        self._coded = TextField("ICD-10", name="diagnoses", width=14, optional=True)
        self._apart = TextField("separately", name="separately", width=20, optional=True)
        self._scheduled = MaybeDay("scheduled", name="scheduled_on", today=today)
        self._asked = MaybeDay("asked", name="asked_on", today=today)

    def line(self) -> ComposeResult:
        yield lead_words(self.lead, (self._by, self._from, self._to), self.app.size.width)
        yield self._by
        yield self._from
        yield self._to

    def beneath(self) -> ComposeResult:
        yield self._care
        yield self._coded
        yield self._apart
        yield self._scheduled
        yield self._asked

    def focus_first(self) -> None:
        """The cursor stands where something must be typed."""
        super().focus_first()
        if self._by.typed:
            self.screen.set_focus(self._care.input)
        self.typing()

    def typing(self) -> None:
        try:
            items, late = self._items(), self._late()
        except DomainError:
            self._say([(f"  services: {SERVICES_HINT} (x visits, @ another rate)", "muted")])
            return
        cents = sum(one.amount_cents for one in items)
        shown = f"  {plural(sum(one.visits for one in items), 'visit')}, {dollars(cents)} expected"
        source = late.find(" (")
        self._say([(shown, "")], [(f"  {late[:source]}", "warn")] if late else [])

    def _items(self) -> tuple[EstimateItem, ...]:
        return expected_items(self._services, parse_expected(self._care.read()))

    def _late(self) -> str:
        return late_words(
            self._from.read(), self._today(), scheduled_on=self._scheduled.day(), asked_on=self._asked.day()
        )

    def read(self) -> Wanted:
        return Wanted(
            find_named(self._providers, "provider", self._by.read()),
            self._from.read(),
            self._to.read(),
            self._items(),
            tuple(self._coded.read().upper().replace(",", " ").split()),
            self._apart.read(),
            self._late(),
        )
