"""The hybrid stamp: one int64 that orders every edit of every office.

stamp = milliseconds since 2020 << 22 | counter << 12 | site. Plain integer comparison is the total
order, the site breaks ties. Rule R1 (`stamp_after`): a local write is later than the clock, than
everything merged so far (the floor), and than what it overwrites.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping

EPOCH_MS = 1_577_836_800_000
TICK = 1 << 12
MAX_SITE = TICK - 1


def pack(now_ms: int, site: int) -> int:
    """The stamp of a moment at a site. Units: milliseconds since 1970."""
    return (now_ms - EPOCH_MS) << 22 | site


def ms_of(stamp: int) -> int:
    """When, in milliseconds since 1970."""
    return (stamp >> 22) + EPOCH_MS


def site_of(stamp: int) -> int:
    return stamp & MAX_SITE


def tick_after(stamp: int, site: int) -> int:
    """The first stamp of this site that is later than the given one."""
    return ((stamp >> 12) + 1) << 12 | site


def stamp_after(now_ms: int, site: int, *, floor: int, row: int = 0) -> int:
    """The stamp of a local write. `now_ms` already carries the clock's offset to the hub."""
    return max(pack(now_ms, site), tick_after(max(floor, row), site))


def stamp_sql(row_stamp: str) -> str:
    """The same rule as a SQLite expression over the one row of sync_clock; `row_stamp` is SQL."""
    return (
        "(SELECT max(((coalesce(fixed_ms, CAST(unixepoch('subsec') * 1000 AS INTEGER)) + offset_ms"
        f" - {EPOCH_MS}) << 22) | site,"
        f" (((max(floor, {row_stamp}) >> 12) + 1) << 12) | site) FROM sync_clock)"
    )


def stamps_of(columns: Iterable[str], newest: int, by_column: str | None) -> dict[str, int]:
    """The stamp of each column of a REGISTER row, from `_h` and `_cv`."""
    if by_column is None:
        return dict.fromkeys(columns, newest)
    said: dict[str, int] = json.loads(by_column)
    rest = said.get("", newest)
    return {column: said.get(column, rest) for column in columns}


def folded(stamps: Mapping[str, int]) -> tuple[int, str | None]:
    """`_h` and `_cv` that say these stamps; NULL where one says it all."""
    newest = max(stamps.values())
    if len(set(stamps.values())) == 1:
        return newest, None
    (rest, _), *_ = Counter(stamps.values()).most_common(1)
    said = {"": rest} | {column: stamp for column, stamp in stamps.items() if stamp != rest}
    return newest, json.dumps(said, separators=(",", ":"))
