"""What may be shown of a string that came from data.

A client's name is data, never markup, an escape sequence or an action. Every door passes what it
shows through `plain`; what was typed is stored as it was typed.
"""

import re

_UNSHOWN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def plain(text: str) -> str:
    """Make control, bidirectional and invisible characters visible, so that text only looks like text.

    Zero-width joiner and non-joiner pass: Persian and Indic names need them.
    """
    return _UNSHOWN.sub(_visible, text)


def plain_lines(text: str) -> list[str]:
    """The lines of a longer text, each plain; any kind of line end separates them."""
    return [plain(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]


def search_key(text: str) -> str:
    """A form of a name in which case and accents do not matter: jose finds José, lukasz finds Łukasz."""
    import unicodedata

    # Twice: what a compatibility form stands for (ℍ, ㎏) is folded as well.
    for _ in range(2):
        text = unicodedata.normalize("NFKD", text.casefold()).translate(_UNDECOMPOSED)
        text = "".join(ch for ch in text if not unicodedata.combining(ch))
    return text.casefold()


_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
