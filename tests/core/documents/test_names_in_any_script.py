"""RD5: a name is printed right in whatever script it is written."""

from io import BytesIO
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from core.documents import fonts
from core.documents.invoice import render_invoice
from core.documents.page import Style
from core.documents.scripts import ScriptTypesetter, _Glyphs
from tests.core.documents.sample_invoice import NAME, an_invoice, text_of

PLAIN = Style(False, 9, "0 0 0")


@pytest.mark.parametrize(
    "name", ["José", "Łukasz Żółć", "Şule Yılmaz", "Ямпольский", "Ελένη", "Nguyễn Thị Ánh", NAME, "김민준",
             "山田さくら", "सीता शर्मा", "สมชาย ใจดี", "தமிழ்ச்செல்வி", "বাংলা", "తెలుగు", "ខ្មែរ"]
)  # fmt: skip
def test_rd5_a_name_is_read_back_as_it_was_written(name: str) -> None:
    assert f"CLIENT {name}" in text_of(render_invoice(an_invoice(client=name)))


@pytest.mark.parametrize("word", ["יעל", "محمد", "फ़िरोज़", "क्षत्रिय", "Ŵ\u0329", "李\u0301"])
def test_rd5_a_shaped_word_has_a_glyph_for_everything(word: str) -> None:
    pieces = ScriptTypesetter(set(word))._shaped(word, False, False).pieces
    drawn = [glyph for piece in pieces if isinstance(piece, _Glyphs) for glyph in piece.placed]
    assert drawn
    assert any(wanted for _, _, wanted, _ in drawn)


def test_rd5_hebrew_and_arabic_are_drawn_from_right_to_left() -> None:
    for word in ("יעל", "محمد"):
        typesetter = ScriptTypesetter(set(word))
        _, runs_right_to_left = typesetter.wrap(word, PLAIN, 200)[0]
        assert runs_right_to_left
        typesetter.show(word, PLAIN, rtl=True)
        meanings = [text for carried in typesetter._carried.values() for (_, text) in carried._codes]
        assert meanings == list(reversed(word))


def test_rd5_numbers_and_latin_keep_their_order_inside_hebrew() -> None:
    words = [word.text for word in ScriptTypesetter(set("שלום A-12 יעל"))._pieces("שלום A-12 יעל", True)]
    assert words == ["יעל", " ", "A-12", " ", "שלום"]


def test_rd5_arabic_letters_join() -> None:
    def glyphs(text: str) -> set[int]:
        pieces = ScriptTypesetter(set(text))._shaped(text, False, True).pieces
        return {
            round(wanted)
            for piece in pieces
            if isinstance(piece, _Glyphs)
            for _, _, wanted, _ in piece.placed
        }

    assert glyphs("عع") != glyphs("ع ع")


def test_rd5_a_character_that_no_font_has_is_drawn_as_a_replacement_and_read_as_itself() -> None:
    pdf = render_invoice(an_invoice(client="ሰላም \x1b[31m"))
    assert "CLIENT ሰላም ␛[31m" in text_of(pdf)
    assert _glyph_of(pdf, ord("ሰ")) == _glyph_of(pdf, fonts.REPLACEMENT) != 0


def test_rd5_emoji_do_not_stop_the_print() -> None:
    assert "CLIENT Ann \ufffd" in text_of(render_invoice(an_invoice(client="Ann 😀")))


def test_rd5_two_characters_of_one_shape_are_both_drawn() -> None:
    """A radical and its ideograph share a glyph, which a font of ideographs can number only once."""
    assert "CLIENT 小小" in text_of(render_invoice(an_invoice(client="小⼩")))


def test_no_code_of_a_frozen_font_leads_to_the_empty_box() -> None:
    for client in ("Jane", "Łukasz", "Ямпольский", NAME):
        to_glyph = _to_glyph(render_invoice(an_invoice(client=client)))
        assert all(to_glyph[i] or to_glyph[i + 1] for i in range(0, len(to_glyph), 2))


def test_a_document_carries_the_smallest_fonts_that_have_its_letters() -> None:
    sizes = [
        len(render_invoice(an_invoice(client=name, bill_to=()))) for name in ("José", "Łukasz", "Ямпольский")
    ]
    assert sizes == sorted(sizes)
    assert sizes[1] < 45_000


def test_embedded_fonts_are_fonts() -> None:
    pdf = render_invoice(an_invoice(client=NAME))
    for font in _descendants(pdf):
        descriptor: Any = font["/FontDescriptor"]
        if "/FontFile2" in descriptor:
            assert TTFont(BytesIO(descriptor["/FontFile2"].get_data()))["glyf"]
        else:
            assert descriptor["/FontFile3"]["/Subtype"] == "/CIDFontType0C"


def _descendants(pdf: bytes) -> list[Any]:
    resources: Any = PdfReader(BytesIO(pdf)).pages[0]["/Resources"]
    return [font.get_object()["/DescendantFonts"][0].get_object() for font in resources["/Font"].values()]


def _to_glyph(pdf: bytes) -> bytes:
    return bytes(_descendants(pdf)[0]["/CIDToGIDMap"].get_data())


def _glyph_of(pdf: bytes, code: int) -> int:
    return int.from_bytes(_to_glyph(pdf)[2 * code : 2 * code + 2], "big")
