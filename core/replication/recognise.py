"""Whether a request comes from an office that joined, and that it is not said twice (`security.md` 5.3)."""

from collections.abc import Iterable
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
    kept_tls: bytes | None

    @property
    def made_tls(self) -> bytes | None:
        """The certificate that was made for it, shown or not."""
        return self.tls or self.kept_tls


def hub_self(read: Read) -> HubSelf:
    """Raises: NotTheHub."""
    found = read.first("SELECT private_key, epoch, url, tls, kept_tls FROM sync_self", HubSelf)
    if found is None:
        raise NotTheHub
    kept = read.hub_secret
    if kept is None:
        return found
    return found._replace(private_key=kept.private_key, tls=kept.tls, kept_tls=kept.kept_tls)


def set_hub_address(tx: Tx, *, url: str, own_tls: bytes | None, shown: bool) -> None:
    """How offices reach the hub from now on, its own certificate if it has one, and whether it shows it."""
    shown_tls, kept_tls = (own_tls, None) if shown else (None, own_tls)
    if tx.hub_secret is not None:
        tx.hub_secret.set_tls(shown_tls, kept_tls)
        shown_tls = kept_tls = None
    tx.execute(
        "UPDATE sync_self SET url = :url, tls = :tls, kept_tls = :kept",
        {"url": url, "tls": shown_tls, "kept": kept_tls},
    )


def key_of(read: Read, site: int) -> bytes:
    """The key that an office signs with. Raises: UnknownSite, also for one that was shut out."""
    key = read.value("SELECT public_key FROM sync_peer WHERE site = :site AND revoked_at IS NULL", site=site)
    if key is None:
        raise UnknownSite
    return bytes(key)


class Met(NamedTuple):
    """When an office was heard, and up to which number it has everything."""

    site: int
    at: str
    cursor: int


MET = "UPDATE sync_peer SET met_at = ?, cursor = max(cursor, ?) WHERE site = ? AND revoked_at IS NULL"


def note_met(tx: Tx, met: Iterable[Met]) -> None:
    """Remember when offices were heard, and how far they have asked."""
    tx.many(MET, [(one.at, one.cursor, one.site) for one in met])


def spend(tx: Tx, site: int, nonce: str) -> None:
    """Answer a request this once. Raises: Replayed."""
    new = tx.execute(
        "INSERT INTO sync_nonce (nonce, at) VALUES (:nonce, :now) ON CONFLICT DO NOTHING",
        {"nonce": f"{site}:{nonce}", "now": int(tx.now.timestamp())},
    )
    if not new:
        raise Replayed


def forget_nonces(tx: Tx) -> None:
    """Forget requests whose time would not be taken any more."""
    before = int(tx.now.timestamp()) - NONCE_SECONDS
    tx.execute("DELETE FROM sync_nonce WHERE at < :before", {"before": before})


def touch(tx: Tx) -> None:
    """Write what stands there already: whether the disk takes a write again after it took none."""
    tx.execute("UPDATE sync_self SET epoch = epoch")
