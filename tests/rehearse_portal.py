"""The client portal on this computer, to be looked at: a sample practice with its hub, an office, a mailbox
that shows what is mailed, and a stand-in for the card processor. `make portal` runs it; Ctrl-C ends it.

Nothing of it is a practice's: the cards are those of Stripe's own test list, and no mail leaves the computer.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from core.dates import system_now
from core.delivery.mail import set_mail_password
from core.practice.mail import set_mail_server
from core.security.unlock import open_with_passphrase
from core.store import Store
from tests.architecture.source import ROOT
from tests.browser.till import Till
from tests.browser.world import text_of
from tests.builders import OWNER
from tests.syncd.mail_server import PASSWORD, MailHost
from tests.syncd.processes import Practice
from tui.verbs.demo import KEY_FILE
from tui.verbs.demo import PASSPHRASE as DEMO_PASSPHRASE

URL, BIND = "http://localhost:8770", "127.0.0.1:8770"
PARENT = "parent@example.org"


class Rehearsal(Practice):
    """Processes that trust the mailbox's certificate."""

    trust = ""

    @property
    def environ(self) -> dict[str, str]:
        return {**super().environ, "SSL_CERT_FILE": self.trust}

    @contextmanager
    def opened(self, name: str) -> Iterator[Store]:
        opened = open_with_passphrase(self.home(name), DEMO_PASSPHRASE, system_now)
        try:
            yield opened.store
        finally:
            opened.store.close()

    def make(self) -> None:
        """The sample practice of `daysheet demo`, as the first office."""
        command = [sys.executable, "-m", "tui.cli", "demo", "--home", self.home("north")]
        subprocess.run(
            command, env=self.environ, cwd=ROOT, check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr
        )
        self.key.write_text(DEMO_PASSPHRASE + "\n")

    def somebody_who_owes(self) -> str:
        """A client on the account with the largest balance."""
        owed = self.daysheet("report", "ar", home="north")["data"]["rows"]
        account = max(owed, key=lambda one: int(one["total_cents"]))["guarantor_id"]
        with self.opened("north") as book, book.read() as read:
            return str(read.value(CLIENT, guarantor_id=account))


CLIENT = (
    "SELECT client_id FROM invoice_issue WHERE guarantor_id = :guarantor_id ORDER BY issued_on DESC LIMIT 1"
)


def rehearse(folder: Path) -> None:
    """Until it is ended by Ctrl-C."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ExitStack() as closing:
        practice = Rehearsal(folder)
        closing.callback(practice.close)
        host = MailHost(folder, "starttls")
        closing.callback(host.stop)
        practice.trust = str(host.trust)
        till = Till()
        closing.callback(till.close)
        practice.make()
        start(practice, host, till)
        say(practice)
        watch(host, till)


def start(practice: Rehearsal, host: MailHost, till: Till) -> None:
    """Hub and portal, the office beside them, the processor's keys, and somebody who is let in."""
    settings = host.settings()._asdict()
    del settings["since"]
    with practice.opened("north") as book, book.write(OWNER) as tx:
        set_mail_server(tx, **settings)
    practice.start_hub("--from", practice.home("north"), "--portal-url", URL, "--portal-bind", BIND)
    till.hub = f"https://127.0.0.1:{practice.port}"
    with practice.opened("hub") as book, book.write(OWNER) as tx:
        set_mail_password(tx, PASSWORD, key=book.data_key)
    keys = practice.folder / "stripe.keys"
    keys.write_text(till.keys)
    keys.chmod(0o600)
    told = practice.syncd("processor", "set", "--keys", str(keys), "--address", till.url, home="hub")
    assert told["ok"], told
    practice.start("office", home="north")
    told = practice.daysheet("portal", "grant", practice.somebody_who_owes(), "--email", PARENT, home="north")
    assert told["ok"], told


def say(practice: Rehearsal) -> None:
    north = practice.home("north")
    print(
        f"""
The portal is at {URL}. Sign in as {PARENT}; the mail with the link is shown here.
Cards for the stand-in: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined, 4000 0000 0000 3063 asks
to confirm.
The office, where payments come in by themselves:
  DAYSHEET_HOME={north} DAYSHEET_KEY_FILE={north}/{KEY_FILE} .venv/bin/daysheet
Ctrl-C ends it all.
""",
        flush=True,
    )


def watch(host: MailHost, till: Till) -> None:
    """Show each mail, and let the processor tell the hub what happened."""
    shown = 0
    with suppress(KeyboardInterrupt):
        while True:
            time.sleep(1)
            for mail in host.post.mails[shown:]:
                shown += 1
                print(f"--- Mail to {mail['To']}: {mail['Subject']}\n{text_of(mail)}", flush=True)
            till.tell()


if __name__ == "__main__":
    rehearse(Path(sys.argv[1]).resolve())
