"""The audit log as a person reads it: newest first, by kind of act, by words, one entry whole (RJ2).

A log of a million entries opens like one of ten. Entries are named by UUIDv7, so the order of their ids is
the order in which they were made, and a page is found by the entry it begins at. What is looked for by
words is read through once, newest first, a batch at a time, so that what is found shows while the rest is
still being read.
"""

import json
from collections import namedtuple
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

from core.errors import NotFound, UsageError
from core.ledger.pages import Pages
from core.text import search_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import tzinfo
    from typing import Any

    from core.store import Read

KINDS: dict[str, tuple[str, ...]] = {
    "bills": ("draft", "invoice", "document", "late_fee", "statement", "superbill"),
    "money": ("payment", "credit", "allocation"),
    "care": ("session", "sessions", "charge", "claim"),
    "clients": ("client", "guarantor"),
    "practice": ("practice", "office", "provider", "service", "policy", "user", "key", "hub"),
    "books": ("book", "books", "import"),
}
"""Kinds of act, each with the words its deeds begin with; what begins with another word is `other`."""

OTHER = "other"
_KNOWN = frozenset(word for words in KINDS.values() for word in words)

LogEntry = namedtuple(
    "LogEntry",
    "entry_id at actor site office no verb subject_kind subject_id detail reason subject",
)
"""`at` is UTC; `office` is the code of the office that recorded it, empty where the site has none; `detail`
is JSON; `subject` is whom or what it was about, by name, empty where that has none."""

OF_DRAFT = "(SELECT k.name FROM draft AS d JOIN client AS k ON k.id = d.client_id WHERE d.id = a.subject_id)"
SUBJECT = f"""
CASE a.subject_kind
WHEN 'invoice' THEN coalesce((SELECT i.number || ' ' || i.client_name FROM invoice_issue AS i
                              WHERE i.invoice_id = a.subject_id LIMIT 1), {OF_DRAFT})
WHEN 'draft' THEN coalesce((SELECT i.number || ' ' || i.client_name FROM invoice_issue AS i
                            WHERE i.invoice_id = a.subject_id LIMIT 1), {OF_DRAFT})
WHEN 'session' THEN
    (SELECT k.name FROM session AS s JOIN client AS k ON k.id = s.client_id WHERE s.id = a.subject_id)
WHEN 'charge' THEN
    (SELECT k.name FROM charge AS c JOIN client AS k ON k.id = c.client_id WHERE c.id = a.subject_id)
WHEN 'payment' THEN
    (SELECT g.name FROM payment AS p JOIN guarantor AS g ON g.id = p.guarantor_id WHERE p.id = a.subject_id)
WHEN 'credit' THEN
    (SELECT g.name FROM credit AS p JOIN guarantor AS g ON g.id = p.guarantor_id WHERE p.id = a.subject_id)
WHEN 'statement' THEN
    (SELECT 'Statement ' || coalesce(k.name, g.name) FROM statement AS s
     JOIN guarantor AS g ON g.id = s.guarantor_id LEFT JOIN client AS k ON k.id = s.client_id
     WHERE s.id = a.subject_id)
WHEN 'superbill' THEN
    (SELECT 'Superbill ' || k.name FROM superbill AS s JOIN client AS k ON k.id = s.client_id
     WHERE s.id = a.subject_id)
WHEN 'site' THEN (SELECT name FROM site WHERE number = CAST(a.subject_id AS INTEGER) LIMIT 1)
WHEN 'client' THEN (SELECT name FROM client WHERE id = a.subject_id)
WHEN 'guarantor' THEN (SELECT name FROM guarantor WHERE id = a.subject_id)
WHEN 'provider' THEN (SELECT name FROM provider WHERE id = a.subject_id)
WHEN 'office' THEN (SELECT name FROM office WHERE id = a.subject_id)
WHEN 'service' THEN (SELECT description FROM service WHERE id = a.subject_id)
WHEN 'user' THEN (SELECT name FROM "user" WHERE id = a.subject_id)
END
"""  # noqa: S608  composed of a constant

