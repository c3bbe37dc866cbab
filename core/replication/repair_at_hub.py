"""The hub's half of a repair: what it lost or had altered it takes back, as far as that is proven.

An office speaks for itself alone here too: edits are taken where their stamps are its own, and facts of
whomever where the hub's own chain proves them.
"""

from collections.abc import Collection, Sequence
from typing import Any

from core import audit
from core.migrations import HEAD
from core.replication.aside import note_clashes
from core.replication.checked import Hub, NewerOffice, check_batch
from core.replication.hub import FOLLOWED, THE_HUB
from core.replication.repair import (
    MOST_ROWS,
    Asked,
    Given,
    Key,
    Rebuild,
    Rows,
    by_name,
    facts_in,
    grouped,
    ids_of,
    is_register,
    joined,
    rows_of,
    same_row,
)
from core.store import Merging, Store
from core.sync.batch import Batch
from core.sync.clock import AHEAD_MS
from core.sync.facts import Told
from core.sync.fingerprint import ids_in, names_of, numbered_rows
from core.sync.mend import Chains, facts_only, put_back, same_fact, told_of
from core.sync.merge import Edit, take_edits
from core.sync.register import Register
from core.sync.sequence import Counter
from core.sync.stamp import MAX_SITE, stamps_of
from core.sync.stamp import pack as stamp_at
from core.sync.wire import Unreadable
from core.tables import feeds_summaries, shapes

NOBODY = Hub("", ())
"""Who the hub was in another life is not said in a repair."""


def mend_at_hub(store: Store, site: int, asked: Asked, now_ms: int, rebuild: Rebuild) -> Given:
    """Take what the hub lacks or has altered, as far as it is proven or the office's own; answer the rest.

    Raises: Unreadable.
    """
    if asked.schema != HEAD:
        raise Unreadable("another version")
    theirs = rows_of(asked.groups)
    _require_facts(theirs)
    with store.read() as read:  # what looks through the whole book is done before anybody has to wait
        ids = ids_in(read, shapes(), asked.leaves)
        off = _differing(theirs, numbered_rows(read, shapes(), ids))
        chains = Chains(read, facts_only(shapes()), facts_in(off))
    with store.merge(THE_HUB) as tx:
        took = _take(tx, site, off, chains, now_ms)
        if any(feeds_summaries(table) for table, _ in took):
            rebuild(tx)
        for table, row_id in sorted(took)[:MOST_ROWS]:
            audit.record(tx, "row.mended", table, row_id, site=site)
        now = numbered_rows(tx, shapes(), joined(ids, off))
        return _given(tx, asked, theirs, off, now, took)


def _require_facts(theirs: Rows) -> None:
    """Raises: Unreadable."""
    known = by_name()
    groups = [group for group in grouped(theirs) if not is_register(known[group[0]])]
    try:
        check_batch(Batch([], [], groups, []), known, range(MAX_SITE + 1), {}, NOBODY)
    except NewerOffice:
        raise Unreadable("another version") from None


def _differing(theirs: Rows, mine: Rows) -> Rows:
    known = by_name()
    return {key: row for key, row in theirs.items() if not same_row(known[key[0]], mine.get(key), row)}


def _take(tx: Merging, site: int, off: Rows, chains: Chains, now_ms: int) -> set[Key]:
    number = Counter(tx)
    sites = {each for (each,) in tx.rows(FOLLOWED, site=site)}
    latest = max(stamp_at(now_ms + AHEAD_MS, 0), int(tx.value("SELECT floor FROM sync_clock")))
    mine = numbered_rows(tx, shapes(), ids_of(off))
    try:
        took = _take_newer(tx, off, mine, number, sites, latest)
    except NewerOffice:
        raise Unreadable("another version") from None
    took |= _take_facts(tx, chains, facts_in(off), number)
    number.save()
    return took


def _given(tx: Merging, asked: Asked, theirs: Rows, off: Rows, now: Rows, took: Collection[Key]) -> Given:
    """What the office is told: the hub's rows that are others, and what of its own the hub has not."""
    known = by_name()

    def other(key: Key, row: tuple[Any, ...]) -> bool:
        shape = known[key[0]]
        number = row[names_of(shape).index("_q")]
        return (key in took or number <= asked.upto) and (
            key not in theirs or not same_row(shape, row, theirs[key])
        )

    missing = sorted(off.keys() - now.keys())
    tombs = [list(tomb) for t, i in missing for tomb in tx.rows(TOMB, tbl=t, id=i)]
    gone = {(tomb[0], tomb[1]) for tomb in tombs}
    unknown = [list(key) for key in missing if key not in gone and not _is_later(tx, off, key)]
    return Given(grouped({k: row for k, row in now.items() if other(k, row)}), tombs, unknown, len(took))


