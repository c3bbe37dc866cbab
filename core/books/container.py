"""The one file that a backup is: a header that says what opens it, then the sealed payload.

The header names the key slots of the book as they were on that day, and holds a key of this file alone,
wrapped by the book's key; it carries a checksum, so that a damaged file is not taken for a wrong
passphrase, and all of it is authenticated. The payload lies in chunks of 64 KiB, each sealed with
AES-256-GCM under its number and a mark on the last one (age's STREAM shape), so that none can be altered,
left out, put elsewhere or cut off unseen. Nothing is ever held whole. `docs/backup.md` has every byte.
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.errors import DomainError, NotFound, OutsideFailure
from core.security.keys import KEY_BYTES, DamagedKeys, Keys, WrongPassphrase
from core.text import plain

MAGIC = b"daysheet backup\n"
VERSION = 1
CHUNK = 65_536
TAG = 16
NONCE = 12
CHECKSUM = 32
MOST_HEADER = 1 << 20
_WRAPPED = NONCE + KEY_BYTES + TAG


class NoBackup(NotFound):
    code = "no_backup"

    def __init__(self, path: str) -> None:
        super().__init__(f"There is no file {plain(path)}.", subject=path)


class UnreadableBackup(OutsideFailure):
    code = "unreadable_backup"

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(f"{plain(path)} cannot be read: {os.strerror(error.errno or 0)}.", subject=path)


class NotABackup(DomainError):
    code = "not_a_backup"

    def __init__(self, path: str) -> None:
        super().__init__(f"{plain(path)} is no backup of Daysheet.", subject=path)


class NewerBackup(DomainError):
    code = "newer_backup"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{plain(path)} was made by a newer Daysheet. Update Daysheet and try again.", subject=path
        )


class DamagedBackup(DomainError):
    code = "damaged_backup"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"{plain(path)} is damaged or was altered, so nothing of it was used. Take another backup.",
            subject=path,
        )


class WrongBackupKey(DomainError):
    code = "wrong_key"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"That does not open {plain(path)}. A backup opens with the passphrases, the recovery code and"
            " the machine key that opened the book when it was made.",
            subject=path,
        )


class Secret(NamedTuple):
    """What somebody opens with: a passphrase or recovery code, or the key that a machine key file holds."""

    passphrase: str
    machine_key: bytes | None = None


class Counted:
    """A file with the number and the SHA-256 of the bytes that went through it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._sha256 = hashlib.sha256()
        self.bytes = 0

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._count(data)
        return data

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._count(data)

    def _count(self, data: bytes) -> None:
        self._sha256.update(data)
        self.bytes += len(data)

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()


class Sealer:
    """Writes the payload of a backup, piece by piece; `finish` marks the last chunk."""

    def __init__(self, out: Counted, keys: Keys, data_key: bytes) -> None:
        salt, file_key, nonce = os.urandom(32), os.urandom(KEY_BYTES), os.urandom(NONCE)
        document = {"version": VERSION, "keys": json.loads(keys.written()), "salt": salt.hex()}
        text = json.dumps(document, separators=(",", ":"), sort_keys=True).encode()
        start = MAGIC + len(text).to_bytes(4, "big") + text
        header = start + nonce + AESGCM(_wrapping(data_key, salt)).encrypt(nonce, file_key, start)
        self._bound = hashlib.sha256(header).digest()
        out.write(header + self._bound)
        self._out, self._cipher = out, AESGCM(file_key)
        self._number, self._waiting = 0, bytearray()

    def write(self, data: bytes) -> None:
        self._waiting += data
        # What may be the last chunk waits, because only the end tells.
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def finish(self) -> None:
        self._seal(bytes(self._waiting), last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, self._bound))
        self._number += 1


class Opened(NamedTuple):
    """A backup whose header was read and that a secret opened; the payload is still to be read."""

    keys: Keys
    data_key: bytes
    user_id: str
    source: Counted
    payload: "Payload"


