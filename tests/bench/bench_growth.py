"""P4 and P5: what a hundred times as many charges cost who asks for one client, a page, or all that is open.

    python -m tests.bench.bench_growth [--quick]

Books of 10k, 100k and 1M charges with the same 100 open invoices and 400 unbilled charges, and the same 40
charges a client. P4 asks for a client's ledger, its balance, and a page of invoices and of payments; P5 for
the aging of today and of a month ago, and for the unbilled queue. Figures are CPU milliseconds, the median of
interleaved rounds; `growth` is the largest book's over the smallest one's.
"""

import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from core.dates import ALL_TIME
from core.ledger.aging import aging
from core.ledger.entries import client_ledger
from core.ledger.invoices import invoice_page
from core.ledger.kept import differences
from core.ledger.unbilled import unbilled_by_client
from core.payments.queries import open_invoices, payment_page
from core.store import Read, Store
from tests.bench.grown_book import grown
from tests.bench.rounds import cpu_of, interleaved, main, rounds

SIZES = (10_000, 100_000, 1_000_000)
QUICK_SIZES = (8_000, 16_000)
TODAY = date(2026, 10, 31)

CLIENT = "SELECT id, guarantor_id FROM client ORDER BY id LIMIT 1 OFFSET 3"
LAST_NUMBER = "SELECT max(series_no) FROM invoice_issue"

Question = Callable[[Read], object]


def questions(store: Store) -> dict[str, Question]:
    """What is asked of a book; the same client and the middle page of each."""
    with store.read() as read:
        client_id, guarantor_id = read.rows(CLIENT)[0]
        middle = read.value(LAST_NUMBER) // 2
        page = payment_page(read, most=1)[0]
    day = TODAY.isoformat()
    return {
        "P4 client ledger": lambda read: client_ledger(read, client_id),
        "P4 balance": lambda read: open_invoices(read, guarantor_id),
        "P4 page of invoices": lambda read: invoice_page(read, today=day, after=("N", middle)),
        "P4 page of payments": lambda read: payment_page(read, before=(page.received_on, page.payment_id)),
        "P5 aging today": lambda read: aging(read, TODAY),
        "P5 aging a month ago": lambda read: aging(read, TODAY - timedelta(days=30)),
        "P5 unbilled queue": lambda read: unbilled_by_client(read, ALL_TIME, TODAY),
    }


def _ask(store: Store, question: Question) -> None:
    with store.read() as read:
        question(read)


def measure(*, quick: bool = False) -> list[dict[str, object]]:
    """A line for each question: milliseconds at each size, and how much they grow."""
    sizes = QUICK_SIZES if quick else SIZES
    jobs: dict[str, Callable[[], float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        stores = {size: grown(Path(folder) / str(size), size) for size in sizes}
        for size, store in stores.items():
            for name, question in questions(store).items():
                jobs[f"{name}:{size}"] = partial(cpu_of, partial(_ask, store, question))
        found = interleaved(jobs, times=rounds(quick=quick))
        if quick:
            with stores[sizes[0]].read() as read:
                assert differences(read) == []
                assert aging(read, TODAY).totals.total_cents == aging(read, TODAY).ledger_cents
        for store in stores.values():
            store.close()
    names = dict.fromkeys(name.rpartition(":")[0] for name in found)
    return [
        {
            "benchmark": name,
            **{f"ms_at_{size}": round(found[f"{name}:{size}"] * 1000, 3) for size in sizes},
            "growth": round(found[f"{name}:{sizes[-1]}"] / found[f"{name}:{sizes[0]}"], 2),
        }
        for name in names
    ]


if __name__ == "__main__":
    main(measure)