def _take_newer(
    tx: Merging, off: Rows, mine: Rows, number: Counter, sites: Collection[int], latest: int
) -> set[Key]:
    """Edits of the office's own that the hub does not have, or not any more."""
    took: set[Key] = set()
    for (table, row_id), row in off.items():
        shape = by_name()[table]
        if not is_register(shape):
            continue
        register = Register(tx, shape)
        edit = _newer(register, row, mine.get((table, row_id)), latest)
        if edit is None:
            continue
        checked = check_batch(Batch([[table, *edit]], [], [], []), {table: shape}, sites, {}, NOBODY)
        own = [each for each in checked.edits[0][1] if isinstance(each, Edit)]
        before = number.last
        applied = take_edits(register, own, number)
        note_clashes(tx, applied.clashes)
        if number.last > before and not applied.refused:
            took.add((table, row_id))
    tx.execute("UPDATE sync_clock SET floor = max(floor, :newest)", {"newest": _newest(off, took)})
    return took


def _newest(off: Rows, took: Collection[Key]) -> int:
    return max((off[key][2] for key in took), default=0)


def _newer(
    register: Register, row: Sequence[Any], mine: Sequence[Any] | None, latest: int
) -> tuple[bool, list[str], list[Any]] | None:
    """What of an office's row is newer than the hub's, as a group of a batch: whole, names, rows."""
    row_id, _, newest, by_column, _, *values = row
    try:
        stamps = stamps_of(register.columns, newest, by_column)
        at_hub = {} if mine is None else stamps_of(register.columns, mine[2], mine[3])
        names = [c for c in register.columns if at_hub.get(c, 0) < stamps[c] <= latest]
    except (TypeError, ValueError, AttributeError):
        raise Unreadable("a stamp is not one") from None
    if not names or (mine is None and (len(names) < len(register.columns) or register.tombs([row_id]))):
        return None
    held = dict(zip(register.columns, values, strict=True))
    cells = [row_id, [stamps[c] for c in names], [at_hub.get(c, 0) for c in names], *(held[c] for c in names)]
    return mine is None, names, [cells]


def _take_facts(tx: Merging, chains: Chains, facts: Sequence[Told], number: Counter) -> set[Key]:
    """Facts that the hub has lost or whose row there was altered, where its own chain proves them."""
    took: set[Key] = set()
    for fact in chains.proven(tx, facts, by_what_follows=True):
        here = chains.at(fact)
        if here is not None and (
            here.row_id != fact.row_id or same_fact(here, fact) or chains.proves(tx, here)
        ):
            continue
        kept = here is not None or _fits_in(tx, chains, fact)
        right = fact._replace(number=here.number if here else fact.number if kept else number())
        if not put_back(tx, by_name()[fact.table], right):
            chains.put(right)
            took.add((fact.table, fact.row_id))
    return took


def _fits_in(tx: Merging, chains: Chains, fact: Told) -> bool:
    """Whether the number that an office remembers of a lost fact is free, and in the order of its chain."""
    before, after = chains.beside(fact)
    low = before.number if before else 0
    high = after.number if after else int(tx.value("SELECT seq FROM sync_head")) + 1
    if type(fact.number) is not int or not low < fact.number < high:
        return False
    tables = [*by_name(), "sync_tomb", "sync_later"]
    taken = (tx.value(f"SELECT 1 FROM {t} WHERE _q = :q", q=fact.number) for t in tables)  # noqa: S608
    return not any(taken)


TOMB = "SELECT tbl, id, _h, image, _q FROM sync_tomb WHERE tbl = :tbl AND id = :id"
KEPT_FOR_LATER = "SELECT chain FROM sync_later WHERE tbl = :tbl AND id = :id"


def _is_later(tx: Merging, off: Rows, key: Key) -> bool:
    """Whether the hub only keeps a fact, because its table refuses it."""
    shape = by_name()[key[0]]
    if is_register(shape):
        return False
    here = tx.value(KEPT_FOR_LATER, tbl=key[0], id=key[1])
    return here is not None and here == told_of(shape, off[key]).chain
