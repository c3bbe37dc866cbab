"""What the hub has to ask of the card processor: written before it is asked, kept after it (RF1).

A call is a row that commits first and goes out with an idempotency key made of it. Killed anywhere, the hub
sends the same call with the same key again, which the processor answers as it did before. It remembers a key
for a day: an older call is looked for in the processor's own list before it is made anew.
Source: `security.md` 5.6, `domain.md` section 13, rule 5.
"""

from collections import namedtuple
from datetime import date, datetime, timedelta

from core import audit
from core.actors import Right
from core.errors import NotFound
from core.ledger.effective import REFUND_COUNTS, by_hub, first_of_its_kind
from core.ledger.pay_link import portal_address
from core.payments.card import ChargeAsked, CheckoutAsked, NoCard, Page, RefundAsked, RefundSeen
from core.payments.card_file import card_on_file, charge_asked, say_charge
from core.payments.queries import invoice_state
from core.payments.refunds import answer_refund
from core.payments.taken import settle_refund
from core.store import Read, Tx
from core.tables import ProcessorCall, ProcessorCustomer

KEY_LIVES = timedelta(hours=23)
CLOCKS_DIFFER = timedelta(minutes=5)
LOOK_BACK = timedelta(days=35)
"""How far before a call its answer is looked for: this clock may have been ahead when it was made."""

Call = namedtuple("Call", "id kind made_at first_at attempt tries")
Asked = CheckoutAsked | ChargeAsked | RefundAsked | str

WAITING = """
SELECT id, kind, made_at, first_at, attempt, tries FROM processor_call
WHERE state = 'waiting' ORDER BY made_at, id LIMIT :most
"""
ONE_WAITING = WAITING.replace("ORDER BY", "AND id = :id ORDER BY")


def waiting_calls(read: Read, *, most: int = 50) -> list[Call]:
    """The oldest calls that have no answer yet."""
    return read.all(WAITING, Call, most=most)


def one_call(read: Read, call_id: str) -> Call | None:
    """A call that waits; None where it has its answer."""
    return read.first(ONE_WAITING, Call, id=call_id, most=1)


def key_of(call: Call) -> str:
    """The idempotency key of a call."""
    return f"daysheet:{call.kind}:{call.id}:{call.attempt}"


def is_old(call: Call, now: datetime) -> bool:
    """Whether the processor may have forgotten the key."""
    return call.first_at is not None and now - datetime.fromisoformat(call.first_at) > KEY_LIVES


def is_in_doubt(call: Call, now: datetime) -> bool:
    """Whether the processor's own list is asked before the same goes out again: its key may be forgotten. A
    first time that lies ahead says that this computer's clock was set since, and tells nothing."""
    return is_old(call, now) or (
        call.first_at is not None and datetime.fromisoformat(call.first_at) - now > CLOCKS_DIFFER
    )


def look_since(call: Call, now: datetime) -> datetime:
    """From when on the processor's list is asked for a call, by whatever clock it was written down."""
    told = [datetime.fromisoformat(at) for at in (call.made_at, call.first_at) if at]
    return min(now, *told) - LOOK_BACK


# What is taken on

CHARGES = f"""
SELECT c.id FROM card_charge AS c
WHERE NOT EXISTS (SELECT 1 FROM processor_call AS p WHERE p.id = c.id)
  AND NOT EXISTS (SELECT 1 FROM charge_answer AS a WHERE a.charge_id = c.id)
  AND {first_of_its_kind("card_charge", "c")}
ORDER BY c.at, c.id
"""  # noqa: S608  composed of the constant above
REFUNDS = f"""
SELECT r.id FROM refund_request AS r
WHERE r.channel = 'processor' AND r.once IS NULL
  AND EXISTS (SELECT 1 FROM payment AS m WHERE m.id = r.payment_id AND m.once LIKE 'stripe:%')
  AND NOT EXISTS (SELECT 1 FROM processor_call AS p WHERE p.id = r.id)
  AND NOT EXISTS (SELECT 1 FROM refund_answer AS a WHERE a.request_id = r.id)
  AND {REFUND_COUNTS}
ORDER BY r.at, r.id
"""  # noqa: S608
REMOVALS = f"""
SELECT r.id FROM card_removal AS r
WHERE NOT EXISTS (SELECT 1 FROM processor_call AS p WHERE p.id = r.id)
  AND {first_of_its_kind("card_removal", "r")}
ORDER BY r.at, r.id
"""  # noqa: S608


