"""Rows that differ between an office and its hub though both have exchanged everything: found and made equal.

A disk that loses or alters bytes, or somebody with the key and an SQL tool, changes rows behind the triggers,
and no exchange would ever carry that. So prints of all rows are compared, and of those few that differ both
sides are looked at: a newer stamp wins; under the same stamp the hub's counts and what stood here is held
aside and told; a fact is put back as its chain proves it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from core import audit
from core.migrations import HEAD
from core.replication.aside import hold_aside, note_clashes
from core.replication.office import SYNC, link
from core.store import Merging, Read, Store, Tx
from core.sync.facts import Held, Told
from core.sync.fingerprint import (
    BRANCHES,
    LEAVES,
    Ids,
    Prints,
    differing,
    ids_in,
    measure,
    names_of,
    numbered_rows,
    packed_prints,
    print_of,
    read_prints,
)
from core.sync.mend import Chains, facts_only, put_back, same_fact, take_out, told_of
from core.sync.merge import take_rows, take_tombs
from core.sync.policy import REPLICATED, Travels
from core.sync.register import Register, Tomb
from core.sync.stamp import stamps_of
from core.sync.triggers import Shape
from core.sync.wire import Unreadable, unpack
from core.tables import feeds_summaries, shapes

__all__ = [
    "BRANCHES",
    "Asked",
    "Given",
    "Mended",
    "Prints",
    "ask",
    "differing",
    "leaves_by_size",
    "packed_prints",
    "prints_upto",
    "read_asked",
    "read_given",
    "read_prints",
    "take_given",
]
"""With the words of the prints, which doors use as well."""

MOST_ROWS = 500
"""As many rows two ends lay side by side in one message."""
ALTERED = "it was altered on the disk of this computer"
NOT_A_FACT = "it has no place in its site's chain"
Key = tuple[str, str]
Rebuild = Callable[[Tx], None]
"""Makes the kept summaries anew; who mends rows that feed them brings it."""


class Asked(NamedTuple):
    """An office's rows of some leaves, up to its cursor, as groups [table, names, rows]."""

    schema: str
    upto: int
    leaves: list[int]
    groups: list[list[Any]]


class Given(NamedTuple):
    """What the hub has in their place: rows that are others or missing there, deletions, and rows that it
    has not and does not take, as [table, id]. `mended` counts what it took."""

    groups: list[list[Any]]
    tombs: list[list[Any]]
    unknown: list[list[str]]
    mended: int


class Mended(NamedTuple):
    """What became equal here and at the hub, and what did not: (table, id, why)."""

    here: int
    at_hub: int
    left: list[tuple[str, str, str]]


def prints_upto(read: Read, upto: int) -> Prints:
    """The prints of everything that the hub had numbered up to there."""
    return measure(read, shapes(), upto)


def read_asked(data: bytes) -> Asked:
    """Raises: Unreadable."""
    try:
        asked = Asked(*unpack(data))
        fits = isinstance(asked.schema, str) and type(asked.upto) is int and isinstance(asked.groups, list)
        if not fits or not all(type(leaf) is int and 0 <= leaf < LEAVES for leaf in asked.leaves):
            raise Unreadable("not a question")
        if len(asked.leaves) > MOST_ROWS or sum(len(rows) for _, _, rows in asked.groups) > 4 * MOST_ROWS:
            raise Unreadable("longer than allowed")
    except (TypeError, ValueError):
        raise Unreadable("not a question") from None
    return asked


def read_given(data: bytes) -> Given:
    """Raises: Unreadable."""
    try:
        given = Given(*unpack(data))
        if type(given.mended) is not int or not all(isinstance(part, list) for part in given[:3]):
            raise Unreadable("not an answer")
    except TypeError:
        raise Unreadable("not an answer") from None
    return given


def by_name() -> dict[str, Shape]:
    return {shape.name: shape for shape in shapes() if shape.travels in REPLICATED}


Rows = dict[Key, tuple[Any, ...]]


