"""Sets text in the frozen fonts: letters of Europe, left to right, nothing to shape."""

from collections.abc import Mapping

from core.documents.fonts import Cut, FontObjects, smallest_cut
from core.documents.page import Line, Style, Typesetter
from core.documents.wrap import wrap


class FrozenTypesetter:
    """The typesetter for a document whose characters are all in one frozen cut."""

    def __init__(self, cut: Cut) -> None:
        self._fonts = {number: font.objects for number, font in enumerate(cut.fonts, 1)}
        self._advances: tuple[Mapping[str, int], ...] = tuple(font.advances for font in cut.fonts)

    def width(self, text: str, style: Style) -> float:
        return sum(map(self._advances[style.bold].__getitem__, text)) * style.size / 1000

    def wrap(self, text: str, style: Style, width: float) -> list[Line]:
        advance = self._advances[style.bold].__getitem__
        room = width * 1000 / style.size
        return [Line(line, False) for line in wrap(text, room, lambda part: sum(map(advance, part)))]

    def show(self, text: str, style: Style, *, rtl: bool = False) -> tuple[str, bool]:
        return f"<{text.encode('utf-16-be').hex()}> Tj", False

    def fonts(self) -> dict[int, FontObjects]:
        return self._fonts


def typesetter_for(characters: set[str]) -> Typesetter:
    """The quickest typesetter that can set all of these characters."""
    cut = smallest_cut(characters)
    if cut is not None:
        return FrozenTypesetter(cut)
    from core.documents.scripts import ScriptTypesetter

    return ScriptTypesetter(characters)
