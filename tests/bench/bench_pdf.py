"""P3: what a one-page Unicode invoice costs, against reportlab's canvas and fpdf2's table.

    python -m tests.bench.bench_pdf [--quick]

All three print the same letterhead, rows, totals and footer. reportlab uses core fonts and so gets a text
without the letters that they cannot draw; fpdf2 embeds Noto Sans as its manual says. A second line is for the
invoice of a practice with a portal, whose pay link is a QR code too; reportlab draws it with its own.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from statistics import median

from fpdf import FPDF
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.pdfgen.canvas import Canvas

from core.documents.fonts import font_path
from core.documents.invoice import render_invoice
from core.documents.wording import day
from core.ledger.invoice_view import InvoiceLineView, InvoiceView
from core.ledger.letterhead import Letterhead
from core.money import show_cents, show_units

ROWS = 12
LINK = "https://pay.riverside.example/i/7KQ2-M4XD-91ZT"


def sample() -> InvoiceView:
    lines = tuple(
        InvoiceLineView(
            "charge", date(2026, 9, 1) + timedelta(days=i), "90837", "Psychotherapy, 60 minutes", "95",
            "Şule Yılmaz, LCSW", 1000, 18500, 18500,
        )
        for i in range(ROWS)
    )  # fmt: skip
    total = sum(line.amount_cents for line in lines)
    return InvoiceView(
        invoice_id="bench",
        number="A-00042",
        version=1,
        issued_on=date(2026, 10, 1),
        due_on=date(2026, 10, 31),
        currency="USD",
        letterhead=Letterhead(
            name="Riverside Therapy Associates",
            address=("77 Riverside Drive, Suite 300", "Springfield, IL 62701"),
            phone="(217) 555-0142",
            email="billing@riverside.example",
            tax_id="12-3456789",
            footer="Please make checks payable to Riverside Therapy Associates.\nWe take cards by phone.",
        ),
        bill_to=("Małgorzata Łukasz-O’Connor", "1420 Elmhurst Avenue, Apt. 5B", "Springfield, IL 62704"),
        client="José Łukasz",
        lines=lines,
        subtotal_cents=total,
        total_cents=total,
        paid_cents=10000,
        balance_cents=total - 10000,
        notes="Thank you for coming. Sessions cancelled less than 24 hours ahead are billed.",
        pay_code="7KQ2-M4XD-91ZT",
    )


def _rows(view: InvoiceView) -> list[tuple[str, str, str, str, str, str]]:
    return [
        (
            day(line.service_on) if line.service_on else "",
            line.description,
            " · ".join((line.code, line.modifiers, line.provider)),
            show_units(line.units_milli),
            show_cents(line.rate_cents),
            show_cents(line.amount_cents),
        )
        for line in view.lines
    ]


def _above(view: InvoiceView) -> list[str]:
    head = view.letterhead
    return [
        head.name, *head.address, f"{head.phone} · {head.email}", f"Tax ID {head.tax_id}", "Invoice",
        view.number,
        "BILL TO", *view.bill_to, "CLIENT", view.client, "Invoice date", day(view.issued_on), "Due date",
        day(view.due_on), "Balance due", show_cents(view.balance_cents),
    ]  # fmt: skip


def _below(view: InvoiceView) -> list[str]:
    return [
        "Total", show_cents(view.total_cents), "Paid", show_cents(-view.paid_cents), "Balance due",
        show_cents(view.balance_cents), "NOTES", view.notes, "HOW TO PAY",
        *view.letterhead.footer.split("\n"),
        *([f"Pay online: {view.pay_link}"] if view.pay_link else []),
        f"Pay code {view.pay_code} for invoice {view.number}",
        f"{view.letterhead.name} · Invoice {view.number}", "Page 1 of 1",
    ]  # fmt: skip


HEADINGS = ("DATE", "SERVICE", "UNITS", "RATE", "AMOUNT (USD)")


def with_reportlab(view: InvoiceView) -> bytes:
    """The same text on reportlab's canvas in Helvetica, right-aligned where the invoice is."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), invariant=1)

    def write(
        x: float, y: float, text: str, font: str = "Helvetica", size: float = 9, right: bool = False
    ) -> None:
        canvas.setFont(font, size)
        shown = text.encode("cp1252", "replace").decode("cp1252")
        if right:
            canvas.drawRightString(x, y, shown)
        else:
            canvas.drawString(x, y, shown)

    y = 744.0
    for text in _above(view):
        write(50, y, text, "Helvetica-Bold")
        y -= 13
    for x, heading in zip((50, 118, 418, 484, 553), HEADINGS, strict=True):
        write(x, y, heading, "Helvetica-Bold", 7, right=x > 118)
    for when, what, detail, units, rate, cents in _rows(view):
        y -= 13
        write(50, y, when)
        write(118, y, what)
        write(118, y - 10, detail, size=8)
        write(418, y, units, right=True)
        write(484, y, rate, right=True)
        write(553, y, cents, right=True)
        y -= 15
        canvas.setStrokeColorRGB(0.86, 0.88, 0.9)
        canvas.line(50, y, 562, y)
    for text in _below(view):
        y -= 9
        write(50, y, text)
    if view.pay_link:
        renderPDF.draw(drawing(QrCodeWidget(view.pay_link, barLevel="M")), canvas, 470, 60)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def drawing(code: QrCodeWidget) -> Drawing:
    left, below, right, above = code.getBounds()
    return Drawing(60, 60, code, transform=[60 / (right - left), 0, 0, 60 / (above - below), 0, 0])


