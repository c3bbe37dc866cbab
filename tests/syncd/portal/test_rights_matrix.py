"""T1: ten kinds of actor, every route, every kind of object. Made of the route table: a new row fails here
until it is said what it shows to whom.

What ought to come is told twice, by the table below and by the pages; neither knows of the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import pytest

from core.clients.commands import add_guarantor, change_client
from core.clients.shares import NewShare, set_shares
from core.dates import Period
from core.delivery.making import make_document
from core.delivery.receipts import make_receipt
from core.delivery.sharing import share_documents
from core.delivery.statements import make_statement
from core.delivery.superbills import SUPERBILL, SuperbillKey
from core.invoicing.voiding import void_invoice
from core.ledger.statement_view import statement_key
from core.payments.card import CardSeen
from core.payments.card_file import keep_card
from core.payments.commands import record_payment
from core.portal.commands import revoke_access
from core.tables import CardConsent
from syncd.portal.shell import Page, Who
from syncd.portal.table import PAGES
from tests.builders import ADDRESS, OWNER, TODAY
from tests.core.delivery.superbilled import complete, seen
from tests.syncd.portal.served import Browser, Practice, practice
from tests.syncd.rehearsal import stand_in

SEPTEMBER = Period(date(2026, 9, 1), date(2026, 9, 30))


class Thing(NamedTuple):
    """An object: what kind, whose account it lies on, and whether it was shared."""

    kind: str
    client: str = ""
    guarantor: str = ""
    seen: bool = True
    whole: bool = False
    """It names all clients of its guarantor."""
    open: bool = True
    """An invoice on which something is due."""


THINGS = {
    # Anna and her brother Ben: Anna's care is shared by two parents, each with an account; Ben's is Mother's.
    "anna's, mother's share": Thing("invoice", "anna", "mother"),
    "anna's, father's share": Thing("invoice", "anna", "father"),
    "ben's": Thing("invoice", "ben", "mother"),
    "anna's, not shared": Thing("invoice", "anna", "mother", seen=False),
    "anna's draft": Thing("invoice", "anna", "mother", seen=False),
    "anna's, void": Thing("invoice", "anna", "mother", open=False),
    "carl's": Thing("invoice", "carl", "carl"),
    "no invoice": Thing("invoice", seen=False),
    "statement of anna": Thing("statement", "anna", "mother"),
    "statement of mother": Thing("statement", "", "mother", whole=True),
    "statement not shared": Thing("statement", "ben", "mother", seen=False),
    "superbill of anna": Thing("superbill", "anna"),
    "superbill of carl": Thing("superbill", "carl"),
    "superbill not shared": Thing("superbill", "ben", seen=False),
    "receipt of mother": Thing("receipt", "", "mother", whole=True),
    "receipt not shared": Thing("receipt", "", "carl", seen=False, whole=True),
    "payment of mother": Thing("payment", "", "mother", whole=True),
    "payment of carl": Thing("payment", "", "carl", whole=True),
    "anna": Thing("client", "anna"),
    "ben": Thing("client", "ben"),
    "carl": Thing("client", "carl"),
    "nobody": Thing("client", seen=False),
    "open pay code": Thing("pay_code"),
    "pay code of a void invoice": Thing("pay_code", seen=False),
    "no pay code": Thing("pay_code", seen=False),
    "no link": Thing("link", seen=False),
    "session of another": Thing("session", seen=False),
    "checkout of mother": Thing("checkout", "anna", "mother"),
    "checkout of a guest": Thing("checkout", seen=False),
    "no checkout": Thing("checkout", seen=False),
    "account of mother": Thing("account", "", "mother"),
    "account of carl": Thing("account", "", "carl"),
    "no account": Thing("account", seen=False),
    "card of mother": Thing("card", "", "mother"),
    "card of carl": Thing("card", "", "carl"),
    "no card": Thing("card", seen=False),
}

# person -> client, guarantor, and of documents, pay and superbills what is allowed
ACTORS: dict[str, list[tuple[str, str, str]]] = {
    "nobody": [],
    "somebody with a wrong cookie": [],
    "signed out": [],
    "timed out": [],
    "shut out": [],
    "mother": [("anna", "mother", "dps"), ("ben", "mother", "dps")],
    "father": [("anna", "father", "dps")],
    "aunt of ben": [("ben", "mother", "dps")],
    "reader of anna": [("anna", "mother", "d")],
    "payer for anna": [("anna", "mother", "p")],
    "superbills of anna": [("anna", "mother", "s")],
    "carl himself": [("carl", "carl", "dps")],
}
OUT = {"nobody", "somebody with a wrong cookie", "signed out", "timed out", "shut out"}
CLIENTS_OF = {"mother": {"anna", "ben"}, "father": {"anna"}, "carl": {"carl"}}


def may(actor: str, thing: Thing, right: str = "") -> bool:
    """The rule of this test: a grant for this client, on this account, that allows it."""
    if not thing.seen:
        return False
    grants = ACTORS[actor]
    if thing.whole:
        granted = {c for c, g, allowed in grants if g == thing.guarantor and "d" in allowed}
        return granted >= CLIENTS_OF[thing.guarantor]
    return any(
        thing.client in ("", c) and thing.guarantor in ("", g) and (not right or right in allowed)
        for c, g, allowed in grants
    )


def expected(row: Page, actor: str, thing: Thing) -> set[int]:
    """The status that a cell must have."""
    out = actor in OUT
    if row.who is Who.PERSON and out:
        return {303}
    key = (row.method, row.path)
    if key in OPEN:
        return OPEN[key]
    if row.path == "/billing/pay/return":  # shown to whoever began it; anybody else learns nothing
        return {200} if out or (actor == "mother" and thing.seen) else {404}
    if row.path == "/billing/pay/cancelled":
        return {200}
    if key == ("POST", "/billing/pay"):
        return {303} if may(actor, thing, "p") else {404}
    if key == ("GET", "/billing/cards"):
        return {200} if any("p" in allowed for _, _, allowed in ACTORS[actor]) else {404}
    if row.shows == "account":
        return {303} if may(actor, thing, "p") else {404}
    if row.shows == "card":
        done = 200 if row.method == "GET" else 303
        return {done} if may(actor, thing, "p") else {404}
    if key == ("POST", "/billing/invoices/{number}/pay"):
        return {303 if thing.open else 422} if may(actor, thing, "p") else {404}
    if key == ("POST", "/i/{code}/pay"):
        return {303, 429} if thing.seen else {404, 429}
    if row.shows == "invoice":
        return {200} if may(actor, thing, "d" if row.path.endswith(".pdf") else "") else {404}
    if row.shows in ("statement", "superbill", "receipt"):
        return {200} if may(actor, thing, "d") else {404}
    if key == ("GET", "/billing"):
        return {200} if may(actor, thing) else {404}
    if row.shows == "client":  # a superbill: looked at, or made
        done = 303 if row.path == "/billing/superbills" else 200
        return {done} if may(actor, thing, "s") else {404}
    if row.shows == "payment":
        return {303} if may(actor, thing) else {404}
    if row.shows == "pay_code":
        return {200} if thing.seen else {404, 429}
    raise AssertionError(f"Say in this test what {key} shows to whom.")


OPEN: dict[tuple[str, str], set[int]] = {
    ("GET", "/"): {303},
    ("GET", "/login"): {200, 303},
    ("POST", "/login"): {422},  # with no address: asking is tested by itself
    ("GET", "/login/sent"): {200},
    ("POST", "/login/code"): {422, 429},
    ("GET", "/login/{token}"): {410},
    ("POST", "/login/{token}"): {410},
    ("POST", "/logout"): {303},
    ("GET", "/sessions"): {200},
    ("POST", "/sessions/end"): {404},
    ("GET", "/pay"): {200},
    ("POST", "/pay"): {422, 429},  # with no number: its pages are those of /i/{code}
    ("GET", "/help"): {200},
    ("GET", "/privacy"): {200},
    ("GET", "/accessibility"): {200},
    ("GET", "/portal.css"): {200},
    ("GET", "/healthz"): {200},
}
"""Rows that show nothing of anybody's, and what they answer to whoever is let in at all."""

