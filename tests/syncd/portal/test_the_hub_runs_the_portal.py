"""The portal as a practice starts it: access granted in an office, signed in at the hub."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator

import pytest

from core.ledger.pay_link import portal_address
from tests.syncd.network import new_client, until
from tests.syncd.portal.served import Browser, mails_passing
from tests.syncd.processes import Practice, ended

INIT = ("init", "--practice", "Elm Street", "--timezone", "America/New_York", "--office", "North")
PORTAL = ("--portal-url", "http://localhost:8770", "--portal-bind", "127.0.0.1:0")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Practice]:
    practice = Practice(tmp_path_factory.mktemp("portal"))
    try:
        assert practice.daysheet(*INIT, home="north")["ok"]
        yield practice
    finally:
        practice.close()


def test_re1_who_was_granted_access_in_an_office_signs_in_at_the_hub(made: Practice) -> None:
    told = made.start_hub("--from", made.home("north"), *PORTAL)
    assert told["portal"]["url"] == "http://localhost:8770"
    with made.opened("north") as book:
        client_id = new_client(book, "Byron")
    assert made.daysheet("portal", "grant", client_id, "--email", "ada@example.org", home="north")["ok"]
    assert made.syncd("office", "--once", home="north")["ok"]
    with made.opened("hub") as hub, Browser(f"http://127.0.0.1:{told['portal']['port']}") as browser:
        with hub.read() as read:
            sent = read.rows("SELECT mail_to FROM mail_request WHERE kind = 'invitation'")
            assert sent == [("ada@example.org",)]
        assert browser.get("/healthz").json() == {"ok": True}
        assert browser.send_form("/login", "/login", email="ada@example.org").status_code == 303

        def links() -> list[str]:
            return [one.link for one in mails_passing(hub, "sign_in")]

        asyncio.run(until(lambda: bool(links())))
        (link,) = links()
        assert link.startswith("http://localhost:8770/login/")
        path = link.removeprefix("http://localhost:8770")
        assert browser.send_form(path, path).headers["location"] == "/billing"
        assert "Ada Byron" in browser.get("/billing").text
    code, said = ended(made.hub, signal.SIGTERM)
    assert (code, "portal POST /login/{token} 303" in said) == (143, True)
    assert path.rpartition("/")[2] not in said


@pytest.mark.parametrize(
    "words",
    [
        ("--portal-url", "http://pay.example.com"),
        ("--portal-url", "https://hub"),
        ("--portal-url", "https://pay.example.com/portal"),
        ("--portal-url", "https://pay.example.com", "--portal-bind", "0.0.0.0:8770"),
        ("--portal-url", "https://pay.example.com", "--portal-tls-cert", "c.pem"),
        ("--portal-url", "https://pay.example.com", "--portal-proxy", "proxy"),
        ("--portal-proxy", "127.0.0.1"),
    ],
)
def test_a_portal_that_would_not_be_safe_is_not_started(made: Practice, words: tuple[str, ...]) -> None:
    said = made.syncd("hub", *words, home="hub")
    assert said["exit"] == 2
    assert said["errors"][0]["message"].endswith((".", "8770."))


@pytest.mark.parametrize("typed", ["https://localhost:8770", "https://127.0.0.1"])
def test_a_portal_on_this_computer_alone_is_tried_and_printed_on_no_invoice(
    made: Practice, typed: str
) -> None:
    told = made.start_hub("--from", made.home("north"), "--portal-url", typed, "--portal-bind", "127.0.0.1:0")
    assert told["portal"]["url"] == typed
    with made.opened("hub") as hub, hub.read() as read:
        assert portal_address(read) == ""
    ended(made.hub, signal.SIGTERM)
