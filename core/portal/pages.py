"""What the pages of the portal say, as frozen dataclasses; each read is of one viewer (RE2, RE3, RE6).

Sums are made of the facts, one account at a time, as the ledger does: a hub in PostgreSQL keeps no
summaries, and a page shows one account.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from core.documents.keep import document_bytes
from core.errors import NotFound
from core.ledger.account import Account, Facts, InvoiceSum, account_of, facts_of
from core.ledger.effective import ISSUE_COUNTS
from core.ledger.letterhead import Letterhead, letterhead
from core.portal.granted import DOCUMENTS, INVOICES, WHOLE_ACCOUNTS
from core.portal.viewer import Viewer
from core.store import Read

PAY_LINK_LIFE = timedelta(days=90)
"""So long after it is due an invoice can be paid by its link alone (`ux.md` 5)."""


class NotYours(NotFound):
    """It is not there, or not for this person; which of the two is not said."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__("There is no such page.")


class InvoiceLine(NamedTuple):
    """An invoice in a list. `readable` and `payable` say what this viewer may do with it."""

    invoice_id: str
    number: str
    client_id: str
    client: str
    guarantor_id: str
    issued_on: date
    due_on: date
    total_cents: int
    paid_cents: int
    balance_cents: int
    state: str
    readable: bool
    payable: bool


class PaymentLine(NamedTuple):
    """Money that went onto invoices which the viewer may see, as far as it did."""

    payment_id: str
    on: date
    method: str
    amount_cents: int
    numbers: tuple[str, ...]
    receipt: bool
    """Whether the viewer may have its receipt, which names all that it paid."""


class DocumentLine(NamedTuple):
    document_id: str
    kind: str
    version: int
    made_on: date
    client_id: str | None
    from_on: date | None
    to_on: date | None
    client: str | None


@dataclass(frozen=True, slots=True)
class BillingPage:
    """What a person owes and was given, for one client or for all. Sums are cents.

    `credit_cents` is money on account that is on no invoice, where the viewer may see the whole account.
    """

    balance_cents: int
    credit_cents: int
    invoices: tuple[InvoiceLine, ...]
    payments: tuple[PaymentLine, ...]
    documents: tuple[DocumentLine, ...]
    can_pay: bool
    superbill_clients: tuple[tuple[str, str], ...]


def state_of(one: InvoiceSum, due_on: date, today: date) -> str:
    """The word that a client reads: void, paid, settled, overdue, partly paid or due."""
    if one.void is not None:
        return "void"
    if one.balance_cents <= 0:
        return "paid" if one.paid_cents > 0 else "settled"
    if due_on < today:
        return "overdue"
    return "partly paid" if one.paid_cents > 0 else "due"


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


