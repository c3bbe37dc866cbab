"""A conflict as every office sees it: its lasting name, its words, its two sides, what may be answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from core.dates import show_instant, zone
from core.ids import named
from core.money import show_cents
from core.practice.timezone import TIMEZONE
from core.sync.stamp import ms_of, site_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read


@dataclass(frozen=True, slots=True)
class Side:
    """What one office did: `value` in words, at the instant `at` (ISO text, UTC), by the office `site`."""

    site: int
    office: str
    at: str
    value: str
    record_id: str = ""
    """The invoice or payment that it is, where there is one for each side."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something that people must decide. All but `ours` is derived from facts that every office has."""

    name: str
    """Lasting: the same on every office, and what an answer names."""
    kind: str
    text: str
    subject_kind: str
    """invoice, payment, client or guarantor, or the table of an edited row."""
    subject_id: str
    subject: str
    """Whom or what it is about, by name."""
    stands: Side
    """What holds now, by rule."""
    other: Side
    answers: tuple[str, ...]
    ours: str = "stands"
    """Which side is this office's own work: stands or other."""
    loud: bool = True
    """It asks for a decision; one that is not loud is only told."""
    column: str = ""

    @property
    def conflict_id(self) -> str:
        return named(self.name)

    @property
    def at(self) -> str:
        """When it came about: with the later of its two sides."""
        return max(self.stands.at, self.other.at)

    @property
    def left(self) -> Side:
        """Ours."""
        return self.stands if self.ours == "stands" else self.other

    @property
    def right(self) -> Side:
        """Theirs."""
        return self.other if self.ours == "stands" else self.stands


OWN_SITE = "SELECT site FROM sync_clock"
SITES = """
SELECT s.number, CASE WHEN s.name = 'first' AND o.name <> '' THEN o.name ELSE s.name END
FROM site AS s LEFT JOIN office AS o ON o.id = s.office_id
"""
"""The first computer of a book was given no name of its own; it is called by its office."""


class Speaking:
    """What the rules need to put a conflict into words."""

    def __init__(self, read: "Read") -> None:
        self.read = read
        self.site: int = read.value(OWN_SITE)
        self._names: dict[int, str] = dict(read.rows(SITES))
        self._local: tzinfo = zone(read.value(TIMEZONE) or "UTC")

    def office(self, site: int) -> str:
        """A site by the name it has in the book."""
        return self._names.get(site) or f"office {site}"

    def when(self, at: str) -> str:
        """An instant as the practice's day and time."""
        return f"{datetime.fromisoformat(at).astimezone(self._local):%Y-%m-%d %H:%M}"

    def side(self, site: int, at: str, value: str, record_id: str = "") -> Side:
        return Side(site, self.office(site), at, value, record_id)

    def stamped(self, stamp: int, value: str) -> Side:
        """The side of an edit, which its stamp tells who wrote and when."""
        at = show_instant(datetime.fromtimestamp(ms_of(stamp) / 1000, UTC))
        return self.side(site_of(stamp), at, value)

    def who(self, side: Side) -> str:
        """`South, 2026-11-03 14:05`."""
        return f"{side.office}, {self.when(side.at)}"

    def ours(self, stands: Side, other: Side) -> str:
        """The side of this office; of two that are not, the one that holds now."""
        return "other" if other.site == self.site != stands.site else "stands"


def dollars(cents: int) -> str:
    """An amount inside a sentence."""
    return f"-${show_cents(-cents)}" if cents < 0 else f"${show_cents(cents)}"


def listed(words: Sequence[str]) -> str:
    """a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def several(number: int, noun: str) -> str:
    """1 charge, 2 charges."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
