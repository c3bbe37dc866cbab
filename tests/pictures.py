"""Makes the README's pictures from the sample practice: `python -m tests.pictures` (make pictures).

Needs Chromium and pdftoppm (poppler), which turn drawings and PDFs into PNG.
"""

import asyncio
import re
import subprocess
import tempfile
from datetime import date
from pathlib import Path

from core.books.sample import make_sample
from core.books.sample.history import bill_the_year
from core.dates import system_now
from core.documents.keep import document_bytes
from core.security.found import found_book
from core.store import Store, Tx
from tui.biller import Biller, make_biller

TODAY = date(2026, 10, 31)
PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
FONT_ADDRESSES = re.compile(r"@font-face\s*\{[^}]*\}")


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:

        def fill(tx: Tx) -> None:
            make_sample(tx, TODAY)

        founded = found_book(folder, passphrase="sample practice", owner="Robin", fill=fill, clock=system_now)
        bill_the_year(founded.store, founded.actor, date(2026, 9, 30))
        app = make_biller(
            founded.store,
            founded.actor,
            lambda: TODAY,
            home_runtime=folder,
            exports=folder,
            state=folder,
        )
        asyncio.run(_screens(app))
        _invoice(founded.store, Path(folder))
        founded.store.close()


async def _screens(app: Biller) -> None:
    from tests.tui.driving import settle

    async with app.run_test(size=(100, 28)) as pilot:
        await settle(pilot)
        _save(app, "today")
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("B")
        await settle(pilot)
        _save(app, "run")
        await pilot.press("escape", "3")
        await settle(pilot)
        await pilot.press("G", "enter")
        await settle(pilot)
        _save(app, "invoice")
        await pilot.press("escape", "P", *"Eri")
        await settle(pilot)
        await pilot.press("enter", *"1500", "k", *"1187")
        await settle(pilot)
        _save(app, "payment")
        await pilot.press("escape", "4", "enter")
        await settle(pilot)
        _save(app, "ledger")
        await pilot.press("8")
        await settle(pilot)
        _save(app, "aging")


def _save(app: Biller, name: str) -> None:
    """The screen as PNG; the drawing's addresses of web fonts are taken out."""
    drawing = FONT_ADDRESSES.sub("", app.export_screenshot(title="Daysheet")).replace(
        "Fira Code", "DejaVu Sans Mono"
    )
    size = re.search(r'viewBox="0 0 ([0-9]+)[0-9.]* ([0-9]+)', drawing)
    assert size is not None
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "screen.svg"
        page.write_text(drawing)
        subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--hide-scrollbars", f"--user-data-dir={folder}",
             f"--window-size={size[1]},{size[2]}", f"--screenshot={PICTURES / name}.png", str(page)],
            check=True, capture_output=True,
        )  # fmt: skip


def _invoice(store: Store, folder: Path) -> None:
    with store.read() as read:
        invoice_id = read.value("SELECT invoice_id FROM invoice_issue ORDER BY total_cents DESC LIMIT 1")
        (folder / "invoice.pdf").write_bytes(document_bytes(read, invoice_id))
    subprocess.run(
        ["pdftoppm", "-r", "70", "-png", "-f", "1", "-singlefile", str(folder / "invoice.pdf"),
         str(PICTURES / "invoice-document")],
        check=True,
    )  # fmt: skip


if __name__ == "__main__":
    main()
