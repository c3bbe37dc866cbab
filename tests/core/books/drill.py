"""For the backup drill: a practice with keys of every kind, its backups, and what its book answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from core.books.backup import Backed, Checked, back_up, check_backup
from core.books.container import Secret
from core.books.restore import Restored, restore_book
from core.dates import ALL_TIME
from core.invoicing.commands import create_draft, issue_drafts
from core.ledger.aging import aging, ledger_cents
from core.ledger.invoices import invoices
from core.ledger.unbilled import unbilled_by_client
from core.payments.commands import record_payment
from core.security.keys import read_key_file
from core.security.slots import renew_recovery_code
from core.security.unlock import open_with_passphrase
from core.store import Read, Store, Tx
from core.tables import metadata
from tests.builders import OWNER, TODAY, fixed_clock
from tests.homes import Home, client_with_sessions, provider_of

PASSPHRASE = "correct horse battery"
CANARIES = (b"Archer", b"Annabel", b"Elm Street", b"Psychotherapy", b"F41.1", b"SQLite format 3")
"""What must not be read in a backup, nor in what a killed one left."""


class Practice:
    """A home with three clients, two of them billed, and everything that opens it."""

    def __init__(self, home: Home, recovery_code: str) -> None:
        self.home, self.recovery_code = home, recovery_code

    @classmethod
    def found(cls, folder: Path) -> Practice:
        home = Home.found(folder)
        with home.open() as store:
            with store.write(OWNER) as tx:
                provider_id = provider_of(tx)
                billed = [
                    client_with_sessions(tx, provider_id, given, "Archer") for given in ("Ann", "Annabel")
                ]
                client_with_sessions(tx, provider_id, "Cal", "Cole")
                drafts = [create_draft(tx, client_id=client_id, today=TODAY) for client_id in billed]
                issue_drafts(tx, drafts, today=TODAY)
                pay(tx, billed[0], 70_000)
            code = renew_recovery_code(store, OWNER, str(folder / "keys.json"))
        return cls(home, code)

    def copy_to(self, folder: Path) -> Practice:
        return Practice(self.home.copy_to(folder), self.recovery_code)

    @property
    def machine(self) -> Secret:
        return Secret(*read_key_file(str(self.home.key_file)))

    def back_up(self, target: Path) -> Backed:
        with self.home.open() as store:
            return back_up(store, OWNER, str(self.home.folder), str(target), program="test")

    def restore(self, backup: Path, folder: Path, secret: Secret | None = None, **named: Any) -> Restored:
        return restore_book(str(backup), str(folder), secret or self.machine, clock=fixed_clock, **named)

    def check(self, backup: Path, work: Path, secret: Secret | None = None) -> Checked:
        return check_backup(str(backup), secret or self.machine, work=str(work), clock=fixed_clock)


def pay(tx: Tx, client_id: str, amount_cents: int) -> None:
    """A check of the client's guarantor."""
    guarantor_id = tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id)
    record_payment(tx, guarantor_id=guarantor_id, amount_cents=amount_cents, method="check",
                   received_on=TODAY, today=TODAY)  # fmt: skip


def issue_one(store: Store) -> str:
    """Bill the first client who has something unbilled, or a line by hand; answers the number."""
    with store.write(OWNER) as tx:
        unbilled = unbilled_by_client(tx, ALL_TIME, TODAY)
        draft_id = create_draft(tx, client_id=unbilled[0].client_id, today=TODAY)
        issue_drafts(tx, [draft_id], today=TODAY)
        return str(tx.value("SELECT number FROM invoice_issue WHERE invoice_id = :id", id=draft_id))


ANSWERS: dict[str, Callable[[Read, date], object]] = {
    "invoices": lambda read, today: invoices(read, today=today.isoformat()),
    "aging": lambda read, today: (aging(read, today), ledger_cents(read, today)),
    "unbilled": lambda read, today: unbilled_by_client(read, ALL_TIME, today),
}
"""What must be the same before and after; a new answer of the ledger goes in here."""


def answers(home: Path) -> dict[str, object]:
    opened = open_with_passphrase(str(home), PASSPHRASE, fixed_clock)
    try:
        with opened.store.read() as read:
            return {name: ask(read, TODAY) for name, ask in ANSWERS.items()}
    finally:
        opened.store.close()


def rows(home: Path) -> dict[str, list[Any]]:
    """Every row of every table."""
    opened = open_with_passphrase(str(home), PASSPHRASE, fixed_clock)
    try:
        with opened.store.read() as read:
            return {name: sorted(read.rows(f'SELECT * FROM "{name}"'), key=repr) for name in metadata.tables}
    finally:
        opened.store.close()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def assert_nothing_readable(*folders: Path) -> None:
    """No name, word of a service or diagnosis in any file, nor a file open to others."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file():
                data = path.read_bytes()
                assert not [word for word in CANARIES if word in data], path
                assert path.stat().st_mode & 0o077 == 0, path


def years_before() -> datetime:
    return fixed_clock().replace(year=2021)
