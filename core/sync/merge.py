"""Rows from elsewhere become rows here: column by column, the newest stamp wins (`sync.md` 5.4).

Two ends, one rule. An office takes whole rows from the hub, where the unsent edits of its own are what
the hub has not seen (M3). The hub takes edits from an office, each with the stamp of that column that the
office had last seen from the hub (M2). Whoever finds that neither writer had seen the other says so:
nothing is overwritten silently.
"""

from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from core.sync.refill import Life, cross_off, listed, merged_again
from core.sync.register import Cells, Clash, Kept, Register, Tomb, newest_of, others_of
from core.sync.stamp import site_of, stamps_of


class Taken(NamedTuple):
    """What became of rows: the clashes found, and (id, why) of those that this database refuses."""

    clashes: list[Clash]
    refused: list[tuple[str, str]]


Unseen = Callable[[str, int, int], bool]
"""Whether of a column, by the stamp here and the one that comes, neither writer had seen the other."""


def concurrent(mine: int, theirs: int) -> bool:
    """Two sites; what one site wrote itself came one after the other."""
    return site_of(mine) != site_of(theirs)


def weigh(table: str, row_id: str, mine: Cells, theirs: Cells, unseen: Unseen) -> tuple[Cells, list[Clash]]:
    """What changes in a row here, and which edits lost to one that had not seen them (M1)."""
    changed: Cells = {}
    clashes = []
    for column, (value, stamp) in theirs.items():
        if column not in mine:
            changed[column] = (value, stamp)
            continue
        own_value, own_stamp = mine[column]
        if stamp == own_stamp:
            continue
        wins = stamp > own_stamp
        if wins:
            changed[column] = (value, stamp)
        if value != own_value and concurrent(own_stamp, stamp) and unseen(column, own_stamp, stamp):
            kept, lost = ((value, stamp), (own_value, own_stamp))[:: 1 if wins else -1]
            clashes.append(Clash(table, row_id, column, kept[0], lost[0], kept[1], lost[1]))
    return changed, clashes


# An office takes a page from the hub.


def take_rows(
    register: Register, names: Sequence[str], rows: Sequence[Sequence[Any]], life: Life | None = None
) -> Taken:
    """Rows [id, number, `_h`, `_cv`, `_x`, *values] of the hub; answers what clashed.

    While a new `life` of the hub is asked for from the start, they are crossed off the list of what is here.
    """
    ids = [row[0] for row in rows]
    kept, tombs, bases = register.kept(ids), register.tombs(ids), register.bases(ids)
    before = listed(register, ids) if life else frozenset()
    clashes: list[Clash] = []
    ready, back, dead = [], [], set()
    for row_id, number, newest, by_column, others, *values in rows:
        mine, tomb, waiting = kept.get(row_id), tombs.get(row_id), bases.get(row_id, {})
        plain = names == register.columns and others is None and tomb is None and not waiting
        if plain and _simply_newer(mine, newest, by_column):
            ready.append((row_id, newest, by_column, None, number, *values))
            continue
        theirs = _cells(names, newest, by_column, others, values)
        if mine is not None and life and row_id in before:
            theirs, still, found = merged_again(register, row_id, mine, theirs, waiting, life, number)
            clashes += found
            register.remember_bases(row_id, waiting, still)
            number = 0 if still else number
        elif mine is not None:
            theirs, still, found = _merged(register, row_id, mine, theirs, waiting)
            clashes += found
            register.remember_bases(row_id, waiting, still)
            number = 0 if still else max(number, mine.number)
        elif tomb is not None:
            if newest_of(theirs) < tomb.newest:
                clashes += _edits_of_the_dead(register, row_id, tomb, theirs)
                if tomb.number == 0 or row_id in before:
                    # It has met this edit, and stays later than it when the clock is set.
                    register.remember_image(row_id, tomb, theirs)
                dead.add(row_id)
                continue
            clashes += _returned(register.name, row_id, tomb, newest_of(theirs))
            back.append(row_id)
        ready.append(register.row(row_id, theirs, number))
    if before:
        cross_off(register, before - dead)
    return Taken(clashes, _put(register, ready, back))


