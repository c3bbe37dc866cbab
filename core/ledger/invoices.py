"""The list of invoices and drafts, and one of them whole, as screens and scripts show them."""

from collections import namedtuple

from core.errors import NotFound
from core.ledger.carried import DROPPED, dropped_lines
from core.ledger.effective import ISSUE_COUNTS
from core.ledger.standing import SHARED, standing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.store import Read

InvoiceRow = namedtuple(
    "InvoiceRow",
    "invoice_id number client client_id status issued_on due_on total_cents paid_cents balance_cents",
)
"""`number` and `issued_on` are None for a draft; days are ISO text, money is cents."""

HEAD = f"""
SELECT i.invoice_id, i.number, i.client_name, i.client_id, i.issued_on, i.due_on, b.asked_cents, b.paid_cents,
       b.balance_cents, b.forgiven_cents, b.closed_cents, b.hold, b.refunding, b.void, {SHARED}
FROM invoice_issue AS i JOIN invoice_balance AS b ON b.invoice_id = i.invoice_id AND b.issue_id = i.id
"""  # noqa: S608  composed of the constants above
BY_NUMBER = " ORDER BY i.series, i.series_no"
OF_CLIENT = " WHERE i.client_id = :client_id"
OF_INVOICE = " WHERE b.invoice_id = :invoice_id"

DRAFT_ADJUSTED = """
coalesce((SELECT sum(CASE a.kind WHEN 'discount' THEN -1 ELSE 1 END
                     * coalesce(a.flat_cents, (t.lines_cents * a.percent_bps + 5000) / 10000))
          FROM draft_adjustment AS a WHERE a.draft_id = t.id), 0)
"""

DRAFTED = f"""
(SELECT d.id, k.name AS client, k.sort_name, d.client_id, d.due_on,
        coalesce((SELECT sum(l.amount_cents) FROM draft_line AS l
                  WHERE l.draft_id = d.id AND NOT {DROPPED}), 0) AS lines_cents
 FROM draft AS d JOIN client AS k ON k.id = d.client_id
 WHERE NOT EXISTS (SELECT 1 FROM invoice_issue AS i WHERE i.invoice_id = d.id)) AS t
"""  # noqa: S608  composed of the constants above
LIVE_DRAFTED = DRAFTED.replace(
    "FROM draft AS d JOIN", "FROM live_draft AS w CROSS JOIN draft AS d ON d.id = w.draft_id JOIN"
)
"""The same of all; asked of those that live, because drafts stay when they are issued."""
DRAFT_CENTS = f"t.lines_cents + {DRAFT_ADJUSTED}"
SELECT_DRAFT = f"SELECT t.id, t.client, t.client_id, t.due_on, {DRAFT_CENTS} FROM "  # noqa: S608
DRAFTS = f"{SELECT_DRAFT} {LIVE_DRAFTED} ORDER BY t.sort_name, t.id"
DRAFTS_OF = f"{SELECT_DRAFT} {DRAFTED} ORDER BY t.sort_name, t.id".replace(
    "WHERE NOT EXISTS", "WHERE d.client_id = :client_id AND NOT EXISTS"
)
DRAFT = DRAFTS_OF.replace("d.client_id = :client_id", "d.id = :draft_id")


DUPLICATES = f"""
SELECT i.id, i.number, i.client_name, i.client_id, i.issued_on, i.due_on, i.total_cents
FROM (SELECT invoice_id FROM invoice_issue GROUP BY invoice_id HAVING count(*) > 1) AS t
JOIN invoice_issue AS i ON i.invoice_id = t.invoice_id
WHERE NOT {ISSUE_COUNTS} AND (:client_id IS NULL OR i.client_id = :client_id)
ORDER BY i.series, i.series_no
"""  # noqa: S608  composed of the constants above
DUPLICATE = f"""
SELECT i.id, i.number, i.client_name, i.client_id, i.issued_on, i.due_on, i.total_cents
FROM invoice_issue AS i WHERE i.id = :issue_id AND NOT {ISSUE_COUNTS}
"""  # noqa: S608
"""Second numbers of drafts that two offices issued: each is void, under the id of its issue."""


