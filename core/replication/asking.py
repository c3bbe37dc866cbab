"""An office that asks to join keeps what it asks with before it asks.

A code is good once, for the key that it came with. Whatever kills the program, the same code with the same
key is answered the same, so a code is never lost between the hub and the office.
"""

from typing import NamedTuple

from core.replication.enrol import Welcome, add_link
from core.replication.office import SYNC
from core.store import Read, Store
from core.sync.stamp import MAX_SITE
from core.tables import SyncJoining

NO_SITE_YET = MAX_SITE
"""The number of a book that has not joined; nothing is written under it."""


class Asking(NamedTuple):
    url: str
    hub_key: bytes
    hub_cert: str
    code: str
    private_key: bytes
    person: str


def ask_with(store: Store, asking: Asking) -> None:
    """Keep what is asked with from now on."""
    with store.write(SYNC) as tx:
        tx.execute("DELETE FROM sync_joining")
        tx.add(SyncJoining(id=1, **asking._asdict()))


ASKING = "SELECT url, hub_key, hub_cert, code, private_key, person FROM sync_joining"


def asking(read: Read) -> Asking | None:
    """What this book asks to be let in with; None once it is."""
    return read.first(ASKING, Asking)


def let_in(store: Store, asked: Asking, welcome: Welcome) -> None:
    """The hub has answered: this book is that site from now on. Cut off, the same again does the same."""
    store.become_site(welcome.site)
    with store.write(SYNC) as tx:
        add_link(
            tx, url=asked.url, hub_key=asked.hub_key, hub_cert=asked.hub_cert,
            private_key=asked.private_key, epoch=welcome.epoch, cursor=0,
        )  # fmt: skip
        tx.execute("DELETE FROM sync_joining")
