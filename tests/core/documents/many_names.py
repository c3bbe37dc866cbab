"""Names as people all over the world write them, invented: for prints that must give them back."""

from __future__ import annotations

import random
from collections.abc import Callable

_WORDS = {
    "latin": "José Łukasz Şule Zoë Nguyễn Þór Søren Čeněk Anne-Marie O’Neill Ángel Müller Ægir İpek Ọlá",
    "cyrillic": "Олена Шевченко Ямпольский Љубица Ђорђе Әсел Ўткир Щербаков",
    "greek": "Ελένη Παππά Γιώργος Ξένια Θεόδωρος Ώρα",
    "hebrew": "יעל כהן נועה לוי שלמה בן־דוד חַוָּה רחל",
    "arabic": "محمد علي فاطمة السيد عبد الله نور يوسف زينب",
    "devanagari": "सीता शर्मा अर्जुन फ़िरोज़ क्षत्रिय ज्ञानेश्वर श्रीनिवास त्रिपाठी",
    "bengali": "অনন্যা চট্টোপাধ্যায় রবীন্দ্রনাথ সুব্রত",
    "tamil": "தமிழ்ச்செல்வி முருகன் லக்ஷ்மி கார்த்திக்",
    "telugu": "వెంకటేశ్వర లక్ష్మి శ్రీనివాస్ కృష్ణ",
    "thai": "สมชาย ใจดี กัญญารัตน์ ปิ่นเกล้า",
    "khmer": "សុខា ចាន់ណា វិបុល ស្រីមុំ",
    "han": "李小龍 王小明 陳美玲 歐陽娜娜",
    "kana": "山田さくら 佐藤ハナコ 鈴木イチロー",
    "hangul": "김민준 이서연 박지호 최유나",
}
SCRIPTS = tuple(_WORDS)
_POOL = {script: words.split() for script, words in _WORDS.items()}


def _plain(rng: random.Random) -> str:
    script = rng.choice(SCRIPTS)
    return " ".join(rng.choices(_POOL[script], k=rng.randrange(1, 4)))


def _mixed(rng: random.Random) -> str:
    """Two scripts in one name, as of somebody who moved."""
    first, second = rng.sample(SCRIPTS, 2)
    return f"{rng.choice(_POOL[first])} {rng.choice(_POOL[second])}"


def _noted(rng: random.Random) -> str:
    """A name with what registers put to it."""
    return f"{_plain(rng)} {rng.choice(['(2)', 'Jr.', 'A-12', '#3', '(Mia)', '& Co.'])}"


def _hyphened(rng: random.Random) -> str:
    script = rng.choice(SCRIPTS)
    return "-".join(rng.choices(_POOL[script], k=2))


def many_names(count: int, seed: int = 1) -> list[str]:
    """So many different names, the same ones every time."""
    rng = random.Random(seed)
    ways: list[Callable[[random.Random], str]] = [_plain, _mixed, _noted, _hyphened]
    names: dict[str, None] = {}
    while len(names) < count:
        names[rng.choice(ways)(rng)] = None
    return list(names)
