"""A year of appointments for the sample practice: kept, missed, cancelled, and some to come."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from core.books.intake import NewLine, NewSession, session_id_of
from core.books.sample.dice import Dice
from core.books.sample.people import SOURCE, Person
from core.books.sample.practice import SERVICE, ZONE
from core.ids import named
from core.money import ONE_UNIT

_AHEAD = timedelta(days=14)
_HOURS = (8, 9, 10, 11, 13, 14, 15, 16, 17)
_HOLIDAYS = frozenset({(1, 1), (7, 4), (11, 11), (12, 24), (12, 25), (12, 31)})
_AT_LEAST_TODAY = 8


class Visit(NamedTuple):
    session: NewSession
    lines: list[NewLine]


class Habit(NamedTuple):
    """When somebody comes: which weekday, at which hour, every how many days, from when to when."""

    weekday: int
    hour: int
    every_days: int
    from_on: date
    to_on: date


class Agenda:
    """Gives every client a time of its provider's week, and plays the year."""

    def __init__(self, dice: Dice, begins_on: date, today: date) -> None:
        self._dice = dice
        self._begins_on = begins_on
        self._today = today
        self._zone = ZoneInfo(ZONE)
        self._taken: set[tuple[str, int, int]] = set()
        self._busy: set[tuple[str, date, int]] = set()
        self._number = 0

    def year(self, people: list[Person]) -> Iterator[Visit]:
        for person in people:
            for habit in self._habits(person):
                yield from self._visits(person, habit)
        yield from self._fill_today(people)

    def _habits(self, person: Person) -> Iterator[Habit]:
        dice, behaviour = self._dice, person.kind == "behaviour"
        span = (self._today - self._begins_on).days
        from_on = self._begins_on + timedelta(days=dice.below(span * 3 // 4) if dice.chance(65) else 0)
        to_on = self._today + _AHEAD
        if not person.client.active:
            to_on = self._today - timedelta(days=40 + dice.below(60))
            from_on = min(from_on, to_on - timedelta(days=80))
        elif dice.chance(30):
            to_on = min(to_on, from_on + timedelta(days=70 + dice.below(120)))
        every_days = 7 if behaviour or dice.chance(40) else 14
        for _ in range(1 + behaviour):
            weekday, hour = self._free_time(str(person.client.provider_id))
            yield Habit(weekday, hour, every_days, from_on, to_on)

    def _free_time(self, provider_id: str) -> tuple[int, int]:
        """A time of the week nobody has with this provider, while there is one."""
        for _ in range(60):
            weekday, hour = self._dice.below(5), self._dice.pick(_HOURS)
            if (provider_id, weekday, hour) not in self._taken:
                break
        self._taken.add((provider_id, weekday, hour))
        return weekday, hour

    def _visits(self, person: Person, habit: Habit) -> Iterator[Visit]:
        day = habit.from_on + timedelta(days=(habit.weekday - habit.from_on.weekday()) % 7)
        first = True
        while day <= habit.to_on:
            if (day.month, day.day) not in _HOLIDAYS:
                visit = self._visit(person, day, habit.hour, first=first)
                if visit is not None:
                    yield visit
                    first = False
            day += timedelta(days=habit.every_days)

    def _visit(self, person: Person, day: date, hour: int, *, first: bool) -> Visit | None:
        provider_id = str(person.client.provider_id)
        if (provider_id, day, hour) in self._busy:
            return None
        self._busy.add((provider_id, day, hour))
        self._number += 1
        external_id = f"V-{self._number:05}"
        remote = person.kind == "adult" and self._dice.chance(30)
        services = self._services(person, first=first)
        starts_at = datetime.combine(day, time(hour), self._zone).astimezone(UTC)
        session = NewSession(
            session_id_of(SOURCE, external_id), external_id, person.client.client_id, provider_id,
            person.client.office_id, starts_at, starts_at + timedelta(minutes=_minutes(services)),
            day.isoformat(), self._status(day), "10" if remote else "11",
            diagnoses=json.dumps([["ICD-10-CM", code] for code in person.diagnoses]),
        )  # fmt: skip
        pointers = "A" if person.diagnoses else ""
        lines = [
            _line(session, position, code, units, "95" if remote else "", pointers)
            for position, (code, units) in enumerate(services, 1)
        ]
        return Visit(session, lines)

    def _services(self, person: Person, *, first: bool) -> list[tuple[str, int]]:
        dice = self._dice
        if person.kind == "behaviour":
            found = [("97153", 4 + dice.below(3) * 2)]
            if dice.chance(15):
                found.append(("97155", 2))
            elif dice.chance(12):
                found.append(("97156", 4))
            elif dice.chance(10):
                found.append(("H2014", 2))
            return found
        if first:
            return [("HELLO", 1)] if dice.chance(20) else [("90791", 1)]
        if person.kind == "child":
            return [("90847", 1)] if dice.chance(20) else [("90834", 1)]
        found = [("90837" if dice.chance(35) else "90853" if dice.chance(10) else "90834", 1)]
        if dice.chance(3):
            found.append(("LETTER", 1))
        if dice.chance(1):
            found.append(("T1013", 4))
        return found

    def _status(self, day: date) -> str:
        if day >= self._today:
            return "scheduled"
        fate = self._dice.below(100)
        return "no_show" if fate < 4 else "late_cancel" if fate < 7 else "cancelled" if fate < 10 else "kept"

    def _fill_today(self, people: list[Person]) -> Iterator[Visit]:
        """The screen of the day has something on it, whichever day of the week it is."""
        hours = iter(_HOURS)
        there = sum(day == self._today for _, day, _ in self._busy)
        for person in people[: max(0, _AT_LEAST_TODAY - there)]:
            visit = self._visit(person, self._today, next(hours), first=False)
            if visit is not None:
                yield visit


def _minutes(services: list[tuple[str, int]]) -> int:
    return max({"97153": 15, "90837": 60, "90853": 90}.get(code, 50) * units for code, units in services[:1])


def _line(
    session: NewSession, position: int, code: str, units: int, modifiers: str, pointers: str
) -> NewLine:
    system, words, rate = SERVICE[code]
    line_id = named(f"session-line:{SOURCE}:{session.external_id}:{position}")
    return NewLine(
        line_id, session.session_id, position, system, code, modifiers if system == "CPT" else "", words,
        units * ONE_UNIT, rate, pointers,
    )  # fmt: skip
