"""A secret of another service, such as a password, kept in the book under the book's own key.

In a file the whole book is encrypted and this is a second lock; in PostgreSQL it is the only one.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE = 12


def _cipher(key: bytes, what: str) -> AESGCM:
    info = b"daysheet sealed " + what.encode()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key))


def seal(key: bytes, what: str, secret: str) -> str:
    """The secret as text that only the same key opens, and only as the same `what`."""
    nonce = os.urandom(NONCE)
    return base64.b64encode(
        nonce + _cipher(key, what).encrypt(nonce, secret.encode(), what.encode())
    ).decode()


def unseal(key: bytes, what: str, sealed: str) -> str | None:
    """None where it was sealed under another key or as something else."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        return _cipher(key, what).decrypt(raw[:NONCE], raw[NONCE:], what.encode()).decode()
    except (InvalidTag, ValueError):
        return None