WHOLE = f"""
SELECT a.id, a.at, coalesce(u.name, a.actor), a.site,
       coalesce((SELECT o.code FROM site AS s JOIN office AS o ON o.id = s.office_id
                 WHERE s.number = a.site LIMIT 1), ''),
       a.no, a.verb, a.subject_kind, a.subject_id, a.detail, a.reason, coalesce({SUBJECT}, '')
FROM audit_entry AS a LEFT JOIN "user" AS u ON u.id = a.actor
"""  # noqa: S608  composed of constants
OLDER = f"""{WHOLE} WHERE a.id IN (
    SELECT id FROM audit_entry WHERE id <= :from_id ORDER BY id DESC LIMIT :most OFFSET :skip)
ORDER BY a.id DESC
"""  # noqa: S608
NEWER = f"""{WHOLE} WHERE a.id IN (
    SELECT id FROM audit_entry WHERE id >= :from_id ORDER BY id LIMIT :most OFFSET :skip)
ORDER BY a.id DESC
"""  # noqa: S608
ONE = WHOLE + "WHERE a.id = :entry_id"
BY_NUMBER = WHOLE + "WHERE a.site = :site AND a.no = :no"
OWN_SITE = "SELECT site FROM sync_clock LIMIT 1"
COUNT = """
SELECT (SELECT count(*) FROM audit_entry), (SELECT max(id) FROM audit_entry),
       (SELECT min(id) FROM audit_entry)
"""
"""Apart, so that each is found by its own index."""


class LogPages(Pages):
    """The whole log as it was at one moment, newest first; entries that are made later are not in it."""

    def __init__(self, read: "Read") -> None:
        count, newest, oldest = read.rows(COUNT)[0]
        super().__init__(count, newest, oldest, onward=OLDER, backward=NEWER, into=LogEntry)


class NoEntry(NotFound):
    code = "no_entry"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'The log has no entry "{plain(typed)[:40]}".', subject=typed[:40])


def log_entry(read: "Read", entry_id: str) -> LogEntry:
    """One entry. Raises: NoEntry."""
    found = read.first(ONE, LogEntry, entry_id=entry_id)
    if found is None:
        raise NoEntry(entry_id)
    return found


def find_entry(read: "Read", typed: str) -> LogEntry:
    """An entry by its number in the chain, `4711`, or `2/4711` where another site made it.

    Raises: NoEntry.
    """
    site, _, no = typed.strip().rpartition("/")
    if not (
        no.isascii() and no.isdigit() and len(no) < 16 and (not site or (site.isascii() and site.isdigit()))
    ):
        raise NoEntry(typed)
    wanted = int(site) if site else read.value(OWN_SITE)
    found = read.first(BY_NUMBER, LogEntry, site=wanted, no=int(no))
    if found is None:
        raise NoEntry(typed)
    return found


# Looking for some of them.


class BadKind(UsageError):
    code = "bad_kind"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        kinds = ", ".join([*KINDS, OTHER])
        super().__init__(f'"{plain(typed)[:20]}" is no kind of act. One of: {kinds}.')


Batch = namedtuple("Batch", "entry_ids older_than")
"""Those that fit, newest first, and where to go on; `older_than` is empty once everything was read."""

BATCH = 5_000
_FIRST = "~"
"""Sorts behind every id."""

SOME = """
SELECT a.id, a.at, coalesce(u.name, a.actor), a.verb, a.subject_kind, a.subject_id, a.detail, a.reason
FROM audit_entry AS a LEFT JOIN "user" AS u ON u.id = a.actor
WHERE a.id < :older_than AND a.id >= :from_id ORDER BY a.id DESC LIMIT :most
"""

NAMED = (
    "SELECT id, name FROM client", "SELECT id, name FROM guarantor", "SELECT id, name FROM provider",
    "SELECT id, name FROM office", "SELECT id, description FROM service", 'SELECT id, name FROM "user"',
)  # fmt: skip
OF_CLIENT = """
SELECT id FROM draft WHERE client_id = :id
UNION ALL SELECT invoice_id FROM invoice_issue WHERE client_id = :id
UNION ALL SELECT id FROM session WHERE client_id = :id
UNION ALL SELECT id FROM charge WHERE client_id = :id
"""
OF_GUARANTOR = """
SELECT id FROM payment WHERE guarantor_id = :id UNION ALL SELECT id FROM credit WHERE guarantor_id = :id
"""


