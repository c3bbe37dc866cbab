"""How pages are written: templates that escape everything, and how money and days look to a client.

Whatever comes from the book passes `plain` on its way into a page, so that a name can neither turn the
line around nor hide a part of itself; markup it never is.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from core.money import show_cents, show_units
from core.text import plain

HERE = Path(__file__).parent
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "CAD": "CA$", "AUD": "A$"}
METHODS = {
    "card_on_file": "Card",
    "card_external": "Card",
    "check": "Check",
    "cash": "Cash",
    "ach": "Bank transfer",
    "platform": "Platform",
    "credit": "Credit",
}
KINDS = {"statement": "Statement", "superbill": "Superbill", "receipt": "Receipt"}


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _shown(value: Any) -> Any:
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return value if value.isascii() and value.isprintable() else plain(value)


def show_money(cents: int, currency: str) -> str:
    """Cents as a client reads them: $1,234.50, and a minus before the sign."""
    sign = SIGNS.get(currency, f"{currency} ")
    return f"{'-' if cents < 0 else ''}{sign}{show_cents(abs(cents))}"


def show_day(day: date | None) -> str:
    """Oct 3, 2026."""
    return "" if day is None else f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def show_time(at: datetime) -> str:
    """Oct 3, 2026, 4:05 PM, by the practice's clock."""
    return f"{show_day(at.date())}, {at.hour % 12 or 12}:{at.minute:02} {'AM' if at.hour < 12 else 'PM'}"


def _pages() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.filters.update(
        money=show_money,
        day=show_day,
        time=show_time,
        units=show_units,
        method=lambda word: METHODS.get(word, "Other"),
        kind=KINDS.__getitem__,
    )
    return made


PAGES = _pages()
STYLE = (HERE / "portal.css").read_bytes()
