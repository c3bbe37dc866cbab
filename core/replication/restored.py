"""A book that was restored from a backup tells its hub that it goes on under another number."""

from typing import NamedTuple

from core.replication.enrol import follow_text, go_on
from core.replication.office import SYNC, link
from core.replication.seals import new_key, public_key, sign
from core.store import Store


class Following(NamedTuple):
    """What the hub is told; `private_key` stays here and signs from then on."""

    old: int
    new: int
    private_key: bytes
    signature: bytes

    @property
    def key(self) -> bytes:
        return public_key(self.private_key)


def following(store: Store) -> Following | None:
    """What to tell the hub, the same each time until it answered; None where the hub knows. Raises: NoHub."""
    with store.write(SYNC) as tx:
        hub = link(tx)
        if tx.site == hub.site:
            return None
        private = tx.value("SELECT next_key FROM sync_link")
        if private is None:
            private = new_key()
            tx.execute("UPDATE sync_link SET next_key = :key", {"key": private})
    said = follow_text(hub.site, tx.site, public_key(private))
    return Following(hub.site, tx.site, private, sign(hub.private_key, said))


def followed(store: Store, told: Following) -> None:
    """The hub has answered."""
    with store.write(SYNC) as tx:
        go_on(tx, private_key=told.private_key)