def issued_row(today: str) -> "Any":
    """What makes of the columns of `HEAD` a row, with its state on that day."""

    def make(
        invoice_id: str,
        number: str,
        client: str,
        client_id: str,
        issued_on: str,
        due_on: str,
        asked: int,
        paid: int,
        balance: int,
        forgiven: int,
        closed: int,
        hold: str,
        refunding: int,
        void: int,
        shared: int,
    ) -> InvoiceRow:
        word = standing(
            void=bool(void),
            shared=bool(shared),
            asked_cents=asked,
            paid_cents=paid,
            balance_cents=balance,
            forgiven_cents=forgiven,
            closed_cents=closed,
            hold=hold,
            refunding=bool(refunding),
            due_on=due_on,
            today=today,
        )
        return InvoiceRow(
            invoice_id, number, client, client_id, word, issued_on, due_on, asked, paid, balance
        )

    return make


def draft_row(draft_id: str, client: str, client_id: str, due_on: str | None, total: int) -> InvoiceRow:
    """A draft as a row, of the columns of `DRAFTS`."""
    return InvoiceRow(draft_id, None, client, client_id, "draft", None, due_on, total, 0, total)


def _duplicate_row(
    issue_id: str, number: str, client: str, client_id: str, issued_on: str, due_on: str, total: int
) -> InvoiceRow:
    return InvoiceRow(issue_id, number, client, client_id, "void", issued_on, due_on, total, 0, 0)


def invoices(
    read: "Read", *, today: str, status: str | None = None, client_id: str | None = None
) -> list[InvoiceRow]:
    """Drafts first, by client, then every invoice by number, and last the numbers that are void because
    another office had issued the same draft. `today` is ISO text in the practice's zone.
    """
    read.fresh()
    if client_id is None:
        rows = read.all(DRAFTS, draft_row) + read.all(HEAD + BY_NUMBER, issued_row(today))
    else:
        rows = read.all(DRAFTS_OF, draft_row, client_id=client_id)
        rows += read.all(HEAD + OF_CLIENT + BY_NUMBER, issued_row(today), client_id=client_id)
    rows += read.all(DUPLICATES, _duplicate_row, client_id=client_id)
    return rows if status is None else [row for row in rows if row.status == status]


PAGE = 200

AFTER = " WHERE (i.series, i.series_no) > (:series, :series_no)"
A_PAGE = BY_NUMBER + " LIMIT :most"


def invoice_page(
    read: "Read", *, today: str, after: tuple[str, int] = ("", 0), most: int = PAGE
) -> list[InvoiceRow]:
    """So many issued invoices by number, after a series and its number; drafts are not among them."""
    read.fresh()
    series, series_no = after
    sql = HEAD + AFTER + A_PAGE
    return read.all(sql, issued_row(today), series=series, series_no=series_no, most=most)


def invoice(read: "Read", invoice_id: str, *, today: str) -> InvoiceRow:
    """One invoice or draft by its id. Raises: NotFound."""
    read.fresh()
    found = read.first(HEAD + OF_INVOICE, issued_row(today), invoice_id=invoice_id)
    if found is None:
        found = read.first(DRAFT, draft_row, draft_id=invoice_id)
    if found is None:
        found = read.first(DUPLICATE, _duplicate_row, issue_id=invoice_id)
    if found is None:
        raise NotFound("There is no such invoice any more.", subject=invoice_id)
    return found


OF_SESSIONS = """ WHERE b.invoice_id IN (
    SELECT l.invoice_id FROM session AS s CROSS JOIN charge AS c ON c.session_id = s.id
    CROSS JOIN invoice_line AS l ON l.charge_id = c.id WHERE s.service_on BETWEEN :from_on AND :to_on)
"""


