"""Cells and lines of CSV that we write: RFC 4180, and no text of a client is ever a formula.

A spreadsheet runs what begins with `=` and its kin, so a name could read the sheet or open a link
(`security.md` T18). Text gets an apostrophe before such a beginning; numbers are not quoted, and a
negative amount stays one. What is a number is told by its column, never by its looks.
Source: OWASP, "CSV Injection"; RFC 4180.
"""

import re
from collections.abc import Iterable

_BEGINS_FORMULA = re.compile(
    "[ \u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]*"
    "['\x00-\x1f=+\\-@"
    "\u02d7\u207a-\u207c\u208a-\u208c\u2010-\u2015\u2212\ufe62\ufe63\ufe66\ufe6b\uff07\uff0b\uff0d\uff1d\uff20]"
)
"""The signs themselves, control characters, their full-width, small and raised forms, the dashes that
some programs read as a minus; behind spaces and invisible characters too, which some take away. An
apostrophe as well, so that taking one away always gives the text back."""

LINE_END = "\r\n"


def neutral(text: str) -> str:
    """The text as no spreadsheet runs it; `original` gives it back."""
    return f"'{text}" if _BEGINS_FORMULA.match(text) else text


def original(cell: str) -> str:
    """The text that `neutral` was given."""
    return cell.removeprefix("'")


def text_cell(text: str | None) -> str:
    """A quoted cell; nothing at all, without quotes, where there is no value."""
    if text is None:
        return ""
    return '"' + neutral(text).replace('"', '""') + '"'


def number_cell(number: int | None) -> str:
    return "" if number is None else str(number)


def decimal_cell(number: int | None, places: int) -> str:
    """A number of hundredths or thousandths with its point: -1250 cents are -12.50."""
    if number is None:
        return ""
    whole, part = divmod(abs(number), 10**places)
    return f"{'-' if number < 0 else ''}{whole}.{part:0{places}}"


def csv_line(cells: Iterable[str]) -> bytes:
    """Cells, each as the functions above made it, as one line of a file."""
    return (",".join(cells) + LINE_END).encode()
