"""Names for rows: UUIDv7 for what people make, UUIDv5 of a natural key for what machines make.

A UUIDv7 sorts by when it was made, so that a table grows at its end (RFC 9562).
"""

import os

_NAMESPACE = bytes.fromhex("5b6f4c1d2a3e5f708192a3b4c5d6e7f8")


class Ids:
    """Makes ids for one transaction: time from the door, random bits from the system, always rising.

    Each ends in a counter from a random start, so its last eight characters tell apart what one
    transaction made; people type those (`short`).
    """

    def __init__(self, now_ms: int) -> None:
        time_hex = f"{now_ms:012x}"
        chance = os.urandom(9).hex()
        self._head = f"{time_hex[:8]}-{time_hex[8:]}-7{chance[:3]}-8{chance[3:6]}-{chance[6:10]}"
        self._counter = int(chance[10:], 16) >> 1

    def new(self) -> str:
        """A fresh UUIDv7 as text; later ones of this transaction sort later."""
        self._counter += 1
        return f"{self._head}{self._counter:08x}"


def short(row_id: str) -> str:
    """The part of an id that a person types."""
    return row_id[-8:]


BY_ENDING = "substr({id}, -8) = :last AND {id} LIKE :ending"
"""SQL that finds an id by what `ending` made of it; the table has an index on those eight characters."""


def ending(typed: str) -> dict[str, str] | None:
    """What to look for when a person types an id or what it ends in, at least the last eight characters.

    None where it is the end of no id.
    """
    typed = typed.strip().lower()
    if len(typed) < 8 or not set(typed) <= set("0123456789abcdef-"):
        return None
    return {"last": short(typed), "ending": f"%{typed}"}


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
