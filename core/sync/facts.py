"""Facts from elsewhere: inserted once, never changed, and only where they continue their site's chain.

A fact that does not fit (another under the same number, a number left out, an altered value) is held
aside and named; nothing after it in that chain is taken either, because nobody could say what it follows.
The facts of other sites go on.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from core.sync.book import AMONG, Book, Reader, ids_text, listed
from core.sync.chain import GENESIS, canonical, link
from core.sync.policy import Travels
from core.sync.triggers import Shape

OUTSIDE_CHAIN = ("no", "chain", "_q")


class Told(NamedTuple):
    """A fact as it travels. `values` are all columns that are not NULL, by name, in the order of names."""

    table: str
    row_id: str
    site: int
    no: int
    chain: bytes
    number: int
    values: Mapping[str, Any]


class Held(NamedTuple):
    """What is kept aside instead of being taken, and why."""

    table: str
    row_id: str
    site: int
    why: str
    told: Any


class FactsTaken(NamedTuple):
    """The hub's number of each fact in their order (0: held aside), and what is held."""

    numbers: list[int]
    held: list[Held]


ALTERED = "its values do not fit its place in the chain"
LEFT_OUT = "facts before it are missing"
ANOTHER = "another fact has its number"


def told_facts(groups: Iterable[Sequence[Any]]) -> list[Told]:
    """Facts of the wire's groups [table, names, rows] in the order of their chains."""
    found = []
    for table, names, rows in groups:
        at = {name: i for i, name in enumerate(names)}
        row_id, site, no, chain, number = (at[name] for name in ("id", "site", "no", "chain", "_q"))
        covered = sorted((name, i) for name, i in at.items() if name not in OUTSIDE_CHAIN)
        for row in rows:
            values = {name: row[i] for name, i in covered if row[i] is not None}
            found.append(Told(table, row[row_id], row[site], row[no], row[chain], row[number], values))
    return sorted(found, key=attrgetter("site", "no"))


def named_facts(groups: Iterable[Sequence[Any]]) -> list[tuple[int, int, str, str]]:
    """Site, number, table and id of the same."""
    found = []
    for table, names, rows in groups:
        row_id, site, no = (names.index(name) for name in ("id", "site", "no"))
        found += [(row[site], row[no], table, row[row_id]) for row in rows]
    return found


def take_facts(
    book: Book,
    shapes: Mapping[str, Shape],
    facts: Sequence[Told],
    number: Callable[[], int] | None = None,
    sure: Collection[int] = (),
) -> FactsTaken:
    """Put facts, sorted by site and number, where they belong. The hub gives each a `number`; those of sites
    that are `sure` it has seen to fit.

    What this version has no table or column for is kept for the version that has.
    """
    numbers: dict[str, int] = {}
    held: list[Held] = []
    new: list[Told] = []
    for site, run in groupby(facts, key=attrgetter("site")):
        no, head = chain_end(book, site)
        known = list(run)
        old = [fact for fact in known if fact.no <= no]
        numbers |= _known_already(book, shapes, old, held, number is None)
        broken = ""
        for fact in known[len(old) :]:
            broken = broken or ("" if site in sure else does_not_fit(fact, no, head))
            if broken:
                held.append(Held(fact.table, fact.row_id, site, broken, list(fact)))
                continue
            no, head = fact.no, fact.chain
            numbers[fact.row_id] = fact.number if number is None else number()
            new.append(fact._replace(number=numbers[fact.row_id]))
        _keep_end(book, site, no, head)
    held += insert_facts(book, shapes, new)
    if number is not None:  # what is held aside is not sent again
        numbers |= {fact.row_id: number() for fact in facts if fact.row_id not in numbers}
    return FactsTaken([numbers.get(fact.row_id, 0) for fact in facts], held)


END = "SELECT no, head FROM sync_chain WHERE site = :site"


def chain_end(book: Reader, site: int) -> tuple[int, bytes]:
    """The last fact known of a site and the head of its chain there."""
    rows = book.rows(END, site=site)
    return (rows[0][0], rows[0][1]) if rows else (0, GENESIS)