def rows_of(groups: Sequence[Sequence[Any]]) -> Rows:
    """Rows of groups by table and id. Raises: Unreadable, where they are not those of this version."""
    known = by_name()
    found: Rows = {}
    try:
        for table, names, rows in groups:
            if tuple(names) != names_of(known[table]):
                raise Unreadable("rows of another version")
            for row in rows:
                if len(row) != len(names) or not isinstance(row[0], str):
                    raise Unreadable("a row is not one")
                found[table, row[0]] = tuple(row)
    except (TypeError, ValueError, KeyError):
        raise Unreadable("not rows") from None
    return found


def ids_of(keys: Iterable[Key]) -> Ids:
    found: Ids = {}
    for table, row_id in keys:
        found.setdefault(table, []).append(row_id)
    return found


def joined(ids: Ids, keys: Iterable[Key]) -> Ids:
    """Ids, and those of more rows."""
    more = ids_of(keys)
    return {table: [*{*ids.get(table, []), *more.get(table, [])}] for table in {*ids, *more}}


def grouped(rows: Mapping[Key, Sequence[Any]]) -> list[list[Any]]:
    known = by_name()
    groups: dict[str, list[Any]] = {}
    for (table, _), row in sorted(rows.items()):
        groups.setdefault(table, [table, list(names_of(known[table])), []])[2].append(list(row))
    return list(groups.values())


