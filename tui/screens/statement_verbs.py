"""Make a statement of the row, or of every marked one, and open the one that was made last (RD2)."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from core.dates import previous_month
from core.delivery.making import CHUNK, Made
from core.delivery.statements import make_statement, make_statements
from core.ids import short
from core.ledger.statement_view import StatementKey, statement_key
from core.ledger.statements import StatementRow, last_statement, statement_row
from core.store import Read
from tui.jobs import Job, JobReport, Progress
from tui.keys import verb
from tui.present import dollars, plural
from tui.screens.documents import open_document
from tui.strips.statement import Asked, AskStatement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from tui.screens.book_screen import BookScreen

MAKE = verb("t", "statement", "Statement", id="statement.make", help="Of the account over some days")
OPEN = verb("o", "open_statement", "PDF", id="statement.open", help="The statement that was made last",
            counted=False)  # fmt: skip


class Whose(NamedTuple):
    """An account: a guarantor's with all clients, or one client's part of it."""

    guarantor_id: str
    client_id: str | None
    name: str


def ask_statements(
    screen: "BookScreen[Any]",
    names: Sequence[str],
    accounts: Callable[[Read], list[Whose]],
    *,
    keep_as: str,
    cents: int | None = None,
    made: Callable[[StatementRow], object] = lambda row: None,
) -> None:
    """Kind, days and comment, last month preset; one is made at once, several are a job.

    `cents` is what the accounts come to, where the screen knows. `accounts` is asked in a thread; `made`
    hears of the one that was made.
    """
    app = screen.biller
    lead = f"Statement for {names[0]}" if len(names) == 1 else f"{len(names):,} statements"
    if cents is not None and len(names) > 1:
        lead += f", {dollars(cents)}"
    strip = AskStatement(
        lead, today=app.today, period=previous_month(app.today()), keep_as=f"statement {keep_as}"
    )

    def asked(answer: Asked) -> None:
        def work() -> list[tuple[Whose, StatementKey]]:
            with app.store.read() as read:
                found = accounts(read)
            return [
                (one, statement_key(one.guarantor_id, answer.period, client_id=one.client_id,
                                    kind=answer.kind, comment=answer.comment))
                for one in found
            ]  # fmt: skip

        def known(found: list[tuple[Whose, StatementKey]]) -> None:
            if len(found) == 1:
                _make_one(screen, *found[0], made)
            elif found:
                _make_many(screen, found)

        app.in_background(work, known)

    screen.open_strip(strip, asked)


def _make_one(
    screen: "BookScreen[Any]", whose: Whose, key: StatementKey, then: Callable[[StatementRow], object]
) -> None:
    app, today = screen.biller, screen.biller.today()

    def work() -> tuple[Made, StatementRow]:
        done = make_statement(app.store, app.actor, key, today=today)
        with app.store.read() as read:
            return done, statement_row(read, key.statement_id)

    def ended(answer: tuple[Made, StatementRow]) -> None:
        done, row = answer
        version = f", version {row.version}" if row.version > 1 else ""
        what = "is made" if done.new else "was made before and still says the same"
        app.say(
            f"Statement {short(row.document_id)} of {whose.name}{version}, {dollars(row.closing_cents)},"
            f" {what}.  o opens it",
            "good",
        )
        then(row)

    app.in_background(work, ended, writes=True, busy="Making the statement ...")


def _make_many(screen: "BookScreen[Any]", found: Sequence[tuple[Whose, StatementKey]]) -> None:
    """A chunk at a time; `X` stops after one. Made again, nothing is made twice."""
    app, today = screen.biller, screen.biller.today()
    keys = [key for _, key in found]
    names = {key.statement_id: whose.name for whose, key in found}
    guarantors = {key.statement_id: key.guarantor_id for key in keys}
    new: list[str] = []

    def work(progress: Progress) -> None:
        for made in make_statements(app.store, app.actor, keys, today=today):
            if made.refusal is not None:
                progress.failed(made.key.statement_id, str(made.refusal))
            else:
                progress.done(made.key.statement_id)
                if made.new:
                    new.append(made.key.statement_id)
            if progress.stopping and progress.count % CHUNK == 0 and progress.count < len(keys):
                progress.report.stopped = True
                return

    def ended(report: JobReport) -> None:
        if not report.failed and not report.stopped:
            as_before = len(report.done) - len(new)
            same = f", {as_before:,} said the same already" if as_before else ""
            app.say(f"{plural(len(new), 'statement')} made{same} (7 shows them).", "good")
            screen.grid.clear_marks()

    app.start_job(
        Job(
            "Making statements",
            len(keys),
            work,
            ended,
            names=names,
            open=lambda statement_id: _open_account(screen, guarantors[statement_id]),
        )
    )


def _open_account(screen: "BookScreen[Any]", guarantor_id: str) -> None:
    from tui.screens.opening import open_account

    open_account(screen.biller, guarantor_id)


def open_last(screen: "BookScreen[Any]", whose: Whose) -> None:
    """Open the statement of an account that was made last; says so where there is none."""
    app = screen.biller

    def work() -> str | None:
        with app.store.read() as read:
            return last_statement(read, whose.guarantor_id, whose.client_id)

    def known(statement_id: str | None) -> None:
        if statement_id is None:
            app.say(f"There is no statement of {whose.name} yet; t makes one.", "warn")
        else:
            open_statement(screen, statement_id)

    app.in_background(work, known)


def open_statement(screen: "BookScreen[Any]", statement_id: str) -> None:
    """Open a statement as it is kept: with the desktop's viewer, or as text where there is none."""
    open_document(screen.biller, statement_id, place=screen.PLACE)
