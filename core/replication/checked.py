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
            (table, [_own(table, edit, sites, hub) for edit in _edits(_register(shapes, table), group)])
            for table, *group in batch.tables
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
        fact if fact.site in good else Held(fact.table, fact.row_id, fact.site, NOT_ITS_OWN, list(fact))
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


def _edits(shape: Shape, group: Sequence[Any]) -> Iterable[Edit]:
    whole, names, rows = group
    _require_names(names)
    for edit in edits_of(names, whole is True, rows):
        _require_text(edit.row_id)
        if edit.stamp:
            _require_plain(edit)
            yield edit
            continue
        for column, (value, stamp) in edit.cells.items():
            if (
                value is not None
                and type(value) is not str
                and (type(value) is not int or value not in INT64)
            ):
                raise Unreadable("a value is not one")
            if type(stamp) is not int or not 0 < stamp < 1 << 62 or type(edit.seen[column]) is not int:
                raise Unreadable("a stamp is not one")
        yield edit


def _require_plain(edit: Edit) -> None:
    """The same of an edit with one stamp."""
    for value, _ in edit.cells.values():
        kind = type(value)
        if kind is not str and value is not None and (kind is not int or value not in INT64):
            raise Unreadable("a value is not one")
    seen = next(iter(edit.seen.values()))
    if not 0 < edit.stamp < 1 << 62 or type(seen) is not int:
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
        return Held(table, edit.row_id, -1, NOT_ITS_OWN, {c: list(cell) for c, cell in edit.cells.items()})
    if edit.stamp and site_of(edit.stamp) in sites:
        return edit
    for _, stamp in edit.cells.values():
        if site_of(stamp) not in sites:
            told = {column: list(cell) for column, cell in edit.cells.items()}
            return Held(table, edit.row_id, site_of(stamp), NOT_ITS_OWN, told)
    return edit


def _says_itself(edit: Edit, sites: Collection[int]) -> bool:
    number = edit.cells.get("number", (None, 0))[0]
    return edit.row_id in {named(f"site:{site}") for site in sites} and (number is None or number in sites)


def _reminds_hub(edit: Edit, hub: Hub) -> bool:
    """Whether it says who the hub was in a life that it has lost."""
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
        for row in rows:
            if len(row) != len(names):
                raise Unreadable("a fact is too short")
    facts = told_facts(groups)
    for fact in facts:
        _require_text(fact.row_id)
        if type(fact.site) is not int or type(fact.no) is not int or not isinstance(fact.chain, bytes):
            raise Unreadable("a fact has no place in a chain")
        if fact.site not in sites:
            raise Unreadable(NOT_ITS_OWN)
        for value in fact.values.values():
            if type(value) is not str and (type(value) is not int or value not in INT64):
                raise Unreadable("a value is not one")
    return facts


def _newest(edits: Iterable[tuple[str, Iterable[Edit | Held]]], tombs: Iterable[Any]) -> int:
    stamps = [
        row.stamp or max(stamp for _, stamp in row.cells.values())
        for _, rows in edits
        for row in rows
        if isinstance(row, Edit)
    ]
    stamps += [tomb[1][1].newest for tomb in tombs if not isinstance(tomb, Held)]
    return max(stamps, default=0)
