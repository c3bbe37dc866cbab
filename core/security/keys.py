"""Key slots: how a person or a machine opens the encrypted book.

The book is encrypted with a random data key. `keys.json` beside it holds that key once per slot,
wrapped (AES-256-GCM) by what the slot's owner knows: a passphrase, the recovery code (both through
Argon2id), or nothing, for a machine slot whose key file *is* the data key. The slot's own
parameters are authenticated, so that a weaker one cannot be put in their place. Changing a
passphrase rewraps; it never re-encrypts the book. Rules: `security.md` 5.2.
"""

import os
import stat

from core.errors import DomainError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = 1
KEY_BYTES = 32
ARGON2 = {"memory_kib": 65_536, "iterations": 3, "lanes": 4}
MACHINE_HEADER = "daysheet-machine-key-1"
_BASE32 = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"
"""Crockford's letters without I, L, O and U, so that a code copied by hand stays right."""
RECOVERY_CHARACTERS = 32
RECOVERY = "recovery"
"""Who acts with the recovery code: an owner, whatever becomes of the users."""
MIN_PASSPHRASE = 8
MOST_SLOTS = 1000


class WrongPassphrase(DomainError):
    code = "wrong_key"

    def __init__(self) -> None:
        super().__init__("That passphrase does not open this book. Nothing was changed; try again.")


class ShortPassphrase(UsageError):
    code = "short_passphrase"

    def __init__(self) -> None:
        super().__init__(f"A passphrase has at least {MIN_PASSPHRASE} characters. Choose a longer one.")


class DamagedKeys(DomainError):
    code = "damaged_keys"

    def __init__(self, path: str) -> None:
        super().__init__(
            f"The key file {path} cannot be read. Put back a copy of it from a backup; the book is unharmed."
        )


class KeyFileUnreadable(UsageError):
    code = "key_file"

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"The key file {path} {why}.")


def _is_slot(slot: object) -> bool:
    """Whether a slot names its kind, user and label in words; its secrets are looked at when it is tried,
    so that a damaged one does not shut out the others."""
    return isinstance(slot, dict) and all(
        isinstance(slot.get(name), str) and len(slot[name]) <= 1000 for name in ("kind", "user", "label")
    )


