"""A superbill to print."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from core.ledger.letterhead import Letterhead
from core.ledger.superbill_view import Insured, SuperbillLine, SuperbillView


def a_service(**changes: Any) -> SuperbillLine:
    line = SuperbillLine(
        service_on=date(2026, 9, 1),
        place="11",
        code="90837",
        modifiers="95 GT",
        description="Psychotherapy, 60 minutes",
        pointers="AB",
        units_milli=1000,
        charged_cents=18_500,
        paid_cents=10_000,
        balance_cents=8_500,
    )
    return replace(line, **changes)


def a_superbill(lines: int = 3, **changes: Any) -> SuperbillView:
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(lines)]
    view = SuperbillView(
        superbill_id="0",
        version=1,
        made_on=date(2026, 10, 1),
        client_id="1",
        provider_id="2",
        from_on=date(2026, 1, 1),
        to_on=date(2026, 9, 30),
        currency="USD",
        letterhead=Letterhead(
            name="Riverside Therapy",
            address=("77 Riverside Drive", "Springfield, IL 62701"),
            phone="(217) 555-0142",
            email="billing@riverside.example",
            tax_id="12-3456789",
        ),
        practice_npi="1999999984",
        provider="Amy Lin, PhD",
        npi="1234567893",
        licence="IL 071-004321",
        supervised_by="",
        supervisor_npi="",
        client="José Łukasz",
        birth_on=date(2015, 4, 5),
        address=("1420 Elmhurst Avenue", "Springfield, IL 62704"),
        phone="(217) 555-0199",
        referrer="Dr. Rita Refer",
        referrer_npi="1245319599",
        insured=Insured("Blue Shield", "XYZ123", "G-7", "Małgorzata Łukasz", "child", date(1980, 1, 2)),
        payee=("Małgorzata Łukasz", "1420 Elmhurst Avenue"),
        diagnoses=("F41.1", "F32.A"),
        lines=tuple(a_service(service_on=day) for day in days),
        places=("11 Office",),
    )
    return replace(view, **changes)
