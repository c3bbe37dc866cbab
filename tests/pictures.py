"""Makes the README's pictures from the sample practice: `python -m tests.pictures` (make pictures).

Needs Chromium and pdftoppm (poppler), which turn drawings and PDFs into PNG.
"""

import asyncio
import re
import subprocess
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from core.actors import Actor
from core.books.sample import make_sample
from core.books.sample.history import bill_the_year
from core.dates import Period, system_now
from core.delivery.correcting import correct_document
from core.delivery.credit_notes import make_credit_note
from core.delivery.estimates import make_estimate
from core.delivery.making import make_document
from core.delivery.receipts import make_receipt
from core.delivery.statements import make_statement
from core.delivery.superbills import SUPERBILL, SuperbillKey
from core.documents.keep import document_bytes
from core.ledger.estimate_view import EstimateItem, EstimateRequest
from core.ledger.statement_view import statement_key
from core.payments.adjustments import credit_note
from core.portal.commands import Allowed, grant_access
from core.portal.signing import PORTAL, start_session
from core.practice.portal import set_portal_address
from core.replication.enrol import become_hub
from core.security.found import found_book
from core.store import Store, Tx
from syncd.hub import app_of
from syncd.portal.app import portal_app
from syncd.portal.portal import Portal
from tests.builders import OWNER
from tests.chromium import MISSING, QUIET, chromium
from tests.syncd.network import Running
from tests.syncd.rehearsal import connect
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
        _documents(founded.store, founded.actor, Path(folder))
        _portal(founded.store, Path(folder))
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
            [_chromium(), "--headless", "--no-sandbox", *QUIET, "--hide-scrollbars",
             f"--user-data-dir={folder}", f"--window-size={size[1]},{size[2]}",
             f"--screenshot={PICTURES / name}.png", str(page)],
            check=True, capture_output=True,
        )  # fmt: skip


def _chromium() -> str:
    found = chromium()
    assert found, MISSING
    return found


def _portal(store: Store, home: Path) -> None:
    """What a parent of two sees of the practice, at a hub made of its book: billing, and an invoice."""
    become_hub(store, OWNER, name="hub")
    connect(store, home, "http://127.0.0.1:9")
    with store.write(OWNER) as tx:
        ((guarantor_id, client_id, number),) = tx.rows(WHO_OWES)
        name = tx.value("SELECT name FROM guarantor WHERE id = :id", id=guarantor_id)
        person_id = grant_access(
            tx, client_id=client_id, guarantor_id=guarantor_id, email="parent@example.org", name=name,
            allowed=Allowed(), invite=False,
        )  # fmt: skip
    with store.write(PORTAL) as tx:
        secret = start_session(tx, person_id, "parent@example.org", label="Firefox")
    hub_app = app_of(store, str(home))
    offices = Running(hub_app)
    hub = hub_app.state.hub
    pages = Running(portal_app(Portal(hub, "http://localhost", payments=hub.cards, today=lambda: TODAY)))
    try:
        with (
            sync_playwright() as playwright,
            playwright.chromium.launch(executable_path=_chromium(), args=list(QUIET)) as browser,
        ):
            page = browser.new_page(
                base_url=pages.url, viewport={"width": 900, "height": 940}, reduced_motion="reduce"
            )
            page.context.add_cookies([{"name": "sid", "value": secret, "url": pages.url}])
            page.goto("/billing")
            page.screenshot(path=PICTURES / "portal-billing.png")
            page.goto(f"/billing/invoices/{number}")
            page.screenshot(path=PICTURES / "portal-invoice.png", full_page=True)
    finally:
        pages.stop()
        offices.stop()


def _documents(store: Store, actor: Actor, folder: Path) -> None:
    """One of each, its first page and where there are more its last."""
    for name, content in _made(store, actor).items():
        path = folder / f"{name}.pdf"
        path.write_bytes(content)
        pages = len(PdfReader(path).pages)
        _page(path, 1, f"{name}-document")
        if pages > 1:
            _page(path, pages, f"{name}-document-last")


def _page(path: Path, number: int, name: str) -> None:
    subprocess.run(
        ["pdftoppm", "-r", "70", "-png", "-f", str(number), "-singlefile", str(path), str(PICTURES / name)],
        check=True,
    )  # fmt: skip


def _made(store: Store, actor: Actor) -> dict[str, bytes]:
    """The documents of the guarantor with the most clients, and of one of them."""
    with store.write(actor) as tx:
        set_portal_address(tx, "https://pay.harborlane.example")
        invoice_id = tx.value(NEWEST_INVOICE)
        noted = credit_note(tx, invoice_id, amount_cents=2_000, reason="Shorter visit", today=TODAY)
        ((guarantor_id, client_id, payment_id),) = tx.rows(A_FAMILY)
        provider_id = tx.value("SELECT id FROM provider WHERE name LIKE 'Miriam%'")
        ((services_client_id,),) = tx.rows(HER_CLIENT, provider_id=provider_id)
    correct_document(store, actor, invoice_id, today=TODAY)
    quarter = Period(date(2026, 7, 1), date(2026, 9, 30))
    care = EstimateRequest(
        client_id, provider_id, date(2026, 11, 2), date(2027, 10, 29),
        (
            EstimateItem("90791", "First visit and plan of care", 1, 22_500),
            EstimateItem("90837", "Talk therapy, long visit", 40, 18_500),
        ),
        ("F41.1",),
    )  # fmt: skip
    coded = SuperbillKey(services_client_id, provider_id, date(2026, 8, 1), date(2026, 9, 30), TODAY)
    family = statement_key(guarantor_id, quarter)
    made = {
        "invoice": invoice_id,
        "statement": make_statement(store, actor, family, today=TODAY).document_id,
        "superbill": make_document(store, actor, SUPERBILL, coded).document_id,
        "receipt": make_receipt(store, actor, payment_id, today=TODAY).document_id,
        "credit-note": make_credit_note(store, actor, noted.adjustment_id, today=TODAY).document_id,
        "estimate": make_estimate(store, actor, care, today=TODAY).document_id,
    }
    with store.read() as read:
        return {name: document_bytes(read, document_id) for name, document_id in made.items() if document_id}


NEWEST_INVOICE = """
SELECT b.invoice_id FROM invoice_balance AS b JOIN invoice_issue AS i ON i.id = b.issue_id
WHERE b.balance_cents > 2000 ORDER BY i.series_no DESC LIMIT 1
"""
WHO_OWES = """
SELECT i.guarantor_id, i.client_id, max(i.number)
FROM invoice_balance AS b JOIN invoice_issue AS i ON i.id = b.issue_id
JOIN payment AS p ON p.guarantor_id = i.guarantor_id
WHERE b.balance_cents > 0
GROUP BY i.guarantor_id, i.client_id ORDER BY count(DISTINCT i.id) DESC, i.guarantor_id, i.client_id LIMIT 1
"""
A_FAMILY = """
SELECT p.guarantor_id, min(i.client_id), max(p.id)
FROM payment AS p JOIN invoice_issue AS i ON i.guarantor_id = p.guarantor_id
GROUP BY p.guarantor_id ORDER BY count(DISTINCT i.client_id) DESC, p.guarantor_id LIMIT 1
"""
HER_CLIENT = """
SELECT client_id FROM session WHERE provider_id = :provider_id AND service_on >= '2026-08-01'
  AND service_on <= '2026-09-30' AND status = 'kept'
GROUP BY client_id ORDER BY count(*) DESC, client_id LIMIT 1
"""


if __name__ == "__main__":
    main()
