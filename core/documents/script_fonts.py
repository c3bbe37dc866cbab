"""The fonts of scripts outside the frozen ones: which there are, and what of each a document carries.

What a document uses of a font travels with the file, each glyph with the text that it stands for.
"""

import io
from functools import cache
from typing import NamedTuple

import uharfbuzz as hb
from fontTools.ttLib import TTFont

from core.documents import fonts
from core.documents.fonts import BOLD, REGULAR, FontObjects

_WEIGHTS = {False: REGULAR, True: BOLD}
_CJK = ("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc")
_JAPANESE, _KOREAN, _CHINESE = 0, 1, 2


class Script(NamedTuple):
    """The font files of a script: variable ones twice the same, others one a weight."""

    package: str
    regular: str
    bold: str
    member: int = 0
    """Which font of a collection."""

    def face(self, *, bold: bool) -> hb.Face:
        return fonts.typeface(fonts.font_path(self.package, self.bold if bold else self.regular), self.member)


def _variable(package: str, file: str, member: int = 0) -> Script:
    return Script(package, file, file, member)


_SCRIPTS = (
    _variable("fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"),
    _variable("fontpkg_heebo", "files/Heebo[wght].ttf"),
    _variable("fontpkg_noto_sans_arabic", "files/NotoSansArabic[wdth,wght].ttf"),
    Script("fontpkg_hind_siliguri", "files/HindSiliguri-Regular.ttf", "files/HindSiliguri-SemiBold.ttf"),
    _variable("fontpkg_noto_sans_tamil", "files/NotoSansTamil[wdth,wght].ttf"),
    _variable("fontpkg_noto_sans_telugu", "files/NotoSansTelugu[wdth,wght].ttf"),
    _variable("fontpkg_noto_sans_thai", "files/NotoSansThai[wdth,wght].ttf"),
    _variable("fontpkg_noto_sans_khmer", "files/NotoSansKhmer[wdth,wght].ttf"),
)


def scripts_for(characters: set[str]) -> tuple[Script, ...]:
    """The fonts to try in turn. Ideographs take the shapes of the language that the document shows."""
    if any("\u3040" <= ch <= "\u30ff" for ch in characters):
        language = _JAPANESE
    elif any("\uac00" <= ch <= "\ud7a3" for ch in characters):
        language = _KOREAN
    else:
        language = _CHINESE
    return (*_SCRIPTS, _variable(*_CJK, language))


@cache
def shaping_font(script: Script, bold: bool) -> hb.Font:
    font = hb.Font(script.face(bold=bold))
    font.set_variations(fonts.pinned(font.face, _WEIGHTS[bold]))
    return font


class CarriedFont:
    """The glyphs of one font that this document uses, each with the text it stands for.

    Codes count up from 1 as they are met, so that one glyph can have a code for each of its meanings.
    """

    def __init__(self, script: Script, bold: bool) -> None:
        self.script, self.bold = script, bold
        self.font = shaping_font(script, bold)
        self.scale = 1000 / self.font.face.upem
        self._codes: dict[tuple[int, str], int] = {}
        self._one_meaning = not {"CFF ", "CFF2"}.isdisjoint(self.font.face.table_tags)
        self._meaning: dict[int, str] = {}

    def code(self, glyph: int, text: str) -> int:
        """The code for a glyph that says this text, for a font that allows it; else what it said first."""
        if self._one_meaning:
            text = self._meaning.setdefault(glyph, text)
        return self._codes.setdefault((glyph, text), len(self._codes) + 1)

    def advance(self, glyph: int) -> int:
        advance: float = self.font.get_glyph_h_advance(glyph) * self.scale
        return round(advance)

    def objects(self, number: int) -> FontObjects:
        glyph_of = {code: glyph for (glyph, _), code in self._codes.items()}
        face = self.script.face(bold=self.bold)
        shape, _, new_glyph = fonts.cut(face, _WEIGHTS[self.bold], glyphs=glyph_of.values())
        new_of = {code: new_glyph[glyph] for code, glyph in glyph_of.items()}
        return fonts.font_objects(
            f"DAYSX{chr(64 + number)}+{_postscript_name(self.script, self.bold)}",
            shape,
            glyph_of=new_of,
            missing=0,
            advances={code: self.advance(glyph) for code, glyph in glyph_of.items()},
            default_advance=0,
            texts={code: text for (_, text), code in self._codes.items()},
            cff=_cff_with_codes(shape, new_of) if "CFF " in shape.table_tags else None,
        )


def _postscript_name(script: Script, bold: bool) -> str:
    stem = script.regular.rpartition("/")[2].partition(".")[0].partition("[")[0].partition("-")[0]
    return f"{stem}-{'SemiBold' if bold else 'Regular'}"


def _cff_with_codes(shape: hb.Face, glyph_of: dict[int, int]) -> bytes:
    """A CFF font whose own numbering of glyphs is the codes of the page.

    CFF allows one number a glyph; a second meaning is told by the text that goes with the glyphs.
    """
    font = TTFont(io.BytesIO(shape.blob.data), recalcBBoxes=False)
    cff = font["CFF "].cff
    top = cff.topDictIndex[0]
    code_of = {glyph: code for code, glyph in glyph_of.items()}
    names = [".notdef", *(f"cid{code_of[glyph]:05d}" for glyph in range(1, len(top.charset)))]
    index_of = top.CharStrings.charStrings
    top.CharStrings.charStrings = {new: index_of[old] for old, new in zip(top.charset, names, strict=True)}
    top.charset[:] = names
    packed = io.BytesIO()
    cff.compile(packed, font)
    return packed.getvalue()


def has_character(script: Script, character: str) -> bool:
    return shaping_font(script, False).get_nominal_glyph(ord(character)) is not None