class LogFilter:
    """What is wanted of the log: a kind of act, words, days. Made once, then asked batch by batch.

    Each word must be in the entry, in what `says` calls its deed, or in the name or number of what it was
    about; case and accents do not matter. Days are the practice's, in the zone `local`.

    Raises: BadKind.
    """

    def __init__(
        self,
        read: "Read",
        *,
        local: "tzinfo",
        kind: str = "",
        text: str = "",
        from_on: date | None = None,
        to_on: date | None = None,
        says: "Callable[[str], str]" = str,
    ) -> None:
        if kind and kind not in KINDS and kind != OTHER:
            raise BadKind(kind)
        self._kind, self._local, self._says = kind, local, says
        self._words = [(word, _about(read, word)) for word in search_key(text).split()]
        self._dated = any(ch.isdigit() for ch in text)
        self._from_id = "" if from_on is None else _first_id(from_on, local)
        self._begin = _FIRST if to_on is None else _first_id(to_on + timedelta(days=1), local)
        self._called: dict[str, str] = {}

    def batch(self, read: "Read", older_than: str = "", *, most: int = BATCH) -> Batch:
        """Read on from an entry, or from the newest one."""
        rows = read.rows(SOME, older_than=older_than or self._begin, from_id=self._from_id, most=most)
        fits = [row[0] for row in rows if self._fits(*row[1:])]
        return Batch(fits, rows[-1][0] if len(rows) == most else "")

    def every(self, read: "Read") -> "Iterator[str]":
        """The ids of all that fit, newest first."""
        older_than = ""
        while True:
            found = self.batch(read, older_than)
            yield from found.entry_ids
            older_than = found.older_than
            if not older_than:
                return

    def _fits(
        self, at: str, actor: str, verb: str, subject_kind: str, subject_id: str, detail: str, reason: str
    ) -> bool:
        first = verb.partition(".")[0]
        if (
            self._kind
            and first not in KINDS.get(self._kind, ())
            and not (self._kind == OTHER and first not in _KNOWN)
        ):
            return False
        if not self._words:
            return True
        when = f"{datetime.fromisoformat(at).astimezone(self._local):%Y-%m-%d %H:%M}" if self._dated else ""
        if verb not in self._called:
            self._called[verb] = self._says(verb)
        text = f"{when} {actor} {self._called[verb]} {verb} {subject_kind} {detail} {reason}"
        key = text.lower() if text.isascii() else search_key(text)
        return all(word in key or subject_id in about for word, about in self._words)


def _first_id(day: date, local: "tzinfo") -> str:
    """Where the ids of a local day begin."""
    began = datetime.combine(day, time(), local).astimezone(UTC)
    text = f"{max(0, int(began.timestamp() * 1000)):012x}"
    return f"{text[:8]}-{text[8:]}"


def _about(read: "Read", word: str) -> set[str]:
    """The ids of everything whose name or number has the word."""
    from core.ledger.invoices import NoInvoice, find_invoice

    found: set[str] = set()
    for place, sql in enumerate(NAMED):
        own = [row_id for row_id, name in read.rows(sql) if word in search_key(name)]
        found.update(own)
        theirs = OF_CLIENT if place == 0 else OF_GUARANTOR if place == 1 else ""
        if theirs:
            found.update(row[0] for row_id in own for row in read.rows(theirs, id=row_id))
    with suppress(NoInvoice):
        found.add(find_invoice(read, word))
    return found


# One entry whole.

Field = namedtuple("Field", "name before after")
"""One thing an entry tells: what it was and what it became, as they stand in the log; None is not said."""


def fields_of(detail: str) -> "Sequence[Field]":
    """What an entry's detail tells, before beside after where it says both.

    `before` and `after` hold the values by themselves, or by name; `before_cents` and `after_cents` are one
    amount. What has no before was so from then on.
    """
    said: dict[str, Any] = json.loads(detail)
    found: dict[str, list[Any]] = {}
    for name, value in said.items():
        side, _, rest = name.partition("_")
        if side not in ("before", "after"):
            found.setdefault(name, [None, None])[1] = value
        elif isinstance(value, dict):
            for inner, one in value.items():
                found.setdefault(inner, [None, None])[side == "after"] = one
        else:
            found.setdefault(rest or "value", [None, None])[side == "after"] = value
    return [Field(name, *sides) for name, sides in found.items()]
