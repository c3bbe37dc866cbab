"""Offices of one practice that work apart and meet at their hub: what they bill, pay, void and edit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from core.clients.commands import add_client
from core.conflicts.commands import Resolved, resolve
from core.conflicts.conflict import Conflict
from core.conflicts.queries import open_conflicts
from core.dates import ALL_TIME
from core.invoicing.commands import create_draft, issue_drafts
from core.ledger.kept import differences
from core.ledger.unbilled import UnbilledCharge, unbilled_charges
from core.payments.commands import record_payment
from core.practice.commands import license_provider
from core.sessions.commands import ServiceLine, finalise, record_session
from core.store import Store, Tx
from tests.builders import ADDRESS, TODAY
from tests.core.replication.offices import OWNER, Clock, Network

THERAPY = ServiceLine("CPT", "90834", "", "Psychotherapy", 1000, 15_000)


class Offices(Network):
    """North (site 1), S and W, in step; each is named by its number."""

    def __init__(self, folder: Path, count: int = 3) -> None:
        super().__init__(folder)
        with self.write(1) as tx:
            license_provider(tx, tx.value("SELECT id FROM provider"), first_year=2026)
        for series in ("S", "W")[: count - 1]:
            self.join(series)
        self.settle()

    def new_book(self, site: int) -> Store:
        book = super().new_book(site)
        _tell_time(book)
        return book

    def settle(self) -> int:
        """Twice: what the last office brings, the first one asks for only then."""
        return super().settle() + super().settle()

    @contextmanager
    def write(self, site: int) -> Iterator[Tx]:
        with self.offices[site].write(OWNER) as tx:
            yield tx

    def value(self, site: int, sql: str, **params: Any) -> Any:
        with self.offices[site].read() as read:
            return read.value(sql, **params)

    def rows(self, site: int, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        with self.offices[site].read() as read:
            return read.rows(sql, **params)

    def later(self, **time: float) -> None:
        """The time goes on, for everybody."""
        for book in (self.hub, *self.offices.values()):
            clock = book.clock
            assert isinstance(clock, Clock)
            clock.true += timedelta(**time)
            _tell_time(book)

    # What offices do.

    def client(self, given: str = "Ann", family: str = "Archer", *, sessions: int = 1) -> str:
        """A client of North with sessions of $150.00 to bill, known everywhere."""
        with self.write(1) as tx:
            client_id = add_client(tx, given=given, family=family, **dict[str, Any](ADDRESS))
            provider_id = tx.value("SELECT id FROM provider")
            for number in range(sessions):
                start = datetime(2026, 9, 3 + number, 15, 0, tzinfo=UTC)
                session_id = record_session(
                    tx, client_id=client_id, provider_id=provider_id, starts_at=start,
                    ends_at=start + timedelta(minutes=45), service_on=date(2026, 9, 3 + number),
                    status="kept", lines=[THERAPY],
                )  # fmt: skip
                finalise(tx, [session_id])
        self.settle()
        return client_id

    def draft(self, site: int, client_id: str) -> str:
        with self.write(site) as tx:
            return create_draft(tx, client_id=client_id, today=TODAY)

    def issue(self, site: int, draft_id: str) -> str:
        with self.write(site) as tx:
            (issued,) = issue_drafts(tx, [draft_id], today=TODAY)
        return str(issued.invoice_id)

    def bill(self, site: int, client_id: str) -> str:
        """Everything that this office finds unbilled, on one issued invoice."""
        return self.issue(site, self.draft(site, client_id))

    def pay(self, site: int, client_id: str, cents: int, **more: Any) -> str:
        with self.write(site) as tx:
            guarantor_id = tx.value("SELECT guarantor_id FROM client WHERE id = :id", id=client_id)
            paid = record_payment(
                tx, guarantor_id=guarantor_id, amount_cents=cents, today=TODAY,
                **{"method": "check", "received_on": TODAY, **more},
            )  # fmt: skip
        return str(paid.payment_id)

    def unbilled(self, site: int) -> list[UnbilledCharge]:
        with self.offices[site].read() as read:
            return unbilled_charges(read, ALL_TIME, TODAY)

    # What they see.

    def conflicts(self, site: int, *, quiet: bool = False) -> list[Conflict]:
        with self.offices[site].read() as read:
            return open_conflicts(read, quiet=quiet)

    def the_conflict(self, kind: str) -> Conflict:
        """The only one, which is the same everywhere but for whose side is whose."""
        self.settle()
        seen = {site: self.conflicts(site) for site in self.offices}
        assert [[c.kind for c in found] for found in seen.values()] == [[kind] for _ in seen]
        assert len({(c.name, c.text, c.stands, c.other) for (c,) in seen.values()}) == 1
        assert all(not differences_of(book) for book in self.offices.values())
        return seen[1][0]

    def resolve(self, site: int, answer: str, **more: Any) -> Resolved:
        """Decide the only conflict in one office; then it is gone everywhere."""
        (conflict,) = self.conflicts(site)
        with self.write(site) as tx:
            resolved = resolve(tx, conflict.conflict_id, answer, today=TODAY, **more)
        self.settle()
        left = [(other, c.name, c.text) for other in self.offices for c in self.conflicts(other)]
        assert left == []
        assert [differences_of(book) for book in self.offices.values()] == [[] for _ in self.offices]
        return resolved


def _tell_time(book: Store) -> None:
    """The triggers of a book read its computer's clock themselves."""
    assert isinstance(book.clock, Clock)
    with book.write(OWNER) as tx:
        tx.execute("UPDATE sync_clock SET fixed_ms = :ms", {"ms": book.clock.ms})


def differences_of(book: Store) -> list[Any]:
    with book.read() as read:
        return differences(read)


def balances(book: Store) -> list[tuple[Any, ...]]:
    """What every invoice asks for and what is left of every payment, to the cent."""
    with book.read() as read:
        return [
            *read.rows(
                "SELECT invoice_id, asked_cents, adjusted_cents, paid_cents, balance_cents, void"
                " FROM invoice_balance ORDER BY invoice_id"
            ),
            *read.rows(
                "SELECT source_id, amount_cents, refunded_cents, applied_cents, left_cents"
                " FROM money_left ORDER BY source_id"
            ),
            *read.rows("SELECT charge_id, share_id, amount_cents FROM unbilled ORDER BY 1, 2"),
        ]
