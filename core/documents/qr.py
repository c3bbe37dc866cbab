"""A web address as a QR code: rows of dark and light squares, for a telephone's camera."""

import math
from typing import Any

MAX_LENGTH = 106
"""Longer addresses need squares too small for what stands beside them on a page."""

_SQUARES = bytes.maketrans(b"\x00\xff", b"10")


def qr_rows(address: str) -> list[str]:
    """The squares of the QR code from the top, `1` for dark; the quiet rim around them is the page's.

    A seventh of it may be dirty (level M). The address is ASCII of at most `MAX_LENGTH` characters.
    """
    from zxingcpp import BarcodeFormat, create_barcode  # most practices print no code

    code = create_barcode(address, BarcodeFormat.QRCode, ec_level="M")
    image: Any = code.to_image(scale=1, add_quiet_zones=False)
    squares = memoryview(image)
    drawn = squares.tobytes().translate(_SQUARES).decode("ascii")
    width = math.isqrt(len(drawn))
    return [drawn[start : start + width] for start in range(0, len(drawn), width)]
