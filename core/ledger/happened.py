"""What happened last in the book, told so that a run of 200 invoices is one line."""

from collections import namedtuple

from core.audit import Entry, entries_by_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.store import Read

Happening = namedtuple("Happening", "entry count subject")
"""The newest entry of several alike, how many they are, and whom or what a single one was about; of several
that are not of one kind, `subject` is what they have in common."""

DOCUMENTS = frozenset({"invoice", "statement", "superbill", "receipt", "credit_note", "estimate"})

SUBJECT = """
SELECT coalesce(
    (SELECT i.number || ' ' || i.client_name FROM invoice_issue AS i WHERE i.invoice_id = :id LIMIT 1),
    (SELECT k.name FROM draft AS d JOIN client AS k ON k.id = d.client_id WHERE d.id = :id),
    (SELECT k.name FROM session AS s JOIN client AS k ON k.id = s.client_id WHERE s.id = :id),
    (SELECT k.name FROM charge AS c JOIN client AS k ON k.id = c.client_id WHERE c.id = :id),
    (SELECT g.name FROM payment AS p JOIN guarantor AS g ON g.id = p.guarantor_id WHERE p.id = :id),
    (SELECT g.name FROM credit AS c JOIN guarantor AS g ON g.id = c.guarantor_id WHERE c.id = :id),
    (SELECT 'Statement ' || coalesce(k.name, g.name) FROM statement AS s
     JOIN guarantor AS g ON g.id = s.guarantor_id LEFT JOIN client AS k ON k.id = s.client_id
     WHERE s.id = :id),
    (SELECT 'Superbill ' || k.name FROM superbill AS s JOIN client AS k ON k.id = s.client_id
     WHERE s.id = :id),
    (SELECT name FROM client WHERE id = :id),
    (SELECT name FROM guarantor WHERE id = :id),
    (SELECT name FROM provider WHERE id = :id),
    (SELECT name FROM office WHERE id = :id),
    (SELECT description FROM service WHERE id = :id),
    (SELECT name FROM "user" WHERE id = :id),
    '')
"""


NEWEST = """
SELECT a.id, substr(a.at, 1, 16), coalesce(u.name, a.actor), a.verb, a.subject_kind
FROM audit_entry AS a LEFT JOIN "user" AS u ON u.id = a.actor
WHERE a.id IN (SELECT id FROM audit_entry ORDER BY id DESC LIMIT :most OFFSET :skip)
ORDER BY a.at DESC, a.site, a.no DESC
"""
"""What tells which entries are alike; the whole entry is read of those that are shown."""

AT_ONCE = 200


def happened(read: "Read", *, entries_read: int = 2000, most: int = 50) -> list[Happening]:
    """The newest happenings; the same deed by the same person within a minute is one.

    Reads no further than it takes to count them all, and no more than `entries_read` entries.
    """
    newest: dict[tuple[str, str, str], str] = {}
    counts: dict[tuple[str, str, str], int] = {}
    kinds: dict[tuple[str, str, str], set[str]] = {}
    for entry_id, minute, actor, verb, kind in _newest_first(read, entries_read):
        alike = (minute, actor, verb)
        if alike in counts:
            counts[alike] += 1
            kinds[alike].add(kind)
        elif len(counts) < most:
            counts[alike], newest[alike], kinds[alike] = 1, entry_id, {kind}
        elif minute < min(shown for shown, _, _ in counts):
            break
    return [
        Happening(
            entry, counts[alike], _together(kinds[alike]) if counts[alike] > 1 else _subject(read, entry)
        )
        for entry in entries_by_id(read, newest.values())
        for alike in ((entry.at[:16], entry.actor, entry.verb),)
    ]


def _together(kinds: set[str]) -> str:
    """The noun of several: `invoice`, or `document` where invoices and statements are among them."""
    return next(iter(kinds)) if len(kinds) == 1 else "document" if kinds <= DOCUMENTS else "record"


def _newest_first(read: "Read", most: int) -> "Iterator[tuple[str, str, str, str, str]]":
    """A few, which is enough for most; then all the others at once."""
    yield from (first := read.rows(NEWEST, most=min(AT_ONCE, most), skip=0))
    if len(first) == AT_ONCE < most:
        yield from read.rows(NEWEST, most=most - AT_ONCE, skip=AT_ONCE)


def _subject(read: "Read", entry: Entry) -> str:
    return str(read.value(SUBJECT, id=entry.subject_id))