def invoices_of_sessions(read: "Read", *, from_on: str, to_on: str, today: str) -> dict[str, InvoiceRow]:
    """The issued invoices that carry a charge of a session of these days, void ones too, by their id."""
    read.fresh()
    rows = read.all(HEAD + OF_SESSIONS, issued_row(today), from_on=from_on, to_on=to_on)
    return {row.invoice_id: row for row in rows}


LineRow = namedtuple(
    "LineRow",
    "line_id kind charge_id date_on code_system code modifiers description provider units_milli rate_cents"
    " amount_cents",
)

ISSUED_LINES = """
SELECT l.id, l.kind, l.charge_id, l.service_on, l.code_system, l.code, l.modifiers, l.description,
       coalesce(p.name, ''), l.units_milli, l.rate_cents, l.amount_cents
FROM invoice_line AS l LEFT JOIN provider AS p ON p.id = l.provider_id
WHERE l.issue_id = coalesce((SELECT i.id FROM invoice_issue AS i WHERE i.invoice_id = :invoice_id
                             ORDER BY i._q = 0, i._q, i.site, i.no LIMIT 1), :invoice_id)
ORDER BY l.position
"""

DRAFT_LINES = """
SELECT l.id, CASE WHEN l.charge_id IS NULL THEN 'manual' ELSE 'charge' END, l.charge_id, l.service_on,
       l.code_system, l.code, l.modifiers, l.description, coalesce(p.name, ''), l.units_milli,
       l.rate_cents, l.amount_cents
FROM draft_line AS l LEFT JOIN provider AS p ON p.id = l.provider_id
WHERE l.draft_id = :invoice_id ORDER BY l.position, l.id
"""

ADJUSTMENTS_OF_DRAFT = """
SELECT a.id, a.kind, NULL, NULL, '', '', '', a.label, '', 1000,
       coalesce(a.flat_cents, 0), coalesce(a.percent_bps, 0)
FROM draft_adjustment AS a WHERE a.draft_id = :invoice_id ORDER BY a.position, a.id
"""


def lines(read: "Read", invoice_id: str) -> list[LineRow]:
    """The lines of an invoice as frozen, or of a draft as they stand, discounts and surcharges last.

    A draft's line whose charge another office billed is of the kind dropped, comes to nothing, and says so.
    """
    frozen = read.all(ISSUED_LINES, LineRow, invoice_id=invoice_id)
    if frozen:
        return frozen
    from core.money import percent_of

    standing_lines = read.all(DRAFT_LINES, LineRow, invoice_id=invoice_id)
    dropped = dropped_lines(read, invoice_id) if standing_lines else {}
    for place, line in enumerate(standing_lines):
        if line.line_id in dropped:
            elsewhere = dropped[line.line_id]
            words = f"{line.description} (dropped out: on {elsewhere or 'another draft'} already)"
            standing_lines[place] = line._replace(kind="dropped", description=words, amount_cents=0)
    base = sum(line.amount_cents for line in standing_lines)
    for row in read.all(ADJUSTMENTS_OF_DRAFT, LineRow, invoice_id=invoice_id):
        amount = row.rate_cents or percent_of(base, row.amount_cents)
        signed = -amount if row.kind == "discount" else amount
        standing_lines.append(row._replace(rate_cents=signed, amount_cents=signed))
    return standing_lines


NAMED = f"CASE WHEN {ISSUE_COUNTS} THEN i.invoice_id ELSE i.id END"
"""The second number of a draft that two offices issued is found as what it is, and not as the first."""
EXACT_NUMBER = f"""
SELECT {NAMED} FROM invoice_issue AS i WHERE i.number = :number
ORDER BY i._q = 0, i._q, i.site, i.no LIMIT 1
"""  # noqa: S608  composed of the constant above

BARE_NUMBER = f"""
SELECT {NAMED} FROM invoice_issue AS i JOIN site AS s ON s.series = i.series
JOIN sync_clock AS c ON c.site = s.number WHERE i.series_no = :no
ORDER BY i._q = 0, i._q, i.site, i.no LIMIT 1
"""  # noqa: S608

