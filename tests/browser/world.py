"""A practice as its clients meet it: an office in step with a hub, the hub's portal behind TLS, and a real
mail server; `syncd` runs as processes of its own."""

from __future__ import annotations

import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from core.delivery.mail import set_mail_password
from core.portal.commands import Allowed, grant_access
from core.portal.signing import PORTAL, start_session
from core.practice.cards import set_card_processor
from core.store import Store
from syncd.tls import own_certificate
from tests.browser.family import Family, fill
from tests.browser.till import Till
from tests.builders import OWNER, TODAY
from tests.syncd.mail_server import PASSWORD, MailHost
from tests.syncd.processes import Practice

SECONDS = 120.0
"""Far longer than anything takes; a busy machine must not fail a test."""

INVITED = ("Story", "Narrow")
"""They are invited as soon as the hub runs: for half a minute an invitation can be taken back."""
INIT = ("init", "--practice", "Elm Street Therapy", "--timezone", "America/New_York", "--office", "North")
LINK = re.compile(r"https://elm\.localhost:[0-9]+/[^\s\"<>]+")


def wait_until(true: Callable[[], Any], what: str) -> Any:
    """What a question answers as soon as it is not nothing; another process is at work on it."""
    until = time.monotonic() + SECONDS
    while True:
        found = true()
        if found:
            return found
        assert time.monotonic() < until, what
        time.sleep(0.01)


def address(name: str) -> str:
    """The mail address of somebody in a story."""
    return f"{name.lower()}@example.org"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Elm(Practice):
    """The practice's processes, on the day of the tests, trusting the tests' mail server.

    `elm.localhost` is this computer to every browser, and a name such as a portal has."""

    trust = ""

    @property
    def environ(self) -> dict[str, str]:
        return {**super().environ, "DAYSHEET_TODAY": TODAY.isoformat(), "SSL_CERT_FILE": self.trust}


class World:
    """Everything that runs, and what the test put in by names of its own."""

    def __init__(self, folder: Path) -> None:
        self.practice = Elm(folder)
        self.host = MailHost(folder, "starttls")
        self.practice.trust = str(self.host.trust)
        self.people: dict[str, str] = {}
        """Who has access, by names of the tests' own."""
        self.said: list[str] = []
        """Every line that the hub wrote."""
        self._closing = ExitStack()
        self._closing.callback(self.host.stop)
        self._closing.callback(self.practice.close)
        self.till = Till()
        self._closing.callback(self.till.close)

    def start(self) -> None:
        practice = self.practice
        assert practice.daysheet(*INIT, home="north")["ok"]
        with practice.opened("north") as book:
            self.family: Family = fill(book, self.host.settings())
        self.url = f"https://elm.localhost:{free_port()}"
        self._start_hub("--from", practice.home("north"))
        self.office = practice.start("office", home="north")
        self.hub: Store = self._closing.enter_context(practice.opened("hub"))
        with self.hub.write(OWNER) as tx:
            set_mail_password(tx, PASSWORD, key=self.hub.data_key)
        self._take_cards()
        for name in INVITED:
            words = ("portal", "grant", self.family.debtors[name], "--email", address(name))
            assert practice.daysheet(*words, home="north")["ok"]
        self.north: Store = self._closing.enter_context(practice.opened("north"))

    @contextmanager
    def without_cards(self) -> Iterator[None]:
        """As a practice that has no card processor."""
        with self.hub.write(OWNER) as tx:
            set_card_processor(tx, "")
        try:
            yield
        finally:
            with self.hub.write(OWNER) as tx:
                set_card_processor(tx, "stripe")

    def _take_cards(self) -> None:
        """The keys are given while the hub runs, as a practice does."""
        keys = self.practice.folder / "stripe.keys"
        keys.write_text(self.till.keys)
        keys.chmod(0o600)
        words = ("processor", "set", "--keys", str(keys), "--address", self.till.url)
        assert self.practice.syncd(*words, home="hub")["ok"]
        self.till.hub = f"https://127.0.0.1:{self.practice.port}"

    def _start_hub(self, *words: str) -> None:
        """`syncd hub` with its portal; its password for the mail server is there before it starts."""
        folder, port = self.practice.folder, self.url.rpartition(":")[2]
        pem = folder / "portal.pem"
        pem.write_bytes(own_certificate(["elm.localhost"]))
        self.practice.start_hub(
            *words, "--portal-url", self.url, "--portal-bind", f"127.0.0.1:{port}",
            "--portal-tls-cert", str(pem), "--portal-tls-key", str(pem),
        )  # fmt: skip
        self._reading = threading.Thread(target=self._read, args=(self.practice.hub,), daemon=True)
        self._reading.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        self.said += process.stderr

    # People

    def grant(self, client_id: str, email: str, name: str = "", **allowed: bool) -> str:
        """Somebody who comes by no invitation; answers the person."""
        with self.hub.write(OWNER) as tx:
            guarantor = tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id)
            return grant_access(
                tx, client_id=client_id, guarantor_id=guarantor, email=email, name=name or "Ann Archer",
                allowed=Allowed(**allowed), invite=False,
            )  # fmt: skip

    def session(self, person_id: str) -> dict[str, Any]:
        """The cookie of somebody who is signed in, without the way there."""
        with self.hub.write(PORTAL) as tx:
            email = tx.value("SELECT email FROM portal_person WHERE id = :id", id=person_id)
            secret = start_session(tx, person_id, email, label="Firefox on Windows")
        return {
            "name": "__Host-sid", "value": secret, "url": self.url, "secure": True, "httpOnly": True,
            "sameSite": "Lax",
        }  # fmt: skip

    def mails(self, address: str, words: str) -> list[EmailMessage]:
        """What the server took so far for an address."""
        return [one for one in self.host.post.mails if address in str(one["To"]) and words in text_of(one)]

    def mail(self, address: str, words: str, number: int = 0) -> EmailMessage:
        """A mail that the server took for an address; waits for it."""
        post = self.host.post

        def is_there() -> bool:
            return len(self.mails(address, words)) > number

        with post.changed:
            assert post.changed.wait_for(is_there, SECONDS), f"{words!r} to {address}"
        return self.mails(address, words)[number]

    def value(self, sql: str, **params: Any) -> Any:
        """Asked of the hub's book."""
        with self.hub.read() as read:
            return read.value(sql, **params)

    def end(self) -> str:
        """The hub ends as it does when a person ends it; what it wrote from first to last."""
        self.practice.hub.terminate()
        assert self.practice.hub.wait(SECONDS) == 143
        self._reading.join(SECONDS)
        return "".join(self.said)

    @property
    def secrets(self) -> list[str]:
        """Whatever lets somebody in that went by mail."""
        links = [link for mail in self.host.post.mails for link in LINK.findall(text_of(mail))]
        return [path.rpartition("/")[2] for path in links if path.count("/") > 3]

    def close(self) -> None:
        self._closing.close()


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return "" if body is None else str(body.get_content())


def link_in(mail: EmailMessage) -> str:
    """The address that a mail leads to."""
    found = LINK.search(text_of(mail))
    assert found, text_of(mail)
    return found[0]