def asked_anew(read: Read) -> bool:
    """Whether an office has asked for something that is not taken on yet."""
    return any(read.rows(sql) for sql in (CHARGES, REFUNDS, REMOVALS))


def take_on(tx: Tx, *, today: date) -> int:
    """Put into the outbox what offices have asked for; answers how many calls.

    A charge is checked again: what is not open any more, or lost its card, is refused with the reason.
    """
    tx.require(Right.BILL)
    taken = 0
    for (charge_id,) in tx.rows(CHARGES):
        why = _why_not(tx, charge_id)
        if why:
            say_charge(tx, charge_id, "refused", code=why, today=today)
        else:
            taken += _put(tx, charge_id, "charge")
    for kind, sql in (("refund", REFUNDS), ("detach", REMOVALS)):
        for (asked_id,) in tx.rows(sql):
            taken += _put(tx, asked_id, kind)
    return taken


def _put(tx: Tx, asked_id: str, kind: str) -> int:
    tx.add(ProcessorCall(id=asked_id, kind=kind, state="waiting", made_at=tx.now_text))
    return 1


UNDER_WAY = """
SELECT coalesce(sum(c.amount_cents), 0) FROM card_charge AS c JOIN processor_call AS p ON p.id = c.id
WHERE c.invoice_id = :invoice_id AND c.id <> :charge_id
  AND (p.state = 'waiting' OR p.state = 'done'
       AND NOT EXISTS (SELECT 1 FROM charge_answer AS a WHERE a.charge_id = c.id))
"""


def _why_not(read: Read, charge_id: str) -> str:
    """Why a charge that an office asked for is not made; empty where it is."""
    charge = charge_asked(read, charge_id)
    assert charge is not None
    try:
        card = card_on_file(read, charge.card_id)
        state = invoice_state(read, charge.invoice_id)
    except NoCard:
        return "card_removed"
    except NotFound:
        return "no_invoice"
    if state.void:
        return "void"
    if not charge.guarantor_id == card.guarantor_id == state.guarantor_id:
        return "other_account"
    if state.balance_cents < charge.amount_cents:
        return "paid_meanwhile"
    taken = read.value(UNDER_WAY, invoice_id=charge.invoice_id, charge_id=charge_id)
    return "under_way" if state.balance_cents < charge.amount_cents + int(taken) else ""


# What is sent

CUSTOMER = f"""
SELECT c.processor_ref FROM processor_customer AS c WHERE c.once = :once AND {by_hub("c")}
ORDER BY c._q = 0, c._q, c.site, c.no LIMIT 1
"""  # noqa: S608  composed of the constant above
"""Whose saved cards a page shows, and whose card is charged: no office says that."""
PAYS = "SELECT guarantor_id, amount_cents, consent_id, guest, portal FROM checkout WHERE id = :id"
PAYER = "SELECT CASE WHEN guest = 1 THEN '' ELSE guarantor_id END FROM checkout WHERE id = :id"
GIVES_BACK = """
SELECT p.once, r.amount_cents FROM refund_request AS r JOIN payment AS p ON p.id = r.payment_id
WHERE r.id = :id
"""
REMOVED = (
    "SELECT c.processor_ref FROM card_removal AS r JOIN saved_card AS c ON c.id = r.card_id WHERE r.id = :id"
)
HUB_URL = "SELECT url FROM sync_self"
PRACTICE = "SELECT name FROM practice ORDER BY id LIMIT 1"


def payer_of(read: Read, call: Call) -> str:
    """The guarantor whose name at the processor a call needs; empty where it needs none, as for a guest."""
    if call.kind in ("checkout", "setup"):
        return str(read.value(PAYER, id=call.id))
    if call.kind == "charge":
        return str(read.value("SELECT guarantor_id FROM card_charge WHERE id = :id", id=call.id))
    return ""


def customer_of(read: Read, guarantor_id: str) -> str:
    """The processor's name for a guarantor; empty where it has none yet."""
    return str(read.value(CUSTOMER, once=f"customer:{guarantor_id}") or "")


def note_customer(tx: Tx, guarantor_id: str, ref: str) -> None:
    """The processor knows a guarantor from now on."""
    tx.require(Right.BILL)
    if not customer_of(tx, guarantor_id):
        tx.add(
            ProcessorCustomer(once=f"customer:{guarantor_id}", guarantor_id=guarantor_id, processor_ref=ref)
        )


