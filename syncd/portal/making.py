"""Pages on which a client makes a superbill for days of their own choice, or a receipt (RE5)."""

from datetime import date
from typing import Any

from starlette.responses import Response

from core.dates import parse_entered_day
from core.errors import DomainError, NotFound
from core.portal.limits import spend
from core.portal.making import (
    PRESETS,
    make_own_receipt,
    make_own_superbill,
    may_make,
    preset,
    superbill_choices,
)
from core.portal.pages import NotYours
from syncd.portal.days import WrongDays, read_days
from syncd.portal.shell import Asked, TooMany, page, to

MADE_BY_PERSON = 60
"""Documents an hour."""


def _client(asked: Asked, client_id: str) -> tuple[str, str]:
    """The client that a superbill is for. Raises: NotYours."""
    viewer = asked.person
    makes = sorted({(one.client_id, one.client) for one in viewer.grants if one.superbills})
    if not client_id and len(makes) == 1:
        return makes[0]
    may_make(viewer, client_id)
    return client_id, dict(makes)[client_id]


async def _form(asked: Asked, client: tuple[str, str], status: int = 200, **words: Any) -> Response:
    shown = {"chosen": "last month", "from_on": "", "to_on": "", "choices": None, "wrong": (), **words}
    return await page(asked, "superbill.html", status, client_id=client[0], client=client[1],
                      presets=PRESETS, **shown)  # fmt: skip


async def new_superbill(asked: Asked) -> Response:
    return await _form(asked, _client(asked, asked.query("client")))


def _days(asked: Asked, chosen: str) -> tuple[date, date] | WrongDays:
    """The days that were chosen: a preset, or from and to."""
    if chosen in PRESETS:
        return preset(chosen, asked.portal.today)
    return read_days(asked.form.get("from", ""), asked.form.get("to", ""), parse_entered_day)


async def look_at_superbill(asked: Asked) -> Response:
    """What would be on it, provider by provider, or what is missing."""
    client = _client(asked, asked.form.get("client", ""))
    typed = _typed(asked, asked.form.get("days", ""))
    days = _days(asked, typed["chosen"])
    if isinstance(days, WrongDays):
        return await _form(asked, client, 422, error=days.words, wrong=days.fields, **typed)
    from_on, to_on = days
    try:
        found = await asked.portal.read(
            superbill_choices, asked.person, client[0], from_on=from_on, to_on=to_on, today=asked.portal.today
        )
    except NotYours:
        raise
    except DomainError as refusal:
        return await _refused(asked, client, refusal, typed)
    return await _form(asked, client, choices=found, first=from_on, last=to_on, **typed)


def _typed(asked: Asked, chosen: str) -> dict[str, Any]:
    return {
        "chosen": chosen,
        "from_on": asked.form.get("from", "")[:40],
        "to_on": asked.form.get("to", "")[:40],
    }


async def _refused(
    asked: Asked, client: tuple[str, str], refusal: DomainError, typed: dict[str, Any]
) -> Response:
    """Days that can be read and still do not do, such as too many."""
    wrong = () if typed["chosen"] in PRESETS else ("from", "to")
    return await _form(asked, client, 422, error=str(refusal), wrong=wrong, **typed)


async def _count(asked: Asked) -> None:
    """A document is kept for ever and travels to every office. Raises: TooMany."""
    viewer = asked.person

    def count() -> int:
        with asked.portal.store.write(viewer.actor) as tx:
            return spend(tx, f"made-by:{viewer.person_id}", MADE_BY_PERSON)

    wait = await asked.portal.write(count)
    if wait:
        raise TooMany(wait)


async def make_superbill(asked: Asked) -> Response:
    """Generate it; the page after it starts the download. Raises: TooMany."""
    portal, viewer, form = asked.portal, asked.person, asked.form
    client = _client(asked, form.get("client", ""))
    typed = _typed(asked, "range")
    days = _days(asked, "range")
    if isinstance(days, WrongDays):
        return await _form(asked, client, 422, error=days.words, wrong=days.fields, **typed)
    provider_id, (from_on, to_on) = form.get("provider", ""), days
    await _count(asked)
    try:
        made = await portal.make(
            lambda: make_own_superbill(
                portal.store, viewer, client[0], provider_id, from_on=from_on, to_on=to_on, today=portal.today
            )
        )
    except NotFound:
        raise
    except DomainError as refusal:
        return await _refused(asked, client, refusal, typed)
    return to(f"/billing/superbills/{made.document_id}?made=1")


async def make_receipt(asked: Asked) -> Response:
    """The itemised receipt of a payment; kept for later. Raises: TooMany."""
    await _count(asked)
    portal, viewer, payment_id = asked.portal, asked.person, asked.form.get("payment", "")
    made = await portal.make(lambda: make_own_receipt(portal.store, viewer, payment_id, today=portal.today))
    return to(f"/billing/receipts/{made.document_id}?made=1")
