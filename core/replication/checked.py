"""What an office sent, looked at before any of it is taken: its shape, whose it is, and whose it may be.

An office speaks for itself alone (`security.md` T11). A batch that is not in the agreed form is refused
whole; a row that says somebody else wrote it is held aside and the rest goes on.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from core.ids import named
from core.sync.batch import Batch, edits_of
from core.sync.facts import Held, Told, told_facts
from core.sync.merge import Edit
from core.sync.policy import FACT_COLUMNS, Travels
from core.sync.register import Tomb, others_of
from core.sync.stamp import site_of
from core.sync.triggers import Shape
from core.sync.wire import Unreadable

NOT_ITS_OWN = "another site's work"
NOT_DELETABLE = "rows of this table are never deleted"
INT64 = range(-(1 << 63), 1 << 63)


class Hub(NamedTuple):
    """The hub's own public key as hex, and the rows of sites that are not it."""

    key: str
    others: Collection[str]


class NewerOffice(Exception):
    """The batch holds a table that this version does not know."""


class Checked(NamedTuple):
    """A batch whose rows may be taken. A group or tomb is a Held in the place of what is held aside, because
    every row of a batch gets an answer. `newest` is its latest stamp."""

    edits: list[tuple[str, list[Edit | Held]]]
    tombs: list[tuple[str, tuple[str, Tomb]] | Held]
    facts: list[Told | Held]
    newest: int


def check_batch(
    batch: Batch,
    shapes: Mapping[str, Shape],
    sites: Collection[int],
    signed: Mapping[int, tuple[int, bytes]],
    hub: Hub,
) -> Checked:
    """A batch of an office that speaks for these sites. Facts of others are taken up to where
    their sites have `signed` their chains. Raises: Unreadable, NewerOffice."""
    try:
        edits = [
            (table, [_own(table, edit, sites, hub) for edit in _edits(group)])
            for table, *group in batch.tables
            if _register(shapes, table)
        ]
        tombs = [_tomb(shapes, tomb, sites) for tomb in batch.tombs]
        passed = {site for site, *_ in batch.seals}
        facts = _facts(shapes, batch.facts, {*sites, *passed})
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        raise Unreadable("not a batch") from None
    return Checked(edits, tombs, _vouched(facts, sites, signed), _newest(edits, tombs))


def _vouched(
    facts: Sequence[Told], sites: Collection[int], signed: Mapping[int, tuple[int, bytes]]
) -> list[Told | Held]:
    """Facts of other sites are held aside, unless the last of them is what their site has signed."""
    ends = {fact.site: (fact.no, fact.chain) for fact in facts}
    good = {site for site, end in ends.items() if site in sites or signed.get(site) == end}
    return [
        fact if fact.site in good else Held(fact.table, fact.row_id, fact.site, NOT_ITS_OWN, fact.doc)
        for fact in facts
    ]


def _register(shapes: Mapping[str, Shape], table: str) -> Shape:
    if not isinstance(table, str):
        raise Unreadable("a table has no name")
    if table not in shapes:
        raise NewerOffice
    if shapes[table].travels is not Travels.REGISTER:
        raise Unreadable("rows of a table that does not travel so")
    return shapes[table]


def _edits(group: Sequence[Any]) -> list[Edit]:
    whole, names, rows = group
    _require_names(names)
    columns = _columns(rows, 3 + len(names))
    if columns:
        ids, stamps, seens, *values = columns
        _require_ids(ids)
        _require_stamps(stamps, len(names), range(1, 1 << 62))
        _require_stamps(seens, len(names), INT64)
        for column in values:
            _require_values(column)
    return edits_of(names, whole is True, rows)


def _columns(rows: Any, width: int) -> list[tuple[Any, ...]]:
    """Rows column by column, because that is quicker to look at; each is a list of so many."""
    if not isinstance(rows, list) or not all(type(row) is list and len(row) == width for row in rows):
        raise Unreadable("a row is not one")
    return list(zip(*rows, strict=True))


VALUES: Collection[type] = frozenset({str, int, type(None)})


def _require_values(column: Collection[Any]) -> None:
    kinds = set(map(type, column))
    if not kinds.issubset(VALUES):
        raise Unreadable("a value is not one")
    if int in kinds:
        numbers = column if len(kinds) == 1 else [value for value in column if type(value) is int]
        if min(numbers) not in INT64 or max(numbers) not in INT64:
            raise Unreadable("a value is not one")


def _require_ids(column: Collection[Any]) -> None:
    if set(map(type, column)) != {str} or not 0 < min(map(len, column)) <= max(map(len, column)) <= 200:
        raise Unreadable("an id is not one")


def _require_stamps(column: Collection[Any], many: int, allowed: range) -> None:
    """Each is one stamp for all columns of its row, or a list with one for each."""
    several = [one for one in column if type(one) is not int]
    if not all(type(one) is list and len(one) == many for one in several):
        raise Unreadable("a stamp is not one")
    stamps = [one for one in column if type(one) is int] if several else column
    for some in (stamps, *several):
        if some and (set(map(type, some)) != {int} or min(some) not in allowed or max(some) not in allowed):
            raise Unreadable("a stamp is not one")