def with_fpdf2_table(view: InvoiceView) -> bytes:
    """The same text by fpdf2's own means: an embedded font, cells and a table."""
    pdf = FPDF(unit="pt", format="letter")
    pdf.add_font("Noto", fname=font_path("fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"))
    pdf.set_font("Noto", size=9)
    pdf.add_page()
    for text in _above(view):
        pdf.cell(0, 11, text, new_x="LMARGIN", new_y="NEXT")
    with pdf.table(first_row_as_headings=False, line_height=11, col_widths=(68, 300, 50, 66, 78)) as table:
        table.row(HEADINGS)
        for when, what, detail, units, rate, cents in _rows(view):
            table.row((when, f"{what}\n{detail}", units, rate, cents))
    for text in _below(view):
        pdf.cell(0, 9, text, new_x="LMARGIN", new_y="NEXT")
    return bytes(pdf.output())


def _milliseconds(job: Callable[[InvoiceView], bytes], view: InvoiceView, times: int) -> float:
    began = time.process_time()
    for _ in range(times):
        job(view)
    return (time.process_time() - began) * 1000 / times


def measure(*, quick: bool) -> dict[str, object]:
    """Median CPU of each over interleaved rounds, and how many times quicker the invoice is."""
    view = sample()
    began = time.process_time()
    first = render_invoice(view)
    cold = (time.process_time() - began) * 1000
    with_reportlab(view)
    rounds = 3 if quick else 7
    coded = replace(view, pay_link=LINK)
    ours, reportlab, table, ours_coded, reportlab_coded = [], [], [], [], []
    for _ in range(rounds):
        ours.append(_milliseconds(render_invoice, view, 5 if quick else 200))
        reportlab.append(_milliseconds(with_reportlab, view, 5 if quick else 60))
        table.append(_milliseconds(with_fpdf2_table, view, 1 if quick else 4))
        ours_coded.append(_milliseconds(render_invoice, coded, 5 if quick else 100))
        reportlab_coded.append(_milliseconds(with_reportlab, coded, 1 if quick else 10))
    return {
        "bench": "P3",
        "times_reportlab": round(median(reportlab) / median(ours), 2),
        "times_fpdf2_table": round(median(table) / median(ours), 1),
        "times_reportlab_with_qr_code": round(median(reportlab_coded) / median(ours_coded), 2),
        "ours_ms": round(median(ours), 3),
        "ours_with_qr_code_ms": round(median(ours_coded), 3),
        "reportlab_ms": round(median(reportlab), 3),
        "fpdf2_table_ms": round(median(table), 2),
        "first_in_process_ms": round(cold, 1),
        "bytes": len(first),
        "rounds": rounds,
    }


if __name__ == "__main__":
    print(json.dumps(measure(quick="--quick" in sys.argv[1:])))
