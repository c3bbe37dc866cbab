"""A biller at a real terminal, who reads each screen before the next key, and the files of a small practice.

With DAYSHEET_CAPTURES naming a folder, every screen on the way is written there as text, to be looked at.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from core.delivery.sending import send
from core.invoicing.commands import create_draft
from core.practice.commands import add_provider, add_service
from tests.builders import OWNER
from tests.homes import Home, client_with_sessions, provider_of
from tests.tui.terminal import ROOT, Terminal
from tui.strips.question import DEAF_SECONDS

PASSPHRASE = "correct horse battery"
SIZES = ((80, 24), (140, 40))
LATE_ON = date(2026, 8, 14)
"""When the one invoice was sent that is overdue by the day of the story."""

CLIENTS = (
    ("Bell", "Amara"), ("Cho", "Jin"), ("Diaz", "Inés"), ("Evans", "Rhys"), ("Fofana", "Awa"),
    ("Gupta", "Meera"), ("Hansen", "Lærke"), ("Ito", "Mika"), ("Jones", "Lou"), ("Kowalski", "Łukasz"),
    ("Lopez", "Noa"), ("Moreau", "Zoé"),
)  # fmt: skip
"""Lopez has no address; Moreau was seen by somebody without a CPT licence."""

SEPTEMBER = ("2026-09-03", "2026-09-10", "2026-09-17")


def small_practice(folder: Path) -> Home:
    """A practice with one invoice that is overdue, and the files of its last month, not yet brought in."""
    home = Home.found(folder)
    with home.open() as store:
        with store.write(OWNER) as tx:
            provider_id = provider_of(tx)
            add_provider(tx, name="Quinn Newman", credentials="BCBA", npi="1245319599")
            add_service(
                tx, code_system="CPT", code="90834", description="Psychotherapy, 45 min", rate_cents=15_000
            )
            client_id = client_with_sessions(tx, provider_id, "Ann", "Archer", [date(2026, 8, 6)])
        with store.write(OWNER) as tx:
            draft_id = create_draft(tx, client_id=client_id, today=LATE_ON)
        send(store, OWNER, [draft_id], today=LATE_ON)
    _write_files(folder)
    return home


def _write_files(folder: Path) -> None:
    people = ["external_id,given_name,family_name,street,city,state,postal_code,email"]
    seen = ["external_id,client_external_id,start,minutes,provider,code,diagnoses"]
    for at, (family, given) in enumerate(CLIENTS):
        street = "" if family == "Lopez" else f"{at + 1} Oak Street"
        people.append(f"c{at},{given},{family},{street},Springfield,MA,01101,c{at}@example.org")
        provider = "Quinn Newman" if family == "Moreau" else "Pat Provider"
        seen += [f"s{at}-{day},c{at},{day}T10:00,45,{provider},90834,F41.1" for day in SEPTEMBER]
    late = [seen[0], *(f"late-{at},c{at},2026-09-24T10:00,45,Pat Provider,90834,F41.1" for at in (1, 2))]
    for name, lines in (("clients", people), ("sessions", seen), ("late", late)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


class Biller:
    """Somebody at a terminal of one size."""

    def __init__(self, home: Home, columns: int, lines: int) -> None:
        self.home = home
        self.columns, self.lines = columns, lines
        captures = os.environ.get("DAYSHEET_CAPTURES")
        self._folder = Path(captures) / f"{columns}x{lines}" if captures else None
        self._looked = 0
        self.app: Terminal = None  # type: ignore[assignment]  # there is one from the first command on

    # What is typed.

    @contextmanager
    def at(self, *arguments: str) -> Iterator[Terminal]:
        """`daysheet` with the arguments, the passphrase typed where it asks."""
        environ = {"DAYSHEET_HOME": str(self.home.folder), "DAYSHEET_TODAY": "2026-10-31"}
        app = Terminal(
            "-m", "tui.cli", *arguments, columns=self.columns, lines=self.lines, env={**environ, "VISUAL": ""}
        )
        self.app = app
        try:
            app.wait_for("Passphrase:")
            app.press(PASSPHRASE + "\r")
            yield app
        finally:
            app.end()

    def command(self, *arguments: str, says: str) -> None:
        """A command in the shell, to its end."""
        with self.at(*arguments) as app:
            assert app.finish() == 0, app.text
            assert says in app.text, app.text
            self.look(arguments[-1].rpartition("/")[2].partition(".")[0])

    def press(self, keys: str, *then: str, gone: Sequence[str] = ()) -> None:
        """Press keys in one burst and wait for what they bring onto the screen, or take off it."""
        self.app.press(keys)
        self.sees(*then)
        for text in gone:
            self.app.wait_for(text, gone=True)

    def sees(self, *texts: str) -> None:
        for text in texts:
            self.app.wait_for(text)

    def say_yes(self, question: str, answer: str = "y") -> None:
        """Read the question; an answer in its first moment would be dropped."""
        self.sees(question)
        self.look("question")
        self.app.stand_for(DEAF_SECONDS + 0.1)
        self.app.press(answer)

    # What is seen.

    def look(self, name: str) -> str:
        """The screen when it has come to rest; written down where somebody wants to look at it."""
        self.app.stand_until_still()
        self._looked += 1
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{self._looked:02}-{name}.txt"
            path.write_text(self.app.text + "\n", encoding="utf-8")
        return self.app.text

    def look_at_screen(self, name: str) -> None:
        """The same of a screen of the app, with what each has: whose it is, where one is, keys to press."""
        lines = self.look(name).split("\n")
        assert lines[0].startswith(" Elm Street Therapy"), lines
        assert lines[1].startswith(" 1T"), lines
        assert lines[-1].strip(), "the footer names keys"
        assert any(line.strip() for line in lines[3:-2]), "something is there, or it says why not"
        assert self.app.unreadable == [], "text in the colour of its background"

    # What the books say.

    def books(self, *arguments: str) -> Any:
        """The answer of a second program, which opens the same book with the machine key."""
        ran = subprocess.run(
            [sys.executable, "-m", "tui.cli", *arguments, "--json"],
            env={**os.environ, **self.home.environ},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        answer = json.loads(ran.stdout)
        assert answer["ok"], answer["errors"]
        return answer["data"]

    def invoices(self, status: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.books("invoice", "list")["invoices"]
        return [one for one in found if not status or one["status"] == status]
