"""A book that goes on from an earlier state goes on as another site, with another series of invoices.

Whether a backup was restored or a disk was put back: what was written after it elsewhere has its numbers, and
nobody here can know them.
"""

import json
import secrets

from core import audit
from core.errors import DomainError
from core.ids import named
from core.replication.seals import hub_key, keep_seal, public_key, seal
from core.store import Merging, Read, Tx
from core.sync.facts import chain_end
from core.sync.stamp import MAX_SITE
from core.tables import Site

FIRST_RESTORED = 2048
"""Offices that join get low numbers in turn, so a book restored without asking anybody takes a high one,
by chance: two restored from one backup are most likely different sites too."""
CHANCES = 64
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, which look like digits or make words."""


class SeriesInUse(DomainError):
    code = "series_in_use"

    def __init__(self, series: str) -> None:
        super().__init__(
            f"Invoices were numbered {series}- before this backup, and the lost book may have gone on."
            " Choose other letters."
        )


SITES = """
SELECT number FROM site UNION SELECT site FROM sync_chain UNION SELECT site FROM sync_clock
"""


def free_site(read: Read) -> int:
    """A number above all that this book knows, by chance, so that two that go on from one state most likely
    take two: where time cannot tell, the later site's word counts. From the lower half of what is left: at
    first one in a thousand meets another, and there are numbers for dozens."""
    known: set[int] = {number for (number,) in read.rows(SITES)}
    above = max(FIRST_RESTORED - 1, *known)
    if (left := MAX_SITE - above) >= CHANCES:
        return above + 1 + secrets.randbelow(max(CHANCES, left // 2))
    return secrets.choice(sorted(set(range(1, MAX_SITE + 1)) - known))


SERIES = "SELECT series FROM site UNION SELECT series FROM invoice_issue"


def free_series(read: Read, wanted: str, before: str) -> str:
    """The letters that were asked for, or the old ones and two by chance. Raises: SeriesInUse."""
    used = {letters for (letters,) in read.rows(SERIES)}
    if wanted and wanted in used:
        raise SeriesInUse(wanted)
    while not wanted or wanted in used:
        wanted = before[:2] + secrets.choice(_LETTERS) + secrets.choice(_LETTERS)
    return wanted


BEFORE = "SELECT series, office_id FROM site WHERE number = :site"


def add_site(tx: Tx, *, after: int, series: str = "") -> str:
    """The row of the site that this book is now, which goes on where another stood; answers its series."""
    before = tx.rows(BEFORE, site=after) or [("", None)]
    chosen = series or free_series(tx, "", before[0][0])
    tx.add(
        Site(
            id=named(f"site:{tx.site}"),
            number=tx.site,
            name="restored",
            office_id=before[0][1],
            series=chosen,
        )
    )
    return chosen


def add_former(tx: Tx, number: int, key: bytes) -> None:
    """The row of a site that the hub has lost: what it was itself in another life, or an office that it still
    knows by its `key`."""
    series = tx.value("SELECT series FROM invoice_issue WHERE site = :site", site=number) or ""
    tx.add(
        Site(id=named(f"site:{number}"), number=number, name="restored", series=series, public_key=key.hex())
    )


def begin_another_life(tx: Tx, *, before: int) -> None:
    """A hub that was restored says so with another life; every office then asks for everything once more and
    brings what the hub has lost. Does nothing to an office. `before` is the site that it was."""
    private = hub_key(tx)
    if private is None:
        return
    no, head = chain_end(tx, before)
    if no:
        keep_seal(tx, before, no, head, seal(private, before, no, head))
    epoch, lives = tx.rows("SELECT epoch, lives FROM sync_self")[0]
    tx.execute(
        "UPDATE sync_self SET epoch = :epoch, began = (SELECT seq FROM sync_head), began_ms = :now,"
        " lives = :lives",
        {
            "epoch": secrets.token_hex(8),
            "now": int(tx.now.timestamp() * 1000),
            "lives": json.dumps([*json.loads(lives), epoch]),
        },
    )
    tx.change(Site, named(f"site:{tx.site}"), public_key=public_key(private).hex())


def live_again(tx: Merging) -> None:
    """A hub whose whole database is an earlier one goes on as another site: offices hold facts of the site
    that it was, under numbers which it would give again."""
    before, site = tx.site, free_site(tx)
    tx.become(site)
    add_site(tx, after=before)
    begin_another_life(tx, before=before)
    audit.record(tx, "hub.restored", "site", str(site), from_site=before)