CANARIES = {"anna": "Zanna Quillfeather", "ben": "Benno Quillfeather", "carl": "Carlo Umbermoor"}


def _family(made: Practice) -> None:
    """Two siblings with two parents, a stranger, and everything a practice gives out."""
    book, ids = made.book, made.ids
    with made.write() as tx:
        ids["mother"] = add_guarantor(tx, name="Moira Mother", **ADDRESS)
    ids["anna"] = complete(book, given="Zanna", family="Quillfeather", guarantor_id=ids["mother"])
    ids["ben"] = complete(book, given="Benno", family="Quillfeather", guarantor_id=ids["mother"])
    with made.write() as tx:  # of her own: a superbill shows her other parent nobody else's
        change_client(tx, ids["anna"], street="9 Own Street", city="Lynn", state="MA", postal_code="01901")
    ids["carl"] = complete(book, given="Carlo", family="Umbermoor")
    made.ids["carl's"] = made.invoice(ids["carl"])
    ids["carl's account"] = made.guarantor(ids["carl"])
    _invoices(made)
    _documents(made)
    _people(made)


def _invoices(made: Practice) -> None:
    ids = made.ids
    ids["anna's, mother's share"] = made.invoice(ids["anna"])
    ids["ben's"] = made.invoice(ids["ben"])
    ids["anna's, not shared"] = made.invoice(ids["anna"], shared=False, on=date(2026, 9, 11))
    ids["anna's, void"] = made.invoice(ids["anna"], on=date(2026, 9, 12))
    with made.write() as tx:
        void_invoice(tx, ids["anna's, void"], reason="test", today=TODAY)
        ids["father"] = add_guarantor(tx, name="Finn Other", **ADDRESS)
    seen(made.book, ids["anna"], date(2026, 9, 14))
    ids["anna's draft"] = _draft(made, ids["anna"])
    with made.write() as tx:
        halves = [NewShare(ids[parent], "percent", 5_000) for parent in ("mother", "father")]
        set_shares(tx, ids["anna"], halves, effective_from=TODAY)
    ids["anna's, father's share"] = made.invoice(ids["anna"], guarantor_id=ids["father"], on=TODAY)