def asked_of(read: Read, call: Call) -> Asked:
    """What a call asks for; a text names a card that the processor shall forget."""
    if call.kind in ("checkout", "setup"):
        guarantor_id, cents, consent_id, guest, portal = read.rows(PAYS, id=call.id)[0]
        return CheckoutAsked(
            call.id, "" if guest else customer_of(read, guarantor_id), cents, read.value(PRACTICE),
            consent_id is not None, portal or portal_address(read) or str(read.value(HUB_URL)),
        )  # fmt: skip
    if call.kind == "charge":
        charge = charge_asked(read, call.id)
        assert charge is not None
        card_ref = read.value("SELECT processor_ref FROM saved_card WHERE id = :id", id=charge.card_id)
        return ChargeAsked(call.id, customer_of(read, charge.guarantor_id), card_ref, charge.amount_cents)
    if call.kind == "refund":
        once, cents = read.rows(GIVES_BACK, id=call.id)[0]
        return RefundAsked(call.id, once.removeprefix("stripe:"), cents)
    return str(read.value(REMOVED, id=call.id))


SENDING = """
UPDATE processor_call SET tries = tries + 1, first_at = coalesce(first_at, :now)
WHERE id = :id AND state = 'waiting'
"""


def is_too_late(read: Read, call: Call) -> bool:
    """Whether a charge would not be made any more if it were asked for now. It may wait for the processor for
    days, and what was open is paid by then, or the card was taken off file."""
    return call.kind == "charge" and bool(_why_not(read, call.id))


def note_sending(tx: Tx, call_id: str, *, looked: bool, today: date) -> bool:
    """A call goes out now; said before it does. False where it does not: a charge that is too late by now is
    refused with the reason. One that went out before, so that nobody knows what became of it, is refused only
    where the processor's list was `looked` into and has not got it.
    """
    tx.require(Right.BILL)
    call = one_call(tx, call_id)
    if call is None:
        return False
    unsent = looked or call.first_at is None
    if call.kind == "charge" and unsent and (why := _why_not(tx, call_id)):
        note_answer(tx, call_id, state="refused", why=why)
        say_charge(tx, call_id, "refused", code=why, today=today)
        return False
    tx.execute(SENDING, {"id": call_id, "now": tx.now_text})
    return True


RENEW = """
UPDATE processor_call SET attempt = attempt + 1, first_at = NULL WHERE id = :id AND state = 'waiting'
"""


def renew(tx: Tx, call_id: str) -> None:
    """The processor has forgotten a call's key and has not got what it asked for: it is made anew, as if it
    had never gone out."""
    tx.execute(RENEW, {"id": call_id})


# What was answered

CLOSE = """
UPDATE processor_call SET state = :state, processor_ref = :ref, url = :url, why = :why
WHERE id = :id AND state = 'waiting'
"""


def note_answer(
    tx: Tx, call_id: str, *, ref: str = "", url: str = "", state: str = "done", why: str = ""
) -> None:
    """A call has its answer and is not made again."""
    tx.execute(CLOSE, {"id": call_id, "state": state, "ref": ref, "url": url, "why": why[:200]})


def note_page(tx: Tx, call_id: str, page: Page) -> None:
    """The processor has opened a page, on which the person goes on."""
    note_answer(tx, call_id, ref=page.ref, url=page.url)


def note_refund(tx: Tx, call_id: str, seen: RefundSeen, *, today: date) -> None:
    """The processor has taken a refund on; it may be done, or wait, or have failed."""
    note_answer(tx, call_id, ref=seen.ref)
    settle_refund(tx, seen, today=today)


def note_refusal(tx: Tx, call: Call, why: str, *, today: date) -> None:
    """The processor will not do it, however often it is asked; whoever asked is told."""
    tx.require(Right.BILL)
    note_answer(tx, call.id, state="refused", why=why)
    if call.kind == "charge":
        say_charge(tx, call.id, "refused", code=why, today=today)
    elif call.kind == "refund":
        answer_refund(tx, call.id, outcome="failed", processor_ref=why, today=today)
    audit.record(tx, "processor.refused", "processor_call", call.id, kind=call.kind, why=why)


Opened = namedtuple("Opened", "state url why")
PAGE = "SELECT state, url, why FROM processor_call WHERE id = :id"


def page_of(read: Read, checkout_id: str) -> Opened | None:
    """How far the page of a checkout is; None where this book is not the one that asked."""
    return read.first(PAGE, Opened, id=checkout_id)
