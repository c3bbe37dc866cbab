"""An office and another life of its hub: everything is asked for from the start, and what the hub has lost
goes there again, facts of other sites as well where those have signed them."""

from collections.abc import Collection

from core.replication.messages import Answer
from core.store import Merging, Read
from core.sync import refill
from core.sync.batch import unfreeze
from core.sync.facts import chain_end
from core.sync.policy import Travels
from core.sync.refill import Life
from core.sync.triggers import Shape
from core.tables import shapes

SITES = """
SELECT id, number FROM site WHERE public_key <> (SELECT lower(hex(hub_key)) FROM sync_link)
"""


def begin_anew(tx: Merging, answer: Answer) -> None:
    """The hub lives another life, as after a backup of it was restored."""
    unfreeze(tx)
    refill.begin(tx, shapes())
    tx.execute("DELETE FROM sync_blob")
    tx.execute("UPDATE sync_seal SET lost = 0")
    tx.execute(
        "UPDATE sync_link SET epoch = :epoch, began = :began, cursor = 0, batch_no = :batch,"
        " receipt = :receipt",
        {
            "epoch": answer.epoch,
            "began": answer.began,
            "batch": answer.known[1],
            "receipt": answer.whole_receipt,
        },
    )


def present_life(read: Read, sites: Collection[int]) -> Life | None:
    """While everything of the hub's present life is asked for; None else.

    Who is who is each site's own to say: of the other sites' rows this office says nothing. What the hub was
    in a life that it has lost nobody else can say.
    """
    began = read.value("SELECT began FROM sync_link")
    if began is None:
        return None
    others = {("site", row_id) for row_id, number in read.rows(SITES) if number not in sites}
    return Life(began, sites, others)


def end_anew(tx: Merging, answer: Answer, sites: Collection[int]) -> None:
    """Everything that the hub has is here; what it has not is to be sent from now on."""
    life = present_life(tx, sites)
    if life is None:
        return
    refill.finish(tx, shapes(), life)
    at_hub = {site: no for site, no, _ in answer.heads}
    for (site,) in tx.rows("SELECT site FROM sync_chain"):
        no, head = chain_end(tx, site)
        known = at_hub.get(site, 0)
        if no > known and (site in sites or _is_signed(tx, site, no, head, known)):
            _send_again(tx, site, known)
            tx.execute(
                "UPDATE sync_seal SET lost = :lost WHERE site = :site",
                {"lost": int(site not in sites), "site": site},
            )
    tx.execute("UPDATE sync_link SET began = NULL")


def _is_signed(tx: Merging, site: int, no: int, head: bytes, known: int) -> bool:
    """Whether the chain of another site is signed to its end, and all that the hub has not of it is in the
    tables of this version."""
    signed = tx.rows("SELECT no, head FROM sync_seal WHERE site = :site", site=site) == [(no, head)]
    after = "SELECT count(*) FROM {table} WHERE site = :site AND no > :known"
    return signed and no - known == sum(
        tx.value(after.format(table=shape.name), site=site, known=known) for shape in _facts()
    )


def _send_again(tx: Merging, site: int, known: int) -> None:
    for shape in _facts():
        sql = f"UPDATE {shape.name} SET _q = 0 WHERE site = :site AND no > :known"  # noqa: S608  our own names
        tx.execute(sql, {"site": site, "known": known})


def _facts() -> list[Shape]:
    return [shape for shape in shapes() if shape.travels is Travels.FACT]
