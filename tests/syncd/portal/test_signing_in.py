"""RE1: in by a link that works once, in the browser that asked; nobody learns who is known."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from threading import Barrier

import httpx
import pytest

from core.portal.commands import revoke_access
from syncd.portal.rates import Rates
from tests.sizes import sized
from tests.syncd.network import until
from tests.syncd.portal.served import FORM, MAIL, Browser, Practice, practice, with_ann


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Practice]:
    with practice(tmp_path, with_ann) as made:
        yield made


@pytest.fixture
def either(tmp_path: Path, hub_database: str) -> Iterator[Practice]:
    """The same, with the hub's book in a file or in PostgreSQL."""
    with practice(tmp_path, with_ann, hub_database) as made:
        yield made


def ask(portal: Practice, browser: Browser, email: str = MAIL) -> str:
    """Ask for a link; answers its path."""
    before = set(portal.mails())
    assert browser.send_form("/login", "/login", email=email).headers["location"] == "/login/sent"
    asyncio.run(until(lambda: bool(set(portal.mails()) - before), 60))
    return str(portal.mails()[-1].link).removeprefix(portal.url)


def test_re1_a_link_that_was_asked_for_signs_in(portal: Practice) -> None:
    browser = portal.browser()
    path = ask(portal, browser)
    answer = browser.send_form(path, path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/billing")
    page = browser.get("/billing")
    assert page.status_code == 200
    assert "$150.00" in page.text
    assert [mail.mail_to for mail in portal.mails("signed_in")] == [MAIL]


def test_re1_a_mail_scanner_that_opens_the_link_uses_nothing_up(portal: Practice) -> None:
    browser, scanner = portal.browser(), portal.browser()
    path = ask(portal, browser)
    for _ in range(3):
        assert scanner.get(path).status_code == 200
    assert scanner.send_form(path, "/login").status_code == 410
    assert browser.send_form(path, path).headers["location"] == "/billing"


def test_re1_opened_elsewhere_a_link_shows_a_code_for_the_browser_that_asked(portal: Practice) -> None:
    browser, telephone = portal.browser(), portal.browser()
    path = ask(portal, browser)
    shown = telephone.get(path).text
    code = shown.split('big code">')[1].split("<")[0]
    assert code == portal.mails()[-1].code
    assert (code[4], len(code)) == (" ", 9)
    assert (
        browser.send_form("/login/code", "/login/sent", code=code.lower()).headers["location"] == "/billing"
    )
    assert browser.get("/billing").status_code == 200
    assert telephone.get(path).status_code == 410


def test_re1_a_code_opens_nothing_in_another_browser(portal: Practice) -> None:
    browser, other = portal.browser(), portal.browser()
    ask(portal, browser)
    code = portal.mails()[-1].code
    assert other.send_form("/login/code", "/login", code=code).status_code == 422


@pytest.mark.parametrize("between", ["", "-", " ", " - ", "\u00a0"])
def test_re1_a_code_is_taken_with_or_without_blanks_and_dashes(portal: Practice, between: str) -> None:
    browser = portal.browser()
    ask(portal, browser)
    code = portal.mails()[-1].code.replace(" ", between)
    answer = browser.send_form("/login/code", "/login/sent", code=f" {code.lower()} ")
    assert answer.headers["location"] == "/billing"


def test_re1_sign_in_pressed_in_a_second_tab_leads_on(portal: Practice) -> None:
    """T5: the form of a tab that another has overtaken does nothing, and says how to go on."""
    browser = portal.browser()
    path = ask(portal, browser)
    old = browser.form_token(path)
    assert browser.send_form(path, path).headers["location"] == "/billing"
    for at in (path, "/login", "/login/code"):
        late = browser.post(at, data={"form": old, "email": MAIL, "code": "AAAA AAAA"})
        assert (late.status_code, late.headers.get("location")) == (303, "/billing"), at
    assert portal.book.value("SELECT count(*) FROM portal_session") == 1
    crossed = browser.post(path, data={"form": old}, headers={"sec-fetch-site": "cross-site"})
    assert crossed.status_code == 403
    assert "location" not in crossed.headers


def test_re1_the_form_of_an_older_page_comes_again_with_what_was_typed(portal: Practice) -> None:
    browser = portal.browser()
    path = ask(portal, browser)
    old = "0" * 64
    for at, field, typed in (("/login", "email", MAIL), ("/login/code", "code", "ABCD EFGH")):
        said = browser.post(at, data={"form": old, field: typed})
        assert (said.status_code, "out of date" in said.text) == (403, True)
        assert (f'value="{typed}"' in said.text, "aria-invalid" in said.text) == (True, False)
    button = browser.post(path, data={"form": old})
    assert (button.status_code, "Sign in</button>" in button.text) == (403, True)
    found = FORM.search(button.text)
    assert found
    assert browser.post(path, data={"form": found[1]}).headers["location"] == "/billing"
    stranger = portal.browser().post("/login", data={"form": old, "email": MAIL})
    assert (stranger.status_code, "ask" in stranger.cookies) == (403, True)


def test_re1_after_five_wrong_codes_the_right_one_opens_nothing(portal: Practice) -> None:
    browser = portal.browser()
    path = ask(portal, browser)
    for _ in range(5):
        assert browser.send_form("/login/code", "/login/sent", code="AAAA AAAA").status_code == 422
    assert browser.send_form("/login/code", "/login/sent", code=portal.mails()[-1].code).status_code == 422
    assert browser.send_form(path, "/login").status_code == 410


@pytest.mark.parametrize("by", ["link", "code"])
def test_re1_fifty_uses_at_once_are_one_session(either: Practice, by: str) -> None:
    """Round after round, each with a link of its own, by fifty connections at the same moment."""
    portal, rounds, answers = either, sized(1, 40), Counter[int]()
    for done in range(rounds):
        portal.clock.pass_time(hours=2)  # so that it is no limit that holds them
        portal.portal.rates = Rates()
        browser = portal.browser()
        path = ask(portal, browser)
        form = {"form": browser.form_token(path), "code": portal.mails()[-1].code}
        went = _at_once(portal, browser, "/login/code" if by == "code" else path, form)
        assert [where for _, where in went].count("/billing") == 1
        assert (
            portal.book.value("SELECT count(*) FROM audit_entry WHERE verb = 'portal.signed_in'") == done + 1
        )
        answers.update(status for status, _ in went)
    print(f"uses={50 * rounds} by={by} sessions={rounds} answers={dict(sorted(answers.items()))}")
    assert answers[303] == rounds
    assert answers[500] == 0


def _at_once(portal: Practice, browser: Browser, path: str, form: dict[str, str]) -> list[tuple[int, str]]:
    """The same form by fifty connections that were made before and send together."""
    cookies, ready = dict(browser.cookies), Barrier(50)

    def use(_: int) -> tuple[int, str]:
        with httpx.Client(base_url=portal.url, cookies=cookies, timeout=60) as one:
            one.get("/healthz")
            ready.wait(60)
            answer = one.post(path, data=form)
            return answer.status_code, str(answer.headers.get("location", ""))

    with ThreadPoolExecutor(50) as pool:
        return list(pool.map(use, range(50)))


def test_re1_a_link_is_dead_after_ten_minutes(portal: Practice) -> None:
    browser = portal.browser()
    path = ask(portal, browser)
    portal.clock.pass_time(minutes=10, seconds=1)
    assert browser.get(path).status_code == 410
    assert browser.send_form(path, "/login").status_code == 410


def test_re1_a_session_ends_when_it_is_not_used_and_after_twelve_hours(portal: Practice) -> None:
    browser = portal.signed_in(portal.ids["person"])
    for _ in range(26):
        portal.clock.pass_time(minutes=27)
        assert browser.get("/billing").status_code == 200
    portal.clock.pass_time(minutes=27)
    assert browser.get("/billing").headers["location"] == "/login"
    idle = portal.signed_in(portal.ids["person"])
    portal.clock.pass_time(minutes=31)
    assert idle.get("/billing").headers["location"] == "/login"


def test_re1_what_is_taken_away_is_gone_with_the_next_page(portal: Practice) -> None:
    browser = portal.signed_in(portal.ids["person"])
    assert browser.get("/billing").status_code == 200
    with portal.write() as tx:
        revoke_access(tx, client_id=portal.ids["client"], email=MAIL)
    assert browser.get("/billing").headers["location"] == "/login"


def test_re1_signing_out_ends_the_session_and_another_browsers_too(portal: Practice) -> None:
    here, there = (portal.signed_in(portal.ids["person"]) for _ in range(2))
    page = here.get("/sessions").text
    handle = page.split('name="session" value="')[1][:16]
    assert here.send_form("/sessions/end", "/sessions", session=handle).headers["location"] == "/sessions"
    assert there.get("/billing").headers["location"] == "/login"
    cookies = dict(here.cookies)
    assert here.send_form("/logout", "/billing").headers["location"] == "/login"
    with httpx.Client(base_url=portal.url, cookies=cookies) as again:
        assert again.get("/billing").headers["location"] == "/login"


def test_re1_an_unknown_address_is_answered_in_the_same_words_and_time(portal: Practice) -> None:
    def once(email: str) -> tuple[float, httpx.Response]:
        portal.clock.pass_time(hours=2)
        browser = portal.browser()
        token = browser.form_token("/login")
        began = time.perf_counter()
        answer = browser.post("/login", data={"form": token, "email": email})
        return time.perf_counter() - began, answer

    asked = [(once(MAIL), once("nobody@example.org")) for _ in range(25)]
    known, unknown = ([one[which] for one in asked] for which in (0, 1))
    assert {one.status_code for _, one in known + unknown} == {303}
    assert {one.headers["location"] for _, one in known + unknown} == {"/login/sent"}
    apart = abs(median(took for took, _ in known) - median(took for took, _ in unknown))
    assert apart < 0.005
    asyncio.run(until(lambda: portal.mails() != []))
    assert {mail.mail_to for mail in portal.mails()} == {MAIL}


def test_re1_the_sixth_link_in_an_hour_to_one_address_is_refused_known_or_not(portal: Practice) -> None:
    for email in (MAIL, "nobody@example.org"):
        said = [portal.browser().send_form("/login", "/login", email=email) for _ in range(6)]
        assert [one.status_code for one in said] == [303] * 5 + [429]
        assert int(said[-1].headers["retry-after"]) > 3000


def test_re1_nothing_that_lets_anybody_in_is_kept_or_logged(portal: Practice) -> None:
    browser = portal.browser()
    path = ask(portal, browser)
    browser.send_form(path, path)
    token, session = path.rpartition("/")[2], browser.cookies["sid"]
    log = "\n".join(portal.lines)
    assert "POST /login/{token} 303" in log
    assert token not in log
    for table in ("portal_link", "portal_session", "portal_limit", "audit_entry"):
        held = repr(portal.book.rows(f"SELECT * FROM {table}"))
        assert token not in held
        assert session not in held


def test_t5_a_form_from_another_place_is_refused(portal: Practice) -> None:
    browser = portal.signed_in(portal.ids["person"])
    token = browser.form_token("/billing")
    for headers in ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}):
        assert browser.post("/logout", data={"form": token}, headers=headers).status_code == 403
    browser.headers.pop("sec-fetch-site")
    assert (
        browser.post("/logout", data={"form": token}, headers={"origin": "https://evil.example"}).status_code
        == 403
    )
    assert browser.post("/logout", data={}).status_code == 403
    assert browser.post("/logout", data={"form": token}, headers={"origin": portal.url}).status_code == 303


def test_every_answer_carries_the_headers(portal: Practice) -> None:
    browser = portal.browser()
    for path in ("/login", "/nothing", "/billing", "/portal.css", "/i/none", "/healthz", "/login/none"):
        headers = browser.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'"), path
        assert "script-src" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers
