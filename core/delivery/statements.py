"""Statements for one account, or for all with a balance in a batch (RD2).

Each is made outside the write lock and kept with what it says. Made again, where nothing changed since, it
is the same statement, so a batch may be broken off, stopped and run any number of times.
"""

from collections import namedtuple
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import partial

from core.actors import Actor
from core.dates import Period
from core.delivery.making import Made, Paper, make_document, make_documents
from core.documents.statement import render_statement
from core.errors import UsageError
from core.ledger.aging import Aging, AgingRow, aging
from core.ledger.frozen import newest_content
from core.ledger.statement_view import StatementKey, StatementView, statement_key, statement_view
from core.store import Read, Store, Tx
from core.tables import Statement

NEWEST = newest_content("statement", "statement_id")

CRITERIA = ("balance", "owing", "seen")
"""Whose statements a batch makes: accounts that are not at zero, those with an open invoice, or those of
clients who were seen in the range."""

SEEN = """
SELECT DISTINCT k.guarantor_id, g.name FROM session AS s JOIN client AS k ON k.id = s.client_id
JOIN guarantor AS g ON g.id = k.guarantor_id
WHERE s.service_on >= :from_on AND s.service_on <= :to_on AND s.status = 'kept'
"""

Candidates = namedtuple("Candidates", "rows totals buckets")
"""Rows of the aging report as of the last day, of those who would get a statement, and their totals."""


class NotACriterion(UsageError):
    code = "not_a_criterion"

    def __init__(self) -> None:
        super().__init__(f"That is no choice of accounts. One of: {', '.join(CRITERIA)}.")


def statement_paper(today: date) -> Paper[StatementKey, StatementView]:
    """How statements are made on a day."""
    return Paper("statement", NEWEST, partial(statement_view, today=today), render_statement, _record)


def _record(tx: Tx, view: StatementView, content: str) -> None:
    tx.add(
        Statement(
            once=f"statement:{view.document_id}:{view.version}",
            statement_id=view.document_id,
            version=view.version,
            guarantor_id=view.guarantor_id,
            client_id=view.client_id,
            kind=view.kind,
            from_on=None if view.from_on is None else view.from_on.isoformat(),
            to_on=view.to_on.isoformat(),
            opening_cents=view.opening_cents,
            closing_cents=view.closing_cents,
            comment=view.comment,
            made_on=view.made_on.isoformat(),
            content=content,
        )
    )


def make_statement(store: Store, actor: Actor, key: StatementKey, *, today: date) -> Made:
    """Make a statement, or find that it is there and still says the same.

    Raises: NotFound, NotOfGuarantor, NotAllowed, Busy.
    """
    return make_document(store, actor, statement_paper(today), key)


def make_statements(
    store: Store, actor: Actor, keys: Sequence[StatementKey], *, today: date
) -> Iterator[Made]:
    """The same for many; yields what became of each, a chunk at a time. Closing it stops after the chunk."""
    return make_documents(store, actor, statement_paper(today), keys)


def candidates(read: Read, period: Period, *, criterion: str = "balance") -> Candidates:
    """Who would get a statement of these days, with what they owe by age. Raises: NotACriterion."""
    if criterion not in CRITERIA:
        raise NotACriterion
    assert period.to_on is not None
    report: Aging = aging(read, period.to_on)
    if criterion == "balance":
        rows = [row for row in report.rows if row.total_cents]
    elif criterion == "owing":
        rows = [row for row in report.rows if sum(row.cents) > 0]
    else:
        rows = _seen(read, period, report)
    totals = AgingRow(
        "", "", tuple(sum(row.cents[place] for row in rows) for place in range(len(report.buckets))),
        sum(row.credit_cents for row in rows), sum(row.total_cents for row in rows),
    )  # fmt: skip
    return Candidates(rows, totals, report.buckets)


def _seen(read: Read, period: Period, report: Aging) -> list[AgingRow]:
    first, last = ("" if day is None else day.isoformat() for day in period)
    known = {row.guarantor_id: row for row in report.rows}
    none = (0,) * len(report.buckets)
    rows = [
        known.get(guarantor_id) or AgingRow(guarantor_id, name, none, 0, 0)
        for guarantor_id, name in read.rows(SEEN, from_on=first, to_on=last)
    ]
    return sorted(rows, key=lambda row: (row.guarantor.casefold(), row.guarantor_id))


def batch_keys(
    guarantor_ids: Iterable[str], period: Period, *, kind: str, comment: str
) -> list[StatementKey]:
    """The statements of a batch. Raises: PeriodBackwards, TooLong."""
    return [statement_key(one, period, kind=kind, comment=comment) for one in guarantor_ids]
