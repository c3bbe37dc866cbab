"""Pages of cards on file: which there are, the first choice, one more, one less (RF1)."""

from collections.abc import Callable

from starlette.responses import Response

from core.portal.cards import (
    begin_card,
    cards_page,
    choose_own_card,
    own_card,
    remove_own_card,
)
from core.store import Tx
from syncd.portal.paying import begin_or_show, require_cards
from syncd.portal.shell import Asked, page, to

DONE = {
    "saved": "The card is saved.",
    "removed": "The card is removed. It is not charged any more.",
    "chosen": "That card is charged first from now on.",
}


async def cards(asked: Asked) -> Response:
    require_cards(asked)
    return await _show(asked)


async def _show(asked: Asked, status: int = 200, error: str = "", account: str = "") -> Response:
    accounts = await asked.portal.read(cards_page, asked.person, today=asked.portal.today)
    known = account in {one.guarantor_id for one in accounts}
    return await page(
        asked, "cards.html", status, accounts=accounts, done=DONE.get(asked.query("done"), ""), error=error,
        chosen=account, agreed=bool(error) and asked.form.get("save") == "yes",
        field="agree" if known or len(accounts) == 1 else "account-1",
    )  # fmt: skip


async def add(asked: Asked) -> Response:
    """To the processor's page, where a card is saved without a payment."""
    require_cards(asked)
    viewer, account = asked.person, asked.form.get("account", "")[:200]
    return await begin_or_show(
        asked,
        lambda tx, form: begin_card(tx, viewer, account, form),
        lambda status, why: _show(asked, status, why, account),
    )


async def ask_removal(asked: Asked) -> Response:
    require_cards(asked)
    card_id = asked.value("card_id")
    found = await asked.portal.read(own_card, asked.person, card_id, today=asked.portal.today)
    return await page(asked, "card_removal.html", card=found)


async def remove(asked: Asked) -> Response:
    require_cards(asked)
    viewer, card_id, today = asked.person, asked.value("card_id"), asked.portal.today
    await _do(asked, lambda tx: remove_own_card(tx, viewer, card_id, today=today))
    return to("/billing/cards?done=removed")


async def choose(asked: Asked) -> Response:
    require_cards(asked)
    viewer, card_id, today = asked.person, asked.value("card_id"), asked.portal.today
    await _do(asked, lambda tx: choose_own_card(tx, viewer, card_id, today=today))
    return to("/billing/cards?done=chosen")


async def _do(asked: Asked, deed: Callable[[Tx], None]) -> None:
    def work() -> None:
        with asked.portal.store.write(asked.person.actor) as tx:
            deed(tx)

    await asked.portal.write(work)
