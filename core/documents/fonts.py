"""The frozen fonts: what nearly every document is set in, made once for the life of the process.

Noto Sans in two weights is cut down to the letters of Europe and kept as finished PDF objects, so that
a document costs only its own text. A code in the page is the character's code point; so text is
encoded by the codec `utf-16-be`, and a map in the file leads from code to glyph. The map leads every
code that has no glyph to the replacement character: an empty box cannot be drawn.

Three cuts keep a small document small: a document carries the smallest that has all its characters.
"""

import zlib
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

import uharfbuzz as hb

REPLACEMENT = 0xFFFD
REGULAR, BOLD = 400, 650
WEIGHTS = (REGULAR, BOLD)

_PUNCTUATION = {
    *range(0x2010, 0x2028),
    0x2030,
    0x2032,
    0x2033,
    0x2039,
    0x203A,
    0x20AC,
    0x2116,
    0x2122,
    0x2212,
}
_BASIC = {*range(0x20, 0x7F), *range(0xA0, 0x100), *_PUNCTUATION, REPLACEMENT}
_WESTERN = _BASIC | {*range(0x100, 0x180), 0x218, 0x219, 0x21A, 0x21B}
_EUROPEAN = (
    _WESTERN
    | {*range(0x180, 0x250), *range(0x2BB, 0x2BE), *range(0x370, 0x400), *range(0x400, 0x530)}
    | {*range(0x1E00, 0x1F00), *range(0x20A0, 0x20C1)}
)


def font_path(package: str, file: str) -> str:
    """Where an installed font package keeps a file. The packages are ordinary folders, never zipped."""
    return str(files(package).joinpath(file))


@cache
def typeface(path: str, index: int = 0) -> hb.Face:
    """A font file, mapped into memory and kept open."""
    return hb.Face(hb.Blob.from_file_path(path), index)


def noto_sans() -> hb.Face:
    return typeface(font_path("fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"))


def pinned(face: hb.Face, weight: int) -> dict[str, float]:
    """One weight of a variable font, everything else as its designer left it."""
    return {
        axis.tag: min(max(weight, axis.min_value), axis.max_value)
        if axis.tag == "wght"
        else axis.default_value
        for axis in face.axis_infos
    }


_KEPT_TABLES = (
    "glyf",
    "loca",
    "head",
    "hhea",
    "hmtx",
    "maxp",
    "CFF ",
    "CFF2",
    "fvar",
    "gvar",
    "avar",
    "HVAR",
)


def cut(
    face: hb.Face, weight: int, *, characters: Iterable[int] = (), glyphs: Iterable[int] = ()
) -> tuple[hb.Face, Mapping[int, int], Mapping[int, int]]:
    """A font with only these characters or glyphs.

    Also: the glyph of each character in the whole font, and the new number of each old glyph.
    """
    wanted = hb.SubsetInput()
    wanted.unicode_set.update(characters)
    wanted.glyph_set.update(glyphs)
    wanted.flags = (
        hb.SubsetFlags.NO_HINTING
        | hb.SubsetFlags.NO_LAYOUT_CLOSURE
        | hb.SubsetFlags.NO_BIDI_CLOSURE
        | hb.SubsetFlags.DOWNGRADE_CFF2
        | hb.SubsetFlags.CFF_IDENTITY_CHARSET
    )
    for tag, value in pinned(face, weight).items():
        wanted.pin_axis_location(face, tag, value)
    wanted.drop_table_tag_set.update(
        int.from_bytes(tag.encode("ascii"), "big") for tag in face.table_tags if tag not in _KEPT_TABLES
    )
    plan = hb.SubsetPlan(face, wanted)
    return plan.execute(), dict(plan.unicode_to_old_glyph_mapping), dict(plan.old_to_new_glyph_mapping)


class FontObjects(NamedTuple):
    """A composite font as the bodies of its PDF objects; the first is the font itself.

    A dictionary refers to others by their place here, as `{1}`; the writer fills in real numbers.
    """

    dictionaries: tuple[str, ...]
    streams: tuple[bytes, ...]
    """These refer to nothing."""


class FrozenFont(NamedTuple):
    """One cut of Noto Sans in one weight."""

    advances: Mapping[str, int]
    objects: FontObjects


def stream(data: bytes, entries: str = "", level: int = 9) -> bytes:
    """The body of a compressed PDF stream."""
    packed = zlib.compress(data, level)
    head = f"<</Filter /FlateDecode /Length {len(packed)}{entries}>>\nstream\n"
    return b"%b%b\nendstream" % (head.encode("ascii"), packed)


def _runs(codes: Iterable[int]) -> list[list[int]]:
    """Neighbouring codes together, never across a change of the high byte, as a CMap demands."""
    runs: list[list[int]] = []
    for code in sorted(codes):
        if runs and runs[-1][-1] == code - 1 and code & 0xFF:
            runs[-1].append(code)
        else:
            runs.append([code])
    return runs


def width_array(advances: Mapping[int, int]) -> str:
    return (
        "["
        + " ".join(f"{run[0]} [{' '.join(str(advances[code]) for code in run)}]" for run in _runs(advances))
        + "]"
    )


