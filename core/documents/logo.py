"""The practice's logo: a PNG that was checked before anything is drawn."""

from functools import lru_cache
from io import BytesIO

from fpdf import image_parsing
from fpdf.image_datastructures import RasterImageInfo
from PIL import Image

from core.errors import DomainError

MAX_BYTES = 1_000_000
MAX_SIDE = 4_000
_PRINTED_SIDE = 800
"""Pixels; more than a printer needs for two inches."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class LogoUnusable(DomainError):
    code = "logo_unusable"

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The logo cannot be printed: {reason}. Choose a PNG file that opens in a viewer with"
            " `daysheet practice edit --logo FILE`, or print without one: --no-logo."
        )
        self.reason = reason


class Logo:
    """A PNG that decodes, ready to be put into files. Raises: LogoUnusable."""

    def __init__(self, png: bytes) -> None:
        image = _decoded(png)
        self.width, self.height = image.size
        info = image_parsing.get_img_info("logo", image)
        assert isinstance(info, RasterImageInfo)
        self.info = info

    def fitted(self, width: float, height: float) -> tuple[float, float]:
        """The largest size within this room that keeps the logo's shape."""
        scale = min(width / self.width, height / self.height)
        return self.width * scale, self.height * scale


def logo(png: bytes) -> Logo:
    """A practice's logo, decoded once for all documents of a run. Raises: LogoUnusable."""
    found = _tried(png)
    if isinstance(found, Logo):
        return found
    raise LogoUnusable(found)


@lru_cache(maxsize=4)
def _tried(png: bytes) -> Logo | str:
    """The logo, or why it cannot be printed, so that a bad one costs a run no more than a good one."""
    try:
        return Logo(png)
    except LogoUnusable as refusal:
        return refusal.reason


def _decoded(png: bytes) -> Image.Image:
    _check_outside(png)
    try:
        with Image.open(BytesIO(png), formats=("PNG",)) as image:
            flat = _flat(image)
    except (OSError, SyntaxError, ValueError, AssertionError, Image.DecompressionBombError) as error:
        # Pillow asserts that a picture of palette colours has its palette.
        raise LogoUnusable("the file is damaged") from error
    flat.thumbnail((_PRINTED_SIDE, _PRINTED_SIDE))
    return flat


def _flat(image: Image.Image) -> Image.Image:
    """Eight bits a colour; of sixteen bits of grey the upper eight are what a printer shows."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _check_outside(png: bytes) -> None:
    """What can be seen without unpacking anything: a small file can claim to be a picture of any size."""
    if len(png) > MAX_BYTES:
        raise LogoUnusable(f"it has more than {MAX_BYTES:,} bytes")
    if not png.startswith(_SIGNATURE):
        raise LogoUnusable("it is not a PNG file")
    if png[12:16] != b"IHDR" or len(png) < 33:
        raise LogoUnusable("the file is damaged")
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    if max(width, height) > MAX_SIDE:
        raise LogoUnusable(f"it is {width} by {height} pixels, more than {MAX_SIDE} on a side")
