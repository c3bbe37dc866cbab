"""What an import brought and what it refused, and a rehearsal that leaves no trace."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from core import audit
from core.actors import Actor
from core.errors import DomainError
from core.store import Store, Tx
from core.tables import ImportRun


class Refused(NamedTuple):
    """A row that cannot come in: its line in the file, and why."""

    row: int
    reason: str


class Changed(NamedTuple):
    """A row that says something else than the book, which stays as it is: its line, and what differs."""

    row: int
    what: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Counts of what is new. `unchanged` are clients and sessions that are in the book as the file has them;
    `updated` are sessions that were scheduled there and have taken place since. `changed` are in the book
    and differ, and nothing of them was taken over. `ignored` are columns of the file that mean nothing.

    A rehearsal and an import answer the same figures, for they are the same code.
    """

    clients: int = 0
    sessions: int = 0
    charges: int = 0
    total_cents: int = 0
    unchanged: int = 0
    updated: int = 0
    claims: int = 0
    payments: int = 0
    payments_cents: int = 0
    refused: tuple[Refused, ...] = ()
    changed: tuple[Changed, ...] = ()
    ignored: tuple[str, ...] = ()


class RowsRefused(DomainError):
    """Some rows cannot come in, so none did. `outcome` lists them; leaving them out is a choice."""

    code = "rows_refused"

    def __init__(self, outcome: Outcome) -> None:
        many = len(outcome.refused)
        first = outcome.refused[0]
        rows = "1 row cannot be imported" if many == 1 else f"{many:,} rows cannot be imported"
        super().__init__(
            f"{rows}, so nothing was. Line {first.row}: {first.reason}"
            " Correct the file, or import the good rows with --skip-refused."
        )
        self.outcome = outcome


def stop_if_refused(refused: tuple[Refused, ...], *, skip_refused: bool) -> None:
    """Raises: RowsRefused, unless the refused rows may be left out."""
    if refused and not skip_refused:
        raise RowsRefused(Outcome(refused=refused))


def record_run(tx: Tx, outcome: Outcome, *, profile: str, digest: str) -> Outcome:
    """Write the import into the log, where it brought anything. The log holds counts, no names."""
    if outcome.clients or outcome.sessions or outcome.updated or outcome.payments:
        run_id = tx.add(
            ImportRun(
                profile=profile,
                source_sha256=digest,
                clients=outcome.clients,
                sessions=outcome.sessions,
                charges=outcome.charges,
                total_cents=outcome.total_cents,
            )
        )
        audit.record(
            tx, "import.done", "import_run", run_id, profile=profile, clients=outcome.clients,
            sessions=outcome.sessions, charges=outcome.charges, total_cents=outcome.total_cents,
            payments=outcome.payments, refused=len(outcome.refused),
        )  # fmt: skip
    return outcome


class _Rehearsed(Exception):
    """No error: the way out of a transaction without a commit."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def rehearse(store: Store, actor: Actor, act: Callable[[Tx], Outcome]) -> Outcome:
    """What an import would do, row by row: the import itself, in a transaction that is taken back.

    `act` is the import with `skip_refused=True`, so that every refusal is listed.
    """
    try:
        with store.write(actor) as tx:
            raise _Rehearsed(act(tx))
    except _Rehearsed as rehearsed:
        return rehearsed.outcome
