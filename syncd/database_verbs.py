"""What people do with a hub's book that goes to a database, or lies there."""

from contextlib import closing

from core.audit import verify as replay
from core.replication.enrol import require_hub
from core.replication.sealed import verify_seals
from core.security.hub_secret import SEALED_FILE
from syncd import moving
from syncd.door import REFUSED, Door


def move(door: Door) -> int:
    """Bring the hub's book from its home into an empty database."""
    if not door.database:
        raise moving.NoDatabase
    if not moving.has_book(door.home):
        raise (moving.AlreadyMoved if moving.has_secret(door.home) else moving.NoHubYet)(door.home)
    with moving.hub_lock(door.home, alone=True):
        store, _ = door.managed(door.home)
        done = moving.move_hub(store, door.database, door.counting())
    rows = sum(content.rows for content in done.contents.values())
    door.answer(
        {
            "rows": rows,
            "tables": {name: content._asdict() for name, content in done.contents.items()},
            "kept_as": done.kept_as,
        },
        [
            f"{rows:,} rows of {len(done.contents)} tables are in the database, each with the same SHA-256.",
            f"The file is kept as {done.kept_as} and not used any more.",
            "Start the hub with `syncd hub --database`. Its home keeps its keys: another process on the same",
            f"database needs a copy of keys.json and {SEALED_FILE}.",
        ],
    )
    return 0


def verify(door: Door) -> int:
    """Replay every chain of the hub's book; 4 where a fact does not fit, or is not what its site sealed."""
    with closing(door.open().store) as store, store.read() as read:
        require_hub(read)
        verdict = replay(read, tell=door.progress)
        broken = [seal for seal in verify_seals(read) if seal.wrong]
    wrong = [f"Fact {no} of site {site} ({table}) {how}." for site, no, table, _, how in verdict.bad]
    wrong += [f"Seal of site {seal.site} under fact {seal.no}: {seal.wrong}." for seal in broken]
    door.answer(
        {"facts": verdict.facts, "entries": verdict.entries, "ok": not wrong, "wrong": wrong},
        wrong or [f"{verdict.facts:,} facts fit into their chains, and every seal is its site's."],
    )
    return REFUSED if wrong else 0
