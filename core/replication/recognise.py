"""Whether a request comes from an office that joined, and that it is not said twice (`security.md` 5.3)."""

from typing import NamedTuple

from core.errors import DomainError
from core.replication.enrol import NotTheHub, UnknownSite
from core.store import Read, Tx

NONCE_SECONDS = 900
"""A request is remembered longer than its time would be taken."""


class Replayed(DomainError):
    code = "replayed"

    def __init__(self) -> None:
        super().__init__("This request was answered before. The office asks anew with another one.")


class HubSelf(NamedTuple):
    """What the hub knows of itself."""

    private_key: bytes
    epoch: str
    url: str
    tls: bytes | None


def hub_self(read: Read) -> HubSelf:
    """Raises: NotTheHub."""
    found = read.first("SELECT private_key, epoch, url, tls FROM sync_self", HubSelf)
    if found is None:
        raise NotTheHub
    kept = read.hub_secret
    return found if kept is None else found._replace(private_key=kept.private_key, tls=kept.tls)


def set_hub_address(tx: Tx, *, url: str, tls: bytes | None) -> None:
    """How offices reach the hub from now on, and with which certificate of its own."""
    if tx.hub_secret is not None:
        tx.hub_secret.set_tls(tls)
        tls = None
    tx.execute("UPDATE sync_self SET url = :url, tls = :tls", {"url": url, "tls": tls})


def key_of(read: Read, site: int) -> bytes:
    """The key that an office signs with. Raises: UnknownSite, also for one that was shut out."""
    key = read.value("SELECT public_key FROM sync_peer WHERE site = :site AND revoked_at IS NULL", site=site)
    if key is None:
        raise UnknownSite
    return bytes(key)


MET = """
UPDATE sync_peer SET met_at = :now, cursor = max(cursor, :cursor) WHERE site = :site AND revoked_at IS NULL
"""


def spend(tx: Tx, site: int, nonce: str, *, cursor: int = 0) -> None:
    """Answer a request this once. Raises: Replayed; UnknownSite, where it was shut out meanwhile."""
    now = int(tx.now.timestamp())
    new = tx.execute(
        "INSERT INTO sync_nonce (nonce, at) VALUES (:nonce, :now) ON CONFLICT DO NOTHING",
        {"nonce": f"{site}:{nonce}", "now": now},
    )
    if not new:
        raise Replayed
    if not tx.execute(MET, {"now": tx.now_text, "cursor": cursor, "site": site}):
        raise UnknownSite


def forget_nonces(tx: Tx) -> None:
    """Forget requests whose time would not be taken any more."""
    before = int(tx.now.timestamp()) - NONCE_SECONDS
    tx.execute("DELETE FROM sync_nonce WHERE at < :before", {"before": before})
