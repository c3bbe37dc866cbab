"""ICD-10-CM: which codes there are, and in which fiscal year (1 October to 30 September) they were valid.

`icd10cm.z` holds the billable codes of three releases: January 2021 (72,621 codes), April 2025 (74,260)
and April 2026 (74,706), made from the lists of CMS and NCHS as the package simple-icd-10-cm 1.0.5, 1.4.0
and 1.5.0 carries them; the lists are works of the US government and in the public domain. The package
itself reads ten megabytes in 1.9 seconds; this file is 70 kB and is unpacked in a millisecond, when it
is first asked: under a line with the bits of the lists that hold them, a line for each category with the
endings of its codes.
"""

import re
import zlib
from datetime import date
from functools import cache
from importlib.resources import files

RELEASES = {2021: 1, 2025: 2, 2026: 4}
"""The fiscal year of each list and its bit."""
NEWEST = "April 2026"

_SHAPE = re.compile(r"[A-Z][0-9][0-9A-Z](?:\.?[0-9A-Z]{1,4})?", re.ASCII)
_SYSTEM = re.compile(r"ICD-?10(-?CM)?", re.ASCII | re.IGNORECASE)


def is_icd10(system: str) -> bool:
    """Whether a diagnosis says that it is one of ICD-10-CM."""
    return _SYSTEM.fullmatch(system) is not None


def dotted(code: str) -> str:
    """F411 as F41.1, the way it is written."""
    bare = code.replace(".", "")
    return f"{bare[:3]}.{bare[3:]}" if len(bare) > 3 else bare


def is_valid(code: str, on: date) -> bool:
    """Whether a code may stand on a bill for a day, as far as the three lists tell.

    A year between two lists takes what either holds; before the first and after the last, that one holds.
    A category that must be made more specific (F41) is not valid.
    """
    if _SHAPE.fullmatch(code) is None:
        return False
    bare = code.replace(".", "")
    category, rest = bare[:3], bare[3:] or "-"
    return any(rest in _codes(bit).get(category, "").split(" ") for bit in _bits(on))


def _bits(on: date) -> list[int]:
    """The bits of the lists that tell about a day."""
    year = on.year + (on.month >= 10)
    years = sorted(RELEASES)
    if year in RELEASES:
        return [RELEASES[year]]
    before, after = [y for y in years if y < year], [y for y in years if y > year]
    return [RELEASES[y] for y in (*before[-1:], *after[:1])]


@cache
def _codes(bit: int) -> dict[str, str]:
    """The endings of each category's codes in one list, separated by spaces."""
    found: dict[str, str] = {}
    wanted = False
    for line in _unpacked().split("\n"):
        if line.startswith("="):
            wanted = bool(int(line[1:]) & bit)
        elif wanted and line:
            category, _, endings = line.partition(" ")
            found[category] = f"{found[category]} {endings}" if category in found else endings
    return found


@cache
def _unpacked() -> str:
    return zlib.decompress(files("core.codes").joinpath("icd10cm.z").read_bytes()).decode("ascii")