def _draft(made: Practice, client_id: str) -> str:
    from core.invoicing.commands import create_draft

    with made.write() as tx:
        return create_draft(tx, client_id=client_id, today=TODAY)


def _documents(made: Practice) -> None:
    ids, store = made.ids, made.store
    shared = []
    for name, guarantor, client in (
        ("statement of anna", "mother", "anna"), ("statement of mother", "mother", None),
        ("statement not shared", "mother", "ben"),
    ):  # fmt: skip
        key = statement_key(ids[guarantor], SEPTEMBER, client_id=client and ids[client])
        ids[name] = str(make_statement(store, OWNER, key, today=TODAY).document_id)
        shared.append(name)
    for name, client in (
        ("superbill of anna", "anna"),
        ("superbill of carl", "carl"),
        ("superbill not shared", "ben"),
    ):
        one = SuperbillKey(ids[client], made.book.provider_id, *SEPTEMBER, TODAY)
        ids[name] = str(make_document(store, OWNER, SUPERBILL, one).document_id)
        shared.append(name)
    for name, payer, receipt in (
        ("payment of mother", "mother", "receipt of mother"),
        ("payment of carl", "carl's account", ""),
        ("another of carl", "carl's account", "receipt not shared"),
    ):
        with made.write() as tx:
            paid = record_payment(tx, guarantor_id=ids[payer], amount_cents=1_000, method="cash",
                                  received_on=TODAY, today=TODAY)  # fmt: skip
        ids[name] = paid.payment_id
        if receipt:
            ids[receipt] = str(make_receipt(store, OWNER, paid.payment_id, today=TODAY).document_id)
            shared.append(receipt)
    with made.write() as tx:
        share_documents(tx, [ids[name] for name in shared if "not shared" not in name])


def _people(made: Practice) -> None:
    ids = made.ids
    account = {"mother": ids["mother"], "father": ids["father"], "carl": ids["carl's account"]}
    for actor, grants in ACTORS.items():
        for client, guarantor, allowed in grants or [("anna", "mother", "dps")]:
            made.people[actor] = made.grant(
                ids[client], f"{actor.replace(' ', '-')}@example.org", guarantor_id=account[guarantor],
                documents="d" in allowed, pay="p" in allowed, superbills="s" in allowed,
            )  # fmt: skip


@pytest.fixture(scope="module", params=["file", "PostgreSQL"])
def family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    database = "" if request.param == "file" else request.getfixturevalue("postgres").new_database()
    with (
        stand_in() as (_, running),
        practice(tmp_path_factory.mktemp("family"), _family, database) as made,
    ):
        made.take_cards(running.url)
        _checkouts(made)
        yield made


def _checkouts(made: Practice) -> None:
    """A payment that Mother has begun, and one that somebody with a pay link has."""
    ids = made.ids
    ids["account of mother"], ids["account of carl"] = ids["mother"], ids["carl's account"]
    mother, guest = made.signed_in(made.people["mother"]), made.browser()
    code = _name_of(made, "open pay code", THINGS["open pay code"])
    number = made.number(ids["ben's"])
    begun = {"sent": "B" * 43}
    gone = (
        mother.send_form(f"/billing/invoices/{number}/pay", "/sessions", amount="5", **begun),
        guest.send_form(f"/i/{code}/pay", f"/i/{code}", **begun),
    )
    for name, answer in zip(("checkout of mother", "checkout of a guest"), gone, strict=True):
        ids[name] = answer.headers["location"].rpartition("/")[2]


def _cards(made: Practice) -> None:
    """A card on file for each account; made anew for each actor, for some of them remove it."""
    for name in ("mother", "carl"):
        account = made.ids[f"account of {name}"]
        with made.write() as tx:
            consent = CardConsent(
                guarantor_id=account, version="1", words="w", agreed_at=tx.now_text, person="M"
            )
            ref = f"pm_{tx.new_id()}"
            keep_card(tx, account, tx.add(consent), CardSeen(ref, "visa", "4242", 12, 2034))
        made.ids[f"card of {name}"] = str(
            made.book.value("SELECT id FROM saved_card WHERE once = :once", once=f"stripe:{ref}")
        )


