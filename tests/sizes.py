"""How much a long harness runs: DAYSHEET_PROVE_SIZE is small (the default) or large."""

from __future__ import annotations

import os

LARGE = os.environ.get("DAYSHEET_PROVE_SIZE", "small") == "large"


def sized(small: int, large: int) -> int:
    return large if LARGE else small
