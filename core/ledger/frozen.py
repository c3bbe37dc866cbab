"""What a document says, as one text that can be kept, compared and read again in ten years."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

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
