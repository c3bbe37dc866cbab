"""RE4, RE6, RF1, RF2: paying by card in a real browser, on the pages of a stand-in for Stripe.

Whatever people do, each payment is in the book once; the processor's events come after all of it, each twice.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.visitor import NARROW, Visitor
from tests.browser.world import SECONDS, World, address, wait_until
from tests.stripe_double import CONFIRM, DECLINED, GOOD
from tests.tui.terminal import Terminal

PAY = re.compile(r"^Pay \$")


class Debtor:
    """Somebody who owes two invoices of 150 dollars, at a window."""

    def __init__(self, world: World, visitor: Visitor, name: str) -> None:
        self.world, self.visitor, self.page = world, visitor, visitor.page
        client = world.family.debtors[name]
        self.guarantor = world.value("SELECT guarantor_id FROM client WHERE id = :id", id=client)
        visitor.sign_in(world.grant(client, address(name)))
        with world.hub.read() as read:
            numbers = "SELECT number FROM invoice_issue WHERE client_id = :id ORDER BY number"
            self.first, self.second = (str(number) for (number,) in read.rows(numbers, id=client))

    def opens(self, number: str) -> Page:
        return self.visitor.go(f"/billing/invoices/{number}")

    def goes_to_pay(self, number: str, amount: str = "$150.00") -> None:
        """To the processor's own page."""
        self.opens(number).get_by_role("button", name=f"Pay {amount}", exact=True).click()
        self.is_at_processor(amount)

    def is_at_processor(self, amount: str = "$150.00") -> None:
        expect(self.page.get_by_role("heading", name=f"Pay {amount}")).to_be_visible()
        assert self.page.url.startswith(self.world.till.url)

    def types(self, number: str) -> None:
        self.page.get_by_label("Card number").fill(number)
        self.page.get_by_role("button", name=PAY).click()

    def is_thanked(self, amount: str = "$150.00") -> None:
        expect(self.page.get_by_role("heading", name=f"Thank you. {amount} is paid.")).to_be_visible()
        assert self.page.url.startswith(self.world.url)

    @property
    def payments(self) -> list[int]:
        """What the hub's book has from this person, in cents. Before that, every event is told twice."""
        self.world.till.tell()
        with self.world.hub.read() as read:
            paid = "SELECT amount_cents FROM payment WHERE guarantor_id = :id ORDER BY id"
            return [int(cents) for (cents,) in read.rows(paid, id=self.guarantor)]

    def sees(self, number: str, state: str) -> None:
        expect(self.opens(number).locator("main .state")).to_have_text(state)


def test_re4_a_new_card_is_saved_and_the_next_invoice_paid_with_it(world: World, open_window: Open) -> None:
    dora = Debtor(world, open_window(also=(world.till.url,)), "Saves")
    dora.opens(dora.first).get_by_label("Save this card").first.check()
    dora.page.get_by_role("button", name="Pay $150.00", exact=True).click()
    dora.is_at_processor()
    dora.types(GOOD)
    dora.is_thanked()
    assert dora.payments == [15_000]
    dora.sees(dora.first, "Paid")
    dora.goes_to_pay(dora.second)
    dora.page.get_by_label("ending 4242").check()
    dora.page.get_by_role("button", name=PAY).click()
    dora.is_thanked()
    assert dora.payments == [15_000, 15_000]
    expect(dora.visitor.go("/billing/cards").get_by_text("4242").first).to_be_visible()


def test_re4_a_card_that_is_declined_charges_nothing_and_another_pays(
    world: World, open_window: Open
) -> None:
    dora = Debtor(world, open_window(also=(world.till.url,)), "Declined")
    dora.goes_to_pay(dora.first)
    dora.types(DECLINED)
    expect(dora.page.get_by_role("alert")).to_have_text("Your card was declined.")
    assert dora.payments == []
    dora.types(GOOD)
    dora.is_thanked()
    assert dora.payments == [15_000]


def test_re4_a_bank_that_is_refused_its_question_is_not_paid_until_it_is_answered(
    world: World, open_window: Open
) -> None:
    dora = Debtor(world, open_window(also=(world.till.url,)), "Confirms")
    dora.goes_to_pay(dora.first)
    dora.types(CONFIRM)
    dora.page.get_by_role("button", name="Fail authentication").click()
    expect(dora.page.get_by_role("alert")).to_have_text("We could not confirm your card.")
    assert dora.payments == []
    dora.types(CONFIRM)
    dora.page.get_by_role("button", name="Complete authentication").click()
    dora.is_thanked()
    assert dora.payments == [15_000]


def test_re4_who_comes_back_without_paying_is_told_that_nothing_was_charged(
    world: World, open_window: Open
) -> None:
    dora = Debtor(world, open_window(also=(world.till.url,)), "Cancels")
    dora.goes_to_pay(dora.first)
    dora.page.get_by_role("link", name="Back").click()
    expect(dora.page.get_by_role("heading", name="Nothing was charged")).to_be_visible()
    assert dora.payments == []
    dora.sees(dora.first, "Due")
    dora.goes_to_pay(dora.first)
    dora.types(GOOD)
    dora.is_thanked()
    assert dora.payments == [15_000]


