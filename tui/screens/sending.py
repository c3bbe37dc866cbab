"""Send invoices in the background, from the list or from one invoice's page (RB3)."""

from collections.abc import Callable, Sequence

from core.ids import short
from core.ledger.invoices import InvoiceRow, invoice
from tui.jobs import Job, JobReport, Progress, in_chunks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.biller import Biller


def start_sending(
    app: "Biller", rows: Sequence[InvoiceRow], ended: Callable[[JobReport], object] = lambda report: None
) -> None:
    """Drafts get their number and document first. One is named when it is sent, several are counted."""
    from core.delivery.sending import send

    today = app.today()
    invoice_ids = [row.invoice_id for row in rows]
    in_turn = in_chunks(invoice_ids, lambda some: send(app.store, app.actor, some, today=today))

    def work(progress: Progress) -> None:
        in_turn(progress)
        if len(invoice_ids) == 1 and progress.report.done:
            with app.store.read() as read:
                sent = invoice(read, invoice_ids[0], today=today.isoformat())
            progress.report.says = f"Sent {sent.number} to {sent.client}"

    def over(report: JobReport) -> None:
        ended(report)
        app.sent(report.done)

    app.start_job(
        Job(
            "Sending",
            len(invoice_ids),
            work,
            over,
            names={row.invoice_id: f"{row.number or short(row.invoice_id)} {row.client}" for row in rows},
            open=lambda invoice_id: app.show_invoice(invoice_id),
        )
    )
