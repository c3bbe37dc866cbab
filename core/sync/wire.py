"""The encoding between offices and hub: MessagePack in Zstandard, with bounds on what is taken in.

What comes over the network is somebody else's until it is checked: a small body that unpacks to a huge
one, a deep nesting or a text that is not UTF-8 is refused before anything is made of it.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgpack
import zstandard

from core.errors import DomainError

MOST_BYTES = 4 << 20
"""Of a request or an answer on the wire (`security.md` 5.3)."""

MOST_UNPACKED = 64 << 20

BATCH_ROWS = 5_000
BATCH_BYTES = 1 << 20
"""A page or a batch is about so long; one row that is longer travels alone."""


class Unreadable(DomainError):
    code = "unreadable"

    def __init__(self, why: str) -> None:
        super().__init__(f"What came from the other side cannot be read ({why}). Nothing of it was taken.")


def pack(value: object) -> bytes:
    """A message as bytes. The same message gives the same bytes."""
    plain: bytes = msgpack.packb(value, use_bin_type=True)
    return zstandard.ZstdCompressor(level=3, write_content_size=True).compress(plain)


def unpack(data: bytes, *, most: int = MOST_UNPACKED) -> Any:
    """What was packed, of `most` bytes at most. Raises: Unreadable, also where it is longer than a bound."""
    if len(data) > MOST_BYTES:
        raise Unreadable("longer than allowed")
    try:
        size = zstandard.frame_content_size(data)
        if size > most:
            raise Unreadable("longer than allowed")
        if size < 0:
            raise Unreadable("not compressed as agreed")
        plain = zstandard.ZstdDecompressor().decompress(data, allow_extra_data=False)
    except zstandard.ZstdError:
        raise Unreadable("not compressed as agreed") from None
    try:
        return msgpack.unpackb(plain, raw=False, strict_map_key=True)
    except (ValueError, msgpack.UnpackException, RecursionError):
        raise Unreadable("not a message") from None


_sized = msgpack.Packer(use_bin_type=True).pack


WEIGHED_AT_ONCE = 64


def as_many_as_fit(rows: Sequence[Sequence[Any]], most: int, *, one: bool) -> tuple[int, int]:
    """How many rows from the first on are together at most so many bytes on the wire, before they are
    compressed, and how many bytes they are; at least `one` where that is said."""
    taken = size = 0
    while taken < len(rows):
        part = rows[taken : taken + WEIGHED_AT_ONCE]
        more = len(_sized(part))
        if size + more > most:
            break
        taken, size = taken + len(part), size + more
    for row in rows[taken : taken + WEIGHED_AT_ONCE]:
        more = len(_sized(row))
        if size + more > most and not (one and taken == 0):
            break
        taken, size = taken + 1, size + more
    return taken, size


def digest(data: bytes) -> bytes:
    """What names a frozen batch, so that another one under its number is noticed."""
    return hashlib.sha256(data).digest()


def runs(numbers: list[int]) -> list[list[int]]:
    """Numbers as [first, how many] where they follow one another; most of a batch is one run."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][0] + found[-1][1] == number:
            found[-1][1] += 1
        else:
            found.append([number, 1])
    return found


def unrun(found: list[list[int]]) -> list[int]:
    """The numbers again."""
    return [first + i for first, many in found for i in range(many)]
