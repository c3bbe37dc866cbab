"""What the hub has that an office does not: everything with a number above its cursor, a page at a time."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from core.sync.book import Reader, listed
from core.sync.policy import Travels
from core.sync.stamp import MAX_SITE
from core.sync.triggers import Shape
from core.sync.wire import BATCH_BYTES, BATCH_ROWS


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


def page_after(read: Reader, shapes: Sequence[Shape], cursor: int, *, site: int, own: bool = False) -> Page:
    """The next rows in the order of their numbers. What `site` itself wrote last is left out unless `own`."""
    head = int(read.value("SELECT seq FROM sync_head"))
    if head <= cursor:
        return Page([], [], [], [], cursor, cursor, False)
    found: list[tuple[int, int, Any]] = []
    questions = _questions(shapes)
    for (kind,) in read.rows(_anything(questions), cursor=cursor):
        rows = read.rows(questions[kind].text, cursor=cursor, most=BATCH_ROWS + 1)
        found += [(row[questions[kind].number], kind, row) for row in rows]
    found.sort(key=itemgetter(0, 1))
    taken = _as_many_as_fit(found)
    more = len(taken) < len(found)
    upto = taken[-1][0] if more else max(head, cursor)
    groups: dict[int, list[list[Any]]] = {}
    for _, kind, row in taken:
        if own or not _wrote_it(questions[kind], row, site):
            groups.setdefault(kind, []).append(list(row))
    page = Page([], [], [], [], cursor, upto, more)
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


def _questions(shapes: Sequence[Shape]) -> list[Question]:
    asked = []
    after = "WHERE _q > :cursor ORDER BY _q LIMIT :most"
    for shape in shapes:
        if shape.travels is Travels.REGISTER:
            names = ("id", "_q", "_h", "_cv", "_x", *shape.business)
            text = f"SELECT {listed(names)} FROM {shape.name} {after}"
            asked.append(Question("tables", shape.name, shape.name, shape.business, text, 1))
        elif shape.travels is Travels.FACT:
            text = f"SELECT {listed(shape.columns)} FROM {shape.name} {after}"
            asked.append(
                Question("facts", shape.name, shape.name, shape.columns, text, shape.columns.index("_q"))
            )
    tombs = f"SELECT tbl, id, _h, image, _q FROM sync_tomb {after}"
    later = f"SELECT tbl, id, site, no, chain, _q, doc FROM sync_later {after}"
    return [
        *asked,
        Question("tombs", "sync_tomb", "", (), tombs, 4),
        Question("later", "sync_later", "", (), later, 5),
    ]


def _as_many_as_fit(found: Sequence[tuple[int, int, Any]]) -> Sequence[tuple[int, int, Any]]:
    size = 0
    for i, (_, _, row) in enumerate(found[:BATCH_ROWS]):
        size += sum(len(value) if isinstance(value, (str, bytes)) else 6 for value in row)
        if size > BATCH_BYTES and i:
            return found[:i]
    return found[:BATCH_ROWS]


def _wrote_it(question: Question, row: Sequence[Any], site: int) -> bool:
    """Whether a row lies there as this site left it, so that it has it already."""
    if question.kind == "facts":
        return bool(row[question.names.index("site")] == site)
    if question.kind == "later":
        return bool(row[2] == site)
    if question.kind == "tables" and (row[3] is not None or row[4] is not None):
        return False  # of several writers, or with columns that not every version knows
    return bool(row[2] & MAX_SITE == site)
