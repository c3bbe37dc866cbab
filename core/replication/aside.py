"""What could not be taken is kept with the reason, and what clashed is written down for people."""

import json
from collections.abc import Iterable, Sequence

from core.store import Merging
from core.sync.facts import Held
from core.sync.register import Clash
from core.sync.wire import pack, unpack
from core.tables import EditClash


def hold_aside(tx: Merging, held: Iterable[Held]) -> None:
    """Keep what is not taken; the same again keeps its place."""
    tx.many(
        "INSERT INTO sync_aside (tbl, id, site, doc, why, at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        [(one.table, one.row_id, one.site, pack(one.told), one.why, tx.now_text) for one in held],
    )


ASIDE = "SELECT doc FROM sync_aside WHERE tbl = :tbl AND id = :id AND site = :site AND why NOT LIKE '% %'"


def hold_refused(tx: Merging, held: Iterable[Held]) -> None:
    """Keep edits that a table refused, to be tried again (`core.replication.again`). One of a row of which an
    edit was refused before is added to it."""
    for one in held:
        known = tx.value(ASIDE, tbl=one.table, id=one.row_id, site=one.site)
        if known is None:
            hold_aside(tx, [one])
            continue
        (was_whole, before), (whole, now) = unpack(known), one.told
        doc = pack([was_whole or whole, {**before, **now}])
        tx.many(
            "UPDATE sync_aside SET doc = ?, why = ? WHERE tbl = ? AND id = ? AND site = ?",
            [(doc, one.why, one.table, one.row_id, one.site)],
        )


_COLUMNS = ("once", "tbl", "row_id", "col", "kept", "lost", "kept_stamp", "lost_stamp", "id")
KNOWN = "SELECT once FROM edit_clash WHERE once IN (SELECT value FROM json_each(:names))"


def note_clashes(tx: Merging, clashes: Sequence[Clash]) -> None:
    """Write clashes down as facts, each once."""
    if not clashes:
        return
    found = {f"clash:{c.table}:{c.row_id}:{c.column}:{c.lost_stamp}": c for c in clashes}
    known = {once for (once,) in tx.rows(KNOWN, names=json.dumps(list(found)))}
    tx.add_many(
        EditClash,
        _COLUMNS,
        [
            (
                once, clash.table, clash.row_id, clash.column, _said(clash.kept), _said(clash.lost),
                clash.kept_stamp, clash.lost_stamp, tx.new_id(),
            )
            for once, clash in found.items()
            if once not in known
        ],
    )  # fmt: skip


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