def _put(register: Register, ready: Sequence[tuple[Any, ...]], back: Sequence[str]) -> list[tuple[str, str]]:
    """Write rows, some of which come back from the dead; answers (id, why) of those that are refused, which
    stay as they were."""
    refused = register.put(ready)
    if back:
        stayed = {row_id for row_id, _ in refused}
        register.unbury([row_id for row_id in back if row_id not in stayed])
    return refused


def _simply_newer(mine: Kept | None, newest: int, by_column: str | None) -> bool:
    """Whether a row of the hub can be put over the one here without a look at its columns."""
    if mine is None:
        return True
    if mine.number == 0 or mine.others is not None:
        return False
    return (newest, by_column) == (mine.newest, mine.by_column) or (
        by_column is None and newest > mine.newest
    )


def _cells(
    names: Sequence[str], newest: int, by_column: str | None, others: str | None, values: Sequence[Any]
) -> Cells:
    stamps = stamps_of(names, newest, by_column)
    return {c: (value, stamps[c]) for c, value in zip(names, values, strict=True)} | others_of(others)


def _merged(
    register: Register, row_id: str, mine: Kept, theirs: Cells, bases: dict[str, int]
) -> tuple[Cells, dict[str, int], list[Clash]]:
    """The row as it is now, what of it is still to be sent, and the clashes."""
    own = register.cells(mine)
    still = dict(bases)
    if mine.number == 0 and not bases:  # new here: the hub has nothing of it
        still = dict.fromkeys(register.columns, 0)

    def unseen(column: str, _: int, stamp: int) -> bool:
        return column in still and stamp > still[column]

    changed, clashes = weigh(register.name, row_id, own, theirs, unseen)
    for column, (_, stamp) in theirs.items():
        if column not in own or stamp >= own[column][1]:
            still.pop(column, None)
        elif column in still:
            still[column] = max(still[column], stamp)
    return own | changed, still, clashes


def _returned(table: str, row_id: str, tomb: Tomb, newest: int) -> list[Clash]:
    """A deletion that lost to an edit; the site that deleted may have put the row back itself."""
    if not concurrent(tomb.newest, newest):
        return []
    return [Clash(table, row_id, "", tomb.image, None, newest, tomb.newest)]


def _edits_of_the_dead(register: Register, row_id: str, tomb: Tomb, theirs: Cells) -> list[Clash]:
    """Edits of a row that is deleted here, which whoever deleted it had not seen."""
    held = register.image_cells(tomb)
    return [
        Clash(register.name, row_id, column, None, value, tomb.newest, stamp)
        for column, (value, stamp) in theirs.items()
        if concurrent(tomb.newest, stamp) and (column not in held or _newer(held[column], value, stamp))
    ]


def _newer(held: tuple[Any, int], value: Any, stamp: int) -> bool:
    return stamp > held[1] and value != held[0]


def take_tombs(
    register: Register,
    tombs: Sequence[tuple[str, Tomb]],
    number: Callable[[], int] | None = None,
    *,
    again: bool = False,
) -> tuple[list[int], list[Clash]]:
    """Deletions from elsewhere: a row stays where one of its columns is newer than its end.

    The hub gives each a `number`; an office keeps the hub's, and crosses off what it has as well while it
    asks for everything `again`. Answers the numbers in their order.
    """
    ids = [row_id for row_id, _ in tombs]
    kept, known = register.kept(ids), register.tombs(ids)
    numbers: list[int] = []
    clashes: list[Clash] = []
    for row_id, tomb in tombs:
        mine, older = kept.get(row_id), known.get(row_id)
        if mine is None and older is not None and older.newest >= tomb.newest + again:
            numbers.append(older.number)
            continue
        if mine is not None:
            cells = register.cells(mine)
            if newest_of(cells) > tomb.newest:
                clashes += _returned(register.name, row_id, tomb, newest_of(cells))
                numbers.append(mine.number)
                continue
            clashes += _edits_of_the_dead(register, row_id, tomb, cells)
        numbers.append(tomb.number if number is None else number())
        register.bury(row_id, tomb._replace(number=numbers[-1]))
        if again:
            cross_off(register, [row_id])
    return numbers, clashes


