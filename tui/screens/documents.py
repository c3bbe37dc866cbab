"""Open, write or share a document, from any screen that shows one."""

from collections.abc import Callable
from pathlib import Path

from core.documents.keep import document_bytes
from core.documents.queries import DocumentRow, document
from core.documents.reading import ReadPage, read_pages
from core.errors import OutsideFailure
from core.ledger.invoices import InvoiceRow
from core.store import Store
from tui.viewer import write_private_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.biller import Biller


def open_pdf(app: "Biller", row: InvoiceRow) -> None:
    """Open an invoice's newest document; a draft has none yet."""
    if row.number is None:
        app.say("A draft has no document yet; s issues and sends it.", "warn")
        return
    open_document(app, row.invoice_id, place="invoices")


def open_document(app: "Biller", document_id: str, *, place: str, version: int | None = None) -> None:
    """Open a version with the desktop's viewer, or where there is none as text in the terminal."""

    def show(row: DocumentRow, content: bytes) -> str:
        try:
            return app.viewer.show(row.file_name(version), content)
        except OSError as error:
            raise OutsideFailure(f"The document cannot be shown: {error.strerror}.") from None

    _open(app, document_id, place, version, show)


def open_text(app: "Biller", document_id: str, *, place: str, version: int | None = None) -> None:
    """Show a version as text, whatever viewer there is."""
    _open(app, document_id, place, version, lambda row, content: "")


def _open(
    app: "Biller",
    document_id: str,
    place: str,
    version: int | None,
    show: Callable[[DocumentRow, bytes], str],
) -> None:
    """Show a version, or where `show` says nothing its pages as text. Keys typed behind it wait."""

    def work() -> tuple[str, DocumentRow, list[ReadPage]]:
        row, content = _content(app.store, document_id, version)
        said = show(row, content)
        return said, row, [] if said else read_pages(content)

    def shown(answer: tuple[str, DocumentRow, list[ReadPage]]) -> None:
        said, row, pages = answer
        if said:
            app.say(said)
            return
        from tui.screens.text_page import TextPage

        shown_version = version or row.version
        app.push_screen(
            TextPage(
                place,
                row,
                shown_version,
                pages,
                lambda: write_and_say(app, document_id, shown_version),
            )
        )

    app.hold_keys("document")
    app.in_background(work, shown, ended=lambda: app.release_keys("document"))


def open_receipt(app: "Biller", payment_id: str) -> None:
    """Open the receipt for a payment; one is made where there is none, or where it is not true any more."""
    today = app.today()

    def work() -> str:
        from core.delivery.receipts import make_receipt

        made = make_receipt(app.store, app.actor, payment_id, today=today)
        return f"Corrected receipt, version {made.version}." if made.new and made.version > 1 else ""

    def made(said: str) -> None:
        if said:
            app.say(said)
        open_document(app, payment_id, place="payments")

    app.hold_keys("receipt")
    app.in_background(work, made, writes=True, ended=lambda: app.release_keys("receipt"))


def print_credit_note(app: "Biller", adjustment_id: str) -> None:
    """Make the document of a credit note, or correct it after an undo; a word only where that fails."""
    today = app.today()

    def work() -> None:
        from core.delivery.credit_notes import make_credit_note

        make_credit_note(app.store, app.actor, adjustment_id, today=today)

    app.in_background(work, lambda _: None, writes=True)


def write_pdf(store: Store, row: InvoiceRow, folder: Path) -> str:
    """Write an invoice's newest document to a folder; answers its path. Raises: NotFound, OutsideFailure."""
    return write_document(store, row.invoice_id, folder)


def write_document(store: Store, document_id: str, folder: Path, version: int | None = None) -> str:
    """Write a version of a document to a folder; answers its path. Raises: NotFound, OutsideFailure."""
    row, content = _content(store, document_id, version)
    try:
        return str(write_private_file(folder, row.file_name(version), content))
    except OSError as error:
        raise OutsideFailure(f"{folder} cannot be written: {error.strerror}.") from None


def write_and_say(app: "Biller", document_id: str, version: int | None) -> None:
    """Write one version to the folder for exports and say where it is."""
    app.in_background(
        lambda: write_document(app.store, document_id, app.exports, version),
        lambda path: app.say(f"Written: {path}", "good"),
    )


def share_one(app: "Biller", row: DocumentRow) -> None:
    """Make a document's newest version visible to whom it is for; `u` takes it back."""
    from core.delivery.sharing import share_documents

    def shared(document_ids: list[str]) -> None:
        app.say(f"{row.title} is shared", "good")
        app.sent(document_ids, "document")

    app.change(lambda tx: share_documents(tx, [row.document_id]), shared)


def _content(store: Store, document_id: str, version: int | None) -> tuple[DocumentRow, bytes]:
    with store.read() as read:
        content = document_bytes(read, document_id, version)
        return document(read, document_id), content
