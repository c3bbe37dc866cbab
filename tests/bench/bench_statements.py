"""500 statements in one batch, from facts to kept documents, beside the PDFs of 500 invoices.

    python -m tests.bench.bench_statements [--quick]

A statement is asked of the ledger twice (before it is printed and under the lock), printed, hashed, frozen
and kept; an invoice's PDF is only printed. Both are CPU seconds of one process.
"""

import shutil
import tempfile
from datetime import date
from pathlib import Path

from core.dates import Period
from core.delivery.statements import batch_keys, candidates, make_statements
from core.documents.invoice import render_invoice
from core.invoicing.commands import create_drafts, issue_drafts
from core.ledger.invoice_view import invoice_views
from core.store import Store
from tests.bench.rounds import cpu_of, interleaved, main, rounds
from tests.bench.sample_book import OWNER, TODAY, build, copy_of, opened

STATEMENTS = 500
CHARGES_EACH = 4
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))


def _billed(folder: Path, how_many: int) -> Path:
    """A book in which every client has an invoice."""
    path = build(folder, clients=how_many, charges_each=CHARGES_EACH)
    store = opened(path)
    with store.write(OWNER) as tx:
        for (client_id,) in tx.rows("SELECT id FROM client"):
            issue_drafts(tx, create_drafts(tx, client_id=client_id, today=TODAY), today=TODAY)
    store.close()
    return path


def _statements(store: Store) -> int:
    with store.read() as read:
        found = candidates(read, OCTOBER)
    keys = batch_keys((row.guarantor_id for row in found.rows), OCTOBER, kind="activity", comment="Thanks.")
    return sum(made.new for made in make_statements(store, OWNER, keys, today=TODAY))


def _invoices(store: Store) -> int:
    with store.read() as read:
        views = invoice_views(read, [one for (one,) in read.rows("SELECT invoice_id FROM invoice_issue")])
    return len([render_invoice(view) for view in views])


def measure(*, quick: bool) -> list[dict[str, object]]:
    """Statements per CPU second, and how many times the CPU of the invoices' PDFs they take."""
    how_many = 20 if quick else STATEMENTS
    folder = Path(tempfile.mkdtemp(prefix="daysheet-bench-"))
    try:
        path = _billed(folder / "book", how_many)

        def statements() -> float:
            store = opened(copy_of(path, "statements.db"))
            try:
                made: list[int] = []
                took = cpu_of(lambda: made.append(_statements(store)))
            finally:
                store.close()
            assert made == [how_many]
            return took

        def invoices() -> float:
            store = opened(path)
            try:
                return cpu_of(lambda: _invoices(store))
            finally:
                store.close()

        found = interleaved({"statements": statements, "invoices": invoices}, times=rounds(quick=quick))
    finally:
        shutil.rmtree(folder)
    return [
        {
            "bench": "statements",
            "statements": how_many,
            "statements_per_cpu_second": round(how_many / found["statements"]),
            "batch_cpu_s": round(found["statements"], 3),
            "times_invoice_pdfs": round(found["statements"] / found["invoices"], 2),
            "rounds": rounds(quick=quick),
        }
    ]


if __name__ == "__main__":
    main(measure)
