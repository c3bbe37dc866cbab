"""A practice with a family in its book, a hub, and the portal behind a real server on a free port."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from core.delivery.sending import send
from core.invoicing.commands import create_draft
from core.portal.commands import Allowed, grant_access
from core.portal.signing import PORTAL, start_session
from core.replication.enrol import become_hub
from core.store import Store, Tx
from syncd.hub import app_of
from syncd.portal.app import portal_app
from syncd.portal.portal import Portal
from tests.builders import NOW, OWNER, TODAY, Book
from tests.core.delivery.superbilled import TWO, therapy
from tests.core.replication.offices import moved
from tests.syncd.network import Running
from tests.syncd.rehearsal import connect

FORM = re.compile(r'name="form" value="([0-9a-f]{64})"')


class Passing(NamedTuple):
    """A mail that waits at the hub."""

    mail_to: str
    link: str
    code: str


def mails_passing(store: Store, kind: str) -> list[Passing]:
    with store.read() as read:
        rows = read.rows(
            "SELECT mail_to, details FROM mail_passing WHERE kind = :kind ORDER BY queued_at, id", kind=kind
        )
    found = [(mail_to, json.loads(details)) for mail_to, details in rows]
    return [Passing(mail_to, words.get("link", ""), words.get("code", "")) for mail_to, words in found]


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        return self.now

    def pass_time(self, **much: float) -> None:
        self.now += timedelta(**much)


class Browser(httpx.Client):
    """A browser without scripts: keeps cookies, sends what a browser sends with a form."""

    def __init__(self, url: str) -> None:
        super().__init__(base_url=url, headers={"sec-fetch-site": "same-origin"}, timeout=30)

    def form_token(self, path: str) -> str:
        found = FORM.search(self.get(path).text)
        assert found, path
        return found[1]

    def send_form(self, path: str, at: str, **fields: str) -> httpx.Response:
        """Fill in the form of the page `at` and send it to `path`."""
        return self.post(path, data={"form": self.form_token(at), **fields})


class Practice:
    """The book, its hub and its portal."""

    def __init__(self, folder: Path, database: str = "", **more: Any) -> None:
        self.database = database
        self.clock = Clock()
        self.book = Book(folder)
        self.store: Store = self.book.store
        self.store.clock = self.clock
        self.lines: list[str] = []
        self.more = more
        self.ids: dict[str, str] = {}
        """What the test put in, by names of its own."""
        self.people: dict[str, str] = {}
        self.servers: list[Running] = []
        self.browsers: list[Browser] = []

    def start(self) -> str:
        become_hub(self.store, OWNER, name="hub")
        if self.database:
            self.store = self.book.store = moved(self.store, self.database)
        hub_app = app_of(self.store)
        hub = hub_app.state.hub
        self.portal = Portal(
            hub,
            "http://localhost",
            payments=hub.cards,
            today=lambda: TODAY,
            log=self.lines.append,
            **self.more,
        )
        self.servers.append(Running(hub_app, beside=portal_app(self.portal)))
        self.url = self.portal.url = f"http://127.0.0.1:{self.servers[-1].beside}"
        return self.url

    def write(self) -> Tx:
        return self.store.write(OWNER)

    def invoice(
        self, client_id: str, *, guarantor_id: str | None = None, shared: bool = True, **session: Any
    ) -> str:
        """An invoice for a session, sent or only issued; answers its id."""
        from core.invoicing.commands import issue_drafts

        told = {"diagnoses": TWO, "place_of_service": "11", "lines": (therapy(),), **session}
        self.book.session(client_id, **told)
        with self.write() as tx:
            if guarantor_id:
                draft_id = create_draft(tx, client_id=client_id, guarantor_id=guarantor_id, today=TODAY)
            else:
                draft_id = create_draft(tx, client_id=client_id, today=TODAY)
            if not shared:
                issue_drafts(tx, [draft_id], today=TODAY)
        if shared:
            send(self.store, OWNER, [draft_id], today=TODAY)
        return draft_id

    def number(self, invoice_id: str) -> str:
        return str(self.book.value("SELECT number FROM invoice_issue WHERE invoice_id = :id", id=invoice_id))

    def guarantor(self, client_id: str) -> str:
        return str(self.book.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id))

    def grant(self, client_id: str, email: str, *, guarantor_id: str = "", **allowed: bool) -> str:
        with self.write() as tx:
            return grant_access(
                tx, client_id=client_id, guarantor_id=guarantor_id or self.guarantor(client_id), email=email,
                name=email.partition("@")[0].capitalize(), allowed=Allowed(**allowed),
            )  # fmt: skip

    def browser(self) -> Browser:
        self.browsers.append(Browser(self.url))
        return self.browsers[-1]

    def signed_in(self, person_id: str) -> Browser:
        """A browser in which a person is signed in, without the way there."""
        with self.store.read() as read:
            email = read.value("SELECT email FROM portal_person WHERE id = :id", id=person_id)
        with self.store.write(PORTAL) as tx:
            secret = start_session(tx, person_id, email, label="Test")
        browser = self.browser()
        browser.cookies.set("sid", secret)
        return browser

    def mails(self, kind: str = "sign_in") -> list[Passing]:
        return mails_passing(self.store, kind)

    def take_cards(self, address: str) -> None:
        """From now on the practice takes cards, through the processor at an address."""
        connect(self.store, self.book.folder, address)

    def close(self) -> None:
        for browser in self.browsers:
            browser.close()
        for server in reversed(self.servers):
            server.stop()
        self.store.close()


MAIL = "ann@example.org"


def with_ann(made: Practice) -> None:
    """One client with an invoice, and Ann, who may see her."""
    client_id = made.book.client()
    made.ids = {"client": client_id, "person": made.grant(client_id, MAIL)}
    made.invoice(client_id)


@contextmanager
def practice(
    folder: Path, prepare: Callable[[Practice], None], database: str = "", **more: Any
) -> Iterator[Practice]:
    """With a `database`, the hub's book moves there before the portal starts."""
    made = Practice(folder, database, **more)
    try:
        prepare(made)
        made.start()
        yield made
    finally:
        made.close()
