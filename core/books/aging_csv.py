"""The aging report as a spreadsheet takes it (RC6)."""

from core.books.csv_cells import csv_line, decimal_cell, text_cell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.ledger.aging import Aging


def aging_csv(found: "Aging") -> bytes:
    """A row for each guarantor and one for all together; no name in it is ever a formula."""
    titles = ("guarantor", *found.buckets, "credit", "total")
    lines = [csv_line(map(text_cell, titles))]
    for row in [*found.rows, found.totals._replace(guarantor="Total")]:
        amounts = (*row.cents, -row.credit_cents, row.total_cents)
        lines.append(csv_line([text_cell(row.guarantor), *(decimal_cell(cents, 2) for cents in amounts)]))
    return b"".join(lines)
