"""The same field written in two places, and rows deleted in one office and changed in another.

Replication notes each such clash as a fact (`EditClash`); of those with one `once` the first counts.
"""

import json
from collections import namedtuple
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from core.conflicts.conflict import Conflict, Side, Speaking, dollars, listed
from core.ledger.effective import first_of_its_kind
from core.money import show_units

Clashed = namedtuple("Clashed", "once tbl row_id col kept lost kept_stamp lost_stamp")

CLASHES = f"""
SELECT c.once, c.tbl, c.row_id, c.col, c.kept, c.lost, c.kept_stamp, c.lost_stamp FROM edit_clash AS c
WHERE {first_of_its_kind("edit_clash", "c")} ORDER BY c.tbl, c.row_id, c.kept_stamp, c.col, c.once
"""  # noqa: S608  composed of a constant

QUIET_COLUMNS = frozenset({"notes", "note", "position", "sort_name", "external_id", "noted_on", "run_id"})
QUIET_TABLES = frozenset({"billing_note"})
"""What nobody decides about: it is told, and not counted. Everything else is loud: rates, amounts, states,
payers, addresses, settings, mail templates."""

NAMES = {
    "guarantor": "SELECT name FROM guarantor WHERE id = :id",
    "client": "SELECT name FROM client WHERE id = :id",
    "provider": "SELECT name FROM provider WHERE id = :id",
    "office": "SELECT name FROM office WHERE id = :id",
    "payer": "SELECT name FROM payer WHERE id = :id",
    "service": "SELECT description FROM service WHERE id = :id",
    "user": 'SELECT name FROM "user" WHERE id = :id',
    "practice": "SELECT name FROM practice WHERE id = :id",
    "setting": "SELECT name FROM setting WHERE id = :id",
    "mail_template": "SELECT kind FROM mail_template WHERE id = :id",
    "site": "SELECT name FROM site WHERE id = :id",
}
CLIENT_OF = {
    "draft": "SELECT client_id FROM draft WHERE id = :id",
    "session": "SELECT client_id FROM session WHERE id = :id",
    "payer_share": "SELECT client_id FROM payer_share WHERE id = :id",
    "coverage": "SELECT client_id FROM coverage WHERE id = :id",
    "billing_note": "SELECT client_id FROM billing_note WHERE id = :id",
}
PARENT_OF = {
    "draft_line": ("draft", "draft_id", "SELECT draft_id FROM draft_line WHERE id = :id"),
    "draft_adjustment": ("draft", "draft_id", "SELECT draft_id FROM draft_adjustment WHERE id = :id"),
    "session_line": ("session", "session_id", "SELECT session_id FROM session_line WHERE id = :id"),
}
THERE = {
    "draft": "SELECT 1 FROM draft WHERE id = :id",
    "draft_line": "SELECT 1 FROM draft_line WHERE id = :id",
    "draft_adjustment": "SELECT 1 FROM draft_adjustment WHERE id = :id",
    "session_line": "SELECT 1 FROM session_line WHERE id = :id",
}
MAY_BE_NULL = frozenset(
    {"due_on", "office_id", "run_id", "replaces_id", "charge_id", "share_id", "service_on", "provider_id",
     "flat_cents", "percent_bps"}
)  # fmt: skip
"""Columns of those tables in which nothing is a value, and no sign of a deleted row."""
IMAGE = "SELECT image FROM sync_tomb WHERE tbl = :tbl AND id = :id"
DECIDED = "SELECT 1 FROM clash_answer WHERE conflict = :conflict"
YES_NO = frozenset({"email_ok", "archived", "active", "renews", "billable"})
MOST = 120
"""Characters of a value that a sentence shows."""


def told(text: str) -> Any:
    """What a clash says of a value; whoever wrote it may have written something else than a value."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def shown(say: Speaking, column: str, value: Any) -> str:
    """A column's value in words."""
    if value is None or value == "":
        return "nothing"
    if column.endswith(("_cents", "_milli", "_bps")) and type(value) is not int:
        column = ""
    if column in YES_NO:
        return "yes" if value else "no"
    if column.endswith("_cents"):
        return dollars(value)
    if column.endswith("_milli"):
        return show_units(value)
    if column.endswith("_bps"):
        return f"{value / 100:g}%"
    if column.endswith("_id") and column.removesuffix("_id") in NAMES:
        return str(say.read.value(NAMES[column.removesuffix("_id")], id=value) or value)
    if column == "value":
        value = told(str(value))
    words = str(value)
    return words if len(words) <= MOST else f"{words[:MOST]}…"


def called(column: str) -> str:
    """A column as people call it: `due on`, `rate`, `postal code`."""
    for ending in ("_cents", "_milli", "_bps", "_id"):
        column = column.removesuffix(ending)
    return column.replace("_", " ")


Subject = namedtuple("Subject", "kind subject_id name")


