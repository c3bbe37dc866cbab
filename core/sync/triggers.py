"""Capture and append-only rules as SQL, generated from the table definitions.

Triggers see every way of writing, bulk SQL and other programs included; an ORM sees few of them.
While rows from elsewhere are merged, `sync_clock.applying` is 1 and capture is silent; a crash rolls
that back with the rest. This module writes the SQLite form.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.sync.policy import FACT_COLUMNS, REGISTER_COLUMNS, Travels
from core.sync.stamp import stamp_sql


@dataclass(frozen=True, slots=True)
class Shape:
    """What the sync room must know of a table. `columns` is all of them in order; `defaults` holds what a
    column has where nobody gave it a value, such as an office whose version does not know it."""

    name: str
    travels: Travels
    columns: tuple[str, ...]
    deletable: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def business(self) -> tuple[str, ...]:
        """The columns that mean something to the practice."""
        own = FACT_COLUMNS if self.travels is Travels.FACT else REGISTER_COLUMNS
        return tuple(column for column in self.columns if column not in own)


CAPTURING = "(SELECT applying FROM sync_clock) = 0"


def triggers(shape: Shape) -> Iterator[tuple[str, str]]:
    """The triggers of one table as (name, SQL). LOCAL tables have none."""
    if shape.travels is Travels.FACT:
        yield from _fact_triggers(shape)
    elif shape.travels is Travels.REGISTER:
        yield from _register_triggers(shape)
    elif shape.travels is Travels.BLOB:
        yield from _blob_triggers(shape)


def _fact_triggers(shape: Shape) -> Iterator[tuple[str, str]]:
    t = shape.name
    changed = " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in ("id", "site", *shape.business))
    watched = ", ".join(f'"{c}"' for c in shape.columns if c != "_q")
    yield (
        f"{t}_no_update",
        f"CREATE TRIGGER {t}_no_update BEFORE UPDATE OF {watched} ON {t} WHEN {changed}"
        " OR (OLD.no IS NOT NULL AND NEW.no IS NOT OLD.no)"
        " OR (OLD.chain IS NOT NULL AND NEW.chain IS NOT OLD.chain)"
        f" BEGIN SELECT RAISE(ABORT, '{t} is insert-only'); END",
    )
    yield _no_delete(t)
    yield (
        f"{t}_unchained",
        f"CREATE TRIGGER {t}_unchained AFTER INSERT ON {t} WHEN NEW.no IS NULL"
        f" BEGIN INSERT INTO sync_unchained (tbl, id) VALUES ('{t}', NEW.id); END",
    )


def _blob_triggers(shape: Shape) -> Iterator[tuple[str, str]]:
    t = shape.name
    yield (
        f"{t}_no_update",
        f"CREATE TRIGGER {t}_no_update BEFORE UPDATE ON {t}"
        f" BEGIN SELECT RAISE(ABORT, '{t} is insert-only'); END",
    )
    yield _no_delete(t)


def _no_delete(t: str) -> tuple[str, str]:
    return (
        f"{t}_no_delete",
        f"CREATE TRIGGER {t}_no_delete BEFORE DELETE ON {t}"
        f" BEGIN SELECT RAISE(ABORT, 'rows of {t} are never deleted'); END",
    )


def _register_triggers(shape: Shape) -> Iterator[tuple[str, str]]:
    t, business = shape.name, shape.business
    buried = f"coalesce((SELECT _h FROM sync_tomb WHERE tbl = '{t}' AND id = NEW.id), 0)"
    yield (
        f"{t}_capture_insert",
        f"CREATE TRIGGER {t}_capture_insert AFTER INSERT ON {t} WHEN NEW._h = 0 AND {CAPTURING}"
        f" BEGIN UPDATE {t} SET _h = {stamp_sql(buried)}, _cv = NULL, _q = 0 WHERE id = NEW.id; END",
    )
    yield f"{t}_capture_update", _capture_update(t, business)
    if shape.deletable:
        image = ", ".join(f"'{c}', OLD.\"{c}\"" for c in shape.columns if c != "_q")
        yield (
            f"{t}_capture_delete",
            f"CREATE TRIGGER {t}_capture_delete AFTER DELETE ON {t} WHEN {CAPTURING}"
            " BEGIN INSERT INTO sync_tomb (tbl, id, _h, image, _q)"
            f" VALUES ('{t}', OLD.id, {stamp_sql('OLD._h')}, json_object({image}), 0)"
            " ON CONFLICT (tbl, id) DO UPDATE SET _h = excluded._h, image = excluded.image, _q = 0;"
            f" DELETE FROM sync_base WHERE tbl = '{t}' AND id = OLD.id; END",
        )
    else:
        yield _no_delete(t)


def _capture_update(t: str, business: Sequence[str]) -> str:
    """Stamp each changed column, and keep the hub's stamp at the first unsent edit of it.

    The new stamp is later than any that the row had, so the columns that bear it now are those that changed.
    A row with no hub number and nothing in sync_base is new here: its columns have no hub stamp.
    NOT EXISTS and not OR IGNORE: SQLite lets the conflict rule of the statement that fires a trigger
    (an upsert, UPDATE OR REPLACE) take the place of the trigger's own.
    Each column is compared in one place only: whoever opens a book reads the text of every trigger, and
    this one was most of what opening costs.
    """
    watched = ", ".join(f'"{c}"' for c in business)
    changed = ", ".join(f'iif(OLD."{c}" IS NOT NEW."{c}", \'{c}\', NULL)' for c in business)
    return (
        f"CREATE TRIGGER {t}_capture_update AFTER UPDATE OF {watched} ON {t} WHEN {CAPTURING}"
        " BEGIN"
        f" UPDATE {t} SET _h = s.stamp, _q = 0,"
        " _cv = json_patch(coalesce(OLD._cv, json_object('', OLD._h)), s.patch)"
        " FROM (SELECT n.stamp, json_group_object(c.value, n.stamp) AS patch"
        f" FROM (SELECT {stamp_sql('OLD._h')} AS stamp) AS n, json_each(json_array({changed})) AS c"
        " WHERE c.value IS NOT NULL GROUP BY n.stamp) AS s WHERE id = NEW.id;"
        f" INSERT INTO sync_base (tbl, id, col, stamp) SELECT '{t}', NEW.id, c.key,"
        " coalesce(json_extract(OLD._cv, '$.' || c.key), json_extract(OLD._cv, '$.\"\"'), OLD._h)"
        f" FROM {t} AS r, json_each(r._cv) AS c"
        " WHERE r.id = NEW.id AND r._h > OLD._h AND c.value = r._h"
        f" AND (OLD._q > 0 OR EXISTS (SELECT 1 FROM sync_base WHERE tbl = '{t}' AND id = NEW.id))"
        f" AND NOT EXISTS (SELECT 1 FROM sync_base WHERE tbl = '{t}' AND id = NEW.id AND col = c.key);"
        " END"
    )
