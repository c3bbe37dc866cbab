"""What somebody may pay by card in the portal, how it begins, and what became of it (RE4, RE6, RF1).

One page of the processor's is for one guarantor's account; whoever may pay several pays them one by one.
What is paid is worked out here from what is open, never from what a form says; a form that shows another
amount than is open by now is refused with the right one (`security.md` T2).
"""

import json
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from core.dates import show_instant
from core.errors import DomainError, TooLong
from core.ids import short
from core.ledger.account import account_of, facts_of
from core.money import parse_cents, show_cents
from core.payments.allocation import Part
from core.payments.card import LEAST_CENTS, NothingToPay, TooLittle
from core.payments.card_file import require_no_charge
from core.payments.checkout import Consent, begin_payment, payment_of
from core.payments.queries import invoice_state, open_invoices
from core.portal.granted import INVOICES
from core.portal.pages import ONE_NUMBER, NotYours, PayPage, invoices_of, require_client
from core.portal.signing import digest
from core.portal.viewer import Viewer
from core.store import Read, Tx
from core.tables import PortalCheckout

PAGE_LIVES = timedelta(hours=20)
"""So long a page of the processor's that was opened is offered again; the processor keeps it for a day."""
KEPT = timedelta(days=7)
"""How long it is remembered who began a payment."""

CONSENT_VERSION = "2026-11"
CONSENT = (
    "I allow {practice} to keep this card with its card processor and to charge it for what I owe for"
    " services, fees for missed and late-cancelled appointments among them, also when I am not there. Charges"
    " appear on my card statement under the practice's name. I can take this back at any time: by removing"
    " the card here, or by telling the practice."
)
"""What a card's holder agrees to. Source: `domain.md` section 13, rule 3. New words need a new version."""


class AmountChanged(DomainError):
    code = "amount_changed"

    def __init__(self, now_cents: int) -> None:
        said = f"It is ${show_cents(now_cents)} now." if now_cents else "Nothing is due there any more."
        super().__init__(f"The amount has changed since this page was shown. {said} Nothing was charged.")


class MoreThanIsDue(DomainError):
    code = "more_than_is_due"

    def __init__(self, due_cents: int) -> None:
        super().__init__(f"At most ${show_cents(due_cents)} is due on this invoice. Type that or less.")


class NoAmount(DomainError):
    code = "no_amount"

    def __init__(self) -> None:
        super().__init__("Type how much you want to pay, such as 50 or 50.00.")


class AccountDue(NamedTuple):
    """What one payment can pay on one guarantor's account; `left_out_cents` is disputed and left out."""

    guarantor_id: str
    guarantor: str
    cents: int
    parts: tuple[Part, ...]
    left_out_cents: int


def accounts_due(read: Read, viewer: Viewer, client_id: str, *, today: date) -> list[AccountDue]:
    """What the viewer may pay now for one client, or with an empty id for all, account by account.

    Raises: NotYours, where nothing of the client is granted.
    """
    require_client(viewer, client_id)
    lines = [one for one in invoices_of(read, viewer, client_id, today=today) if one.payable]
    found = []
    for guarantor_id, name in viewer.payers.items():
        mine = {one.invoice_id: one.balance_cents for one in lines if one.guarantor_id == guarantor_id}
        order = [one.invoice_id for one in open_invoices(read, guarantor_id) if one.invoice_id in mine]
        parts = tuple(Part(invoice_id, mine[invoice_id]) for invoice_id in order)
        cents = sum(part.amount_cents for part in parts)
        if mine:
            found.append(AccountDue(guarantor_id, name, cents, parts, sum(mine.values()) - cents))
    return found


class Payer(NamedTuple):
    """Who pays: a person who is signed in, or with a pay link a browser of which only its secret is known."""

    person_id: str = ""
    browser: str = ""
    pay_code: str = ""

    @property
    def browser_sha256(self) -> str:
        return digest(self.browser) if self.browser else ""


class Form(NamedTuple):
    """What was sent: `sent` names the form as it was drawn, `shown_cents` is what its button said, where it
    said an amount. `over` are checkouts that have ended, so that another begins."""

    sent: str
    portal: str
    shown_cents: int | None = None
    consent: Consent | None = None
    over: Collection[str] = ()


class Begun(NamedTuple):
    """`page_ref` and `url` name the processor's page, where it was opened before; `again` where this same
    form began it."""

    checkout_id: str
    page_ref: str = ""
    url: str = ""
    again: bool = False