def test_rf2_a_browser_closed_before_it_returns_has_paid(world: World, open_window: Open) -> None:
    dora = Debtor(world, open_window(also=(world.till.url,)), "Leaves")
    dora.goes_to_pay(dora.first)
    paying_at = dora.page.url
    dora.visitor.context.route("**/billing/pay/return**", lambda route: route.abort())
    dora.types(GOOD)
    wait_until(lambda: world.till.paid_in(paying_at), "the processor has the money")
    dora.visitor.odd.clear()  # Chromium says of the way back that it failed
    dora.page.close()
    assert dora.payments == [15_000]
    dora.page = dora.visitor.page = dora.visitor.context.new_page()
    dora.sees(dora.first, "Paid")


def test_re4_two_clicks_are_one_payment(world: World, open_window: Open) -> None:
    dora = Debtor(world, open_window(also=(world.till.url,)), "Doubles")
    before = world.till.pages_opened
    dora.opens(dora.first).get_by_role("button", name="Pay $150.00", exact=True).dblclick()
    dora.is_at_processor()
    assert world.till.pages_opened == before + 1
    dora.types(GOOD)
    dora.is_thanked()
    assert dora.payments == [15_000]


def test_re4_two_tabs_are_one_payment(world: World, open_window: Open) -> None:
    dora = Debtor(world, open_window(also=(world.till.url,)), "Tabs")
    second = dora.visitor.context.new_page()
    second.goto(f"/billing/invoices/{dora.first}")
    dora.goes_to_pay(dora.first)
    second.get_by_role("button", name="Pay $150.00", exact=True).click()
    expect(second.get_by_label("Card number")).to_be_visible()
    dora.types(GOOD)
    dora.is_thanked()
    second.get_by_label("Card number").fill(GOOD)
    second.get_by_role("button", name=PAY).click()
    expect(second).to_have_title("This page is no longer available")
    second.goto(f"/billing/invoices/{dora.first}")
    expect(second.locator("main .state")).to_have_text("Paid")
    expect(second.get_by_role("button", name=PAY)).to_have_count(0)
    assert dora.payments == [15_000]


def test_re4_the_whole_balance_is_one_payment_over_both_invoices(world: World, open_window: Open) -> None:
    dora = Debtor(world, open_window(also=(world.till.url,)), "Whole")
    dora.visitor.go("/billing").get_by_role("button", name="Pay $300.00 now").click()
    dora.is_at_processor("$300.00")
    dora.types(GOOD)
    dora.is_thanked("$300.00")
    assert dora.payments == [30_000]
    dora.sees(dora.first, "Paid")
    dora.sees(dora.second, "Paid")
    expect(dora.visitor.go("/billing").get_by_text("Nothing is due. Thank you.")).to_be_visible()


def test_re4_a_part_is_paid_without_scripts_on_a_narrow_screen(world: World, open_window: Open) -> None:
    window = open_window(also=(world.till.url,), java_script_enabled=False, viewport=NARROW)
    dora = Debtor(world, window, "Plain")
    page = dora.opens(dora.first)
    page.get_by_text("Pay a part of it").click()
    page.get_by_label("Amount").fill("50")
    page.get_by_role("button", name="Pay this amount").click()
    dora.is_at_processor("$50.00")
    dora.types(GOOD)
    dora.is_thanked("$50.00")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert dora.payments == [5_000]
    dora.sees(dora.first, "Partly paid")
    expect(page.get_by_role("button", name="Pay $100.00", exact=True)).to_be_visible()


def test_re6_a_pay_link_pays_without_signing_in_and_is_dead_then(world: World, open_window: Open) -> None:
    window = open_window(also=(world.till.url,))
    dora = Debtor(world, window, "Link")
    window.context.clear_cookies()
    code = world.value("SELECT pay_code FROM invoice_issue WHERE number = :number", number=dora.first)
    window.go(f"/i/{code}").get_by_role("button", name="Pay $150.00").click()
    dora.is_at_processor()
    dora.types(GOOD)
    dora.is_thanked()
    assert dora.payments == [15_000]
    window.go(f"/i/{code}")
    assert window.status == 404


@pytest.fixture
def terminal(world: World) -> Terminal:
    environ = {
        "DAYSHEET_HOME": world.practice.home("north"),
        "DAYSHEET_KEY_FILE": str(world.practice.key),
        "DAYSHEET_TODAY": world.practice.environ["DAYSHEET_TODAY"],
    }
    return Terminal("-m", "tui.cli", columns=120, lines=40, env=environ)


def test_re4_an_office_sees_on_its_open_screen_that_a_client_has_paid(
    world: World, open_window: Open, terminal: Terminal
) -> None:
    """Portal, hub, `syncd office` and the app: four processes and a browser."""
    try:
        terminal.wait_for("TODAY", seconds=SECONDS)
        dora = Debtor(world, open_window(also=(world.till.url,)), "Screen")
        terminal.press("3")
        terminal.wait_for("INVOICES")
        terminal.press("/Screen\r")
        terminal.wait_for("Dora Screen")
        terminal.press("\r")
        terminal.wait_for("Psychotherapy")
        terminal.wait_for("paid $0.00   balance $150.00")
        dora.goes_to_pay(dora.first)
        dora.types(GOOD)
        dora.is_thanked()
        terminal.wait_for("paid $150.00   balance $0.00", seconds=SECONDS)
        assert dora.payments == [15_000]
    finally:
        terminal.end()
