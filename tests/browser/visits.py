"""Every page of the portal and every way in which one says no, each with the way there.

A visit says which rows of the route table it comes through; `tests/browser/test_every_page.py` fails where
a row has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from core.portal.limits import spend
from core.portal.signing import PORTAL, digest
from tests.browser.family import Family
from tests.browser.visitor import Visitor
from tests.browser.world import World, address, link_in

Way = Callable[[Visitor], None]
Row = tuple[str, str]


class Visit(NamedTuple):
    """`goes` brings a fresh window there; `status` is that of the page that stands there then."""

    name: str
    rows: tuple[Row, ...]
    goes: Way
    status: int = 200


VISITS: list[Visit] = []


def visit(name: str, *rows: str, status: int = 200) -> Callable[[Way], Way]:
    """`rows` as "GET /login"."""

    def kept(way: Way) -> Way:
        VISITS.append(
            Visit(name, tuple((m, p) for m, _, p in (row.partition(" ") for row in rows)), way, status)
        )
        return way

    return kept


NO_PAGES: dict[Row, str] = {
    ("GET", "/portal.css"): "text/css; charset=utf-8",
    ("GET", "/healthz"): "application/json",
    ("GET", "/billing/invoices/{number}.pdf"): "application/pdf",
    ("GET", "/billing/statements/{document_id}.pdf"): "application/pdf",
    ("GET", "/billing/superbills/{document_id}.pdf"): "application/pdf",
    ("GET", "/billing/receipts/{document_id}.pdf"): "application/pdf",
}
"""Rows that answer with something else than a page, and with what."""


# Who comes


def person(world: World, name: str) -> str:
    """Somebody with access to the clients of one account, or of several."""
    family: Family = world.family
    clients = {
        "ann": (family.ann, family.ben),
        "ben": (family.ben,),
        "new": (family.new,),
        "long": (family.long,),
    }
    if name not in world.people:
        for client in clients[name]:
            world.people[name] = world.grant(client, address(name))
    return world.people[name]


def as_(visitor: Visitor, name: str) -> Visitor:
    return visitor.sign_in(person(visitor.world, name))


def _ann(visitor: Visitor) -> Visitor:
    return as_(visitor, "ann")


def pay_code(world: World, state: str) -> str:
    code = "SELECT pay_code FROM invoice_issue WHERE number = :number"
    return str(world.value(code, number=world.family.numbers[state]))


# In and out


@visit("home", "GET /")
def _home(one: Visitor) -> None:
    as_(one, "ben").go("/")


@visit("sign in", "GET /login")
def _login(one: Visitor) -> None:
    one.go("/login")


@visit("sign in, no address", "POST /login", status=422)
def _login_error(one: Visitor) -> None:
    one.go("/login").get_by_label("Email address").fill("ann")
    one.page.get_by_role("button", name="Send me a link").click()


@visit("sign in, too often", "POST /login", status=429)
def _login_too_often(one: Visitor) -> None:
    with one.world.hub.write(PORTAL) as tx:
        for _ in range(5):
            spend(tx, f"link-to:{digest('often@example.org')}", 5)
    one.go("/login").get_by_label("Email address").fill("often@example.org")
    one.page.get_by_role("button", name="Send me a link").click()


@visit("link sent", "POST /login", "GET /login/sent")
def _sent(one: Visitor) -> None:
    one.go("/login").get_by_label("Email address").fill("nobody@example.org")
    one.page.get_by_role("button", name="Send me a link").click()


@visit("wrong code", "POST /login/code", status=422)
def _wrong_code(one: Visitor) -> None:
    one.go("/login/sent").get_by_label("Code").fill("AAAA AAAA")
    one.page.get_by_role("button", name="Sign in").click()


def _asked(one: Visitor, name: str) -> str:
    """A link that this window asked for."""
    person(one.world, name)
    number = len(one.world.mails(address(name), "10 minutes"))
    one.go("/login").get_by_label("Email address").fill(address(name))
    one.page.get_by_role("button", name="Send me a link").click()
    return link_in(one.world.mail(address(name), "10 minutes", number))


@visit("link, here", "GET /login/{token}")
def _link_here(one: Visitor) -> None:
    one.go(_asked(one, "ben"))


@visit("link, elsewhere", "GET /login/{token}")
def _link_elsewhere(one: Visitor) -> None:
    link = _asked(one, "ben")
    one.context.clear_cookies()
    one.go(link)


@visit("link, no longer good", "GET /login/{token}", status=410)
def _link_dead(one: Visitor) -> None:
    one.go("/login/" + "A" * 43)


@visit("link, no longer good once it is used", "POST /login/{token}", status=410)
def _link_used(one: Visitor) -> None:
    one.go(_asked(one, "new"))
    with one.world.hub.write(PORTAL) as tx:
        tx.execute("UPDATE portal_link SET used_at = :now WHERE used_at IS NULL", {"now": tx.now_text})
    one.page.get_by_role("button", name="Sign in").click()


@visit("link, used in another window meanwhile", "POST /login/{token}")
def _signed_in_meanwhile(one: Visitor) -> None:
    link = _asked(one, "new")
    first = one.context.new_page()
    first.goto(link)
    one.go(link)
    first.get_by_role("button", name="Sign in").click()
    first.wait_for_url("**/billing")
    one.page.get_by_role("button", name="Sign in").click()
    one.page.wait_for_url("**/billing")


@visit("signed out", "POST /logout")
def _out(one: Visitor) -> None:
    as_(one, "ben").go("/sessions").get_by_role("button", name="Sign out", exact=True).click()


@visit("sign-ins", "GET /sessions")
def _sessions(one: Visitor) -> None:
    one.world.session(person(one.world, "long"))
    as_(one, "long").go("/sessions")


@visit("signed out there", "POST /sessions/end")
def _ended_there(one: Visitor) -> None:
    one.world.session(person(one.world, "long"))
    as_(one, "long").go("/sessions").get_by_role("button", name="Sign out there").first.click()
    one.page.wait_for_url("**/sessions")


@visit("signed out there already", "POST /sessions/end", status=404)
def _ended_already(one: Visitor) -> None:
    one.world.session(person(one.world, "long"))
    page = as_(one, "long").go("/sessions")
    page.locator("[name=session]").first.evaluate("field => field.value = 'gone'")
    page.get_by_role("button", name="Sign out there").first.click()


# What is owed


@visit("billing, with everything", "GET /billing")
def _billing(one: Visitor) -> None:
    _ann(one).go(f"/billing?client={one.world.family.ann}")


@visit("billing, which client", "GET /billing")
def _which(one: Visitor) -> None:
    _ann(one).go("/billing")


@visit("billing, nothing yet", "GET /billing")
def _nothing(one: Visitor) -> None:
    as_(one, "new").go("/billing")


@visit("billing, a long name", "GET /billing")
def _long(one: Visitor) -> None:
    as_(one, "long").go("/billing")


@visit("billing, days backwards", "GET /billing", status=422)
def _backwards(one: Visitor) -> None:
    as_(one, "ben").go("/billing?from=2026-10-02&to=2026-10-01")


@visit("billing, not yours", "GET /billing", status=404)
def _not_yours(one: Visitor) -> None:
    as_(one, "ben").go(f"/billing?client={one.world.family.new}")


def _invoice(state: str) -> None:
    @visit(f"invoice, {state}", "GET /billing/invoices/{number}")
    def _(one: Visitor) -> None:
        _ann(one).go(f"/billing/invoices/{one.world.family.numbers[state]}")


for _state in ("due", "overdue", "partly paid", "paid", "void"):
    _invoice(_state)


@visit("invoice, not there", "GET /billing/invoices/{number}", status=404)
def _no_invoice(one: Visitor) -> None:
    as_(one, "ben").go("/billing/invoices/N-99999")


# Papers


@visit("superbill, which days", "GET /billing/superbills/new")
def _superbill(one: Visitor) -> None:
    as_(one, "ben").go("/billing/superbills/new")


def _look(one: Visitor, name: str, first: str, last: str) -> None:
    page = as_(one, name).go(f"/billing/superbills/new?client={getattr(one.world.family, name)}")
    page.get_by_label("From and to").check()
    page.get_by_label("From", exact=True).fill(first)
    page.get_by_label("To", exact=True).fill(last)
    page.get_by_role("button", name="Show what will be on it").click()


@visit("superbill, what will be on it", "POST /billing/superbills/new")
def _looked(one: Visitor) -> None:
    _look(one, "ann", "2026-08-01", "2026-09-30")


@visit("superbill, no sessions", "POST /billing/superbills/new", status=422)
def _no_sessions(one: Visitor) -> None:
    _look(one, "ben", "2020-01-01", "2020-01-31")


@visit("superbill, made", "POST /billing/superbills", "GET /billing/superbills/{document_id}")
def _made(one: Visitor) -> None:
    _look(one, "ben", "2026-10-01", "2026-10-31")
    with one.page.expect_download():
        one.page.get_by_role("button", name="Generate superbill").click()


@visit("superbill, nothing to make", "POST /billing/superbills", status=422)
def _nothing_to_make(one: Visitor) -> None:
    _look(one, "ben", "2026-10-01", "2026-10-31")
    for name in ("from", "to"):
        one.page.locator(f"input[type=hidden][name={name}]").evaluate("field => field.value = '2020-01-01'")
    one.page.get_by_role("button", name="Generate superbill").click()


@visit("receipt, made", "POST /billing/receipts", "GET /billing/receipts/{document_id}")
def _receipt(one: Visitor) -> None:
    page = _ann(one).go(f"/billing?client={one.world.family.ann}")
    with page.expect_download():
        page.get_by_role("button", name="Make receipt").first.click()


@visit("statement", "GET /billing/statements/{document_id}")
def _statement(one: Visitor) -> None:
    _ann(one).go(f"/billing/statements/{one.world.family.documents['statement']}")


# For anybody


@visit("pay by code", "GET /pay")
def _pay(one: Visitor) -> None:
    one.go("/pay")


@visit("pay by code, wrong", "POST /pay", status=422)
def _pay_wrong(one: Visitor) -> None:
    one.go("/pay").get_by_label("Invoice number").fill("N-99998")
    one.page.get_by_label("Pay code").fill("0000000000000")
    one.page.get_by_role("button", name="Show what is due").click()


@visit("pay by code, too often", "POST /pay", status=429)
def _pay_too_often(one: Visitor) -> None:
    with one.world.hub.write(PORTAL) as tx:
        for _ in range(10):
            spend(tx, "pay-code-for:N-77777", 10)
    one.go("/pay").get_by_label("Invoice number").fill("n-77777")
    one.page.get_by_label("Pay code").fill("0000000000000")
    one.page.get_by_role("button", name="Show what is due").click()


@visit("pay link", "POST /pay", "GET /i/{code}")
def _pay_link(one: Visitor) -> None:
    one.go("/pay").get_by_label("Invoice number").fill(one.world.family.numbers["due"])
    one.page.get_by_label("Pay code").fill(pay_code(one.world, "due"))
    one.page.get_by_role("button", name="Show what is due").click()


@visit("pay link, dead", "GET /i/{code}", status=404)
def _pay_link_dead(one: Visitor) -> None:
    one.go(f"/i/{pay_code(one.world, 'void')}")


@visit("help", "GET /help")
def _help(one: Visitor) -> None:
    one.go("/help")


@visit("privacy", "GET /privacy")
def _privacy(one: Visitor) -> None:
    one.go("/privacy")


@visit("accessibility", "GET /accessibility")
def _accessibility(one: Visitor) -> None:
    one.go("/accessibility")


@visit("no such page", status=404)
def _no_page(one: Visitor) -> None:
    one.go("/nowhere")


@visit("form of another place", "POST /login", status=403)
def _forged(one: Visitor) -> None:
    page = one.go("/login")
    page.locator("[name=form]").first.evaluate("field => field.value = 'another'")
    page.get_by_label("Email address").fill("ann@example.org")
    page.get_by_role("button", name="Send me a link").click()


@visit("form too long", "POST /login", status=413)
def _too_long(one: Visitor) -> None:
    page = one.go("/login")
    page.locator("[name=form]").first.evaluate("field => field.value = 'x'.repeat(20000)")
    page.get_by_role("button", name="Send me a link").click()
