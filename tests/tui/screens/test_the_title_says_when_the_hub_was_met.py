"""RI2: above every screen stands when this office last spoke with its hub, or that it cannot."""

from __future__ import annotations

from pathlib import Path

from tests.builders import OWNER, Book
from tests.tui.on_a_book import biller_on

LINK = """
INSERT INTO sync_link (id, site, url, hub_key, hub_cert, private_key, epoch, met_at, trouble, unreached,
                       cursor, batch_no, differing, follows)
VALUES (1, 1, 'https://hub', x'', '', x'', '', '2026-10-31T13:12:00.000Z', '', '', 0, 0, 0, '[]')
"""


async def test_when_the_hub_was_met_stands_at_the_right_of_the_title(book: Book, tmp_path: Path) -> None:
    async with biller_on(book, tmp_path) as app:
        assert "sync" not in app.seen().splitlines()[0]
        with book.store.write(OWNER) as tx:
            tx.execute(LINK)
        await app.until(lambda: app.seen().splitlines()[0].endswith("sync 09:12"))
        with book.store.write(OWNER) as tx:
            tx.execute("UPDATE sync_link SET unreached = 'away'")
        await app.press("3")
        await app.until(lambda: app.seen().splitlines()[0].endswith("no sync since 09:12"))
        with book.store.write(OWNER) as tx:
            tx.execute("UPDATE sync_link SET unreached = '', met_at = '2026-10-30T13:12:00.000Z'")
        await app.until(lambda: app.seen().splitlines()[0].endswith(" sync 2026-10-30 09:12"))
