"""How rows of a table are inserted, and how their values are kept."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from core.tables import Row

    Covered = tuple[tuple[str, ...], Callable[[Sequence[Any]], tuple[Any, ...]]]

KEPT_BY_STORE = frozenset({"site", "no", "chain", "q", "at", "actor", "h", "cv", "x"})
_known: "dict[str, tuple[str, ...]]" = {}


def columns_of(table: str) -> tuple[str, ...]:
    """The names of a table's columns."""
    if table not in _known:
        from core.tables import metadata

        _known[table] = tuple(column.name for column in metadata.tables[table].columns)
    return _known[table]


def stored(value: "Any") -> "Any":
    """A value as the database keeps it: days and instants as ISO text, truth as 0 or 1."""
    kind = type(value)
    if kind is str or kind is int or value is None or kind is bytes:
        return value
    if kind is bool:
        return int(value)
    from datetime import date, datetime

    if isinstance(value, datetime):
        from core.dates import show_instant

        return show_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    raise AssertionError(f"a {kind.__name__} cannot be stored")


_AS_THEY_ARE = frozenset({str, int, bytes, type(None)})


def stored_columns(rows: "Iterable[Sequence[Any]]") -> "list[Sequence[Any]]":
    """Rows turned into their columns, as the database keeps them; most hold nothing that must change."""
    return [
        column if _AS_THEY_ARE.issuperset(map(type, column)) else tuple(map(stored, column))
        for column in zip(*rows, strict=True)
    ]


def make_plan(table: "type[Row]", columns: tuple[str, ...]) -> "Any":
    from core.sync.chain import canonical_order
    from core.sync.policy import Travels
    from core.tables import table_name

    name = table_name(table)
    known = columns_of(name)
    assert set(columns) <= set(known), f"{name} has no column {set(columns) - set(known)}"
    own: tuple[str, ...] = ()
    covered: Covered | None = None
    if table.travels is Travels.FACT:
        own = ("site", "at", "actor")
        covered = canonical_order((*columns, *own))
        own = (*own, "no", "chain")
    elif table.travels is Travels.REGISTER:
        own = ("_h",)
    listed = ", ".join(f'"{column}"' for column in (*columns, *own))
    marks = ", ".join("?" * (len(columns) + len(own)))
    sql = f"INSERT INTO {name} ({listed}) VALUES ({marks})"  # noqa: S608  names of our own tables
    return name, sql, table.travels.value, covered
