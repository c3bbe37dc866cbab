"""A site's signature under its chain: everybody sees who wrote what, and that nothing of it is missing."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.store import Read, Tx


def new_key() -> bytes:
    """A private key of 32 bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key(private_key: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def _said(site: int, no: int, head: bytes) -> bytes:
    return b"daysheet-chain-1|%d|%d|" % (site, no) + head


def seal(private_key: bytes, site: int, no: int, head: bytes) -> bytes:
    """The signature of a site under its facts up to a number."""
    return sign(private_key, _said(site, no, head))


def sign(private_key: bytes, said: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private_key).sign(said)


def seal_holds(key: bytes, site: int, no: int, head: bytes, signature: bytes) -> bool:
    return signed_by(key, signature, _said(site, no, head))


def hub_key(read: Read) -> bytes | None:
    """The hub's private key; None in an office's book."""
    rows = read.rows("SELECT private_key FROM sync_self")
    if not rows:
        return None
    held: bytes = rows[0][0] if read.hub_secret is None else read.hub_secret.private_key
    return held


def keep_seal(tx: Tx, site: int, no: int, head: bytes, signature: bytes) -> None:
    """Keep a signature that was verified."""
    tx.execute(
        "INSERT INTO sync_seal (site, no, head, signature, lost) VALUES (:site, :no, :head, :signature, 0)"
        " ON CONFLICT (site) DO UPDATE SET no = excluded.no, head = excluded.head,"
        " signature = excluded.signature, lost = 0",
        {"site": site, "no": no, "head": head, "signature": signature},
    )


def signed_by(key: bytes, signature: bytes, said: bytes) -> bool:
    """Whether a key signed these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, said)
    except (InvalidSignature, ValueError):
        return False
    return True


def receipt_text(epoch: str, site: int, seq: int, batch_no: int, now_ms: int) -> bytes:
    """How far the hub is: its last number, and the last batch that it has of a site."""
    return b"%s|%d|%d|%d|%d" % (epoch.encode(), site, seq, batch_no, now_ms)


def sign_receipt(private_key: bytes, said: bytes) -> bytes:
    """A receipt's text in the hub's own hand."""
    return sign(private_key, _RECEIPT + said)


def how_far(receipt: bytes) -> tuple[int, int]:
    """The hub's last number and the last batch of this site, as they stand in a receipt that was kept."""
    _, _, seq, batch_no, _ = receipt[64:].split(b"|")
    return int(seq), int(batch_no)


def read_receipt(private_key: bytes, given: bytes, site: int) -> tuple[str, int, int, int] | None:
    """The hub's life, its last number, the last batch of this site and the time (ms) that stand in a receipt;
    None where it is not one."""
    signature, said = given[:64], given[64:]
    if not signed_by(public_key(private_key), signature, _RECEIPT + said):
        return None
    life, whose, seq, batch_no, at_ms = said.decode().split("|")
    return (life, int(seq), int(batch_no), int(at_ms)) if int(whose) == site else None


_RECEIPT = b"daysheet-receipt-1|"
