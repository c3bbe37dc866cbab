"""Sets text in any script there is a font for: shaped, joined, right to left where it runs so.

Only a document with a character outside the frozen fonts comes here. What the frozen fonts have is still
set in them, so that both kinds of document look alike; the rest is shaped by HarfBuzz in a font of its
script, and the glyphs used travel with the file. A character that no font has is drawn as the
replacement character and stays itself for search and copying.
"""

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import uharfbuzz as hb
from fpdf.bidi import BidiParagraph, auto_detect_base_direction
from fpdf.enums import TextDirection

from core.documents import fonts
from core.documents.fonts import REPLACEMENT, Cut, FontObjects
from core.documents.page import Line, Style
from core.documents.script_fonts import CarriedFont, Script, has_character, scripts_for
from core.documents.wrap import joins, wrap

_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")
_FIRST_FOREIGN = 3
"""Fonts 1 and 2 are the frozen ones."""


class _Piece(NamedTuple):
    """Neighbouring letters of one direction for one font; no script means the frozen font."""

    text: str
    script: Script | None
    rtl: bool


class _Shaped(NamedTuple):
    """A line ready to draw: operators that lack the size, and its width in thousandths of it."""

    pieces: tuple["_Frozen | _Glyphs", ...]
    width: float


class _Frozen(NamedTuple):
    text: str


class _Glyphs(NamedTuple):
    font: int
    spoken: str
    """What these glyphs say, in reading order; empty for right to left, where readers turn the order round
    themselves."""
    placed: tuple[tuple[int, float, float, float], ...]
    """Code, advance that the file's table gives it, advance wanted, and offset; in thousandths."""
    rises: tuple[float, ...]


class ScriptTypesetter:
    """The typesetter for a document with any character there is."""

    def __init__(self, characters: set[str]) -> None:
        self._scripts = scripts_for(characters)
        frozen = fonts.smallest_cut({ch for ch in characters if ch in fonts.european().repertoire})
        assert frozen is not None
        self._cut: Cut = frozen
        self._unknown = frozenset(
            ch for ch in characters if self._home(ch) is None and ch not in frozen.repertoire
        )
        if self._unknown:
            self._cut = fonts.with_unknown(frozenset(ch for ch in self._unknown if ord(ch) < 0x10000))
        self._carried: dict[tuple[Script, bool], CarriedFont] = {}
        self._lines: dict[tuple[str, bool, bool], _Shaped] = {}

    def width(self, text: str, style: Style) -> float:
        return self._shaped(text, style.bold, False).width * style.size / 1000

    def wrap(self, text: str, style: Style, width: float) -> list[Line]:
        rtl = auto_detect_base_direction(text) is TextDirection.RTL
        room = width * 1000 / style.size
        lines = wrap(text, room, lambda part: self._shaped(part, style.bold, rtl).width)
        return [Line(line, rtl) for line in lines]

    def show(self, text: str, style: Style, *, rtl: bool = False) -> tuple[str, bool]:
        """A line with something from right to left carries its text in reading order beside it, under a tag
        that only `reading.py` knows: other readers turn such a line round themselves.
        """
        drawn = []
        current = home = 2 if style.bold else 1
        for piece in self._shaped(text, style.bold, rtl).pieces:
            number = home if isinstance(piece, _Frozen) else piece.font
            if number != current:
                drawn.append(f"/F{number} {style.size} Tf")
                current = number
            drawn.append(
                _frozen_operators(piece) if isinstance(piece, _Frozen) else _glyph_operators(piece, style)
            )
        if not self._left_to_right(text, rtl):
            drawn = [f"/Daysheet <</Line <feff{_utf16(text)}>>> BDC", *drawn, "EMC"]
        return " ".join(drawn), current != home

    def fonts(self) -> dict[int, FontObjects]:
        numbered = {number: font.objects for number, font in enumerate(self._cut.fonts, 1)}
        for number, carried in enumerate(self._carried.values(), _FIRST_FOREIGN):
            numbered[number] = carried.objects(number)
        return numbered

    def _shaped(self, text: str, bold: bool, rtl: bool) -> _Shaped:
        key = (text, bold, rtl)
        if key not in self._lines:
            self._lines[key] = self._shape(text, bold, rtl)
        return self._lines[key]

    def _shape(self, text: str, bold: bool, rtl: bool) -> _Shaped:
        shaped: list[_Frozen | _Glyphs] = []
        width = 0.0
        advances = self._cut.fonts[bold].advances
        replacement = advances[chr(REPLACEMENT)]
        for piece in self._pieces(text, rtl):
            if piece.script is None:
                visible = "".join(ch if ord(ch) < 0x10000 else chr(REPLACEMENT) for ch in piece.text)
                shaped.append(_Frozen(visible.translate(_MIRRORED)[::-1] if piece.rtl else visible))
                width += sum(advances.get(ch, replacement) for ch in visible)
            else:
                glyphs = self._glyphs(piece, piece.script, bold)
                shaped.append(glyphs)
                width += sum(wanted for _, _, wanted, _ in glyphs.placed)
        return _Shaped(tuple(shaped), width)

    def _pieces(self, text: str, rtl: bool) -> Iterator[_Piece]:
        """The text in the order in which it is drawn, from left to right."""
        if self._left_to_right(text, rtl):
            yield from self._by_font(text, False)
            return
        levels = _levels(text, rtl)
        runs: list[tuple[int, str]] = []
        for character, level in zip(text, levels, strict=True):
            if runs and runs[-1][0] == level:
                runs[-1] = (level, runs[-1][1] + character)
            else:
                runs.append((level, character))
        for level, run in _drawn_order(runs):
            pieces = list(self._by_font(run, bool(level % 2)))
            yield from reversed(pieces) if level % 2 else pieces

    def _left_to_right(self, text: str, rtl: bool) -> bool:
        return not rtl and not any(unicodedata.bidirectional(ch) in ("R", "AL", "AN") for ch in text)

    def _by_font(self, text: str, rtl: bool) -> Iterator[_Piece]:
        """Letters with their marks, neighbours of one font together."""
        pending, home = "", None
        for part, script in self._parts(text):
            if pending and script is not home:
                yield _Piece(pending, home, rtl)
                pending = ""
            pending, home = pending + part, script
        if pending:
            yield _Piece(pending, home, rtl)

    def _parts(self, text: str) -> Iterator[tuple[str, Script | None]]:
        """Letters and their fonts; a mark that no font sets on its letter stands by itself."""
        for letter in _letters(text):
            script = self._home(letter) if len(letter) == 1 else self._script_of(letter)
            if script is None and len(letter) > 1:
                yield from ((character, self._home(character)) for character in letter)
            else:
                yield letter, script

    def _script_of(self, letter: str) -> Script | None:
        marked = [ch for ch in letter if ch not in "\u200c\u200d" and not "\ufe00" <= ch <= "\ufe0f"]
        return next(
            (script for script in self._scripts if all(has_character(script, ch) for ch in marked)), None
        )

    def _home(self, character: str) -> Script | None:
        """The script font of a character; None where the frozen fonts have it or nothing has."""
        if character in fonts.european().repertoire:
            return None
        return next((script for script in self._scripts if has_character(script, character)), None)

    def _glyphs(self, piece: _Piece, script: Script, bold: bool) -> _Glyphs:
        carried = self._carried.setdefault((script, bold), CarriedFont(script, bold))
        number = _FIRST_FOREIGN + list(self._carried).index((script, bold))
        line = hb.Buffer()
        line.add_str(piece.text)
        line.guess_segment_properties()
        line.direction = "rtl" if piece.rtl else "ltr"
        hb.shape(carried.font, line)
        advances = [position.x_advance for position in line.glyph_positions]
        spoken = _spoken(piece.text, [info.cluster for info in line.glyph_infos], advances)
        placed, rises = [], []
        for info, position, text in zip(line.glyph_infos, line.glyph_positions, spoken, strict=True):
            placed.append(
                (
                    carried.code(info.codepoint, text),
                    float(carried.advance(info.codepoint)),
                    position.x_advance * carried.scale,
                    position.x_offset * carried.scale,
                )
            )
            rises.append(position.y_offset * carried.scale)
        return _Glyphs(number, "" if piece.rtl else piece.text, tuple(placed), tuple(rises))


