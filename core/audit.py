"""The audit log: append an entry, list them, verify that no fact was altered.

Entries are facts like the others and lie in the same chain of their site, so an altered, dropped or
reordered payment is found the same way as an altered log line.
"""

import json
from collections import namedtuple

from core.trouble import UnreadableText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from core.store import Read, Tx

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode

_COLUMNS = ("id", "verb", "subject_kind", "subject_id", "detail", "reason")


def record(
    tx: "Tx", verb: str, subject_kind: str, subject_id: str, *, reason: str = "", **detail: object
) -> None:
    """Say in the log what was done to which thing; `detail` holds before, after, amounts, hashes."""
    record_many(tx, verb, subject_kind, [(subject_id, detail)], reason=reason)


def record_many(
    tx: "Tx",
    verb: str,
    subject_kind: str,
    subjects: "Iterable[tuple[str, Mapping[str, object]]]",
    *,
    reason: str = "",
) -> None:
    """The same deed done to many things, an entry each."""
    from core.tables import AuditEntry

    tx.add_many(
        AuditEntry,
        _COLUMNS,
        [(tx.new_id(), verb, subject_kind, subject, _encode(detail), reason) for subject, detail in subjects],
    )


Entry = namedtuple("Entry", "at actor site no verb subject_kind subject_id detail reason")

ENTRIES_OF = """
SELECT a.at, coalesce(u.name, a.actor), a.site, a.no, a.verb, a.subject_kind, a.subject_id,
       a.detail, a.reason
FROM audit_entry AS a LEFT JOIN "user" AS u ON u.id = a.actor
WHERE a.subject_id = :subject_id
ORDER BY a.at DESC, a.site, a.no DESC LIMIT :most
"""
ENTRIES = ENTRIES_OF.replace(
    "a.subject_id = :subject_id",
    "a.id IN (SELECT id FROM audit_entry ORDER BY id DESC LIMIT :most OFFSET :skip)",
)
"""Ids of entries are in the order of time, so the newest are found without a look at the others."""


def entries(read: "Read", *, subject_id: str | None = None, most: int = 1000, skip: int = 0) -> list[Entry]:
    """The newest entries first, of the whole book, where the very newest can be skipped, or of one thing."""
    if subject_id is None:
        return read.all(ENTRIES, Entry, most=most, skip=skip)
    return read.all(ENTRIES_OF, Entry, subject_id=subject_id, most=most)


ENTRIES_BY_ID = ENTRIES_OF.replace(
    "a.subject_id = :subject_id", "a.id IN (SELECT value FROM json_each(:ids))"
).replace("LIMIT :most", "")


def entries_by_id(read: "Read", entry_ids: "Iterable[str]") -> list[Entry]:
    """Those entries, the newest first."""
    return read.all(ENTRIES_BY_ID, Entry, ids=json.dumps(list(entry_ids)))


Verdict = namedtuple("Verdict", "facts entries ok first_bad")
"""`first_bad` is None or (site, number, table, id, what is wrong)."""


EVERY_FACTS = 1_000
FACTS = "SELECT coalesce(sum(no), 0) FROM sync_chain"


def facts(read: "Read") -> int:
    """How many facts the book's chains say there are; what `verify` has to go through."""
    return int(read.value(FACTS))


def verify(read: "Read", *, tell: "Callable[[int], None]" = lambda _: None) -> Verdict:
    """Replay every site's chain over every fact and name the first that does not fit.

    A missing number is a lost fact; a wrong link is an altered one; a chain that ends before the
    recorded head was cut off. Somebody with the key who cuts the end and writes the recorded head anew is
    found only by those who hold that head elsewhere: the hub and the other offices. `tell` hears after
    each thousand facts how many were gone through; what it raises ends the work.
    """
    try:
        return _replay(read, tell)
    except UnreadableText:
        read.allow_unreadable_text(True)
        try:
            return _replay(read, tell)
        finally:
            read.allow_unreadable_text(False)


def _replay(read: "Read", tell: "Callable[[int], None]") -> Verdict:
    from core.sync.chain import GENESIS, canonical, canonical_order, link

    gone = logged = 0
    heads: dict[int, tuple[int, bytes]] = {}
    orders: dict[str, Any] = {}
    for site, no, table, columns, row in _chained(read):
        gone += 1
        if gone % EVERY_FACTS == 0:
            tell(gone)
        logged += table == "audit_entry"
        last, head = heads.get(site, (0, GENESIS))
        row_id = row[columns.index("id")]
        if no is None:
            return Verdict(gone, logged, False, (site, None, table, row_id, "has no number"))
        if no != last + 1:
            wrong = "number used twice" if no <= last else "facts before it are missing"
            return Verdict(gone, logged, False, (site, no, table, row_id, wrong))
        if table not in orders:
            orders[table] = canonical_order(columns)
        names, pick = orders[table]
        try:
            head = link(head, canonical(table, no, names, pick(row)))
        except (UnicodeEncodeError, TypeError):
            return Verdict(gone, logged, False, (site, no, table, row_id, "was altered"))
        if head != row[columns.index("chain")]:
            return Verdict(gone, logged, False, (site, no, table, row_id, "was altered"))
        heads[site] = (no, head)
    recorded = {site: (no, head) for site, no, head in read.rows("SELECT site, no, head FROM sync_chain")}
    for site in sorted(recorded.keys() | heads.keys()):
        end = recorded.get(site)
        if end is None:
            return Verdict(gone, logged, False, (site, heads[site][0], "", "", "the chain's head is missing"))
        if heads.get(site, (0, GENESIS)) != end:
            return Verdict(gone, logged, False, (site, end[0], "", "", "facts at the end are missing"))
    return Verdict(gone, logged, True, None)


def _chained(read: "Read") -> "Iterator[tuple[int, int | None, str, tuple[str, ...], tuple[Any, ...]]]":
    """Every fact of every table in the order of its site's numbers."""
    import heapq

    from core.sync.policy import Travels
    from core.tables import shapes

    def of_table(name: str, columns: tuple[str, ...]) -> "Iterator[Any]":
        listed = ", ".join(f'"{column}"' for column in columns)
        rows = read.each(f"SELECT {listed} FROM {name} ORDER BY site, no")  # noqa: S608  our own names
        site_at, no_at = columns.index("site"), columns.index("no")
        for row in rows:
            yield row[site_at], row[no_at], name, columns, row

    streams = [of_table(shape.name, shape.columns) for shape in shapes() if shape.travels is Travels.FACT]
    return heapq.merge(*streams, key=lambda item: (item[0], item[1] or 0))
