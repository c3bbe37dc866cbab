"""The pages of paying by card, and every way in which one of them says no."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.visitor import Visitor
from tests.browser.visits import as_, pay_code, visit
from tests.stripe_double import CONFIRM, GOOD

ANOTHER = "5555555555554444"


def _payer(one: Visitor) -> Page:
    """Somebody who owes 150 dollars, with one invoice."""
    return as_(one, "ben").go("/billing")


def _number(one: Visitor) -> str:
    number = "SELECT number FROM invoice_issue WHERE client_id = :id"
    return str(one.world.value(number, id=one.world.family.ben))


def _changed(page: Page) -> None:
    """As if the amount had changed since the page was read."""
    page.locator("[name=shown]").first.evaluate("field => field.value = '1'")


@visit("billing, amount has changed", "POST /billing/pay", status=422)
def _balance_changed(one: Visitor) -> None:
    page = _payer(one)
    _changed(page)
    page.get_by_role("button", name="Pay $").first.click()


@visit("invoice, part that is none", "POST /billing/invoices/{number}/pay", status=422)
def _no_part(one: Visitor) -> None:
    page = as_(one, "ben").go(f"/billing/invoices/{_number(one)}")
    page.get_by_text("Pay a part of it").click()
    page.get_by_label("Amount", exact=True).fill("9,999.999")
    page.get_by_role("button", name="Pay this amount").click()


@visit("pay link, amount has changed", "POST /i/{code}/pay", status=422)
def _link_changed(one: Visitor) -> None:
    page = one.go(f"/i/{pay_code(one.world, 'overdue')}")
    _changed(page)
    page.get_by_role("button", name="Pay $").click()


def at_processor(one: Visitor, name: str) -> Page:
    """On the processor's page for the invoice of somebody."""
    page = as_(one, name).go(f"/billing/invoices/{_number(one)}")
    page.get_by_role("button", name="Pay $").first.click()
    page.get_by_label("Card number").wait_for()
    return page


@visit("back before it is paid", "GET /billing/pay/return")
def _back(one: Visitor) -> None:
    page = at_processor(one, "ben")
    one.go(f"/billing/pay/return?session_id={page.url.rpartition('/')[2]}")


@visit("the processor does not answer", "GET /billing/pay/return")
def _waiting(one: Visitor) -> None:
    page = at_processor(one, "ben")
    with one.world.till.away():
        one.go(f"/billing/pay/return?session_id={page.url.rpartition('/')[2]}")


@visit("failed after all", "GET /billing/pay/return")
def _failed(one: Visitor) -> None:
    page = at_processor(one, "ben")
    at = page.url
    page.get_by_label("Card number").fill(CONFIRM)
    page.get_by_role("button", name="Pay $").click()
    page.get_by_role("heading", name="Your bank asks").wait_for()
    one.world.till.fail_after_all(at)
    one.go(f"/billing/pay/return?session_id={at.rpartition('/')[2]}")
    one.page.get_by_role("heading", name="did not go through").wait_for()


@visit("the processor does not answer at the button", "POST /billing/invoices/{number}/pay", status=503)
def _away(one: Visitor) -> None:
    page = as_(one, "ann").go(f"/billing/invoices/{one.world.family.numbers['overdue']}")
    with one.world.till.away():
        page.get_by_role("button", name="Pay $").first.click()
        page.wait_for_load_state()


@visit("paid", "GET /billing/pay/return")
def _paid(one: Visitor) -> None:
    page = as_(one, "long").go("/billing")
    page.get_by_role("button", name="Pay $").first.click()
    page.get_by_label("Card number").fill(GOOD)
    page.get_by_role("button", name="Pay $").click()
    page.get_by_role("heading", name="Thank you").wait_for()


@visit("somebody else's payment, signed in", "GET /billing/pay/return", status=404)
def _not_theirs(one: Visitor) -> None:
    as_(one, "new").go("/billing/pay/return?session_id=cs_test_999999")


@visit("somebody else's payment, not signed in", "GET /billing/pay/return")
def _nobodys(one: Visitor) -> None:
    one.go("/billing/pay/return?session_id=cs_test_999999")


@visit("nothing was charged", "GET /billing/pay/cancelled")
def _cancelled(one: Visitor) -> None:
    at_processor(one, "ben").get_by_role("link", name="Back").click()
    one.page.get_by_role("heading", name="Nothing was charged").wait_for()


@visit("nothing was charged, by hand", "GET /billing/pay/cancelled")
def _cancelled_nothing(one: Visitor) -> None:
    one.go("/billing/pay/cancelled")


# Cards on file


@visit("cards, none yet", "GET /billing/cards")
def _no_cards(one: Visitor) -> None:
    as_(one, "new").go("/billing/cards")


@visit("cards, not agreed", "POST /billing/cards", status=422)
def _not_agreed(one: Visitor) -> None:
    as_(one, "new").go("/billing/cards").get_by_role("button", name="Add a card").click()


def _add(one: Visitor, number: str) -> Page:
    page = one.go("/billing/cards")
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Add a card").click()
    page.get_by_label("Card number").fill(number)
    page.get_by_role("button", name="Save card").click()
    page.get_by_role("status").wait_for()
    return page


@visit("cards, one more saved", "POST /billing/cards", "GET /billing/cards")
def _saved(one: Visitor) -> None:
    as_(one, "ann")
    _add(one, GOOD)
    _add(one, ANOTHER)


@visit("cards, another first", "POST /billing/cards/{card_id}/default")
def _first(one: Visitor) -> None:
    as_(one, "ann")
    _add(one, GOOD)
    _add(one, ANOTHER)
    one.page.get_by_role("button", name="Charge first").first.click()
    one.page.get_by_role("status").wait_for()


@visit("card, remove it?", "GET /billing/cards/{card_id}/remove")
def _remove(one: Visitor) -> None:
    as_(one, "ann")
    _add(one, GOOD).get_by_role("link", name="Remove").first.click()
    one.page.get_by_role("link", name="Keep it").wait_for()


@visit("card, removed", "POST /billing/cards/{card_id}/remove")
def _removed(one: Visitor) -> None:
    as_(one, "new")
    _add(one, GOOD).get_by_role("link", name="Remove").first.click()
    one.page.get_by_role("button", name="Remove").click()
    one.page.get_by_role("status").wait_for()


@visit("billing, no card is taken", "GET /billing")
def _no_processor(one: Visitor) -> None:
    with one.world.without_cards():
        _payer(one).get_by_text("Mail checks to 1 Elm Street.").wait_for()
