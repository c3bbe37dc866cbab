"""An invoice to print, and what a reader finds in the print."""

import re
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from PIL import Image
from pypdf import PdfReader

from core.ledger.invoice_view import InvoiceLineView, InvoiceView
from core.ledger.letterhead import Letterhead

NAME = "José Łukasz 李小龍"
LINK = "https://pay.riverside.example/A-00042/7KQ2M4XD91ZT"


def a_line(**changes: Any) -> InvoiceLineView:
    line = InvoiceLineView(
        kind="charge",
        service_on=date(2026, 9, 1),
        code="90837",
        description="Psychotherapy, 60 minutes",
        modifiers="95",
        provider="Amy Lin, PhD",
        units_milli=1000,
        rate_cents=18500,
        amount_cents=18500,
    )
    return replace(line, **changes)


def an_invoice(lines: int = 3, **changes: Any) -> InvoiceView:
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(lines)]
    total = 18500 * lines
    view = InvoiceView(
        invoice_id="0",
        number="A-00042",
        version=1,
        issued_on=date(2026, 10, 1),
        due_on=date(2026, 10, 31),
        currency="USD",
        letterhead=Letterhead(
            name="Riverside Therapy",
            address=("77 Riverside Drive", "Springfield, IL 62701"),
            phone="(217) 555-0142",
            email="billing@riverside.example",
            tax_id="12-3456789",
            footer="Please mail checks to the address above.\nWe take cards by phone.",
        ),
        bill_to=("Małgorzata Łukasz", "1420 Elmhurst Avenue"),
        client="José Łukasz",
        lines=tuple(a_line(service_on=day) for day in days),
        subtotal_cents=total,
        total_cents=total,
        paid_cents=10000,
        balance_cents=total - 10000,
        notes="Thank you for coming.",
        pay_code="7KQ2-M4XD",
        pay_link=LINK,
    )
    return replace(view, **changes)


def a_logo(width: int = 60, height: int = 20) -> bytes:
    png = BytesIO()
    Image.new("RGBA", (width, height), (18, 92, 107, 200)).save(png, "PNG")
    return png.getvalue()


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, spaces and line ends as one space."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


def text_of(pdf: bytes) -> str:
    return " ".join(pages_of(pdf))
