"""A site's signature under its chain: everybody sees who wrote what, and that nothing of it is missing."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


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


def signed_by(key: bytes, signature: bytes, said: bytes) -> bool:
    """Whether a key signed these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, said)
    except (InvalidSignature, ValueError):
        return False
    return True
