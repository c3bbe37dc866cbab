"""Paying by card: from a form to the processor's page and back (RE4, RE6, RF1).

No card is ever typed here. What is paid is worked out by `core.portal.paying` in the transaction that begins
it; a page of the processor's is opened for it by the hub's outbox, and whatever happens there is recorded
from the processor's word, whether or not the person comes back.
"""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.responses import RedirectResponse, Response

from core.actors import Actor
from core.errors import Busy, DomainError, NotFound, OutsideFailure
from core.payments.card import NoProcessor, PageSeen, ProcessorAway, ProcessorRefuses
from core.portal.limits import spend
from core.portal.pages import NotYours, pay_code_of, pay_page, whole_accounts
from core.portal.paying import (
    Begun,
    Came,
    Form,
    Payer,
    agreement,
    begin_balance,
    begin_invoice,
    begin_link,
    came_back_from,
    is_theirs,
    numbers_of,
    paid_with,
)
from core.portal.signing import PORTAL
from core.store import Tx
from syncd.portal.billing import show_billing, show_invoice
from syncd.portal.open_pages import show_link, wrong_code
from syncd.portal.portal import practice_of
from syncd.portal.shell import Asked, Forged, TooMany, client_of, give_cookie, page, to

TRIES = 4
"""Pages that are over before another is opened; in practice one."""
LINKS_OF_INVOICE, LINKS_OF_PLACE = 10, 20
"""Payments an hour that are begun by pay links: for one invoice, and from one network address."""
GUEST_SECONDS = 86_400
LOOKS, LOOK_SECONDS = 10, 30
"""How often a page that waits for the processor looks again by itself, and how long it stands before.
Source: WCAG 2.2.1, which asks for 20 seconds at least in which a person can stop it."""

_PAGE = re.compile(r"[A-Za-z0-9_]{6,200}")
_SENT = re.compile(r"[A-Za-z0-9_-]{43}")


class CardsAway(OutsideFailure):
    code = "cards_away"

    def __init__(self) -> None:
        super().__init__(
            "Card payments do not answer just now. Nothing was charged. Try again in a few minutes."
        )


class CardsRefuse(OutsideFailure):
    code = "cards_refuse"

    def __init__(self) -> None:
        super().__init__(
            "The card processor did not open its page. Nothing was charged. Try again, or pay another way."
        )


def require_cards(asked: Asked) -> None:
    """Raises: NotYours, where no card is taken: there is no such page then."""
    if not asked.portal.pays:
        raise NotYours


async def form_of(asked: Asked) -> Form:
    """What a form says beside its own fields. Raises: Forged."""
    sent, shown = asked.form.get("sent", ""), asked.form.get("shown", "")
    if not _SENT.fullmatch(sent) or not re.fullmatch(r"([0-9]{1,11})?", shown, re.ASCII):
        raise Forged
    consent = None
    if asked.viewer is not None and asked.form.get("save") == "yes":
        practice = await asked.portal.read(practice_of)
        consent = agreement(asked.viewer, practice.name) if practice.on.cards else None
    return Form(sent, asked.portal.url, int(shown) if shown else None, consent)


async def to_processor(
    asked: Asked, actor: Actor, form: Form, begin: Callable[[Tx, Form], Begun]
) -> Response:
    """Begin it, and send the person to the processor's page. A page that was opened before is used again
    while it is open; one that was paid is shown as paid.

    Raises: CardsAway, CardsRefuse; what `begin` raises.
    """
    portal, payments = asked.portal, asked.portal.payments
    assert payments is not None

    def begun(form: Form) -> Begun:
        with portal.store.write(actor) as tx:
            return begin(tx, form)

    try:
        for _ in range(TRIES):
            one = await portal.write(begun, form)
            if not one.page_ref:
                return RedirectResponse(await payments.page(one.checkout_id), 303)
            seen = await payments.came_back(one.page_ref)
            if seen.status == "open":
                return RedirectResponse(one.url, 303)
            if seen.status == "complete" and one.again:
                return to(f"/billing/pay/return?session_id={one.page_ref}")
            form = form._replace(over=(*form.over, one.checkout_id))
    except ProcessorAway:
        raise CardsAway from None
    except NoProcessor:
        raise NotYours from None
    except ProcessorRefuses:
        pass
    raise CardsRefuse


def status_of(error: DomainError) -> int:
    return 503 if isinstance(error, OutsideFailure | Busy) else 422


async def begin_or_show(
    asked: Asked, begin: Callable[[Tx, Form], Begun], show: Callable[[int, str], Awaitable[Response]]
) -> Response:
    """What somebody who is signed in begins, or the page it was sent from with why not: `show` takes the
    status and the sentence."""
    form = await form_of(asked)
    try:
        return await to_processor(asked, asked.person.actor, form, begin)
    except NotFound:
        raise
    except DomainError as error:
        return await show(status_of(error), str(error))


async def pay_balance(asked: Asked) -> Response:
    """All that is open on one account, for one client or for all."""
    require_cards(asked)
    viewer, client_id = asked.person, asked.form.get("client", "")[:200]
    account, today = asked.form.get("account", "")[:200], asked.portal.today
    return await begin_or_show(
        asked,
        lambda tx, form: begin_balance(tx, viewer, client_id, account, form, today=today),
        lambda status, why: show_billing(asked, client_id, status, why),
    )


async def pay_invoice(asked: Asked) -> Response:
    """One invoice, all of it or the amount that was typed."""
    require_cards(asked)
    viewer, number, today = asked.person, asked.value("number"), asked.portal.today
    typed = asked.form["amount"][:40] if "amount" in asked.form else None
    return await begin_or_show(
        asked,
        lambda tx, form: begin_invoice(tx, viewer, number, typed, form, today=today),
        lambda status, why: show_invoice(asked, status, why, typed),
    )


