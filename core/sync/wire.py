"""The encoding between offices and hub: MessagePack in Zstandard, with bounds on what is taken in.

A small message begins with what it is: one byte, and then itself, or compressed with the words that both
ends know (`wire_words`), without the marks by which Zstandard is told from other files. A longer one is a
whole frame of Zstandard, where such words would gain nothing.

What comes over the network is somebody else's until it is checked: a small body that unpacks to a huge
one, a deep nesting or a text that is not UTF-8 is refused before anything is made of it.
"""

import hashlib
import threading
from collections.abc import Sequence
from typing import Any

import msgpack
import zstandard

from core.errors import DomainError
from core.sync.short import at_length, shortened
from core.wire_words import dictionary

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


SMALL = 4 << 10
"""So long is a small message at most, before it is compressed."""

PLAIN, WITH_WORDS = b"\x00", b"\x01"
"""How a small message begins. A frame of Zstandard begins with 0x28."""


class _Small(threading.local):
    """What compresses small messages, one for each thread: to make one costs more than to use it."""

    def __init__(self) -> None:
        form = zstandard.FORMAT_ZSTD1_MAGICLESS
        how = zstandard.ZstdCompressionParameters.from_level(
            9, source_size=SMALL, format=form, write_content_size=True, write_checksum=False,
            write_dict_id=False,
        )  # fmt: skip
        words = zstandard.ZstdCompressionDict(dictionary(), dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        words.precompute_compress(compression_params=how)
        self.compress = zstandard.ZstdCompressor(compression_params=how, dict_data=words).compress
        self._decompress = zstandard.ZstdDecompressor(dict_data=words, format=form).decompress

    def decompress(self, data: bytes, most: int) -> bytes:
        """Raises: ZstdError, Unreadable."""
        said = zstandard.get_frame_parameters(data, format=zstandard.FORMAT_ZSTD1_MAGICLESS)
        if said.content_size > min(most, SMALL):
            raise Unreadable("longer than allowed")
        return self._decompress(data, allow_extra_data=False)


_small = _Small()


def pack(value: object) -> bytes:
    """A message as bytes. The same message gives the same bytes."""
    plain: bytes = msgpack.packb(value, use_bin_type=True)
    if len(plain) > SMALL:
        return zstandard.ZstdCompressor(level=3, write_content_size=True).compress(plain)
    plain = msgpack.packb(shortened(value), use_bin_type=True)
    packed = _small.compress(plain)
    return WITH_WORDS + packed if len(packed) < len(plain) else PLAIN + plain


def unpack(data: bytes, *, most: int = MOST_UNPACKED) -> Any:
    """What was packed, of `most` bytes at most. Raises: Unreadable, also where it is longer than a bound."""
    if len(data) > MOST_BYTES:
        raise Unreadable("longer than allowed")
    try:
        plain = _decompressed(data, most)
    except zstandard.ZstdError:
        raise Unreadable("not compressed as agreed") from None
    try:
        return msgpack.unpackb(plain, raw=False, strict_map_key=True, ext_hook=at_length)
    except (ValueError, msgpack.UnpackException, RecursionError):
        raise Unreadable("not a message") from None


def _decompressed(data: bytes, most: int) -> bytes:
    """Raises: ZstdError, Unreadable."""
    kind, rest = data[:1], data[1:]
    if kind == PLAIN and len(rest) <= min(most, SMALL):
        return rest
    if kind == WITH_WORDS:
        return _small.decompress(rest, most)
    size = zstandard.frame_content_size(data)
    if size > most:
        raise Unreadable("longer than allowed")
    if size < 0:
        raise Unreadable("not compressed as agreed")
    return zstandard.ZstdDecompressor().decompress(data, allow_extra_data=False)


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
