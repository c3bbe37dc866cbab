"""The audit log: append an entry, list them, verify that no fact was altered.

Entries are facts like the others and lie in the same chain of their site, so an altered, dropped or
reordered payment is found the same way as an altered log line.
"""

import json
from collections import namedtuple

from core.trouble import UnreadableText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


Verdict = namedtuple("Verdict", "facts entries ok first_bad bad")
"""`bad` has of each site whose chain is broken the first fact that does not fit, as (site, number, table, id,
what is wrong); `first_bad` is the first of them or None."""


EVERY_FACTS = 1_000
FACTS = "SELECT coalesce(sum(no), 0) FROM sync_chain"


def facts(read: "Read") -> int:
    """How many facts the book's chains say there are; what `verify` has to go through."""
    return int(read.value(FACTS))


def verify(read: "Read", *, tell: "Callable[[int], None]" = lambda _: None) -> Verdict:
    """Replay every site's chain over every fact and name of each site the first that does not fit.

    A missing number is a lost fact; a wrong link is an altered one; a chain that ends before the
    recorded head was cut off. Somebody with the key who cuts the end and writes the recorded head anew is
    found only by those who hold that head elsewhere: the hub and the other offices, and by the site's seal.
    `tell` hears after each thousand facts how many were gone through; what it raises ends the work.
    """
    try:
        return _replay(read, tell)
    except UnreadableText:
        read.allow_unreadable_text(True)
        try:
            return _replay(read, tell)
        finally:
            read.allow_unreadable_text(False)


Bad = tuple[int, "int | None", str, str, str]


def _replay(read: "Read", tell: "Callable[[int], None]") -> Verdict:
    from core.sync.chain import GENESIS

    gone = logged = 0
    heads: dict[int, tuple[int, bytes]] = {}
    bad: dict[int, Bad] = {}
    for site, no, table, row_id, names, values, chain in _chained(read):
        gone += 1
        if gone % EVERY_FACTS == 0:
            tell(gone)
        logged += table == "audit_entry"
        if site in bad:
            continue
        last, head = heads.get(site, (0, GENESIS))
        wrong, head = _next(table, no, names, values, chain, last, head)
        if wrong:
            bad[site] = (site, no, table, row_id, wrong)
        else:
            assert no is not None
            heads[site] = (no, head)
    recorded = {site: (no, head) for site, no, head in read.rows("SELECT site, no, head FROM sync_chain")}
    for site in (recorded.keys() | heads.keys()) - bad.keys():
        end = recorded.get(site)
        if end is None:
            bad[site] = (site, heads[site][0], "", "", "the chain's head is missing")
        elif heads.get(site, (0, GENESIS)) != end:
            bad[site] = (site, end[0], "", "", "facts at the end are missing")
    found = [bad[site] for site in sorted(bad)]
    return Verdict(gone, logged, not found, found[0] if found else None, found)


def _next(
    table: str, no: "int | None", names: "Sequence[str]", values: "Sequence[Any]", chain: bytes, last: int,
    head: bytes,
) -> tuple[str, bytes]:  # fmt: skip
    """What is wrong with a fact that comes after these, empty where it fits; and the head after it."""
    from core.sync.chain import canonical, link

    if no is None:
        return "has no number", head
    if no != last + 1:
        return ("number used twice" if no <= last else "facts before it are missing"), head
    try:
        head = link(head, canonical(table, no, names, values))
    except (UnicodeEncodeError, TypeError):
        return "was altered", head
    return ("" if head == chain else "was altered"), head


Link = tuple[int, "int | None", str, str, "Sequence[str]", "Sequence[Any]", bytes]


def _chained(read: "Read") -> "Iterator[Link]":
    """Every fact of every table in the order of its site's numbers, with those of a newer version."""
    import heapq

    from core.sync.policy import Travels
    from core.tables import shapes

    streams = [
        _of_table(read, shape.name, shape.columns) for shape in shapes() if shape.travels is Travels.FACT
    ]
    return heapq.merge(*streams, _kept_for_later(read), key=lambda fact: (fact[0], fact[1] or 0))


def _of_table(read: "Read", name: str, columns: tuple[str, ...]) -> "Iterator[Link]":
    from core.sync.chain import canonical_order

    listed = ", ".join(f'"{column}"' for column in columns)
    at = {column: place for place, column in enumerate(columns)}
    site, no, row_id, chain = at["site"], at["no"], at["id"], at["chain"]
    names, pick = canonical_order(columns)
    for row in read.each(f"SELECT {listed} FROM {name} ORDER BY site, no"):  # noqa: S608  our own names
        yield row[site], row[no], name, row[row_id], names, pick(row), row[chain]


LATER = "SELECT site, no, tbl, id, doc, chain FROM sync_later ORDER BY site, no"


def _kept_for_later(read: "Read") -> "Iterator[Link]":
    """What offices with a newer version wrote has its place in the chains, and is kept as it was sent."""
    from core.sync.wire import Unreadable, unpack

    for site, no, table, row_id, doc, chain in read.each(LATER):
        try:
            values = unpack(doc)
            names = tuple(sorted(values))
            yield site, no, table, row_id, names, tuple(values[name] for name in names), chain
        except (Unreadable, TypeError):
            yield site, no, table, row_id, ("id",), (row_id,), chain