def _keep_end(book: Book, site: int, no: int, head: bytes) -> None:
    if no:
        book.execute(
            "INSERT INTO sync_chain (site, no, head) VALUES (:site, :no, :head)"
            " ON CONFLICT (site) DO UPDATE SET no = excluded.no, head = excluded.head",
            {"site": site, "no": no, "head": head},
        )


def does_not_fit(fact: Told, no: int, head: bytes) -> str:
    """Why a fact is not the one after this end of its site's chain; empty where it is."""
    if fact.no != no + 1:
        return LEFT_OUT
    try:
        form = canonical(fact.table, fact.no, tuple(fact.values), tuple(fact.values.values()))
    except (TypeError, AttributeError, UnicodeEncodeError):
        return ALTERED
    return "" if link(head, form) == fact.chain else ALTERED


def _known_already(
    book: Book, shapes: Mapping[str, Shape], facts: Sequence[Told], held: list[Held], renumber: bool
) -> dict[str, int]:
    """Facts that lie here: the hub's numbers of them; another one under a known number is held aside."""
    numbers: dict[str, int] = {}
    for table, same in groupby(sorted(facts, key=attrgetter("table")), key=attrgetter("table")):
        run = list(same)
        ids = ids_text(fact.row_id for fact in run)
        if table in shapes:
            here = book.rows(f"SELECT id, chain, _q FROM {table} WHERE id {AMONG}", ids=ids)
        else:
            here = []
        here += book.rows(
            f"SELECT id, chain, _q FROM sync_later WHERE tbl = :tbl AND id {AMONG}", tbl=table, ids=ids
        )
        kept = {row_id: (chain, q) for row_id, chain, q in here}
        for fact in run:
            chain, q = kept.get(fact.row_id, (None, 0))
            if chain != fact.chain:
                held.append(Held(table, fact.row_id, fact.site, ANOTHER, list(fact)))
                continue
            numbers[fact.row_id] = q
            if renumber and q != fact.number:
                numbers[fact.row_id] = fact.number
                book.execute(
                    f"UPDATE {table if table in shapes else 'sync_later'} SET _q = :q WHERE id = :id",
                    {"q": fact.number, "id": fact.row_id},
                )
    return numbers


def insert_facts(book: Book, shapes: Mapping[str, Shape], facts: Sequence[Told]) -> list[Held]:
    """Put facts whose place in the chain was seen to into their tables, or beside them."""
    held: list[Held] = []
    for table, same in groupby(sorted(facts, key=attrgetter("table")), key=attrgetter("table")):
        shape = shapes.get(table)
        known = frozenset(shape.columns) if shape and shape.travels is Travels.FACT else frozenset()
        run = sorted(same, key=attrgetter("site", "no"))
        fit = [fact for fact in run if known.issuperset(fact.values)]
        if fit:
            assert shape is not None
            held += _insert_known(book, shape, fit)
        keep_for_later(book, [fact for fact in run if not known.issuperset(fact.values)])
    return held


def _insert_known(book: Book, shape: Shape, facts: Sequence[Told]) -> list[Held]:
    """What the table refuses keeps its place in the chain beside it, and is said."""
    own = ("no", "chain", "_q")
    columns = (*(c for c in shape.columns if c not in own), *own)
    marks = ", ".join("?" * len(columns))
    held = columns[:-3]
    rows = [(*map(fact.values.get, held), fact.no, fact.chain, fact.number) for fact in facts]
    refused = book.try_many(f"INSERT INTO {shape.name} ({listed(columns)}) VALUES ({marks})", rows)
    keep_for_later(book, [facts[i] for i, _ in refused])
    return [Held(shape.name, facts[i].row_id, facts[i].site, why, list(facts[i])) for i, why in refused]


def keep_for_later(book: Book, facts: Sequence[Told]) -> None:
    """Facts of a newer version: kept with their place in the chain, passed on, and put in when it is here."""
    from core.sync.wire import pack

    if facts:
        book.many(
            "INSERT INTO sync_later (tbl, id, site, no, chain, _q, doc) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    fact.table,
                    fact.row_id,
                    fact.site,
                    fact.no,
                    fact.chain,
                    fact.number,
                    pack(dict(fact.values)),
                )
                for fact in facts
            ],
        )
