"""The audit log as a spreadsheet takes it (RJ2)."""

from collections.abc import Iterable, Iterator

from core.books.csv_cells import csv_line, number_cell, text_cell
from core.ledger.log import LogEntry

TITLES = ("at", "actor", "office", "site", "no", "verb", "subject_kind", "subject_id", "subject", "detail",
          "reason")  # fmt: skip


def log_csv(entries: Iterable[LogEntry]) -> Iterator[bytes]:
    """A line an entry, as they come; `at` is UTC, `detail` is JSON, and no name in it is ever a formula."""
    yield csv_line(map(text_cell, TITLES))
    for e in entries:
        yield csv_line(
            (text_cell(e.at), text_cell(e.actor), text_cell(e.office), number_cell(e.site), number_cell(e.no),
             text_cell(e.verb), text_cell(e.subject_kind), text_cell(e.subject_id), text_cell(e.subject),
             text_cell(e.detail), text_cell(e.reason))
        )  # fmt: skip
