"""What is printed of a text: plain, composed, and of bounded length.

A text of any size must not hold up a run, nor push a page's other parts off it. What is left out is said
on the page; the book keeps the whole.
"""

import unicodedata
from datetime import date

from core.text import plain

NAME = 160
"""Characters of a name or another field of one line."""
DESCRIPTION = 400
ADDRESS_LINES = 8
NOTE = 8_000
NOTE_LINES = 200
FOOTER = 900
FOOTER_LINES = 14
LINK = 500

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def words(text: str, limit: int = NAME) -> str:
    """One line of print."""
    left_out = len(text) - limit
    if left_out > 0:
        text = f"{text[:limit].rstrip()}… ({left_out:,} more characters not printed)"
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", plain(text))


def line_words(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The lines of an address, empty ones left out."""
    shown = [words(line) for line in lines[:ADDRESS_LINES] if line.strip()]
    if len(lines) > ADDRESS_LINES:
        shown.append(f"… ({len(lines) - ADDRESS_LINES} more lines not printed)")
    return tuple(shown)


def paragraphs(text: str, limit: int, line_limit: int) -> list[str]:
    """A longer text, a line end of any kind ending each paragraph; empty ones keep their distance."""
    kept = text[:limit].replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).strip("\n").split("\n")
    shown = [words(line.rstrip(), limit) for line in kept[:line_limit]]
    if shown == [""]:
        shown = []
    if len(kept) > line_limit or len(text) > limit:
        printed = sum(map(len, kept[:line_limit]))
        shown.append(f"… ({len(text) - printed:,} more characters not printed)")
    return shown


def day(on: date) -> str:
    """Oct 3, 2026: a day as people in the practice's country write it, in any locale."""
    return f"{_MONTHS[on.month - 1]} {on.day}, {on.year}"


def amount(currency: str, shown_cents: str) -> str:
    """An amount that names its currency: $120.00, CHF 120.00."""
    if currency == "USD":
        return f"-${shown_cents[1:]}" if shown_cents.startswith("-") else f"${shown_cents}"
    return f"{currency} {shown_cents}"