def subject_of(say: Speaking, table: str, row_id: str) -> Subject:
    """Whom or what a row is about: the record a person would open, and its name."""
    if table in PARENT_OF:
        parent, column, sql = PARENT_OF[table]
        parent_id = say.read.value(sql, id=row_id) or _image(say, table, row_id).get(column, "")
        found = subject_of(say, parent, parent_id)
        return found._replace(name=f"{found.name}, {table.replace('_', ' ')}")
    if table in CLIENT_OF:
        client_id = say.read.value(CLIENT_OF[table], id=row_id) or _image(say, table, row_id).get("client_id")
        name = str(say.read.value(NAMES["client"], id=client_id) or "a client")
        if table == "draft":
            return Subject("invoice", row_id, f"{name}, draft")
        return Subject("client", client_id or "", f"{name}, {table.replace('_', ' ')}")
    name = str(say.read.value(NAMES[table], id=row_id) or "") if table in NAMES else ""
    return Subject(table, row_id, f"{table.replace('_', ' ')} {called(name) if table == 'setting' else name}")


def _image(say: Speaking, table: str, row_id: str) -> dict[str, Any]:
    image = say.read.value(IMAGE, tbl=table, id=row_id)
    found: dict[str, Any] = json.loads(image) if image else {}
    return found


def clashes(say: Speaking) -> list[Clashed]:
    """Every clash that counts, those of one row together."""
    return say.read.all(CLASHES, Clashed)


def clash_named(say: Speaking, name: str) -> Clashed:
    """The clash behind a conflict of edits."""
    return next(one for one in clashes(say) if one.once == name)


def gone(say: Speaking, clash: Clashed) -> bool:
    """Whether the clash is about a row that was deleted, so that edits of it are what lost."""
    return (
        clash.col != ""
        and clash.kept == "null"
        and clash.tbl in THERE
        and (clash.col not in MAY_BE_NULL or not _is_there(say, clash.tbl, clash.row_id))
    )


def _is_there(say: Speaking, table: str, row_id: str) -> bool:
    return bool(say.read.value(THERE[table], id=row_id))


def edited_in_two_places(say: Speaking) -> Iterator[Conflict]:
    """One field, two values, and neither office had seen the other's."""
    for one in clashes(say):
        if one.col == "" or gone(say, one):
            continue
        stands = say.stamped(one.kept_stamp, shown(say, one.col, told(one.kept)))
        other = say.stamped(one.lost_stamp, shown(say, one.col, told(one.lost)))
        subject = subject_of(say, one.tbl, one.row_id)
        loud = one.col not in QUIET_COLUMNS and one.tbl not in QUIET_TABLES
        yield Conflict(
            name=one.once,
            kind="edited_in_two_places",
            text=f"{subject.name}: {called(one.col)} was changed in two places: {stands.value}"
            f" ({say.who(stands)}) and {other.value} ({say.who(other)}). The later one stands.",
            subject_kind=subject.kind,
            subject_id=subject.subject_id,
            subject=subject.name,
            stands=stands,
            other=other,
            answers=("ours", "theirs", "edit", "seen"),
            ours=say.ours(stands, other),
            loud=loud,
            column=one.col,
        )


def deleted_and_changed(say: Speaking) -> Iterator[Conflict]:
    """A row that one office deleted while another changed it: whichever came later stands."""
    every = [one for one in clashes(say) if one.col == "" or gone(say, one)]
    for (table, row_id, kept_stamp), group in groupby(every, key=lambda c: (c.tbl, c.row_id, c.kept_stamp)):
        found = list(group)
        lost_stamp = max(c.lost_stamp for c in found)
        if say.read.value(DECIDED, conflict=f"deleted-and-changed:{table}:{row_id}:{lost_stamp}"):
            continue  # brought back by what somebody decided
        subject = subject_of(say, table, row_id)
        deleted_won = found[0].col != ""
        if deleted_won and _is_there(say, table, row_id):
            continue  # brought back since
        if deleted_won:
            changed = listed([f"{called(c.col)} {shown(say, c.col, told(c.lost))}" for c in found[:4]])
            stands, other = say.stamped(kept_stamp, "deleted"), say.stamped(lost_stamp, changed)
        else:
            stands, other = say.stamped(kept_stamp, "changed"), say.stamped(lost_stamp, "deleted")
        yield Conflict(
            name=f"deleted-and-changed:{table}:{row_id}:{kept_stamp}",
            kind="deleted_and_changed",
            text=_told(say, subject.name, stands, other, deleted_won),
            subject_kind=subject.kind,
            subject_id=subject.subject_id,
            subject=subject.name,
            stands=stands,
            other=other,
            answers=("ours", "theirs", "seen") if table.startswith("draft") else ("seen",),
            ours=say.ours(stands, other),
        )


def _told(say: Speaking, name: str, stands: Side, other: Side, deleted_won: bool) -> str:
    if deleted_won:
        return (
            f"{name}: deleted ({say.who(stands)}) while it was changed elsewhere: {other.value}"
            f" ({say.who(other)}). It stays deleted."
        )
    return f"{name}: changed ({say.who(stands)}) while it was deleted elsewhere ({say.who(other)}). It stays."
