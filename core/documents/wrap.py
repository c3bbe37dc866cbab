"""Where a text may be broken into lines, for any script."""

import re
import unicodedata
from collections.abc import Callable

_IDEOGRAPH = (
    "\u2e80-\u2fff\u3040-\u30ff\u3105-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_CLOSING = (
    "!),.:;?\u3001\u3002\u3009\u300b\u300d\u300f\u3011\u3015\u30fb\u30fc"
    "\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff5d"
)
"""What must not begin a line."""
_UNIT = re.compile(f"[{_IDEOGRAPH}][{_CLOSING}]*[ \t]*|[^ \t{_IDEOGRAPH}]+[ \t]*|[ \t]+")


def wrap(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Lines no wider than this, broken after spaces and between ideographs, at need inside a word."""
    if measure(text) <= width:
        return [text]
    lines: list[str] = []
    line, used = "", 0.0
    for unit in _UNIT.findall(text):
        word = unit.rstrip(" \t")
        if used + measure(word) <= width:
            line += unit
            used += measure(unit)
            continue
        if line.strip():
            lines.append(line.rstrip(" \t"))
        line, used = unit, measure(unit)
        while measure(word) > width:
            cut = _longest_start(word, width, measure)
            lines.append(word[:cut])
            word = word[cut:]
            line = word + unit[len(unit.rstrip(" \t")) :]
            used = measure(line)
    if line.strip() or not lines:
        lines.append(line.rstrip(" \t"))
    return lines


def _longest_start(word: str, width: float, measure: Callable[[str], float]) -> int:
    """How many characters of a long word fit; at least one, and never parting a letter from its marks."""
    if len(word) == 1:
        return 1
    low, high = 1, 2
    while high < len(word) and measure(word[:high]) <= width:
        low, high = high, high * 2
    high = min(high, len(word))
    while low < high - 1:
        middle = (low + high) // 2
        if measure(word[:middle]) <= width:
            low = middle
        else:
            high = middle
    cut = low
    while cut > 1 and joins(word[cut]):
        cut -= 1
    return cut if not joins(word[cut]) else low


def joins(character: str) -> bool:
    """This character belongs to the letter before it."""
    return character in "\u200c\u200d" or unicodedata.category(character).startswith("M")
