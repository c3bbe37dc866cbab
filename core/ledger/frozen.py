"""What a document says, as one text that can be kept, compared and read again in ten years.

The versions of a document made on request are facts of one table a kind; which of them counts is said here.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from core.ids import BY_ENDING, ending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

OF_THE_COPY = frozenset({"version", "made_on"})
"""Fields that differ between two copies that say the same."""


def freeze(view: object) -> str:
    """The canonical JSON of a view: what it says, not which copy it is.

    Two views with the same text say the same. A logo stands in it by its SHA-256.
    """
    return json.dumps(_plain(view), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        names = (field.name for field in fields(value))
        return {name: _plain(getattr(value, name)) for name in names if name not in OF_THE_COPY}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(one) for name, one in value._asdict().items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    assert value is None or isinstance(value, (str, int)), f"{type(value).__name__} has no canonical form"
    return value


def newest_content(table: str, column: str) -> str:
    """SQL for (version, content) of the newest version of `:document_id`; of two the first by number."""
    return (
        f"SELECT version, content FROM {table} WHERE {column} = :document_id"  # noqa: S608  our own names
        " ORDER BY version DESC, _q = 0, _q, site, no LIMIT 1"
    )


def is_newest(table: str, column: str, alias: str) -> str:
    """SQL that holds for the row that `newest_content` would find."""
    order = "-{0}.version, {0}._q = 0, {0}._q, {0}.site, {0}.no"
    return (
        f"NOT EXISTS (SELECT 1 FROM {table} AS o WHERE o.{column} = {alias}.{column}"  # noqa: S608
        f" AND ({order.format('o')}) < ({order.format(alias)}))"
    )


def frozen(read: "Read", newest: str, document_id: str) -> dict[str, Any] | None:
    """What the newest version says, by the names of its view; None where there is no such document."""
    found = read.rows(newest, document_id=document_id)
    return json.loads(found[0][1]) if found else None


FIND = f"""
SELECT DISTINCT subject_id FROM document
WHERE kind = :kind AND {BY_ENDING.format(id="subject_id")} LIMIT 2
"""  # noqa: S608  composed of the constant above


def find_kept(read: "Read", kind: str, typed: str) -> str | None:
    """The id of a document of a kind for what a person types of it; None where none or several fit."""
    looked_for = ending(typed)
    found = read.rows(FIND, kind=kind, **looked_for) if looked_for else []
    return str(found[0][0]) if len(found) == 1 else None