class _Accounts:
    """The accounts that one page looks at, each made once."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self.known: dict[str, tuple[Facts, Account]] = {}

    def of(self, guarantor_id: str) -> tuple[Facts, Account]:
        if guarantor_id not in self.known:
            facts = facts_of(self._read, guarantor_id)
            self.known[guarantor_id] = facts, account_of(facts)
        return self.known[guarantor_id]


ONE_NUMBER = " AND i.number = :number"
OF_CLIENT = " AND i.client_id = :client_id"
NEWEST_FIRST = " ORDER BY i.issued_on DESC, i.number DESC"


def _lines(accounts: _Accounts, rows: Iterable[tuple[str, ...]], today: date) -> list[InvoiceLine]:
    found = []
    for invoice_id, number, client_id, client, guarantor_id, issued, due, readable, payable in rows:
        now = accounts.of(guarantor_id)[1].invoices[invoice_id]
        due_on = date.fromisoformat(due)
        found.append(
            InvoiceLine(
                invoice_id, number, client_id, client, guarantor_id, date.fromisoformat(issued), due_on,
                now.asked_cents - now.adjusted_cents if now.void is None else 0, now.paid_cents,
                max(now.balance_cents, 0), state_of(now, due_on, today), bool(readable),
                bool(payable) and now.balance_cents > 0,
            )
        )  # fmt: skip
    return found


def invoices_of(read: Read, viewer: Viewer, client_id: str, *, today: date) -> list[InvoiceLine]:
    """The shared invoices of a client, or of all, that a person may see; the newest first."""
    sql = INVOICES + (OF_CLIENT if client_id else "") + NEWEST_FIRST
    params = {"client_id": client_id} if client_id else {}
    return _lines(_Accounts(read), read.rows(sql, person_id=viewer.person_id, **params), today)


def require_client(viewer: Viewer, client_id: str) -> None:
    """Raises: NotYours, where nothing of this client is granted."""
    if client_id and client_id not in {one.client_id for one in viewer.grants}:
        raise NotYours


def billing_page(
    read: Read, viewer: Viewer, client_id: str, *, today: date, from_on: date | None = None,
    to_on: date | None = None,
) -> BillingPage:  # fmt: skip
    """The billing page for one client, or with an empty id for all. Raises: NotYours.

    The days bound the payments in the history and the invoices that are not open.
    """
    require_client(viewer, client_id)
    accounts = _Accounts(read)
    sql = INVOICES + (OF_CLIENT if client_id else "") + NEWEST_FIRST
    params = {"client_id": client_id} if client_id else {}
    invoices = _lines(accounts, read.rows(sql, person_id=viewer.person_id, **params), today)
    whole = whole_accounts(read, viewer)
    grants = [one for one in viewer.grants if client_id in ("", one.client_id)]
    credit = sum(accounts.of(one)[1].credit_cents for one in {g.guarantor_id for g in grants} & whole)
    payments = _payments(accounts, invoices, whole)
    first, last = from_on or date.min, to_on or date.max
    return BillingPage(
        balance_cents=sum(one.balance_cents for one in invoices),
        credit_cents=credit,
        invoices=tuple(one for one in invoices if one.balance_cents or first <= one.issued_on <= last),
        payments=tuple(one for one in payments if first <= one.on <= last),
        documents=tuple(documents_of(read, viewer, client_id)),
        can_pay=any(one.payable for one in invoices),
        superbill_clients=tuple(sorted({(g.client_id, g.client) for g in grants if g.superbills})),
    )


def whole_accounts(read: Read, viewer: Viewer) -> set[str]:
    """The guarantors of whose account the viewer may see everything."""
    return {guarantor for (guarantor,) in read.rows(WHOLE_ACCOUNTS, person_id=viewer.person_id)}


def _payments(accounts: _Accounts, invoices: Iterable[InvoiceLine], whole: set[str]) -> list[PaymentLine]:
    """What was paid on these invoices, in effective cents; the newest first."""
    number_of = {one.invoice_id: one.number for one in invoices}
    found = []
    for guarantor_id, (facts, account) in accounts.known.items():
        cents: dict[str, int] = {}
        numbers: dict[str, list[str]] = {}
        for one in facts.allocations:
            effect = account.effect[one.allocation_id]
            if one.invoice_id in number_of and effect:
                cents[one.source_id] = cents.get(one.source_id, 0) + effect
                numbers.setdefault(one.source_id, []).append(number_of[one.invoice_id])
        for source_id, amount in cents.items():
            source = account.sources[source_id].source
            money = source.kind == "payment"
            found.append(
                PaymentLine(
                    source_id, date.fromisoformat(source.on), source.method if money else "credit", amount,
                    tuple(dict.fromkeys(numbers[source_id])), money and guarantor_id in whole,
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.on, one.payment_id), reverse=True)


class InvoicePage(NamedTuple):
    """An invoice as its page shows it. Lines are empty where the viewer may only pay."""

    invoice: InvoiceLine
    letterhead: Letterhead
    currency: str
    bill_to: tuple[str, ...]
    notes: str
    lines: tuple["LineView", ...]


class LineView(NamedTuple):
    service_on: date | None
    description: str
    provider: str
    units_milli: int
    rate_cents: int
    amount_cents: int


HEAD = """
SELECT i.id, i.office_id, i.bill_to, i.notes FROM invoice_issue AS i WHERE i.invoice_id = :invoice_id
ORDER BY i._q = 0, i._q, i.site, i.no LIMIT 1
"""
LINES = """
SELECT l.service_on, l.description, coalesce(p.name, ''), l.units_milli, l.rate_cents, l.amount_cents
FROM invoice_line AS l LEFT JOIN provider AS p ON p.id = l.provider_id
WHERE l.issue_id = :issue_id ORDER BY l.position
"""


def invoice_page(read: Read, viewer: Viewer, number: str, *, today: date) -> InvoicePage:
    """One invoice with what happened since it was issued. Raises: NotYours."""
    import json

    accounts = _Accounts(read)
    rows = read.rows(INVOICES + ONE_NUMBER, person_id=viewer.person_id, number=number)
    if not rows:
        raise NotYours
    line = _lines(accounts, rows, today)[0]
    issue_id, office_id, bill_to, notes = read.rows(HEAD, invoice_id=line.invoice_id)[0]
    head, currency = letterhead(read, office_id)
    lines: list[LineView] = []
    if line.readable:
        lines = read.all(LINES, _line, issue_id=issue_id)
        lines += _since(accounts.of(line.guarantor_id), line.invoice_id)
    return InvoicePage(line, head, currency, tuple(json.loads(bill_to)), notes if line.readable else "",
                       tuple(lines))  # fmt: skip


def _line(on: str | None, *rest: object) -> LineView:
    return LineView(_day(on), *rest)  # type: ignore[arg-type]


def _since(known: tuple[Facts, Account], invoice_id: str) -> list[LineView]:
    """Late fees, and what was taken off since issue, so that the lines add up to the total."""
    facts, account = known
    fees = [
        LineView(date.fromisoformat(fee.on), "Late fee", "", 0, 0, account.effect[fee.fee_id])
        for fee in facts.fees
        if fee.invoice_id == invoice_id and account.effect[fee.fee_id]
    ]
    off = account.invoices[invoice_id].adjusted_cents
    return fees + ([LineView(None, "Adjustments since", "", 0, 0, -off)] if off else [])


def invoice_pdf(read: Read, viewer: Viewer, number: str) -> tuple[str, bytes]:
    """The newest document of an invoice: its id and its bytes. Raises: NotYours."""
    rows = read.rows(INVOICES + ONE_NUMBER, person_id=viewer.person_id, number=number)
    if not rows or not rows[0][7]:
        raise NotYours
    return str(rows[0][0]), _bytes(read, str(rows[0][0]), None)


def _bytes(read: Read, document_id: str, version: int | None) -> bytes:
    """Raises: NotYours, where no bytes have come to the hub yet; DamagedDocument, where there are none."""
    try:
        return document_bytes(read, document_id, version)
    except NotFound:
        raise NotYours from None


def documents_of(read: Read, viewer: Viewer, client_id: str = "") -> list[DocumentLine]:
    """Statements, superbills and receipts that a person may open, the last made first. Of one client those
    that are of all clients are left in: they are of that one too."""
    rows = read.rows(DOCUMENTS, person_id=viewer.person_id)
    made = [_document(*row) for row in rows]
    return sorted(
        (one for one in made if not client_id or one.client_id in (None, client_id)),
        key=lambda one: (one.made_on, one.document_id),
        reverse=True,
    )


def _document(
    document_id: str, kind: str, version: int, made_on: str, client_id: str | None, from_on: str | None,
    to_on: str | None, client: str | None,
) -> DocumentLine:  # fmt: skip
    return DocumentLine(
        document_id, kind, version, date.fromisoformat(made_on), client_id, _day(from_on), _day(to_on), client
    )


def document_line(read: Read, viewer: Viewer, kind: str, document_id: str) -> DocumentLine:
    """One of them. Raises: NotYours."""
    for one in documents_of(read, viewer):
        if (one.kind, one.document_id) == (kind, document_id):
            return one
    raise NotYours


def document_pdf(read: Read, viewer: Viewer, kind: str, document_id: str) -> tuple[DocumentLine, bytes]:
    """The bytes of the version that a person may see. Raises: NotYours, DamagedDocument."""
    line = document_line(read, viewer, kind, document_id)
    return line, _bytes(read, document_id, line.version)


class PayPage(NamedTuple):
    """All that a pay link shows: nothing of what was done, for whom or why (RE6)."""

    invoice_id: str
    number: str
    due_on: date
    balance_cents: int
    currency: str
    letterhead: Letterhead


def pay_code_of(typed: str) -> str:
    """A pay code as it is kept, of what a person types: without its dashes, or in small letters."""
    signs = "".join(ch for ch in typed.upper() if ch.isascii() and ch.isalnum())[:20]
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


BY_CODE = f"""
SELECT i.invoice_id, i.number, i.guarantor_id, i.due_on FROM invoice_issue AS i
WHERE i.pay_code = :code AND {ISSUE_COUNTS}
"""  # noqa: S608  composed of the constant above


def pay_page(read: Read, code: str, *, today: date) -> PayPage:
    """What is due on the invoice of a pay code. Raises: NotYours, where nothing is: paid, void, long ago."""
    found = read.rows(BY_CODE, code=code) if code else []
    if not found:
        raise NotYours
    invoice_id, number, guarantor_id, due = found[0]
    now = account_of(facts_of(read, guarantor_id)).invoices[invoice_id]
    due_on = date.fromisoformat(due)
    if now.balance_cents <= 0 or today > due_on + PAY_LINK_LIFE:
        raise NotYours
    head, currency = letterhead(read, None)
    return PayPage(invoice_id, number, due_on, now.balance_cents, currency, head)


def totals(page: BillingPage) -> Mapping[str, int]:
    """What is owed by client, for a person who has several to choose from."""
    owed: dict[str, int] = {}
    for one in page.invoices:
        owed[one.client_id] = owed.get(one.client_id, 0) + one.balance_cents
    return owed
