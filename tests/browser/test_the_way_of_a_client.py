"""RE1, RE2, RE3, RE5: the way of a client in a real browser, from the mail that invites to signing out."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.conftest import Open
from tests.browser.visitor import NARROW, Visitor
from tests.browser.world import World, address, link_in, text_of

WAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "Story": ("with a window as wide as a desk", {}),
    "Narrow": ("without scripts, 320 px", {"java_script_enabled": False, "viewport": NARROW}),
}


KEPT_INVOICE = """
SELECT d.sha256 FROM document AS d JOIN invoice_issue AS i ON i.invoice_id = d.subject_id
WHERE i.number = :number ORDER BY d.version DESC LIMIT 1
"""
KEPT = "SELECT sha256 FROM document WHERE subject_id = :subject_id ORDER BY version DESC LIMIT 1"


def fits(page: Page) -> bool:
    """Whether nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def sha256_of(download: Download) -> str:
    content = Path(download.path()).read_bytes()
    assert content.startswith(b"%PDF-")
    return hashlib.sha256(content).hexdigest()


def ask_for_link(visitor: Visitor, email: str) -> None:
    page = visitor.page
    page.get_by_label("Email address").fill(email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.get_by_role("heading", name="Check your email")).to_be_visible()


@pytest.mark.parametrize("who", list(WAYS), ids=[words for words, _ in WAYS.values()])
def test_re1_re3_re5_from_the_invitation_to_an_invoice_and_a_superbill(
    world: World, open_window: Open, who: str
) -> None:
    email, client = address(who), world.family.debtors[who]
    visitor = open_window(**WAYS[who][1])
    page = visitor.go(link_in(world.mail(email, "/login")))
    assert fits(page)
    ask_for_link(visitor, email)
    assert fits(page)
    visitor.go(link_in(world.mail(email, "10 minutes")))
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{world.url}/billing")
    expect(page.get_by_role("region", name="Balance due")).to_contain_text("$300.00")
    assert fits(page)

    number = world.value("SELECT min(number) FROM invoice_issue WHERE client_id = :id", id=client)
    page.get_by_role("link", name=number).click()
    expect(page.get_by_role("heading", name=f"Invoice {number}")).to_be_visible()
    expect(page.get_by_text("Psychotherapy")).to_be_visible()
    assert fits(page)
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download PDF").click()
    assert coming.value.suggested_filename == f"invoice-{number}.pdf"
    assert sha256_of(coming.value) == world.value(KEPT_INVOICE, number=number)

    page.get_by_role("link", name="Back to billing").click()
    page.get_by_role("link", name="Make a superbill").click()
    assert fits(page)
    page.get_by_label("From and to").check()
    page.get_by_label("From", exact=True).fill("2026-10-05")
    page.get_by_label("To", exact=True).fill("2026-10-20")
    page.get_by_role("button", name="Show what will be on it").click()
    expect(page.get_by_text("2 services, $300.00 charged, $0.00 paid.")).to_be_visible()
    assert fits(page)
    with page.expect_download() as coming:
        page.get_by_role("button", name="Generate superbill").click()
    assert coming.value.suggested_filename == "superbill-2026-10-05-2026-10-20.pdf"
    expect(page.get_by_role("heading", name="Superbill")).to_be_visible()
    assert fits(page)
    made = page.url.partition("?")[0].rpartition("/")[2]
    assert sha256_of(coming.value) == world.value(KEPT, subject_id=made)

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    visitor.go("/billing")
    expect(page).to_have_url(f"{world.url}/login")


def test_re1_a_link_opened_on_a_telephone_signs_the_other_browser_in_by_its_code(
    world: World, open_window: Open
) -> None:
    email = address("Keyboard")
    world.grant(world.family.debtors["Keyboard"], email)
    desk, telephone = open_window(), open_window(viewport=NARROW, has_touch=True, is_mobile=True)
    desk.go("/login")
    ask_for_link(desk, email)
    mail = world.mail(email, "10 minutes")
    telephone.go(link_in(mail))
    shown = telephone.page.locator(".code").inner_text()
    assert shown in text_of(mail)
    expect(telephone.page.get_by_role("button", name="Sign in")).to_have_count(0)
    desk.page.get_by_label("Code").fill(shown)
    desk.page.get_by_role("button", name="Sign in").click()
    expect(desk.page.get_by_role("heading", name="Billing and payments")).to_be_visible()
    telephone.page.reload()
    expect(telephone.page.get_by_role("heading", name=re.compile("no longer good"))).to_be_visible()