def _letters(text: str) -> Iterator[str]:
    """Each character with the marks and joiners that belong to it."""
    letter = ""
    for character in text:
        if letter and (joins(character) or letter[-1] == "\u200d"):
            letter += character
        else:
            if letter:
                yield letter
            letter = character
    if letter:
        yield letter


def _levels(text: str, rtl: bool) -> list[int]:
    """How deep each character lies in runs of alternating direction.

    Source: Unicode Standard Annex 9.
    """
    direction = TextDirection.RTL if rtl else TextDirection.LTR
    paragraph = BidiParagraph(text, base_direction=direction, preserve_bn_chars=True)
    levels = [int(rtl)] * len(text)
    for character in paragraph.get_characters_with_embedding_level():
        levels[character.character_index] = character.embedding_level
    return levels


def _drawn_order(runs: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Runs from left to right: rule L2 on whole runs."""
    ordered = list(runs)
    highest = max(level for level, _ in runs)
    for level in range(highest, 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and ordered[end][0] >= level:
                end += 1
            ordered[start:end] = reversed(ordered[start:end])
            start = end + 1
    return ordered


def _spoken(text: str, clusters: list[int], advances: list[int]) -> list[str]:
    """The text that each glyph stands for: the widest of a cluster has all of it, the others nothing."""
    starts = sorted(set(clusters))
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    widest = {
        cluster: max(w for c, w in zip(clusters, advances, strict=True) if c == cluster) for cluster in starts
    }
    spoken = []
    for cluster, advance in zip(clusters, advances, strict=True):
        if widest.get(cluster) == advance:
            spoken.append(text[cluster : ends[cluster]])
            del widest[cluster]
        else:
            spoken.append("")
    return spoken


def _frozen_operators(piece: _Frozen) -> str:
    return f"<{piece.text.encode('utf-16-be').hex()}> Tj"


def _glyph_operators(piece: _Glyphs, style: Style) -> str:
    """Shaped glyphs, moved from where the font's widths would put them, with the words they say."""
    operators: list[str] = []
    pending: list[str] = []
    raised = 0.0
    for (code, advance, wanted, offset), rise in zip(piece.placed, piece.rises, strict=True):
        if rise != raised:
            if pending:
                operators.append(f"[{''.join(pending)}] TJ")
                pending = []
            operators.append(f"{rise * style.size / 1000:.2f} Ts")
            raised = rise
        if offset:
            pending.append(f"{-offset:.0f}")
        pending.append(f"<{code:04x}>")
        back = advance + offset - wanted
        if round(back):
            pending.append(f"{back:.0f}")
    operators.append(f"[{''.join(pending)}] TJ")
    if raised:
        operators.append("0 Ts")
    if not piece.spoken:
        return " ".join(operators)
    return f"/Span <</ActualText <feff{_utf16(piece.spoken)}>>> BDC {' '.join(operators)} EMC"


def _utf16(text: str) -> str:
    return text.encode("utf-16-be").hex()
