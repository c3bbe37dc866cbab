"""Disks that lose and alter rows behind the triggers, and the comparison that makes books equal again."""

from __future__ import annotations

from core.ledger.kept import rebuild
from core.replication import office
from core.replication.repair import ask, differing, prints_upto, read_asked, read_given, take_given
from core.replication.repair_at_hub import mend_at_hub
from core.store import Store
from core.sync.fingerprint import BRANCHES
from core.sync.policy import Travels
from core.sync.triggers import triggers
from core.sync.wire import pack
from core.tables import shapes
from tests.simulation.world import OWNER, Office, World

MOST_ALTERED = 4
CHANGES = (
    ("client", "UPDATE client SET name = 'Somebody Else' WHERE id = :id"),
    ("guarantor", "UPDATE guarantor SET _q = _q + 1000000 WHERE id = :id"),
    ("audit_entry", "UPDATE audit_entry SET detail = '{}', reason = 'none' WHERE id = :id"),
    ("payment", "UPDATE payment SET amount_cents = amount_cents + 1 WHERE id = :id"),
    ("payment", "DELETE FROM payment WHERE id = :id"),
    ("invoice_issue", "DELETE FROM invoice_issue WHERE id = :id"),
    ("allocation", "UPDATE allocation SET _q = _q + 1000000 WHERE id = :id"),
    ("client", "DELETE FROM client WHERE id = :id"),
)
AT_HUB = tuple(change for change in CHANGES if change[0] in ("audit_entry", "payment", "invoice_issue"))


def alter_disks(world: World) -> None:
    """Some rows of some books are others, or gone, and nothing there tells."""
    for _ in range(world.rnd.randrange(1, MOST_ALTERED + 1)):
        if world.rnd.random() < 0.25:
            book, changes = world.hub, AT_HUB
        else:
            book, changes = world.rnd.choice(world.offices).book, CHANGES
        table, sql = world.rnd.choice(changes)
        with book.read() as read:
            ids = [row_id for (row_id,) in read.rows(f"SELECT id FROM {table} WHERE _q > 0 ORDER BY id")]
        if ids:
            _behind(book, sql, world.rnd.choice(ids))
            world.tally["rows altered on a disk"] += 1


def _behind(book: Store, sql: str, row_id: str) -> None:
    guards = {
        name: text
        for shape in shapes()
        if shape.travels is not Travels.LOCAL
        for name, text in triggers(shape)
        if name.endswith(("_no_update", "_no_delete"))
    }
    with book.merge(OWNER) as tx:
        for name in guards:
            tx.execute(f"DROP TRIGGER {name}")
        tx.execute(sql, {"id": row_id})
        for text in guards.values():
            tx.execute(text)


def compare_books(world: World) -> None:
    """Every office lays its book beside the hub's, more than once: one gives back what others lack."""
    for _ in range(3):
        for one in world.offices:
            leaves = _differing(world, one)
            if leaves:
                _mend(world, one, leaves)
        world.come_to_rest()


def _differing(world: World, one: Office) -> list[int]:
    with one.book.read() as read, world.hub.read() as at_hub:
        upto = office.link(read).cursor
        mine, theirs = prints_upto(read, upto), prints_upto(at_hub, upto)
    return [
        branch * BRANCHES + leaf
        for branch in differing(mine.branches(), theirs.branches())
        for leaf in differing(mine.leaves(branch), theirs.leaves(branch))
    ]


def _mend(world: World, one: Office, leaves: list[int]) -> None:
    with one.book.read() as read:
        asked, site = ask(read, leaves), office.link(read).site
    given = mend_at_hub(world.hub, site, read_asked(pack(list(asked))), world.now, rebuild)
    done = take_given(one.book, asked, read_given(pack(list(given))), rebuild)
    world.tally["rows made equal"] += done.here + done.at_hub
