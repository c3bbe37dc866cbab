"""What the hub has that an office does not: everything with a number above its cursor, a page at a time."""

import json
from collections.abc import Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from core.sync.book import Reader, listed
from core.sync.policy import Travels
from core.sync.stamp import MAX_SITE
from core.sync.triggers import Shape
from core.sync.wire import BATCH_BYTES, BATCH_ROWS, as_many_as_fit


class Page(NamedTuple):
    """`tables` and `facts` are groups [table, names, rows]; rows of tables are [id, number, `_h`, `_cv`,
    `_x`, *values]. `tombs` are [table, id, `_h`, image, number]; `later` what the hub itself keeps for a
    newer version. Everything after `since` up to `cursor` is in it; `more` says that there is more behind."""

    tables: list[list[Any]]
    tombs: list[list[Any]]
    facts: list[list[Any]]
    later: list[list[Any]]
    since: int
    cursor: int
    more: bool


def nothing(cursor: int) -> Page:
    """An empty page."""
    return Page([], [], [], [], cursor, cursor, False)


WINDOWS = 64
"""So many windows of numbers a page looks through: rows move to their newest number and leave gaps."""


def page_after(read: Reader, shapes: Sequence[Shape], cursor: int, *, site: int, own: bool = False) -> Page:
    """The next rows in the order of their numbers. What `site` itself wrote last is left out unless `own`.

    Asked by windows of numbers: each is one row's, so that no table is read beyond what goes in.
    """
    head = int(read.value("SELECT seq FROM sync_head"))
    if head <= cursor:
        return nothing(cursor)
    questions = _questions(shapes, own=own)
    found: list[tuple[int, int, Any]] = []
    upto, meant = cursor, [kind for (kind,) in read.rows(_anything(questions), cursor=cursor)]
    for _ in range(WINDOWS):
        start, upto = upto, min(head, upto + BATCH_ROWS)
        for kind in meant:
            question = questions[kind]
            rows = read.rows(question.text, cursor=start, upto=upto, site=site)
            rows = rows if own else [row for row in rows if not _wrote_all(question, row, site)]
            found += [(row[question.number], kind, row) for row in rows]
        if upto == head or len(found) > BATCH_ROWS // 2:
            break
    found.sort(key=itemgetter(0, 1))
    taken = _as_many_as_fit(found)
    if len(taken) < len(found):
        upto = taken[-1][0]
    groups: dict[int, list[list[Any]]] = {}
    for _, kind, row in taken:
        groups.setdefault(kind, []).append(list(row))
    page = Page([], [], [], [], cursor, upto, upto < head)
    for kind, group in groups.items():
        question = questions[kind]
        if question.kind in ("tombs", "later"):
            getattr(page, question.kind).extend(group)
        else:
            getattr(page, question.kind).append([question.table, list(question.names), group])
    return page


class Question(NamedTuple):
    kind: str
    source: str
    """The table that is asked."""
    table: str
    """Its name on the wire."""
    names: tuple[str, ...]
    text: str
    number: int
    """Where in the row its number is."""


def _anything(questions: Sequence[Question]) -> str:
    """Which of them have an answer, in one question: there are many tables, and most changes are in few."""
    return " UNION ALL ".join(
        f"SELECT {kind} WHERE EXISTS (SELECT 1 FROM {one.source} WHERE _q > :cursor)"
        for kind, one in enumerate(questions)
    )


AFTER = "WHERE _q > :cursor AND _q <= :upto{} ORDER BY _q"
NOT_ITS_FACT = " AND site <> :site"
NOT_ITS_TOMB = f" AND (_h & {MAX_SITE}) <> :site"
NOT_ITS_ROW = f" AND ((_h & {MAX_SITE}) <> :site OR _cv IS NOT NULL OR _x IS NOT NULL)"
"""What lies there as a site left it, it has already; not a row of several writers, or with columns that not
every version knows."""


def _questions(shapes: Sequence[Shape], *, own: bool) -> list[Question]:
    facts, tombs, rows = (
        AFTER.format("" if own else kind) for kind in (NOT_ITS_FACT, NOT_ITS_TOMB, NOT_ITS_ROW)
    )
    asked = []
    for shape in shapes:
        if shape.travels is Travels.REGISTER:
            names = ("id", "_q", "_h", "_cv", "_x", *shape.business)
            text = f"SELECT {listed(names)} FROM {shape.name} {rows}"
            asked.append(Question("tables", shape.name, shape.name, shape.business, text, 1))
        elif shape.travels is Travels.FACT:
            text = f"SELECT {listed(shape.columns)} FROM {shape.name} {facts}"
            asked.append(
                Question("facts", shape.name, shape.name, shape.columns, text, shape.columns.index("_q"))
            )
    gone = f"SELECT tbl, id, _h, image, _q FROM sync_tomb {tombs}"
    later = f"SELECT tbl, id, site, no, chain, _q, doc FROM sync_later {facts}"
    return [
        *asked,
        Question("tombs", "sync_tomb", "", (), gone, 4),
        Question("later", "sync_later", "", (), later, 5),
    ]


def _wrote_all(question: Question, row: Sequence[Any], site: int) -> bool:
    """Whether each column of a row is as this site wrote it, some earlier and some later."""
    if question.kind != "tables" or row[3] is None or row[4] is not None:
        return False
    return all(stamp & MAX_SITE == site for stamp in json.loads(row[3]).values())


def _as_many_as_fit(found: Sequence[tuple[int, int, Any]]) -> Sequence[tuple[int, int, Any]]:
    rows = [row for _, _, row in found[:BATCH_ROWS]]
    many, _ = as_many_as_fit(rows, BATCH_BYTES, one=True)
    return found[:many]
