"""Facts from elsewhere: inserted once, never changed, and only where they continue their site's chain.

A fact that does not fit (another under the same number, a number left out, an altered value) is held
aside and named; nothing after it in that chain is taken either, because nobody could say what it follows.
The facts of other sites go on.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from core.sync.book import AMONG, Book, Reader, ids_text
from core.sync.chain import GENESIS, canonical, canonicals, link
from core.sync.policy import Travels
from core.sync.triggers import Shape

OUTSIDE_CHAIN = ("no", "chain", "_q")


class Told(NamedTuple):
    """A fact as it travels. `names` are the columns that its chain covers, in their order, and `row` what
    they hold; what is None is the same as not said."""

    table: str
    row_id: str
    site: int
    no: int
    chain: bytes
    number: int
    names: tuple[str, ...]
    row: tuple[Any, ...]

    @property
    def values(self) -> dict[str, Any]:
        """What is said, by column."""
        return {name: value for name, value in zip(self.names, self.row, strict=True) if value is not None}

    @property
    def place(self) -> tuple[str, str, int, int, bytes]:
        """Which fact it is, and where."""
        return self[:5]

    @property
    def doc(self) -> list[Any]:
        """As it is kept aside."""
        return [*self[:6], self.values]


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

_place = attrgetter("site", "no")


def told_facts(groups: Iterable[Sequence[Any]]) -> list[Told]:
    """Facts of the wire's groups [table, names, rows] in the order of their chains."""
    found: list[Told] = []
    for table, names, rows in groups:
        at = {name: i for i, name in enumerate(names)}
        row_id, site, no, chain, number = (at[name] for name in ("id", "site", "no", "chain", "_q"))
        covered = tuple(sorted(at.keys() - set(OUTSIDE_CHAIN)))
        pick = itemgetter(*(at[name] for name in covered))
        found += [
            Told(table, row[row_id], row[site], row[no], row[chain], row[number], covered, pick(row))
            for row in rows
        ]
    return sorted(found, key=_place)


def told_later(place: Sequence[Any], values: Mapping[str, Any]) -> Told:
    """A fact of which only what it says is kept, with its table, id, site, number there, link and the hub's
    number."""
    table, row_id, site, no, chain, number = place
    names = tuple(sorted(values))
    return Told(table, row_id, site, no, chain, number, names, tuple(values[name] for name in names))


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
    given: list[int] = []
    held: list[Held] = []
    new: list[Told] = []
    numbers: list[int] = []
    for site, run in groupby(facts, key=attrgetter("site")):
        no, head = chain_end(book, site)
        known = list(run)
        old = [fact for fact in known if fact.no <= no]
        rest = known[len(old) :]
        there = _known_already(book, shapes, old, held, number is None) if old else {}
        given += [there.get((fact.table, fact.row_id), 0) for fact in old]
        many, broken = (len(rest), "") if site in sure else follow(rest, no, head)
        fit = rest[:many]
        numbers += [fact.number for fact in fit] if number is None else [number() for _ in fit]
        new += fit
        given += [*numbers[len(numbers) - many :], *(0 for _ in rest[many:])]
        held += [Held(fact.table, fact.row_id, site, broken, fact.doc) for fact in rest[many:]]
        if fit:
            _keep_end(book, site, fit[-1].no, fit[-1].chain)
    held += insert_facts(book, shapes, new, numbers)
    if number is not None:  # what is held aside is not sent again
        given = [each or number() for each in given]
    return FactsTaken(given, held)


END = "SELECT no, head FROM sync_chain WHERE site = :site"


def chain_end(book: Reader, site: int) -> tuple[int, bytes]:
    """The last fact known of a site and the head of its chain there."""
    rows = book.rows(END, site=site)
    return (rows[0][0], rows[0][1]) if rows else (0, GENESIS)


def _keep_end(book: Book, site: int, no: int, head: bytes) -> None:
    book.execute(
        "INSERT INTO sync_chain (site, no, head) VALUES (:site, :no, :head)"
        " ON CONFLICT (site) DO UPDATE SET no = excluded.no, head = excluded.head",
        {"site": site, "no": no, "head": head},
    )


def follow(facts: Sequence[Told], no: int, head: bytes) -> tuple[int, str]:
    """How many of these facts of a site go on from this end of its chain, one after the other, and why the
    next one does not; empty where all do."""
    for i, (fact, form) in enumerate(zip(facts, _forms(facts), strict=True)):
        if fact.no != no + 1:
            return i, LEFT_OUT
        if form is None or link(head, form) != fact.chain:
            return i, ALTERED
        no, head = fact.no, fact.chain
    return len(facts), ""


def links(head: bytes, fact: Told) -> bool:
    """Whether a fact's link follows from its content and the link before."""
    form = _form(fact)
    return form is not None and link(head, form) == fact.chain