def same_row(shape: Shape, mine: Sequence[Any] | None, theirs: Sequence[Any]) -> bool:
    try:
        return mine is not None and print_of(shape, mine) == print_of(shape, theirs)
    except (TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        raise Unreadable("a row is not one") from None


def facts_in(rows: Rows) -> list[Told]:
    """The facts among rows in the order of their chains."""
    known = by_name()
    facts = [told_of(known[t], row) for (t, _), row in rows.items() if not is_register(known[t])]
    try:
        return sorted(facts, key=lambda fact: (fact.site, fact.no))
    except TypeError:
        raise Unreadable("a fact has no place in a chain") from None


def is_register(shape: Shape) -> bool:
    return shape.travels is Travels.REGISTER


# The office asks.


def ask(read: Read, leaves: Sequence[int]) -> Asked:
    """What lies here in some leaves, with what the hub need not tell."""
    rows = numbered_rows(read, shapes(), ids_in(read, shapes(), leaves))
    return Asked(HEAD, link(read).cursor, list(leaves), grouped(rows))


# The office takes the answer.


def asked_for(asked: Asked) -> set[Key]:
    return {(table, row[0]) for table, _, rows in asked.groups for row in rows}


def take_given(store: Store, asked: Asked, given: Given, rebuild: Rebuild) -> Mended:
    """Put in what the hub has instead; what stood here under the same stamp is held aside.

    Raises: Unreadable.
    """
    known, theirs = by_name(), rows_of(given.groups)
    facts = facts_in(theirs)
    took: set[Key] = set()
    left: list[tuple[str, str, str]] = []
    unknown = [(str(table), str(row_id)) for table, row_id in given.unknown]
    with store.read() as read:
        rows = numbered_rows(read, shapes(), ids_of(key for key in unknown if key[0] in known))
        strays = facts_in({key: row for key, row in rows.items() if key in asked_for(asked)})
        chains = Chains(read, facts_only(shapes()), [*facts, *strays])
    with store.merge(SYNC) as tx:
        for key, row in theirs.items():
            if is_register(known[key[0]]) and _take_row(tx, known[key[0]], row, left):
                took.add(key)
        for table, row_id, newest, image, number in given.tombs:
            if table in known and known[table].deletable and Register(tx, known[table]).kept([row_id]):
                gone = (row_id, Tomb(newest, image, number))
                note_clashes(tx, take_tombs(Register(tx, known[table]), [gone])[1])
                took.add((table, row_id))
        took |= _take_right_facts(tx, chains, facts, left)
        took |= _take_out_strays(tx, chains, strays, left)
        left += [(*key, "only_here") for key in rows if is_register(known[key[0]])]
        if any(feeds_summaries(table) for table, _ in took):
            rebuild(tx)
        for table, row_id in sorted(took)[:MOST_ROWS]:
            audit.record(tx, "row.mended", table, row_id, site=tx.site)
    return Mended(len(took), given.mended, left)


def _take_row(tx: Merging, shape: Shape, row: Sequence[Any], left: list[tuple[str, str, str]]) -> bool:
    """The hub's row over the one here, where stamps do not say that this one is newer."""
    register = Register(tx, shape)
    row_id, number, newest, by_column, _, *values = row
    mine = register.kept([row_id]).get(row_id)
    if mine is not None:
        own = register.cells(mine)
        stamps = stamps_of(shape.business, newest, by_column)
        theirs = {c: (v, stamps[c]) for c, v in zip(shape.business, values, strict=True)}
        altered = {c: cell for c, cell in theirs.items() if c in own and _contradicts(own[c], cell)}
        if altered:
            hold_aside(tx, [Held(shape.name, row_id, tx.site, ALTERED, [row_id, *mine])])
            register.put([register.row(row_id, own | altered, mine.number)])
        if any(own[c][1] > stamps[c] for c in theirs) and mine.number:
            left.append((shape.name, row_id, "newer_here"))
    taken = take_rows(register, shape.business, [row])
    note_clashes(tx, taken.clashes)
    left += [(shape.name, row_id, why) for row_id, why in taken.refused]
    now = register.kept([row_id]).get(row_id)
    if (
        now is not None
        and now.number not in (0, number)
        and (now.newest, now.values) == (newest, tuple(values))
    ):
        register.renumber([(number, row_id)])
    return not taken.refused and now != mine


def _contradicts(mine: tuple[Any, int], theirs: tuple[Any, int]) -> bool:
    return mine[1] == theirs[1] and mine[0] != theirs[0]


def _take_right_facts(
    tx: Merging, chains: Chains, facts: Sequence[Told], left: list[tuple[str, str, str]]
) -> set[Key]:
    known = by_name()
    took: set[Key] = set()
    proven = {fact.row_id for fact in chains.proven(tx, facts, by_what_follows=False)}
    for fact in facts:
        mine = chains.at(fact)
        if mine is not None and same_fact(mine, fact):
            if not _renumber(tx, known[fact.table], fact):
                left.append((fact.table, fact.row_id, "refused"))
                continue
        elif fact.row_id not in proven:
            left.append((fact.table, fact.row_id, "unproven"))
            continue
        else:
            if mine is not None:
                hold_aside(tx, [Held(mine.table, mine.row_id, mine.site, ALTERED, mine.doc)])
                take_out(tx, known[mine.table], mine.row_id)
            put_back(tx, known[fact.table], fact)
            chains.put(fact)
        took.add((fact.table, fact.row_id))
    return took


def _renumber(tx: Merging, shape: Shape, fact: Told) -> bool:
    renumber = f"UPDATE {shape.name} SET _q = :q WHERE id = :id"  # noqa: S608  our own names
    return bool(tx.execute(renumber, {"q": fact.number, "id": fact.row_id}))


def _take_out_strays(
    tx: Merging, chains: Chains, strays: Sequence[Told], left: list[tuple[str, str, str]]
) -> set[Key]:
    """Facts that the hub has not: one without a place in its chain is none and goes; others stay, told."""
    took: set[Key] = set()
    for fact in strays:
        if chains.proven(tx, [fact], by_what_follows=False):
            left.append((fact.table, fact.row_id, "only_here"))
            continue
        hold_aside(tx, [Held(fact.table, fact.row_id, fact.site, NOT_A_FACT, fact.doc)])
        take_out(tx, by_name()[fact.table], fact.row_id)
        took.add((fact.table, fact.row_id))
    return took


def leaves_by_size(leaves: Sequence[int], sizes: Mapping[int, int]) -> list[list[int]]:
    """Leaves in portions of about MOST_ROWS rows."""
    portions: list[list[int]] = [[]]
    room = MOST_ROWS
    for leaf in leaves:
        if portions[-1] and (sizes.get(leaf, 0) > room or len(portions[-1]) == MOST_ROWS):
            portions.append([])
            room = MOST_ROWS
        portions[-1].append(leaf)
        room -= sizes.get(leaf, 0)
    return [portion for portion in portions if portion]
