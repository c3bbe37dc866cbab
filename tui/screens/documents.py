"""Open or write an issued document, from any screen that shows an invoice."""

from pathlib import Path

from core.documents.keep import document_bytes
from core.errors import OutsideFailure
from core.ids import short
from core.ledger.invoices import InvoiceRow
from core.store import Store
from tui.viewer import write_private_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.biller import Biller


def open_pdf(app: "Biller", row: InvoiceRow) -> None:
    """Open the issued document with the desktop's viewer; a draft has none yet."""
    if row.number is None:
        app.say("A draft has no document yet; s issues and sends it.", "warn")
        return

    def work() -> str:
        return _show(app, row.number, _content(app.store, row))

    app.in_background(work, app.say)


def open_receipt(app: "Biller", payment_id: str) -> None:
    """Open the receipt for a payment; one is made where there is none, or where it is not true any more."""
    today = app.today()

    def work() -> str:
        from core.delivery.receipts import make_receipt

        made = make_receipt(app.store, app.actor, payment_id, today=today)
        with app.store.read() as read:
            content = document_bytes(read, payment_id)
        shown = _show(app, f"receipt-{short(payment_id)}", content)
        return (
            f"Corrected receipt, version {made.version}: {shown}" if made.new and made.version > 1 else shown
        )

    app.in_background(work, app.say, writes=True)


def print_credit_note(app: "Biller", adjustment_id: str) -> None:
    """Make the document of a credit note, or correct it after an undo; a word only where that fails."""
    today = app.today()

    def work() -> None:
        from core.delivery.credit_notes import make_credit_note

        make_credit_note(app.store, app.actor, adjustment_id, today=today)

    app.in_background(work, lambda _: None, writes=True)


def _show(app: "Biller", name: str, content: bytes) -> str:
    """Raises: OutsideFailure."""
    try:
        return app.viewer.show(name, content)
    except OSError as error:
        raise OutsideFailure(f"The document cannot be shown: {error.strerror}.") from None


def write_pdf(store: Store, row: InvoiceRow, folder: Path) -> str:
    """Write an issued document to a folder; answers its path. Raises: NotFound, OutsideFailure."""
    content = _content(store, row)
    try:
        return str(write_private_file(folder, f"{row.number}.pdf", content))
    except OSError as error:
        raise OutsideFailure(f"{folder} cannot be written: {error.strerror}.") from None


def _content(store: Store, row: InvoiceRow) -> bytes:
    with store.read() as read:
        return document_bytes(read, row.invoice_id)