def begin_balance(
    tx: Tx, viewer: Viewer, client_id: str, guarantor_id: str, form: Form, *, today: date
) -> Begun:
    """Pay all that is open on an account and that the viewer may pay.

    Raises: NotYours, AmountChanged, NothingToPay, TooLittle, NoProcessor.
    """
    if not any(one.pay and client_id in ("", one.client_id) for one in viewer.grants):
        raise NotYours
    due = [one for one in accounts_due(tx, viewer, client_id, today=today)
           if guarantor_id in ("", one.guarantor_id)]  # fmt: skip
    if guarantor_id and guarantor_id not in viewer.payers:
        raise NotYours
    if not due:
        raise NothingToPay if not form.shown_cents else AmountChanged(0)
    if len(due) > 1:
        raise NotYours
    return _begin(tx, Payer(viewer.person_id), due[0].guarantor_id, due[0].parts, form)


def begin_invoice(
    tx: Tx, viewer: Viewer, number: str, typed: str | None, form: Form, *, today: date
) -> Begun:
    """Pay one invoice, all of it or with `typed` an amount as typed.

    Raises: NotYours, NoAmount, NotAnAmount, MoreThanIsDue, AmountChanged, NothingToPay, TooLittle.
    """
    rows = tx.rows(INVOICES + ONE_NUMBER, person_id=viewer.person_id, number=number)
    if not rows or not rows[0][8]:
        raise NotYours
    invoice_id, guarantor_id = str(rows[0][0]), str(rows[0][4])
    open_cents = max(invoice_state(tx, invoice_id).balance_cents, 0)
    cents = open_cents if typed is None else amount_of(typed, open_cents)
    return _begin(tx, Payer(viewer.person_id), guarantor_id, _one(invoice_id, cents), form)


def _one(invoice_id: str, cents: int) -> list[Part]:
    return [Part(invoice_id, cents)] if cents else []


def amount_of(typed: str, open_cents: int) -> int:
    """The cents that a person typed. Raises: NoAmount, NotAnAmount, MoreThanIsDue, TooLittle."""
    if not typed.strip():
        raise NoAmount
    cents = parse_cents(typed)
    if cents < LEAST_CENTS:
        raise TooLittle
    if cents > open_cents:
        raise MoreThanIsDue(open_cents)
    return cents


def begin_link(tx: Tx, due: PayPage, payer: Payer, form: Form) -> Begun:
    """Pay the invoice of a pay link. Nobody is signed in: no card is kept and none is shown.

    Raises: AmountChanged, NothingToPay, TooLittle.
    """
    state = invoice_state(tx, due.invoice_id)
    return _begin(tx, payer, state.guarantor_id, _one(due.invoice_id, max(state.balance_cents, 0)), form)


OPENED = """
SELECT c.id, p.processor_ref, p.url, c.once FROM checkout AS c
JOIN portal_checkout AS w ON w.checkout_id = c.id JOIN processor_call AS p ON p.id = c.id
WHERE c.guarantor_id = :guarantor_id AND c.kind = :kind AND c.parts = :parts
  AND w.person_id = :person_id AND w.browser_sha256 = :browser AND c.portal = :portal
  AND (c.consent_id IS NOT NULL) = (:saves = 1) AND p.state IN ('waiting', 'done') AND p.made_at > :since
  AND (w.over = 0 OR c.once = :once)
ORDER BY p.made_at DESC, c.id DESC
"""


def opened_before(
    tx: Tx, payer: Payer, kind: str, guarantor_id: str, parts: Sequence[Part], name: str, form: Form
) -> Begun | None:
    """The page that the same person opened lately for the same, in this tab or another: a page can be paid
    only once, so that two tabs pay once."""
    for checkout_id in form.over:
        tx.execute("UPDATE portal_checkout SET over = 1 WHERE checkout_id = :id", {"id": checkout_id})
    listed = json.dumps([[part.invoice_id, part.amount_cents] for part in parts])
    rows = tx.rows(
        OPENED, guarantor_id=guarantor_id, kind=kind, parts=listed, person_id=payer.person_id,
        browser=payer.browser_sha256, portal=form.portal, saves=int(form.consent is not None),
        since=show_instant(tx.now - PAGE_LIVES), once=f"checkout:{name}",
    )  # fmt: skip
    for checkout_id, ref, url, once in rows:
        if checkout_id not in form.over:
            return Begun(checkout_id, ref, url, once == f"checkout:{name}")
    return None


def form_name(payer: Payer, what: str, form: Form) -> str:
    """What a checkout is named by: who sent which form for what. Nobody can name another's."""
    told = [payer.person_id, payer.browser_sha256, form.sent, what, form.consent is not None, len(form.over)]
    return digest(json.dumps(told))