def _require_names(names: Any) -> None:
    if not isinstance(names, list) or not names or len(set(names)) != len(names):
        raise Unreadable("the columns are not named")
    for name in names:
        if not isinstance(name, str) or not name.isascii() or not name.isidentifier() or name.startswith("_"):
            raise Unreadable("a column's name is not one")


def _require_text(value: Any) -> None:
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        raise Unreadable("an id is not one")


def _own(table: str, edit: Edit, sites: Collection[int], hub: Hub) -> Edit | Held:
    """The edit, where every stamp in it is of a site that this office speaks for, and who is who is not
    another's to say: the row of a site is its own."""
    if table == "site" and not (_says_itself(edit, sites) or _reminds_hub(edit, hub)):
        return Held(table, edit.row_id, -1, NOT_ITS_OWN, edit.doc)
    for stamp in (edit.stamps,) if isinstance(edit.stamps, int) else edit.stamps:
        if site_of(stamp) not in sites:
            return Held(table, edit.row_id, site_of(stamp), NOT_ITS_OWN, edit.doc)
    return edit


def _says_itself(edit: Edit, sites: Collection[int]) -> bool:
    number = edit.cells.get("number", (None, 0))[0]
    return edit.row_id in {named(f"site:{site}") for site in sites} and (number is None or number in sites)


def _reminds_hub(edit: Edit, hub: Hub) -> bool:
    """Whether it says who the hub was in a life that it has lost."""
    if not hub.key:
        return False
    number = edit.cells.get("number", (None, 0))[0]
    known = edit.row_id in hub.others or edit.row_id != named(f"site:{number}")
    return not known and edit.cells.get("public_key", (None, 0))[0] == hub.key


def _tomb(shapes: Mapping[str, Shape], tomb: Sequence[Any], sites: Collection[int]) -> Any:
    table, row_id, newest, image = tomb
    shape = _register(shapes, table)
    _require_text(row_id)
    if type(newest) is not int or not 0 < newest < 1 << 62 or not isinstance(image, str):
        raise Unreadable("a deletion is not one")
    held = json.loads(image)
    if type(held["_h"]) is not int or held["id"] != row_id:
        raise Unreadable("a deletion does not say what was deleted")
    _require_image(held)
    if site_of(newest) not in sites:
        return Held(table, row_id, site_of(newest), NOT_ITS_OWN, list(tomb))
    if not shape.deletable:
        return Held(table, row_id, site_of(newest), NOT_DELETABLE, list(tomb))
    return table, (row_id, Tomb(newest, image, 0))


def _require_image(held: Mapping[str, Any]) -> None:
    """What a deleted row held: values that a row can hold, and stamps that are stamps."""
    stamps = list(json.loads(held["_cv"]).values()) if held.get("_cv") is not None else []
    stamps += [stamp for _, stamp in others_of(held.get("_x")).values()]
    if not all(type(stamp) is int for stamp in stamps):
        raise Unreadable("a stamp is not one")
    for value in held.values():
        if value is not None and type(value) is not str and (type(value) is not int or value not in INT64):
            raise Unreadable("a value is not one")


def _facts(
    shapes: Mapping[str, Shape], groups: Sequence[Sequence[Any]], sites: Collection[int]
) -> list[Told]:
    for table, names, rows in groups:
        _require_text(table)
        if table in shapes and shapes[table].travels is not Travels.FACT:
            raise Unreadable("facts of a table that does not travel so")
        if not table.isascii() or not table.isidentifier() or not set(FACT_COLUMNS) <= set(names):
            raise Unreadable("facts are not in their form")
        _require_names([name for name in names if name != "_q"])
        for name, column in zip(names, _columns(rows, len(names)), strict=False):
            _require_column(name, column, sites)
    return told_facts(groups)


def _require_column(name: str, column: Collection[Any], sites: Collection[int]) -> None:
    """What all facts of a group hold under a name."""
    if name == "id":
        _require_ids(column)
    elif name in PLACED:
        if set(map(type, column)) != {PLACED[name]}:
            raise Unreadable("a fact has no place in a chain")
        if name == "site" and not set(column).issubset(sites):
            raise Unreadable(NOT_ITS_OWN)
    elif name != "_q":
        _require_values(column)


PLACED: Mapping[str, type] = {"site": int, "no": int, "chain": bytes}
"""What says where a fact stands in its chain."""


def _newest(edits: Iterable[tuple[str, Iterable[Edit | Held]]], tombs: Iterable[Any]) -> int:
    stamps = [row.newest for _, rows in edits for row in rows if isinstance(row, Edit)]
    stamps += [tomb[1][1].newest for tomb in tombs if not isinstance(tomb, Held)]
    return max(stamps, default=0)
