"""What the tests of money verbs ask of a home: every row, to see that a refusal left all as it was."""

from __future__ import annotations

from core.tables import metadata
from tests.homes import Home


def everything(home: Home) -> dict[str, list[str]]:
    """Every row of every table."""
    with home.open() as store, store.read() as read:
        return {
            name: sorted(map(repr, read.rows(f'SELECT * FROM "{name}"'))) for name in sorted(metadata.tables)
        }