# The hub takes a batch from an office.


class Edit(NamedTuple):
    """What an office wrote of a row: columns with their stamps, and what it had seen of them from the hub."""

    row_id: str
    names: tuple[str, ...]
    values: Sequence[Any]
    stamps: int | Sequence[int]
    """One for all columns, or one each."""
    seens: int | Sequence[int]
    whole: bool
    """New there: all its columns are given."""

    @property
    def stamp(self) -> int:
        """Of all columns, where they have one and the office had seen one; else 0."""
        return self.stamps if isinstance(self.stamps, int) and isinstance(self.seens, int) else 0

    @property
    def newest(self) -> int:
        return self.stamps if isinstance(self.stamps, int) else max(self.stamps)

    @property
    def cells(self) -> Cells:
        stamps = repeat(self.stamps) if isinstance(self.stamps, int) else self.stamps
        return dict(zip(self.names, zip(self.values, stamps, strict=False), strict=True))

    @property
    def seen(self) -> dict[str, int]:
        """The stamp of each column that the office had last seen from the hub."""
        seens = repeat(self.seens) if isinstance(self.seens, int) else self.seens
        return dict(zip(self.names, seens, strict=False))

    @property
    def doc(self) -> list[Any]:
        """As it is kept aside: whether it is whole, and of each column the value, its stamp, and the one that
        the office had seen."""
        seen = self.seen
        return [self.whole, {column: [*cell, seen[column]] for column, cell in self.cells.items()}]


class Applied(NamedTuple):
    """What became of edits: the number of each row in their order, 0 for one that the hub does not know and
    wants whole; the clashes; and (id, why) of those that are held aside."""

    numbers: list[int]
    clashes: list[Clash]
    refused: list[tuple[str, str]]


def take_edits(register: Register, edits: Sequence[Edit], number: Callable[[], int]) -> Applied:
    """Edits of an office become rows of the hub; `number` gives the next one that a row gets."""
    ids = [edit.row_id for edit in edits]
    kept, tombs = register.kept(ids), register.tombs(ids)
    clashes: list[Clash] = []
    numbers: list[int] = []
    ready, back = [], []
    for edit in edits:
        row_id, stamp, whole = edit.row_id, edit.stamp, edit.whole
        mine, tomb = kept.get(row_id), tombs.get(row_id)
        if stamp and mine is None and tomb is None and whole and edit.names == register.columns:
            numbers.append(number())
            ready.append((row_id, stamp, None, None, numbers[-1], *edit.values))
            continue
        if stamp and mine is not None and (stamp, None, None) == mine[:3]:
            numbers.append(mine.number)
            continue
        theirs, seen = edit.cells, edit.seen
        if mine is None and tomb is not None:
            if newest_of(theirs) < tomb.newest:
                clashes += _edits_of_the_dead(register, row_id, tomb, theirs)
                numbers.append(tomb.number)
                continue
            clashes += _returned(register.name, row_id, tomb, newest_of(theirs))
            back.append(row_id)
            theirs = theirs if whole else register.image_cells(tomb) | theirs
        elif mine is None and not whole:
            numbers.append(0)
            continue
        if mine is not None:
            own = register.cells(mine)

            def unseen(column: str, at_hub: int, _: int, seen: dict[str, int] = seen) -> bool:
                return at_hub != seen.get(column, 0)

            changed, found = weigh(register.name, row_id, own, theirs, unseen)
            clashes += found
            if not changed:
                numbers.append(mine.number)
                continue
            theirs = own | changed
        numbers.append(number())
        ready.append(register.row(row_id, theirs, numbers[-1]))
    return Applied(numbers, clashes, _put(register, ready, back))
