"""Make superbills of a client, and show what they lack (RD3)."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from core.delivery.making import Made, make_documents
from core.delivery.superbills import SUPERBILL, SuperbillKey, keys_for, preview
from core.ledger.superbill_view import MissingFields
from core.practice.queries import providers
from core.store import Store
from tui.present import dollars, plural
from tui.strips.superbill import AskSuperbill, Wanted

if TYPE_CHECKING:
    from core.actors import Actor
    from tui.biller import Biller
    from tui.screens.book_screen import BookScreen


def ask_superbill(screen: "BookScreen[Any]", client_id: str, client: str) -> None:
    """Ask for days and provider, then make one for each provider."""
    app = screen.biller

    def work() -> list[tuple[str, str]]:
        with app.store.read() as read:
            return [(row.provider_id, row.name) for row in providers(read)]

    def known(found: list[tuple[str, str]]) -> None:
        if screen.is_current:
            strip = AskSuperbill(client, found, today=app.today, keep_as=f"superbill {client_id}")
            screen.open_strip(strip, lambda wanted: _wanted(app, client_id, wanted))

    app.hold_keys("providers")
    app.in_background(work, known, ended=lambda: app.release_keys("providers"))


def _wanted(app: "Biller", client_id: str, wanted: Wanted) -> None:
    days, today = wanted.days, app.today()
    assert days.from_on is not None
    assert days.to_on is not None
    from_on, to_on = days.from_on, days.to_on

    def work() -> list[SuperbillKey]:
        with app.store.read() as read:
            return keys_for(read, client_id, wanted.provider_id, from_on=from_on, to_on=to_on, made_on=today)

    app.hold_keys("superbill")
    app.in_background(work, lambda keys: make(app, keys), ended=lambda: app.release_keys("superbill"))


def make(app: "Biller", keys: Sequence[SuperbillKey], *, from_list: bool = False) -> None:
    """Make them off the screen's thread. What lacks a field is listed, where it can be typed in."""

    def made(answer: tuple[list[Made], str]) -> None:
        outcomes, words = answer
        lacking = [one.key for one in outcomes if isinstance(one.refusal, MissingFields)]
        others = [
            one.refusal for one in outcomes if one.refusal and not isinstance(one.refusal, MissingFields)
        ]
        if words:
            app.say(words, "good")
        if others:
            app.refuse(others[0])
        if lacking and not from_list:
            from tui.screens.superbill_check import SuperbillCheck

            app.push_screen(SuperbillCheck(lacking, partial(make, app, from_list=True)))
        elif lacking:
            app.say("Something is still missing.", "warn")
        elif from_list and not others:
            app.pop_screen()

    app.in_background(lambda: _made(app.store, app.actor, keys), made, writes=True, busy="making")


def _made(store: Store, actor: "Actor", keys: Sequence[SuperbillKey]) -> tuple[list[Made], str]:
    outcomes = list(make_documents(store, actor, SUPERBILL, keys))
    with store.read() as read:
        words = [_words(one, preview(read, one.key)) for one in outcomes if one.document_id]
    return outcomes, " ".join(words)


def _words(one: Made, shown: Any) -> str:
    """What was made, and how much of the range does not belong on it."""
    what = f"Superbill by {shown.provider}: {plural(shown.services, 'service')}"
    if shown.view is not None:
        what += f", {dollars(shown.view.charged_cents)} charged, {dollars(shown.view.paid_cents)} paid"
    if not one.new:
        what += ", as it was made before"
    elif one.version > 1:
        what += f", corrected version {one.version}"
    if shown.skipped:
        reasons = "; ".join(dict.fromkeys(skipped.reason for skipped in shown.skipped))
        what += f". Left out {len(shown.skipped)}: {reasons}"
    return what + "."
