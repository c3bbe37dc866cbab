"""A statement to print."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from core.ledger.statement_account import PreviousStatement
from core.ledger.statement_view import OpenItem, StatementDetail, StatementLine, StatementSums, StatementView
from tests.core.documents.sample_invoice import an_invoice

FIRST = date(2026, 10, 1)
ID = "4dd84a29-3f5e-5aab-8bb6-0a1b2c3d4e5f"


def a_line(place: int = 0, balance_cents: int = 15_000, **changes: Any) -> StatementLine:
    detail = StatementDetail(FIRST - timedelta(days=20), "Psychotherapy, 60 minutes", 15_000)
    line = StatementLine(
        FIRST, "invoice", f"Invoice A-{place:05}", "José Łukasz", 15_000, balance_cents, (detail,)
    )
    return replace(line, **changes)


def an_item(**changes: Any) -> OpenItem:
    details = (
        StatementDetail(date(2026, 10, 10), "Late fee", 1_000),
        StatementDetail(date(2026, 10, 12), "Payment, check 1187", -4_000),
    )
    item = OpenItem("A-00042", FIRST, date(2026, 10, 31), "José Łukasz", 16_000, 0, 4_000, 12_000, details)
    return replace(item, **changes)


def a_statement(how_many: int = 3, /, **changes: Any) -> StatementView:
    """An activity statement of so many invoices after a previous one of $20.00."""
    opening = 2_500
    shown = tuple(a_line(place, opening + 15_000 * (place + 1)) for place in range(how_many))
    closing = opening + 15_000 * how_many
    late = a_line(99, 2_500, text="Late fee on A-00001", amount_cents=500, details=(), client="")
    view = StatementView(
        document_id=ID,
        version=1,
        made_on=date(2026, 11, 2),
        kind="activity",
        guarantor_id="g",
        client_id=None,
        from_on=FIRST,
        to_on=date(2026, 10, 31),
        currency="USD",
        letterhead=an_invoice().letterhead,
        bill_to=("Małgorzata Łukasz", "1420 Elmhurst Avenue", "Springfield, IL 62704"),
        clients=("José Łukasz", "Ana Łukasz"),
        previous=PreviousStatement("p", date(2026, 10, 1), date(2026, 9, 30), 2_000),
        earlier=(late,),
        earlier_cents=500,
        opening_cents=opening,
        lines=shown,
        items=(),
        sums=StatementSums(charges_cents=15_000 * how_many),
        closing_cents=closing,
        credit_cents=0,
        aging=(("current", closing), ("1-30", 0), ("31-60", 0), ("61-90", 0), ("91+", 0)),
        comment="Thank you for coming.",
    )
    return replace(view, **changes)


def open_items(how_many: int = 1, /, **changes: Any) -> StatementView:
    """What is open on a day."""
    closing = 12_000 * how_many - 2_000
    view = a_statement(
        0,
        kind="open_items",
        from_on=None,
        previous=None,
        earlier=(),
        earlier_cents=0,
        opening_cents=0,
        items=tuple(an_item(number=f"A-{place:05}") for place in range(how_many)),
        closing_cents=closing,
        credit_cents=2_000,
        aging=(("current", 12_000 * how_many), ("1-30", 0), ("31-60", 0), ("61-90", 0), ("91+", 0)),
    )
    return replace(view, **changes)
