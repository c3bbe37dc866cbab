"""T5, T6, T7: what a stranger sends with a request, a clock or a cache gains nothing and keeps nobody out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.errors import Busy
from core.portal.limits import spend
from core.portal.signing import PORTAL
from syncd.portal.billing import file_answer
from syncd.portal.making import MADE_BY_PERSON
from syncd.portal.shell import Asked
from tests.syncd.network import until
from tests.syncd.portal.served import MAIL, Browser, Practice, practice, with_ann


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path, with_ann) as made:
        yield made


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Practice]:
    """Behind a proxy on this computer."""
    with practice(tmp_path, with_ann, proxy="127.0.0.1") as made:
        yield made


def ask_often(portal: Practice, froms: list[list[str]]) -> list[int]:
    """Ask for links, each for another mailbox and with such headers; what was answered."""
    said = []
    for number, each in enumerate(froms):
        browser = portal.browser()
        token = browser.form_token("/login")
        request = browser.build_request(
            "POST", "/login", data={"form": token, "email": f"n{number}@example.org"}
        )
        raw = [*request.headers.raw, *((b"x-forwarded-for", one.encode()) for one in each)]
        request.headers = type(request.headers)(raw)
        said.append(browser.send(request).status_code)
    return said


@pytest.mark.parametrize(
    "one",
    [
        lambda n: [f"203.0.113.{n}, 198.51.100.7"],
        lambda n: [f"203.0.113.{n}", "198.51.100.7"],
        lambda n: [f"2001:db8:1:2::{n:x}"],
        lambda n: [f"2001:db8:1:2:{n:x}::1"],
    ],
    ids=["word", "header", "address", "interface"],
)
def test_t7_nobody_is_another_by_saying_so(behind: Practice, one: Any) -> None:
    said = ask_often(behind, [one(n) for n in range(1, 24)])
    assert said == [303] * 20 + [429] * 3


def test_t7_whoever_comes_by_the_same_proxy_is_not_kept_out_by_another(behind: Practice) -> None:
    assert ask_often(behind, [[f"203.0.113.{n}"] for n in range(1, 24)]) == [303] * 23
    assert ask_often(behind, [[f"2001:db8:1:{n:x}::1"] for n in range(1, 24)]) == [303] * 23


def test_t7_what_was_counted_while_the_clock_was_ahead_keeps_nobody_out(portal: Practice) -> None:
    now = portal.clock.now
    portal.clock.now = now + timedelta(days=3)
    with portal.store.write(PORTAL) as tx:
        assert [spend(tx, "x", 2) > 0 for _ in range(3)] == [False, False, True]
    portal.clock.now = now
    with portal.store.write(PORTAL) as tx:
        assert [spend(tx, "x", 2) > 0 for _ in range(3)] == [False, False, True]
    portal.clock.now = now + timedelta(hours=1)
    with portal.store.write(PORTAL) as tx:
        assert spend(tx, "x", 2) == 0


def test_t6_what_others_may_keep_and_give_out_carries_no_secret(portal: Practice) -> None:
    for path in ("/portal.css", "/healthz"):
        answer = portal.browser().get(path)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers, path
    for path in ("/login", "/help", "/nothing"):
        answer = portal.browser().get(path)
        assert "set-cookie" in answer.headers, path
        assert answer.headers["cache-control"] == "no-store"


def test_t5_a_browser_that_says_no_more_than_null_is_let_in_by_its_form_alone(portal: Practice) -> None:
    """Safari before 16.4, from a page that says no-referrer."""
    browser = portal.signed_in(portal.ids["person"])
    token = browser.form_token("/billing")
    browser.headers.pop("sec-fetch-site")
    null = {"origin": "null"}
    assert browser.post("/logout", data={}, headers=null).status_code == 403
    assert browser.post("/logout", data={"form": "0" * 64}, headers=null).status_code == 403
    assert browser.post("/logout", data={"form": token}, headers=null).status_code == 303
    assert browser.get("/billing").headers["location"] == "/login"


def asked(portal: Practice, browser: Browser, email: str = MAIL) -> str:
    assert browser.send_form("/login", "/login", email=email).headers["location"] == "/login/sent"
    asyncio.run(until(lambda: portal.mails() != []))
    return str(portal.mails()[-1].link).removeprefix(portal.url)


def test_re1_a_link_is_good_to_its_end_in_a_browser_that_was_open_long(portal: Practice) -> None:
    browser = portal.browser()
    token = browser.form_token("/login")
    answer = browser.post("/login", data={"form": token, "email": MAIL})
    assert f"ask={browser.cookies['ask']}" in answer.headers["set-cookie"]
    assert "Max-Age=3600" in answer.headers["set-cookie"]


def test_re1_an_address_is_known_however_its_domain_is_written(portal: Practice) -> None:
    portal.grant(portal.ids["client"], "Bo@Müller.example")
    asked(portal, portal.browser(), "bo@MÜLLER.example")
    assert [mail.mail_to for mail in portal.mails()] == ["bo@xn--mller-kva.example"]


def test_t8_who_signs_in_where_another_is_signed_in_signs_them_out(portal: Practice) -> None:
    browser, scanner = portal.signed_in(portal.ids["person"]), portal.browser()
    before = browser.cookies["sid"]
    browser.get("/help")
    token = browser.form_token("/billing")
    assert browser.post("/login", data={"form": token, "email": MAIL}).status_code == 303
    asyncio.run(until(lambda: portal.mails() != []))
    path = str(portal.mails()[-1].link).removeprefix(portal.url)
    assert "another browser" in scanner.get(path).text
    assert browser.send_form(path, path).headers["location"] == "/billing"
    scanner.cookies.set("sid", before)
    assert scanner.get("/billing").headers["location"] == "/login"


def test_every_answer_carries_the_headers_also_when_nothing_can_be_read(
    portal: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object, **__: object) -> None:
        raise Busy("The book is busy.")

    monkeypatch.setattr(portal.portal, "read", busy)
    answer = portal.browser().get("/login")
    assert answer.status_code == 503
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_t4_a_number_from_elsewhere_cannot_be_a_header() -> None:
    class Query:
        def query(self, _: str) -> str:
            return ""

    asked: Any = Query()
    answer = file_answer(asked, b"", 'invoice-N"\r\nset-cookie: sid=x; 李.pdf')
    assert answer.headers["content-disposition"] == 'attachment; filename="invoice-Nset-cookiesidx.pdf"'
    assert Asked is not None


def test_t23_a_person_makes_so_many_documents_in_an_hour(portal: Practice) -> None:
    browser = portal.signed_in(portal.ids["person"])
    token = browser.form_token("/billing")
    fields = {"form": token, "client": portal.ids["client"], "provider": "none", "from": "2026-01-01"}
    said = [
        browser.post("/billing/superbills", data={**fields, "to": f"2026-02-{1 + n % 28:02}"}).status_code
        for n in range(MADE_BY_PERSON + 1)
    ]
    assert 429 not in said[:-1]
    assert said[-1] == 429