def to_unicode(texts: Mapping[int, str]) -> bytes:
    """The CMap by which a reader turns codes back into text, for search, copying and screen readers."""
    same = [code for code, text in texts.items() if text == chr(code)]
    lines = [f"<{run[0]:04X}> <{run[-1]:04X}> <{run[0]:04X}>" for run in _runs(same)]
    blocks = [("range", lines[i : i + 100]) for i in range(0, len(lines), 100)]
    others = [
        f"<{code:04X}> <{text.encode('utf-16-be').hex().upper()}>"
        for code, text in sorted(texts.items())
        if text != chr(code)
    ]
    blocks += [("char", others[i : i + 100]) for i in range(0, len(others), 100)]
    body = "".join(
        f"{len(block)} beginbf{kind}\n" + "\n".join(block) + f"\nendbf{kind}\n" for kind, block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{body}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"
    ).encode("ascii")


def font_objects(
    name: str,
    shape: hb.Face,
    *,
    glyph_of: Mapping[int, int] | None,
    missing: int,
    advances: Mapping[int, int],
    default_advance: int,
    texts: Mapping[int, str],
    cff: bytes | None = None,
) -> FontObjects:
    """A font file and its tables as PDF objects.

    `glyph_of` leads from code to glyph for TrueType outlines; a CFF font carries that map itself.
    """
    upem = shape.upem
    extents = hb.Font(shape).get_font_extents("ltr")
    top, bottom = round(extents.ascender * 1000 / upem), round(extents.descender * 1000 / upem)
    kind = 2 if cff is None else 0
    file_key = "FontFile2" if cff is None else "FontFile3"
    system = "/CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>"
    to_glyph_entry = " /CIDToGIDMap {5} 0 R" if cff is None else ""
    composite = (
        f"<</Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H"
        " /DescendantFonts [{1} 0 R] /ToUnicode {3} 0 R>>"
    )
    descendant = (
        f"<</Type /Font /Subtype /CIDFontType{kind} /BaseFont /{name} {system}"
        f" /DW {default_advance} /W {width_array(advances)} /FontDescriptor {{2}} 0 R{to_glyph_entry}>>"
    )
    descriptor = (
        f"<</Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [-1000 {bottom} 2000 {top}]"
        f" /ItalicAngle 0 /Ascent {top} /Descent {bottom} /CapHeight 714 /StemV 90 /{file_key} {{4}} 0 R>>"
    )
    streams = [stream(to_unicode(texts))]
    if cff is None:
        assert glyph_of is not None
        data = shape.blob.data
        to_glyph = bytearray(missing.to_bytes(2, "big") * 0x10000)
        for code, glyph in glyph_of.items():
            to_glyph[2 * code : 2 * code + 2] = glyph.to_bytes(2, "big")
        streams += [stream(data, f" /Length1 {len(data)}"), stream(bytes(to_glyph))]
    else:
        streams.append(stream(cff, " /Subtype /CIDFontType0C"))
    return FontObjects((composite, descendant, descriptor), tuple(streams))


class Cut(NamedTuple):
    """The frozen fonts for one repertoire, regular and bold."""

    repertoire: frozenset[str]
    fonts: tuple[FrozenFont, ...]


def _freeze(tag: str, wanted: set[int], extra: Mapping[int, str] | None = None) -> Cut:
    whole = noto_sans()
    fonts = []
    repertoire: frozenset[str] = frozenset()
    for weight in WEIGHTS:
        shape, old_glyph, new_glyph = cut(whole, weight, characters=wanted)
        glyph_of = {code: new_glyph[old] for code, old in old_glyph.items() if code in wanted}
        measure = hb.Font(shape)
        advances = {code: measure.get_glyph_h_advance(glyph) for code, glyph in glyph_of.items()}
        repertoire = frozenset(map(chr, glyph_of))
        fonts.append(
            FrozenFont(
                {chr(code): advance for code, advance in advances.items()},
                font_objects(
                    f"{tag}+NotoSans-{'Regular' if weight == REGULAR else 'SemiBold'}",
                    shape,
                    glyph_of=glyph_of,
                    missing=glyph_of[REPLACEMENT],
                    advances=advances,
                    default_advance=advances[REPLACEMENT],
                    texts={code: chr(code) for code in glyph_of} | dict(extra or {}),
                ),
            )
        )
    return Cut(repertoire, tuple(fonts))


@cache
def basic() -> Cut:
    """English and its nearest neighbours."""
    return _freeze("DAYSHB", _BASIC)


@cache
def western() -> Cut:
    """Every Latin alphabet of Europe: José, Łukasz, Şule."""
    return _freeze("DAYSHW", _WESTERN)


@cache
def european() -> Cut:
    """Also Vietnamese, Greek and Cyrillic, and every currency sign."""
    return _freeze("DAYSHE", _EUROPEAN)


def smallest_cut(characters: set[str]) -> Cut | None:
    """The smallest frozen fonts with all these characters; None where none has them all."""
    for freeze in (basic, western, european):
        frozen = freeze()
        if characters <= frozen.repertoire:
            return frozen
    return None


@lru_cache(maxsize=8)
def with_unknown(characters: frozenset[str]) -> Cut:
    """The widest frozen fonts, for a text with characters that no font at hand can draw.

    They are drawn as the replacement character and stay themselves for search and copying.
    """
    return _freeze("DAYSHU", _EUROPEAN, {ord(ch): ch for ch in characters})
