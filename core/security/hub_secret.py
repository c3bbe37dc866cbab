"""What a hub whose book lies in PostgreSQL keeps in its home: the key it signs with, and its certificate's.

Whoever reads the database, or a dump of it, cannot speak as the hub. The file is sealed (AES-256-GCM) with a
key derived from the home's data key, which the slots of `keys.json` wrap. Several hub processes on one
database each have a copy of both files.
"""

import json
import os
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import DomainError
from core.security.files import CannotRead, NoSuchFile, read_at_most, write_private

SEALED_FILE = "hub.secret"
_BOUND = b"daysheet-hub-secret-1"


class NoHubSecret(DomainError):
    code = "no_hub_secret"

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"There is no {SEALED_FILE} in {folder}, without which nobody is the hub of this database."
            " Copy it and keys.json from the hub's first home; `syncd move` makes it."
        )


class DamagedHubSecret(DomainError):
    code = "damaged_hub_secret"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} cannot be read with this home's key. Put back the copy that belongs to its keys.json."
        )


class Held(NamedTuple):
    """As `sync_self` has them where the book is a file."""

    private_key: bytes
    tls: bytes | None
    kept_tls: bytes | None


class HubSecret:
    """The secret of one hub, as its file holds it."""

    def __init__(self, path: str, data_key: bytes, held: "Held") -> None:
        self.path = path
        self._data_key = data_key
        self.private_key, self.tls, self.kept_tls = held

    @classmethod
    def load(cls, folder: str, data_key: bytes) -> "HubSecret":
        """Raises: NoHubSecret, DamagedHubSecret."""
        path = os.path.join(folder, SEALED_FILE)  # noqa: PTH118
        try:
            held = read_at_most(path, 1 << 16)
            plain = AESGCM(_key(data_key)).decrypt(held[:12], held[12:], _BOUND)
            said = json.loads(plain)
            return cls(path, data_key, Held(*(_bytes(said[name]) for name in Held._fields)))
        except NoSuchFile:
            raise NoHubSecret(folder) from None
        except (InvalidTag, ValueError, KeyError, TypeError, CannotRead):
            raise DamagedHubSecret(path) from None

    @classmethod
    def keep(cls, folder: str, data_key: bytes, held: "Held") -> "HubSecret":
        """Write it. Raises: CannotWrite."""
        made = cls(os.path.join(folder, SEALED_FILE), data_key, held)  # noqa: PTH118
        made._save()
        return made

    def set_tls(self, tls: bytes | None, kept_tls: bytes | None) -> None:
        """Another certificate from now on, or its own kept while another is used. Raises: CannotWrite."""
        if (tls, kept_tls) != (self.tls, self.kept_tls):
            self.tls, self.kept_tls = tls, kept_tls
            self._save()

    def _save(self) -> None:
        held = Held(self.private_key, self.tls, self.kept_tls)
        said = {name: None if value is None else value.hex() for name, value in held._asdict().items()}
        nonce = os.urandom(12)
        sealed = AESGCM(_key(self._data_key)).encrypt(nonce, json.dumps(said).encode(), _BOUND)
        write_private(self.path, nonce + sealed)


def _bytes(text: str | None) -> Any:
    return None if text is None else bytes.fromhex(text)


def _key(data_key: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, _BOUND).derive(data_key)