@contextmanager
def opened_backup(path: str, secret: Secret) -> Iterator[Opened]:
    """Read the header and open it.

    Raises: NoBackup, UnreadableBackup, NotABackup, DamagedBackup, NewerBackup, WrongBackupKey; and
    DamagedBackup while the payload is read.
    """
    try:
        # Without waiting: nobody may write to a pipe of that name.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise NoBackup(path) from None
    except OSError as error:
        raise UnreadableBackup(path, error) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotABackup(path)
    with os.fdopen(descriptor, "rb") as file:
        yield _opened(path, _Source(path, file), secret)


class _Source(Counted):
    """A backup as it is read. A disk that fails is told in a sentence about the file."""

    def __init__(self, path: str, file: BinaryIO) -> None:
        super().__init__(file)
        self._path = path

    def read(self, size: int) -> bytes:
        try:
            return super().read(size)
        except OSError as error:
            raise UnreadableBackup(self._path, error) from None


def _opened(path: str, source: Counted, secret: Secret) -> Opened:
    if source.read(len(MAGIC)) != MAGIC:
        raise NotABackup(path)
    size = source.read(4)
    length = int.from_bytes(size, "big")
    if len(size) != 4 or length > MOST_HEADER:
        raise DamagedBackup(path)
    text = source.read(length)
    sealed = source.read(_WRAPPED)
    bound = source.read(CHECKSUM)
    start = MAGIC + size + text
    if len(bound) != CHECKSUM or hashlib.sha256(start + sealed).digest() != bound:
        raise DamagedBackup(path)
    document = _document(path, text)
    try:
        keys = Keys.read(path, json.dumps(document["keys"]).encode())
        salt = bytes.fromhex(document["salt"])
        data_key, user_id = _unlock(keys, secret)
        file_key = AESGCM(_wrapping(data_key, salt)).decrypt(sealed[:NONCE], sealed[NONCE:], start)
    except WrongPassphrase:
        raise WrongBackupKey(path) from None
    except (DamagedKeys, InvalidTag, KeyError, TypeError, ValueError, RecursionError):
        raise DamagedBackup(path) from None
    return Opened(keys, data_key, user_id, source, Payload(path, source, file_key, bound))


def _document(path: str, text: bytes) -> dict[str, Any]:
    """The header's document. A newer version may hold anything but its number."""
    try:
        document = json.loads(text)
        version = document["version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DamagedBackup(path) from None
    if version != VERSION:
        raise NewerBackup(path)
    return dict(document)


def _unlock(keys: Keys, secret: Secret) -> tuple[bytes, str]:
    if secret.machine_key is None:
        return keys.unlock(secret.passphrase)
    return secret.machine_key, keys.machine_user(secret.machine_key)


class Payload:
    """What was sealed, chunk by chunk, each known to be whole and in its place before it is given."""

    def __init__(self, path: str, source: Counted, file_key: bytes, bound: bytes) -> None:
        self._path = path
        self._chunks = self._opened(source, AESGCM(file_key), bound)
        self._left = b""

    def _opened(self, source: Counted, cipher: AESGCM, bound: bytes) -> Iterator[bytes]:
        number, block = 0, source.read(CHUNK + TAG)
        while True:
            following = source.read(CHUNK + TAG)
            try:
                yield cipher.decrypt(_nonce(number, last=not following), block, bound)
            except (InvalidTag, ValueError):
                raise DamagedBackup(self._path) from None
            if not following:
                return
            number, block = number + 1, following

    def take(self, size: int) -> bytes:
        """So many bytes. Raises: DamagedBackup, where there are fewer."""
        while len(self._left) < size:
            try:
                self._left += next(self._chunks)
            except StopIteration:
                raise DamagedBackup(self._path) from None
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    def rest(self) -> Iterator[bytes]:
        """Everything that is left, to the end."""
        yield self._left
        yield from self._chunks


def _wrapping(data_key: bytes, salt: bytes) -> bytes:
    """The key that wraps a backup's own key: whoever has the book's key has it."""
    return HKDF(SHA256(), KEY_BYTES, salt, b"daysheet backup 1").derive(data_key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
