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
        super().__init__(f"The logo cannot be printed: {reason}. Choose a PNG file that opens in a viewer.")


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


@lru_cache(maxsize=4)
def logo(png: bytes) -> Logo:
    """A practice's logo, decoded once for all documents of a run. Raises: LogoUnusable."""
    return Logo(png)


def _decoded(png: bytes) -> Image.Image:
    if len(png) > MAX_BYTES:
        raise LogoUnusable(f"it has {len(png):,} bytes, more than {MAX_BYTES:,}")
    if not png.startswith(_SIGNATURE):
        raise LogoUnusable("it is not a PNG file")
    try:
        with Image.open(BytesIO(png), formats=("PNG",)) as image:
            if max(image.size) > MAX_SIDE:
                width, height = image.size
                raise LogoUnusable(f"it is {width} by {height} pixels, more than {MAX_SIDE} on a side")
            flat = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise LogoUnusable("the file is damaged") from error
    flat.thumbnail((_PRINTED_SIDE, _PRINTED_SIDE))
    return flat