def _browser(made: Practice, actor: str) -> Browser:
    """As each actor comes; made anew where a page signs out."""
    if actor == "nobody":
        return made.browser()
    if actor == "somebody with a wrong cookie":
        browser = made.browser()
        browser.cookies.set("sid", "A" * 43)
        return browser
    browser = made.signed_in(made.people[actor])
    if actor in ("signed out", "timed out"):
        column = "ended_at" if actor == "signed out" else "ends_at"
        with made.write() as tx:
            tx.execute(f"UPDATE portal_session SET {column} = :old WHERE person_id = :who",
                       {"old": "2026-01-01T00:00:00.000Z", "who": made.people[actor]})  # fmt: skip
    if actor == "shut out" and made.book.value(
        "SELECT active FROM portal_grant WHERE person_id = :p", p=made.people[actor]
    ):
        with made.write() as tx:
            revoke_access(tx, client_id=made.ids["anna"], email="shut-out@example.org")
    return browser


def _name_of(made: Practice, name: str, thing: Thing) -> str:
    """How an address names a thing."""
    if thing.kind == "invoice":
        issued = {"anna's draft", "no invoice"}.isdisjoint({name})
        return made.number(made.ids[name]) if issued else made.ids.get(name, "N-99999")
    if thing.kind == "pay_code":
        of = {"open pay code": "ben's", "pay code of a void invoice": "anna's, void"}.get(name)
        found = made.book.value(
            "SELECT pay_code FROM invoice_issue WHERE invoice_id = :i", i=made.ids.get(of or "", "")
        )
        return str(found or "none")
    return made.ids.get(name, "00000000-0000-7000-8000-000000000000")


def _ask(made: Practice, browser: Browser, row: Page, name: str) -> tuple[int, str]:
    parameter = row.path.partition("{")[2].partition("}")[0]
    thing = THINGS.get(name, Thing(""))
    path = row.path.replace("{" + parameter + "}", _name_of(made, name, thing)) if parameter else row.path
    made.portal.rates.__init__()  # type: ignore[misc]  # thousands of pages a minute are this test's own
    if row.method == "GET":
        told = _name_of(made, name, thing)
        asked = {"client": {"client": told}, "checkout": {"session_id": told, "checkout": told}}
        answer = browser.get(path, params=asked.get(row.shows))
        return answer.status_code, answer.text
    signed_in = browser.get("/sessions").status_code == 200
    token = browser.form_token("/sessions" if signed_in else "/login")
    fields = {"form": token, "client": "", "days": "range", "from": "2026-09-01", "to": "2026-09-29",
              "provider": made.book.provider_id, "sent": "A" * 43, "save": "yes"}  # fmt: skip
    if thing.kind:
        fields[thing.kind] = _name_of(made, name, thing)
    answer = browser.post(path, data=fields)
    return answer.status_code, answer.text


def test_t1_every_actor_sees_what_is_granted_and_nothing_else(family: Practice) -> None:
    cells, wrong = 0, []
    for actor in ACTORS:
        browser = _browser(family, actor)
        _cards(family)
        hidden = set(CANARIES) - {client for client, _, _ in ACTORS[actor]}
        for row in PAGES:
            names = [name for name, thing in THINGS.items() if thing.kind == row.shows] if row.shows else [""]
            assert names, f"Say in this test what kinds of {row.shows} there are."
            for name in names:
                if ("/logout" in row.path) and actor not in OUT:
                    browser = _browser(family, actor)
                status, text = _ask(family, browser, row, name)
                cells += 1
                if status not in expected(row, actor, THINGS.get(name, Thing(""))):
                    wrong.append(f"{actor}: {row.method} {row.path} {name}: {status}")
                wrong += [
                    f"{actor} reads of {one}: {row.path} {name}" for one in hidden if CANARIES[one] in text
                ]
                if "/logout" in row.path and actor not in OUT:
                    browser = _browser(family, actor)
    print(f"cells={cells} unexpected={len(wrong)}")
    assert wrong == []
    assert cells >= 600


def test_t1_a_row_that_is_new_fails_until_it_is_said_what_it_shows() -> None:
    async def work(_: object) -> object: ...

    row = Page("GET", "/billing/new-page", work, Who.PERSON, "something")  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match="Say in this test"):
        expected(row, "mother", Thing("something"))


def test_t1_what_is_not_yours_looks_like_what_is_not_there(family: Practice) -> None:
    browser = _browser(family, "father")
    there = browser.get("/billing/invoices/" + family.number(family.ids["ben's"]))
    absent = browser.get("/billing/invoices/N-99999")
    assert (there.status_code, there.text) == (absent.status_code, absent.text)
