"""Names for rows: UUIDv7 for what people make, UUIDv5 of a natural key for what machines make.

A UUIDv7 sorts by when it was made, so that a table grows at its end (RFC 9562).
"""

import os

_NAMESPACE = bytes.fromhex("5b6f4c1d2a3e5f708192a3b4c5d6e7f8")


class Ids:
    """Makes ids for one transaction: time from the door, random bits from the system, always rising."""

    def __init__(self, now_ms: int) -> None:
        self._time_hex = f"{now_ms:012x}"
        self._prefix = f"{self._time_hex[:8]}-{self._time_hex[8:]}-7"
        self._counter = (int.from_bytes(os.urandom(4), "big") >> 1) << 8
        self._tail = os.urandom(4).hex()

    def new(self) -> str:
        """A fresh UUIDv7 as text; later ones of this transaction sort later."""
        self._counter += 1
        low = f"{self._counter & 0xFFFFFFFFFF:010x}"
        return f"{self._prefix}{low[:3]}-8{low[3:6]}-{low[6:]}{self._tail}"


def fresh(now_ms: int) -> str:
    """One UUIDv7, for a door that needs a name before it has a transaction."""
    return Ids(now_ms).new()


def named(key: str) -> str:
    """The UUIDv5 of a natural key, such as `service:<charge>`: doing it twice is doing it once."""
    import hashlib

    digest = bytearray(hashlib.sha1(_NAMESPACE + key.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = (digest[6] & 0x0F) | 0x50
    digest[8] = (digest[8] & 0x3F) | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