class Keys:
    """The slots of one book, as `keys.json` holds them."""

    def __init__(self, path: str, document: "dict[str, Any]") -> None:
        self.path = path
        self._document = document

    @classmethod
    def load(cls, path: str) -> "Keys":
        """Raises: DamagedKeys."""
        try:
            with open(path, "rb") as file:  # noqa: PTH123
                return cls.read(path, file.read(1 << 20))
        except OSError:
            raise DamagedKeys(path) from None

    @classmethod
    def read(cls, path: str, data: bytes) -> "Keys":
        """The slots as they were written, wherever those bytes come from; `path` is where they are kept.

        Raises: DamagedKeys.
        """
        import json

        try:
            document = json.loads(data)
            slots = document["slots"]
            whole = (
                document["version"] == VERSION
                and isinstance(document["book"], str)
                and isinstance(slots, list)
                and len(slots) <= MOST_SLOTS
                and all(map(_is_slot, slots))
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            whole = False
        if not whole:
            raise DamagedKeys(path)
        return cls(path, document)

    @classmethod
    def fresh(cls, path: str, book_id: str) -> "Keys":
        return cls(path, {"version": VERSION, "book": book_id, "slots": []})

    def slots(self) -> "list[dict[str, Any]]":
        """Kind, user and label of each slot, without secrets."""
        return [{k: str(s.get(k, "")) for k in ("kind", "user", "label")} for s in self._document["slots"]]

    def add_secret(self, kind: str, user_id: str, label: str, secret: str, data_key: bytes) -> None:
        """A slot for a passphrase or the recovery code. Raises: ShortPassphrase."""
        if kind == "passphrase" and len(secret) < MIN_PASSPHRASE:
            raise ShortPassphrase
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        slot: dict[str, Any] = {
            "kind": kind,
            "user": user_id,
            "label": label,
            "kdf": {"name": "argon2id", **ARGON2},
            "salt": os.urandom(16).hex(),
            "nonce": os.urandom(12).hex(),
        }
        wrapping = _stretch(_normal(kind, secret), slot)
        sealed = AESGCM(wrapping).encrypt(bytes.fromhex(slot["nonce"]), data_key, self._bound(slot))
        self._document["slots"].append({**slot, "wrapped": sealed.hex()})

    def drop(self, kind: str, user_id: str | None, *, keep: int) -> bool:
        """Take a user's slots of a kind away, or everybody's, but for the newest `keep`; whether any went."""
        slots = self._document["slots"]
        meant = [s for s in slots if s["kind"] == kind and user_id in (None, s["user"])]
        going = meant[: max(0, len(meant) - keep)]
        self._document["slots"] = [s for s in slots if not any(s is gone for gone in going)]
        return bool(going)

    def add_machine(self, user_id: str, label: str, data_key: bytes) -> None:
        """A slot for a machine key file; it holds no secret, only whose it is and a check value."""
        slot = {"kind": "machine", "user": user_id, "label": label, "check": _check(data_key)}
        self._document["slots"].append(slot)

    def unlock(self, secret: str) -> tuple[bytes, str]:
        """The data key and the user whose slot a passphrase opens; RECOVERY for the recovery code.

        A slot that cannot be read does not keep another from opening. Raises: WrongPassphrase, or
        DamagedKeys, where it may have been a damaged slot that the secret belongs to.
        """
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        damaged = False
        for slot in self._document["slots"]:
            if slot.get("kind") not in ("passphrase", "recovery"):
                continue
            if slot["kind"] == "recovery" and not _looks_like_recovery(secret):
                continue
            try:
                wrapping = _stretch(_normal(slot["kind"], secret), slot)
                bound = self._bound({k: v for k, v in slot.items() if k != "wrapped"})
                sealed = bytes.fromhex(slot["wrapped"])
                data_key = AESGCM(wrapping).decrypt(bytes.fromhex(slot["nonce"]), sealed, bound)
                if len(data_key) != KEY_BYTES:
                    raise ValueError("no data key")
                return data_key, RECOVERY if slot["kind"] == "recovery" else slot["user"]
            except InvalidTag:
                continue
            except (KeyError, ValueError, TypeError, OverflowError, MemoryError, RecursionError):
                damaged = True
        raise DamagedKeys(self.path) if damaged else WrongPassphrase()

    def machine_user(self, data_key: bytes) -> str:
        """The user a machine key file stands for. Raises: WrongPassphrase."""
        check = _check(data_key)
        for slot in reversed(self._document["slots"]):
            if slot.get("kind") == "machine" and slot.get("check") == check:
                return str(slot.get("user"))
        raise WrongPassphrase

    def save(self) -> None:
        """Write the slots so that a crash leaves the old file or the new one, never half of one.

        Raises: CannotWrite.
        """
        from core.security.files import write_private

        write_private(self.path, self.written())

    def at(self, path: str) -> "Keys":
        """The same slots, to be kept elsewhere."""
        return Keys(path, self._document)

    @property
    def book_id(self) -> str:
        """Which book the slots open; a restored copy of it has the same."""
        return str(self._document["book"])

    def written(self) -> bytes:
        """The slots as they are kept; they hold no secret in clear."""
        import json

        return json.dumps(self._document, indent=1).encode() + b"\n"

    def _bound(self, slot: "dict[str, Any]") -> bytes:
        """What the wrapping authenticates besides the key: version, book, kind and KDF parameters."""
        import json

        return json.dumps([VERSION, self._document["book"], slot], sort_keys=True).encode()


def new_data_key() -> bytes:
    return os.urandom(KEY_BYTES)


def new_recovery_code() -> str:
    """160 bits in eight groups of four; shown once and kept on paper."""
    number = int.from_bytes(os.urandom(20), "big")
    letters = "".join(_BASE32[number >> shift & 31] for shift in range(155, -1, -5))
    return "-".join(letters[i : i + 4] for i in range(0, len(letters), 4))


def read_key_file(path: str) -> tuple[str, bytes | None]:
    """What a key file holds: (passphrase, None), or ("", data key) for a machine key.

    Raises: KeyFileUnreadable, where it is absent, open to others, empty or too long.
    """
    try:
        # Without waiting: a pipe that nobody writes to would keep an unattended job for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise KeyFileUnreadable(path, f"cannot be opened ({os.strerror(error.errno or 0)})") from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise KeyFileUnreadable(path, "is no ordinary file")
        data = os.read(descriptor, 4097)
    except OSError as error:
        raise KeyFileUnreadable(path, f"cannot be read ({os.strerror(error.errno or 0)})") from None
    finally:
        os.close(descriptor)
    if len(data) > 4096:
        raise KeyFileUnreadable(path, "is longer than 4096 bytes; it holds one passphrase or machine key")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise KeyFileUnreadable(path, "is not UTF-8 text") from None
    if text.startswith(MACHINE_HEADER):
        if open_to_others(mode):
            raise KeyFileUnreadable(path, "can be read by others; run chmod 600 on it")
        try:
            key = bytes.fromhex(text.split()[1])
        except (IndexError, ValueError):
            key = b""
        if len(key) != KEY_BYTES:
            raise KeyFileUnreadable(path, "is not a whole machine key")
        return "", key
    passphrase = text.split("\n", 1)[0].rstrip("\r")
    if not passphrase:
        raise KeyFileUnreadable(path, "is empty; it holds one passphrase or machine key")
    return passphrase, None


def open_to_others(mode: int) -> bool:
    """Whether others on this computer may read a file of that mode; Windows keeps that elsewhere."""
    return os.name == "posix" and bool(mode & 0o077)


def machine_key_text(data_key: bytes) -> bytes:
    return f"{MACHINE_HEADER} {data_key.hex()}\n".encode()


def _normal(kind: str, secret: str) -> bytes:
    """Passphrases in one Unicode form; recovery codes without case, spaces and look-alikes."""
    import unicodedata

    if kind == "recovery":
        upper = secret.upper().translate(str.maketrans("ILOU", "110V"))
        return "".join(ch for ch in upper if ch in _BASE32).encode()
    return unicodedata.normalize("NFKC", secret).encode("utf-8", "surrogatepass")


def same_recovery_code(typed: str, code: str) -> bool:
    """Whether what was typed would open as the code does."""
    return _normal("recovery", typed) == _normal("recovery", code)


def _looks_like_recovery(secret: str) -> bool:
    return len(_normal("recovery", secret)) == RECOVERY_CHARACTERS


def _stretch(secret: bytes, slot: "dict[str, Any]") -> bytes:
    """Argon2id of a secret with the slot's parameters, within sane bounds (a hostile file cannot ask
    for more)."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kdf = slot["kdf"]
    sizes = kdf["memory_kib"], kdf["iterations"], kdf["lanes"]
    if any(type(size) is not int for size in sizes) or sizes[0] > 1 << 20 or max(sizes[1:]) > 16:
        raise ValueError("parameters out of bounds")
    return Argon2id(
        salt=bytes.fromhex(slot["salt"]),
        length=KEY_BYTES,
        iterations=kdf["iterations"],
        lanes=kdf["lanes"],
        memory_cost=kdf["memory_kib"],
    ).derive(secret)


def _check(data_key: bytes) -> str:
    """A value that tells whether a machine key fits, and nothing of the key."""
    import hashlib

    return hashlib.sha256(b"daysheet machine slot" + data_key).hexdigest()
