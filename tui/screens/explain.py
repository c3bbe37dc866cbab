"""Why an amount is what it is: the entries that add up to it (RC7)."""

from collections.abc import Callable

from core.errors import DomainError
from core.ledger.explain import Explained
from core.store import Read
from tui.present import dollars
from tui.screens.book_screen import BookScreen
from tui.widgets.columns import Column, day_column, money_column, words_column
from tui.widgets.rows import Row, Rows


class Explain(BookScreen[Explained]):
    """One row an entry, with what they come to so far; the last one is the amount."""

    HEADING = "Why"
    EMPTY = "Nothing has happened there, so the amount is 0.00."
    COLUMNS = (
        day_column("Date"),
        Column("What", width=11, drop=1),
        words_column("Entry", least=30, most=100),
        money_column("Amount"),
        money_column("So far"),
    )

    def __init__(self, place: str, ask: Callable[[Read], Explained]) -> None:
        super().__init__()
        self.PLACE = place
        self._ask = ask

    def ask_book(self, read: Read) -> Explained:
        return self._ask(read)

    def load_refused(self, refusal: DomainError) -> None:
        """There is nothing of that name: back to where it was asked."""
        app = self.frame_app
        if self.is_current:
            app.go_back()
        app.refuse(refusal)

    def fill(self, view: Explained) -> None:
        rows, so_far = [], 0
        for at, one in enumerate(view.entries):
            so_far += one.amount_cents
            values = (one.on, one.kind.replace("_", " "), one.text, one.amount_cents, so_far)
            rows.append(Row(f"{at}", values))
        self.grid.show_rows(Rows(rows))
        self.show_totals(f"{view.title} · {dollars(view.amount_cents)}")
