"""Every page and every refusal, looked at by axe and by rule: wide and narrow, light, dark and printed.

Made of the route table: a row without a visit fails here.
"""

from __future__ import annotations

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from syncd.portal.table import PAGES
from tests.browser import paying_visits
from tests.browser.conftest import Open
from tests.browser.visitor import NARROW
from tests.browser.visits import NO_PAGES, VISITS, Visit
from tests.browser.world import World

assert paying_visits  # they are among VISITS now

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = json.dumps({"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]})

UNLABELLED = """
[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
  .filter(field => ![...field.labels].some(label => label.textContent.trim()))
  .map(field => field.name)
"""
SMALL = """
[...document.querySelectorAll('button, .button, summary, nav a, footer a, input:not([type=hidden])')]
  .filter(one => { const box = one.getBoundingClientRect();
                   const small = ['radio', 'checkbox'].includes(one.type);
                   const row = small ? one.parentElement.getBoundingClientRect() : box;
                   return box.width && (row.height < 44 && !one.closest('td')); })
  .map(one => one.outerHTML.slice(0, 80))
"""
"""Targets that are lower than a fingertip; in a table they may be as high as its line (`ux.md` 5)."""
SIDEWAYS = "document.documentElement.scrollWidth"


def test_every_row_of_the_route_table_is_visited() -> None:
    rows = {(row.method, row.path) for row in PAGES}
    visited = {row for visit in VISITS for row in visit.rows}
    assert sorted(rows - visited - set(NO_PAGES)) == [], "Say in tests/browser/visits.py how one comes there."
    assert visited | set(NO_PAGES) == rows, "There is no such row any more."


def violations(page: Page) -> str:
    """What axe says of a page, as a text to read; it is there already where the page was looked at before."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(f"axe.run({OPTIONS}).then(said => said.violations)")
    return "\n".join(
        f"{one['id']}: {one['help']}: {node['html'][:160]}" for one in found for node in one["nodes"]
    )


@pytest.mark.parametrize("visit", VISITS, ids=[visit.name for visit in VISITS])
def test_every_page_is_for_everybody(visit: Visit, open_window: Open, world: World) -> None:
    visitor = open_window(also=(world.till.url,))
    visit.goes(visitor)
    page = visitor.page
    expect(page.locator("main")).to_be_visible()
    assert visitor.status == visit.status
    said_no = page.title().startswith("Error: ")
    assert said_no == (visit.status in (403, 422, 503))
    if said_no:
        expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("link", name="Help")).to_be_visible()
    assert page.evaluate(UNLABELLED) == []

    assert violations(page) == "", "wide, light"
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark")
    assert violations(page) == "", "narrow, dark"
    assert page.evaluate(SIDEWAYS) <= 320
    assert page.evaluate(SMALL) == []

    page.emulate_media(media="print", color_scheme="light")
    for hidden in ("nav", "footer a", "main button", "main .button", ".skip"):
        for one in page.locator(hidden).all():
            expect(one).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