async def pay_by_link(asked: Asked) -> Response:
    """The invoice of a pay link. Raises: TooMany."""
    require_cards(asked)
    portal, code = asked.portal, pay_code_of(asked.value("code"))
    payer = Payer(browser=asked.session or asked.browser, pay_code=code)
    form = await form_of(asked)
    try:
        due = await portal.read(pay_page, code, today=portal.today)
        await _count(asked, due.invoice_id)
        answer = await to_processor(
            asked, PORTAL, form._replace(consent=None), lambda tx, form: begin_link(tx, due, payer, form)
        )
    except NotFound:
        await wrong_code(asked)
        return await page(asked, "nothing_due.html", 404)
    except TooMany:
        raise
    except DomainError as error:
        return await show_link(asked, status_of(error), str(error))
    if asked.browser:  # so that whoever takes their time is known when they come back
        give_cookie(portal, answer, "ask", asked.browser, GUEST_SECONDS)
    return answer


async def _count(asked: Asked, invoice_id: str) -> None:
    """Raises: TooMany."""
    portal, where = asked.portal, client_of(asked.portal, asked.request)

    def count() -> int:
        with portal.store.write(PORTAL) as tx:
            return spend(tx, f"pay-link-from:{where}", LINKS_OF_PLACE) or spend(
                tx, f"pay-link-for:{invoice_id}", LINKS_OF_INVOICE
            )

    wait = await portal.write(count)
    if wait:
        raise TooMany(wait)


# The way back


async def came_back(asked: Asked) -> Response:
    """Somebody comes from the processor's page. What happened there is recorded now, whoever comes; it is
    shown to whoever began it, and to nobody else."""
    require_cards(asked)
    ref = asked.query("session_id")
    came = await _came(asked, page_ref=ref if _PAGE.fullmatch(ref) else "")
    if came is None:
        return await _not_theirs(asked)
    try:
        seen = await _seen(asked, came)
    except (ProcessorAway, ProcessorRefuses):
        return await (_failed(asked, came) if came.why else _waiting(asked, came))
    if seen.status == "open":
        return await page(asked, "pay_back.html", url=await _url(asked, came), **await _about(asked, came))
    if seen.status != "complete":
        return to(f"/billing/pay/cancelled?checkout={came.checkout_id}")
    if came.kind == "setup":
        return to("/billing/cards?done=saved")
    paid = await asked.portal.read(paid_with, came, seen.intent_ref)
    if paid is None:
        return await (_failed(asked, came) if seen.unpaid else _waiting(asked, came))
    return await page(asked, "paid.html", paid=paid, receipt=await _receipt(asked, came), came=came)


async def _came(asked: Asked, *, page_ref: str = "", checkout_id: str = "") -> Came | None:
    """What this person comes back from; a payment that is somebody else's is recorded all the same."""
    came = await asked.portal.read(came_back_from, page_ref=page_ref, checkout_id=checkout_id)
    if came is None or is_theirs(came, asked.viewer, asked.session or asked.browser):
        return came
    with suppress(OutsideFailure):  # the processor's event tells of it
        await _seen(asked, came)
    return None


async def _seen(asked: Asked, came: Came) -> PageSeen:
    payments = asked.portal.payments
    assert payments is not None
    return await payments.came_back(came.page_ref)


async def _url(asked: Asked, came: Came) -> str:
    """Where to go on with a page that is open still."""
    payments = asked.portal.payments
    assert payments is not None
    return await payments.page(came.checkout_id)


async def _not_theirs(asked: Asked) -> Response:
    if asked.viewer is not None:
        raise NotYours
    return await page(asked, "pay_unknown.html")


async def _about(asked: Asked, came: Came) -> dict[str, Any]:
    """What a page may say of what was to be paid: numbers, which both a person and a pay link know."""
    return {"came": came, "numbers": await asked.portal.read(numbers_of, came)}


async def _waiting(asked: Asked, came: Came) -> Response:
    """It looks again by itself a few times, says so before it does, and can be told to stop: so much time,
    and so plain a way out, WCAG 2.2.1 asks for."""
    again, stopped = f"/billing/pay/return?session_id={came.page_ref}", "&look=no"
    looked = asked.query("looked")
    times = int(looked) if re.fullmatch(r"[0-9]{1,2}", looked, re.ASCII) else 0
    goes_on = asked.query("look") != "no" and times < LOOKS
    return await page(
        asked, "pay_waiting.html", again=again if goes_on else again + stopped, stop=again + stopped,
        refresh=f"{again}&looked={times + 1}" if goes_on else "", after=LOOK_SECONDS,
        **await _about(asked, came),
    )  # fmt: skip


async def _failed(asked: Asked, came: Came) -> Response:
    """It looked paid, and was not: said once and for all, with the way to pay again."""
    return await page(asked, "pay_failed.html", **await _about(asked, came))


async def _receipt(asked: Asked, came: Came) -> bool:
    """Whether the person may have the itemised receipt; it names services, so nobody by a link."""
    if asked.viewer is None or not came.person_id:
        return False
    return came.guarantor_id in await asked.portal.read(whole_accounts, asked.viewer)


async def cancelled(asked: Asked) -> Response:
    """Somebody left the processor's page without paying."""
    require_cards(asked)
    came = await _came(asked, checkout_id=asked.query("checkout"))
    if came is None:
        return await page(asked, "pay_cancelled.html", came=None, numbers=[])
    with suppress(ProcessorAway, ProcessorRefuses):  # whoever comes by this way has not paid
        if (await _seen(asked, came)).status == "complete":
            return to(f"/billing/pay/return?session_id={came.page_ref}")
    return await page(asked, "pay_cancelled.html", **await _about(asked, came))
