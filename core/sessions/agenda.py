"""The agenda: the sessions of a day or a week with what billing has made of each (RB1)."""

from collections import namedtuple
from datetime import date

from core.ledger.effective import ISSUE_COUNTS
from core.ledger.invoices import invoices_of_sessions
from core.ledger.unbilled import COUNTS, LIVE_DRAFT_LINE, LIVE_LINE
from core.money import line_amount
from core.practice.policies import missed_fee

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.dates import Period
    from core.store import Read

FEE_OF_STATUS = {"no_show": "no_show_fee", "late_cancel": "late_cancel_fee"}
"""What was not kept, and the policy that says what it costs."""

AgendaRow = namedtuple(
    "AgendaRow",
    "session_id service_on starts_at ends_at client_id client provider office status final services charges"
    " unbilled amount_cents state invoice_id number standing",
)
"""`charges` and `unbilled` count the session's charges, `unbilled` also one of which a payer's share is.
`services` are its codes. `amount_cents` is what it was charged, or would be: its claim, its lines, its fee;
None where nothing is to be charged. `number` and `standing` are of the invoice that carries it, of the first
one where shares made several; `invoice_id` is that invoice, or else the draft. `state` is one of STATES."""

STATES = ("cancelled", "scheduled", "not_final", "no_fee", "claim", "unbilled", "draft", "invoiced")
"""not_final: it took place, or was missed at a fee, and has not gone to billing yet. no_fee: nothing to
bill."""

WAITS = ("not_final", "unbilled")
"""The states that one key makes a draft of."""

SESSIONS = f"""
SELECT s.id, s.service_on, s.starts_at, s.ends_at, s.client_id, k.sort_name, coalesce(p.name, ''),
       coalesce(o.code, ''), s.status,
       EXISTS (SELECT 1 FROM finalisation AS f WHERE f.once = 'finalise:' || s.id),
       (SELECT count(*) FROM charge AS c WHERE c.session_id = s.id AND {COUNTS}),
       (SELECT count(*) FROM charge AS c WHERE c.session_id = s.id
           AND EXISTS (SELECT 1 FROM unbilled AS u WHERE u.charge_id = c.id)),
       (SELECT sum(c.amount_cents) FROM charge AS c WHERE c.session_id = s.id AND {COUNTS}),
       (SELECT m.charged_cents FROM claim AS m WHERE m.once = 'claim:' || s.id LIMIT 1),
       (SELECT l.invoice_id FROM charge AS c JOIN invoice_line AS l ON l.charge_id = c.id
          JOIN invoice_issue AS i ON i.id = l.issue_id
          WHERE c.session_id = s.id AND {ISSUE_COUNTS} AND {LIVE_LINE}
          ORDER BY i.series, i.series_no LIMIT 1),
       (SELECT l.draft_id FROM charge AS c JOIN draft_line AS l ON l.charge_id = c.id
          WHERE c.session_id = s.id AND {LIVE_DRAFT_LINE} LIMIT 1)
FROM session AS s JOIN client AS k ON k.id = s.client_id
     LEFT JOIN provider AS p ON p.id = s.provider_id LEFT JOIN office AS o ON o.id = s.office_id
WHERE s.service_on BETWEEN :from_on AND :to_on
ORDER BY s.starts_at, k.sort_name, s.id
"""  # noqa: S608  composed of constants

SERVICES = """
SELECT l.session_id, l.code, l.units_milli, l.rate_cents, l.billable
FROM session AS s CROSS JOIN session_line AS l ON l.session_id = s.id
WHERE s.service_on BETWEEN :from_on AND :to_on
ORDER BY l.session_id, l.position, l.id
"""


def agenda(read: "Read", period: "Period", *, today: date) -> list[AgendaRow]:
    """The sessions that start on the local days of a period, in order of time; cancelled ones too.

    The period has both ends. However many sessions there are, it is three questions, and one more for
    each day on which somebody missed an appointment that has not gone to billing.
    """
    read.fresh()
    assert period.from_on is not None
    assert period.to_on is not None
    days = {"from_on": period.from_on.isoformat(), "to_on": period.to_on.isoformat()}
    services: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    for session_id, code, units, rate, billable in read.rows(SERVICES, **days):
        services.setdefault(session_id, []).append(code)
        lines[session_id] = lines.get(session_id, 0) + (line_amount(units, rate) if billable else 0)
    carrying = invoices_of_sessions(read, today=today.isoformat(), **days)
    fees: dict[tuple[str, str], int] = {}
    rows = []
    for *head, final, charges, unbilled, charged, claimed, invoice_id, draft_id in read.rows(
        SESSIONS, **days
    ):
        session_id, service_on, status = head[0], head[1], head[-1]
        amount = charged or claimed
        if not final and status in FEE_OF_STATUS:
            if (status, service_on) not in fees:
                fee = missed_fee(read, FEE_OF_STATUS[status], date.fromisoformat(service_on))
                fees[status, service_on] = fee.amount_cents
            amount = fees[status, service_on]
        elif not final and status in ("kept", "scheduled"):
            amount = lines.get(session_id, 0)
        state = _state(status, bool(final), amount, charges, unbilled, claimed, invoice_id, draft_id)
        invoice = carrying.get(invoice_id) if state == "invoiced" else None
        rows.append(
            _made(
                *head,
                bool(final),
                " ".join(services.get(session_id, ())),
                charges,
                unbilled,
                amount or None,
                state,
                invoice_id or draft_id,
                None if invoice is None else invoice.number,
                None if invoice is None else invoice.status,
            )
        )
    return rows


def _made(*columns: "Any") -> AgendaRow:
    return AgendaRow(*columns)


def _state(
    status: str,
    final: bool,
    amount: int | None,
    charges: int,
    unbilled: int,
    claimed: int | None,
    invoice_id: str | None,
    draft_id: str | None,
) -> str:
    if not final:
        if status in ("cancelled", "scheduled"):
            return status
        return "not_final" if amount else "no_fee"
    if unbilled:
        return "unbilled"
    if invoice_id:
        return "invoiced"
    if draft_id:
        return "draft"
    return "claim" if claimed and not charges else "no_fee"
