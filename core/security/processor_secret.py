"""The keys of the practice's account at its card processor, as the hub keeps them.

A file in the hub's home, sealed (AES-256-GCM) with a key derived from the home's data key, wherever the book
lies: in no database, no backup, no other office. After a restore they are given again. The file names which
service they are for and, for rehearsals on one computer, another address of it.
"""

import json
import os
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import DomainError
from core.security.files import CannotRead, NoSuchFile, read_at_most, write_private

FILE = "processor.secret"
_BOUND = b"daysheet-processor-secret-1"


class DamagedProcessorSecret(DomainError):
    code = "damaged_processor_secret"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{path} cannot be read with this home's key. `syncd processor set` takes the keys again."
        )


class ProcessorSecret(NamedTuple):
    """What opens the account. `before` is the webhook secret that it had before, while Stripe uses both."""

    api_key: str
    webhook_secret: str
    before: str = ""
    address: str = ""
    """Of a rehearsal's own processor; empty for the true one."""

    def __repr__(self) -> str:
        return "ProcessorSecret(...)"

    @property
    def live(self) -> bool:
        """Whether real money moves."""
        return "_live_" in self.api_key


def load_processor_secret(folder: str, data_key: bytes) -> ProcessorSecret | None:
    """None for a practice without a processor. Raises: DamagedProcessorSecret."""
    path = _path(folder)
    try:
        held = read_at_most(path, 1 << 16)
        said = json.loads(AESGCM(_key(data_key)).decrypt(held[:12], held[12:], _BOUND))
        return ProcessorSecret(*(str(said[name]) for name in ProcessorSecret._fields))
    except NoSuchFile:
        return None
    except (InvalidTag, ValueError, KeyError, TypeError, CannotRead):
        raise DamagedProcessorSecret(path) from None


def keep_processor_secret(folder: str, data_key: bytes, secret: ProcessorSecret) -> None:
    """Write it. Raises: CannotWrite."""
    nonce = os.urandom(12)
    sealed = AESGCM(_key(data_key)).encrypt(nonce, json.dumps(secret._asdict()).encode(), _BOUND)
    write_private(_path(folder), nonce + sealed)


def forget_processor_secret(folder: str) -> None:
    """The practice takes no cards any more."""
    if os.path.exists(_path(folder)):  # noqa: PTH110
        os.remove(_path(folder))  # noqa: PTH107


def processor_secret_age(folder: str) -> int:
    """A number that changes when the keys do; 0 where there are none."""
    try:
        return os.stat(_path(folder)).st_mtime_ns  # noqa: PTH116
    except OSError:
        return 0


def _path(folder: str) -> str:
    return os.path.join(folder, FILE)  # noqa: PTH118


def _key(data_key: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, _BOUND).derive(data_key)
