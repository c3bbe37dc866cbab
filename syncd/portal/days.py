"""Two days that a form asks for: read, or said which of them is to be corrected."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple, TypeVar

from core.dates import between
from core.errors import DomainError

Day = TypeVar("Day", date, date | None)


class WrongDays(NamedTuple):
    """Why two days do not do; `fields` are those to be corrected, from and to."""

    words: str
    fields: tuple[str, ...]


def read_days(from_typed: str, to_typed: str, read: Callable[[str], Day]) -> tuple[Day, Day] | WrongDays:
    """What `read` makes of each. Days that are in the wrong order are both to be looked at."""
    found, wrong, words = [], [], ""
    for name, typed in (("from", from_typed), ("to", to_typed)):
        try:
            found.append(read(typed))
        except DomainError as error:
            wrong.append(name)
            words = words or str(error)
    if wrong:
        return WrongDays(words, tuple(wrong))
    try:
        between(*found)
    except DomainError as error:
        return WrongDays(str(error), ("from", "to"))
    return found[0], found[1]
