"""A web address as a QR code: rows of dark and light squares, for a telephone's camera.

Byte mode at level M (a seventh of it may be dirty), in the smallest size of five that holds the address. The
pattern laid over the data is always the same one: a general encoder tries eight and costs more than the whole
page; every reader reads each of the eight. What does not depend on the address is worked out once a size.
Source: ISO/IEC 18004.
"""

from collections.abc import Callable
from functools import cache
from operator import itemgetter
from typing import NamedTuple

_BLOCKS = {2: (1, 28, 16), 3: (1, 44, 26), 4: (2, 32, 18), 5: (2, 43, 24), 6: (4, 27, 16)}
"""For each size at level M: how many blocks, and the bytes of data and of correction in each."""

MAX_LENGTH = 4 * 27 - 2
"""The bytes that the largest of them holds."""

_FORMAT = "101010000010010"
"""Level M under the pattern in which squares alternate, in its own error-correcting code."""

_ALIGNMENT = ("11111", "10001", "10101", "10001", "11111")
_FINDER = ("1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111")
_PADDING = b"\xec\x11"


def qr_rows(address: str) -> list[str]:
    """The squares of the QR code from the top, `1` for dark; the quiet rim around them is the page's.

    The address is ASCII of at most `MAX_LENGTH` characters.
    """
    data = address.encode("ascii")
    version = next(v for v, (blocks, size, _) in _BLOCKS.items() if len(data) + 2 <= blocks * size)
    shape = _shape(version)
    bits = int.from_bytes(_codewords(version, data)) ^ shape.pattern
    return "".join(shape.place(f"{bits:0{shape.bits}b}01 ")).split()


def _codewords(version: int, data: bytes) -> bytes:
    """Data, then correction, each interleaved over the blocks."""
    count, size, correction = _BLOCKS[version]
    head = (0b0100 << 8 | len(data)) << 8 * len(data) | int.from_bytes(data)
    whole = (head << 4).to_bytes(len(data) + 2)
    whole += (_PADDING * (count * size))[: count * size - len(whole)]
    blocks = [whole[i * size : (i + 1) * size] for i in range(count)]
    remainders = [_remainder(block, correction) for block in blocks]
    found = bytearray(count * (size + correction))
    for i, (block, remainder) in enumerate(zip(blocks, remainders, strict=True)):
        found[i : count * size : count] = block
        found[count * size + i :: count] = remainder
    return bytes(found)


def _remainder(block: bytes, correction: int) -> bytes:
    """The Reed-Solomon remainder of a block."""
    multiples, top = _multiples(correction), 8 * (correction - 1)
    kept, left = (1 << top) - 1, 0
    for byte in block:
        left = (left & kept) << 8 ^ multiples[byte ^ left >> top]
    return left.to_bytes(correction)


@cache
def _multiples(correction: int) -> list[int]:
    """The generating polynomial times each byte, its coefficients as the bytes of a number."""
    generator = [1]
    for i in range(correction):
        root = _power(i)
        shifted = [*generator, 0]
        for place, coefficient in enumerate(generator, 1):
            shifted[place] ^= _times(coefficient, root)
        generator = shifted
    return [int.from_bytes(bytes(_times(byte, one) for one in generator[1:])) for byte in range(256)]


def _power(exponent: int) -> int:
    value = 1
    for _ in range(exponent):
        value = _times(value, 2)
    return value


def _times(left: int, right: int) -> int:
    """A product in the field of 256 elements that the code lives in."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 0x100:
            left ^= 0x11D
        right >>= 1
    return product


class _Shape(NamedTuple):
    """What a size has in common for every address."""

    bits: int
    pattern: int
    """What is laid over the data, in the order of its bits."""
    place: Callable[[str], tuple[str, ...]]
    """Picks for each square, row by row with a space behind each, from the bits followed by `01 `."""


@cache
def _shape(version: int) -> _Shape:
    side = 17 + 4 * version
    fixed = _fixed(side)
    squares = [place for place in _winding(side) if place not in fixed]
    count, size, correction = _BLOCKS[version]
    bits = 8 * count * (size + correction)
    order = {place: i for i, place in enumerate(squares[:bits])}
    pattern = "".join(str((row + column + 1) % 2) for row, column in squares[:bits])
    picks: list[int] = []
    for row in range(side):
        for column in range(side):
            place = (row, column)
            # The few squares that no bit is left for are dark or light by the pattern alone.
            constant = fixed.get(place, (row + column + 1) % 2)
            picks.append(order.get(place, bits + constant))
        picks.append(bits + 2)
    return _Shape(bits, int(pattern, 2), itemgetter(*picks))


def _winding(side: int) -> list[tuple[int, int]]:
    """The squares in the order of the bits: two columns at a time from the right, up, then down."""
    found = []
    columns = [column for column in range(side - 1, 0, -1) if column != 6]
    pairs = [(right, right - 1) for right in range(side - 1, 6, -2)] + [(5, 4), (3, 2), (1, 0)]
    assert len(columns) + 1 == 2 * len(pairs)
    for i, pair in enumerate(pairs):
        rows = range(side) if i % 2 else range(side - 1, -1, -1)
        found += [(row, column) for row in rows for column in pair]
    return found


def _fixed(side: int) -> dict[tuple[int, int], int]:
    """The squares that say that this is a QR code, where it lies, and how it is written."""
    fixed: dict[tuple[int, int], int] = {}

    def stamp(top: int, left: int, rows: tuple[str, ...]) -> None:
        for row, squares in enumerate(rows, top):
            for column, square in enumerate(squares, left):
                fixed[row, column] = int(square)

    for i in range(side):
        fixed[6, i] = fixed[i, 6] = (i + 1) % 2
    blank = ("0" * 8,) * 8
    for top, left in ((0, 0), (0, side - 8), (side - 8, 0)):
        stamp(top, left, blank)
    for top, left in ((0, 0), (0, side - 7), (side - 7, 0)):
        stamp(top, left, _FINDER)
    stamp(side - 9, side - 9, _ALIGNMENT)
    first = [(8, i) for i in (0, 1, 2, 3, 4, 5, 7, 8)] + [(i, 8) for i in (7, 5, 4, 3, 2, 1, 0)]
    second = [(side - 1 - i, 8) for i in range(7)] + [(8, side - 8 + i) for i in range(8)]
    for places in (first, second):
        for place, square in zip(places, _FORMAT, strict=True):
            fixed[place] = int(square)
    fixed[side - 8, 8] = 1
    return fixed