DRAFT_SUFFIX = "SELECT id FROM draft WHERE id LIKE :suffix ORDER BY id LIMIT 2"
ANY_ID = "SELECT invoice_id FROM invoice_issue WHERE invoice_id = :id LIMIT 1"


class NoInvoice(NotFound):
    code = "no_invoice"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'There is no invoice or draft "{plain(typed)[:40]}".', subject=typed[:40])


class AmbiguousDraft(NotFound):
    code = "ambiguous"

    def __init__(self, typed: str) -> None:
        super().__init__(f'More than one draft ends in "{typed}". Type more of its id.', subject=typed)


def find_invoice(read: "Read", typed: str) -> str:
    """The id for what a person types: N-00042, bare digits of the own series, or a draft's short id.

    Raises: NoInvoice, AmbiguousDraft. Source: `decisions.md` 14.
    """
    typed = typed.strip()
    found = read.value(EXACT_NUMBER, number=typed.upper())
    if found is None and typed.isascii() and typed.isdigit() and len(typed) <= 9:
        found = read.value(BARE_NUMBER, no=int(typed))
    if found is None and len(typed) >= 6 and set(typed.lower()) <= set("0123456789abcdef-"):
        drafts = read.rows(DRAFT_SUFFIX, suffix="%" + typed.lower())
        if len(drafts) > 1:
            raise AmbiguousDraft(typed)
        found = drafts[0][0] if drafts else read.value(ANY_ID, id=typed.lower())
    if found is None:
        raise NoInvoice(typed)
    return str(found)


OWED_BY = """
SELECT name FROM guarantor
WHERE id = coalesce((SELECT guarantor_id FROM invoice_issue WHERE invoice_id = :id LIMIT 1),
                    (SELECT guarantor_id FROM draft WHERE id = :id),
                    (SELECT guarantor_id FROM invoice_issue WHERE id = :id))
"""


def owed_by(read: "Read", invoice_id: str) -> str:
    """The name of the guarantor whom an invoice or draft asks; siblings differ in it (RB8)."""
    return str(read.value(OWED_BY, id=invoice_id))


TWIN = """
SELECT w.number, w.site, w.at FROM invoice_issue AS i JOIN invoice_issue AS w ON w.invoice_id = i.invoice_id
WHERE i.id = :issue_id AND w.id <> i.id ORDER BY w._q = 0, w._q, w.site, w.no LIMIT 1
"""
TWINS = f"""
SELECT i.number FROM invoice_issue AS i WHERE i.invoice_id = :invoice_id AND NOT {ISSUE_COUNTS}
ORDER BY i.number
"""  # noqa: S608  composed of the constant above


def duplicate_words(read: "Read", invoice_id: str) -> str:
    """Why a number is void though nobody voided it, or which other numbers an invoice was given; else ''."""
    numbers = [number for (number,) in read.rows(TWINS, invoice_id=invoice_id)]
    if numbers:
        said = f"{', '.join(numbers)} {'is' if len(numbers) == 1 else 'are'} void as its duplicate"
        return f"Two offices issued this draft; {said}."
    first = read.value(TWIN, issue_id=invoice_id)
    return (
        f"Void duplicate of {first}: two offices issued the same draft, and {first} came first."
        if first
        else ""
    )


HoldRow = namedtuple("HoldRow", "kind reason since_on")

HOLD = """
SELECT h.kind, h.reason, h.held_on FROM invoice_hold AS h WHERE h.invoice_id = :invoice_id
  AND NOT EXISTS (SELECT 1 FROM invoice_hold_end AS e WHERE e.hold_id = h.id)
ORDER BY h.held_on, h.id LIMIT 1
"""


def hold_of(read: "Read", invoice_id: str) -> HoldRow | None:
    """Why an invoice is not chased, and since when; None where it is."""
    return read.first(HOLD, HoldRow, invoice_id=invoice_id)