PLAIN = frozenset({str, int, type(None)})


def _alike(facts: Sequence[Told]) -> dict[tuple[str, tuple[str, ...]], list[int]]:
    """Places of facts by their table and what is said of them."""
    found: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for i, fact in enumerate(facts):
        found.setdefault((fact.table, fact.names), []).append(i)
    return found


def _forms(facts: Sequence[Told]) -> list[bytes | None]:
    """What the chain covers of each fact; None where it cannot be a fact.

    Column by column, because most columns hold few values.
    """
    found: list[bytes | None] = [None] * len(facts)
    for (table, names), places in _alike(facts).items():
        columns = list(zip(*(facts[i].row for i in places), strict=True))
        made: Sequence[bytes | None] = ()
        if all(PLAIN.issuperset(map(type, column)) for column in columns):
            try:
                made = canonicals(table, [facts[i].no for i in places], names, columns)
            except UnicodeEncodeError:
                made = ()
        for i, form in zip(places, made or [_form(facts[i]) for i in places], strict=True):
            found[i] = form
    return found


def _form(fact: Told) -> bytes | None:
    try:
        return canonical(fact.table, fact.no, fact.names, fact.row)
    except (TypeError, AttributeError, UnicodeEncodeError):
        return None


def _known_already(
    book: Book, shapes: Mapping[str, Shape], facts: Sequence[Told], held: list[Held], renumber: bool
) -> dict[tuple[str, str], int]:
    """Facts that lie here: the hub's numbers of them; another one under a known number is held aside."""
    numbers: dict[tuple[str, str], int] = {}
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
                held.append(Held(table, fact.row_id, fact.site, ANOTHER, fact.doc))
                continue
            numbers[table, fact.row_id] = q
            if renumber and q != fact.number:
                numbers[table, fact.row_id] = fact.number
                book.execute(
                    f"UPDATE {table if table in shapes else 'sync_later'} SET _q = :q WHERE id = :id",
                    {"q": fact.number, "id": fact.row_id},
                )
    return numbers


def insert_facts(
    book: Book, shapes: Mapping[str, Shape], facts: Sequence[Told], numbers: Sequence[int]
) -> list[Held]:
    """Put facts whose place in the chain was seen to into their tables with the hub's numbers, or beside
    them."""
    held: list[Held] = []
    later: list[int] = []
    for (table, names), places in _alike(facts).items():
        shape = shapes.get(table)
        known = frozenset(shape.columns) if shape and shape.travels is Travels.FACT else frozenset()
        fit = places if known.issuperset(names) else [i for i in places if known.issuperset(facts[i].values)]
        if fit:
            assert shape is not None
            refused = _insert_known(book, shape, [facts[i] for i in fit], [numbers[i] for i in fit])
            held += [
                Held(table, facts[fit[at]].row_id, facts[fit[at]].site, why, facts[fit[at]].doc)
                for at, why in refused
            ]
            later += [fit[at] for at, _ in refused]
        if len(fit) < len(places):
            later += sorted(set(places) - set(fit))
    keep_for_later(book, [facts[i] for i in later], [numbers[i] for i in later])
    return held


def _insert_known(
    book: Book, shape: Shape, facts: Sequence[Told], numbers: Sequence[int]
) -> list[tuple[int, str]]:
    """Answers what the table refuses, and why; that keeps its place in the chain beside it, and is said."""
    names = facts[0].names
    # What none of them says is left out, because the driver is slow with None; not where the table would
    # put something else than NULL.
    said = [i for i, held in enumerate(zip(*(f.row for f in facts), strict=True)) if _any_said(held)]
    silent = [c for c, value in shape.defaults.items() if value is not None and c not in OUTSIDE_CHAIN]
    silent = [column for column in silent if column not in {names[i] for i in said}]
    pick, none = itemgetter(*said), (None,) * len(silent)
    columns = (*(names[i] for i in said), *silent, *OUTSIDE_CHAIN)
    rows = [
        (*pick(fact.row), *none, fact.no, fact.chain, number)
        for fact, number in zip(facts, numbers, strict=True)
    ]
    return book.try_insert(shape.name, columns, rows)


def _any_said(held: Sequence[Any]) -> bool:
    return held.count(None) < len(held)


def keep_for_later(book: Book, facts: Sequence[Told], numbers: Sequence[int]) -> None:
    """Facts of a newer version: kept with their place in the chain, passed on, and put in when it is here."""
    from core.sync.wire import pack

    book.many(
        "INSERT INTO sync_later (tbl, id, site, no, chain, _q, doc) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (fact.table, fact.row_id, fact.site, fact.no, fact.chain, number, pack(fact.values))
            for fact, number in zip(facts, numbers, strict=True)
        ],
    )
