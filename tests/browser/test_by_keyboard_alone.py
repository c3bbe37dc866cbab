"""RE3: the pages by keyboard alone, from the address field to a paper; what has the focus is seen."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.visitor import NARROW
from tests.browser.world import World, address

HERE = """
(() => { const one = document.activeElement;
         return one.labels && one.labels.length ? one.labels[0].innerText : one.innerText; })()
"""
SEEN = """
document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== 'none'
"""
MOST_STOPS = 60


def tab_to(page: Page, name: str) -> int:
    """Press Tab until something with this name has the focus; answers how often."""
    stops: list[str] = []
    while len(stops) < MOST_STOPS:
        page.keyboard.press("Tab")
        stops.append(" ".join(str(page.evaluate(HERE)).split()))
        assert page.evaluate(SEEN), f"nobody sees that {stops[-1]!r} has the focus"
        if stops[-1] == name:
            return len(stops)
    raise AssertionError(f"{name!r} is not reached: {stops}")


def test_re3_an_invoice_and_a_superbill_are_reached_without_a_mouse(world: World, open_window: Open) -> None:
    client = world.family.debtors["Keyboard"]
    one = open_window(viewport=NARROW).sign_in(world.grant(client, address("Keyboard")))
    page = one.go("/billing")
    number = world.value("SELECT min(number) FROM invoice_issue WHERE client_id = :id", id=client)
    tab_to(page, number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"Invoice {number}")).to_be_visible()
    tab_to(page, "Back to billing")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Billing and payments")).to_be_visible()
    tab_to(page, "Make a superbill")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Make a superbill")).to_be_visible()
    tab_to(page, "Last month")
    page.keyboard.press("ArrowUp")
    tab_to(page, "Show what will be on it")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 services, $300.00 charged")).to_be_visible()
    tab_to(page, "Generate superbill of Pat Provider")
    with page.expect_download():
        page.keyboard.press("Enter")


def test_the_first_key_leads_past_the_navigation(world: World, open_window: Open) -> None:
    one = open_window().sign_in(world.grant(world.family.debtors["Keyboard"], address("Keyboard")))
    page = one.go("/billing")
    assert tab_to(page, "Skip to the content") == 1
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    tab_to(page, "Make a superbill")


def test_a_mistake_is_read_first_and_leads_to_its_field(world: World, open_window: Open) -> None:
    page = open_window().go("/login")
    tab_to(page, "Email address")
    page.keyboard.type("ann")
    page.keyboard.press("Enter")
    expect(page).to_have_title("Error: Sign in – Elm Street Therapy")
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Email address")).to_be_focused()
    page.keyboard.type("keyboard@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