def _begin(tx: Tx, payer: Payer, guarantor_id: str, parts: Sequence[Part], form: Form) -> Begun:
    cents = sum(part.amount_cents for part in parts)
    if form.shown_cents is not None and form.shown_cents != cents:
        raise AmountChanged(cents)
    for part in parts:  # also where the processor's page was opened before
        require_no_charge(tx, part.invoice_id)
    name = form_name(payer, json.dumps([guarantor_id, *parts]), form)
    found = opened_before(tx, payer, "payment", guarantor_id, parts, name, form)
    if found is not None:
        return found
    checkout_id = begin_payment(
        tx, guarantor_id=guarantor_id, parts=parts, form=name, consent=form.consent,
        guest=not payer.person_id, portal=form.portal,
    )  # fmt: skip
    note_payer(tx, checkout_id, payer)
    return Begun(checkout_id)


def note_payer(tx: Tx, checkout_id: str, payer: Payer) -> None:
    """Remember who is to be shown what becomes of it, for a week."""
    tx.execute("DELETE FROM portal_checkout WHERE made_at < :old", {"old": show_instant(tx.now - KEPT)})
    if tx.value("SELECT 1 FROM portal_checkout WHERE checkout_id = :id", id=checkout_id) is None:
        tx.add(
            PortalCheckout(
                checkout_id=checkout_id, person_id=payer.person_id, browser_sha256=payer.browser_sha256,
                pay_code=payer.pay_code, made_at=tx.now_text,
            )
        )  # fmt: skip


def agreement(viewer: Viewer, practice: str) -> Consent:
    """What is recorded when a person agrees that a card is kept."""
    person = f"{viewer.name} <{viewer.email}>"
    if len(person) > 200:
        raise TooLong("name", 200)
    return Consent(CONSENT_VERSION, CONSENT.format(practice=practice), person)


# What became of it


class Came(NamedTuple):
    """A checkout that somebody comes back from, and who began it."""

    checkout_id: str
    kind: str
    guarantor_id: str
    parts: str
    person_id: str
    browser_sha256: str
    pay_code: str
    page_ref: str
    why: str
    """Why its payment came to nothing after its page was complete; empty where that is not so."""

    @property
    def invoice_ids(self) -> list[str]:
        return [invoice_id for invoice_id, _ in json.loads(self.parts)]


CAME = """
SELECT c.id, c.kind, c.guarantor_id, c.parts, w.person_id, w.browser_sha256, w.pay_code, p.processor_ref,
       p.why
FROM processor_call AS p JOIN checkout AS c ON c.id = p.id JOIN portal_checkout AS w ON w.checkout_id = c.id
WHERE p.kind IN ('checkout', 'setup') AND p.processor_ref <> ''
"""
BY_PAGE = CAME + " AND p.processor_ref = :ref"
BY_ID = CAME + " AND p.id = :id"


def came_back_from(read: Read, *, page_ref: str = "", checkout_id: str = "") -> Came | None:
    """What was begun here, by the processor's name of its page or by ours; None for anything else."""
    if page_ref:
        return read.first(BY_PAGE, Came, ref=page_ref)
    return read.first(BY_ID, Came, id=checkout_id) if checkout_id else None


def is_theirs(came: Came, viewer: Viewer | None, secret: str) -> bool:
    """Whether this person, or the browser with this secret, began it and may still be shown it."""
    if came.person_id:
        return (
            viewer is not None and viewer.person_id == came.person_id and came.guarantor_id in viewer.payers
        )
    return bool(secret) and digest(secret) == came.browser_sha256


class Paid(NamedTuple):
    """A payment as the one who made it is told of it. `parts` are numbers and cents of the invoices that it
    was for; `credit_cents` is what is on none of them."""

    payment_id: str
    number: str
    on: date
    amount_cents: int
    reference: str
    parts: tuple[tuple[str, int], ...]
    credit_cents: int


def paid_with(read: Read, came: Came, intent_ref: str) -> Paid | None:
    """What was recorded for the processor's payment; None where it is not paid yet."""
    payment_id = payment_of(read, intent_ref) if intent_ref else None
    if payment_id is None:
        return None
    facts = facts_of(read, came.guarantor_id)
    account = account_of(facts)
    source = account.sources[payment_id].source
    cents: dict[str, int] = {}
    for one in facts.allocations:
        if one.source_id == payment_id and one.invoice_id in came.invoice_ids:
            number = account.invoices[one.invoice_id].issue.number
            cents[number] = cents.get(number, 0) + account.effect[one.allocation_id]
    parts = tuple((number, part) for number, part in cents.items() if part)
    left = source.amount_cents - sum(part for _, part in parts)
    on = date.fromisoformat(source.on)
    return Paid(payment_id, short(payment_id), on, source.amount_cents, source.reference, parts, left)


def numbers_of(read: Read, came: Came) -> list[str]:
    """The invoices that were to be paid."""
    return [invoice_state(read, invoice_id).number for invoice_id in came.invoice_ids]
