"""What superbills lack, and what does not belong on them. Enter types a missing field in where it belongs.

Marked rows that lack the same field are filled in together.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from core.delivery.superbills import Preview, SuperbillKey, preview
from core.errors import DomainError
from core.ledger.superbill_lint import Lack
from core.store import Read, Tx
from tui.keys import verb
from tui.present import plural
from tui.screens.book_screen import BookScreen
from tui.strips.asking import AskText
from tui.widgets.columns import words_column
from tui.widgets.rows import Row, Rows


class SuperbillCheck(BookScreen[list[Preview]]):
    """One row a missing or malformed field, then one for each session that was skipped, with the reason."""

    PLACE = "clients"
    HEADING = "Superbill"
    EMPTY = "Nothing is missing. r makes the superbill."
    COLUMNS = (
        words_column("Whose", least=18, most=32),
        words_column("Field", least=17, most=22),
        words_column("What is wrong", least=24, most=90),
        words_column("Now", least=6, most=24, drop=2),
    )
    BINDINGS: ClassVar = [
        verb("r", "retry", "Make it", id="superbill.retry", help="Make the superbill now", counted=False),
        verb("x", "leave_out", "Leave sessions out", id="superbill.leave_out", counted=False,
             help="Make it without the sessions that lack something of their own"),
    ]  # fmt: skip

    def __init__(
        self, keys: Sequence[SuperbillKey], make: Callable[[Sequence[SuperbillKey]], object]
    ) -> None:
        """`make` is what makes them, once nothing is missing."""
        super().__init__()
        self._make = make
        self._keys = list(keys)
        self._lacks: dict[str, Lack] = {}

    def ask_book(self, read: Read) -> list[Preview]:
        return [preview(read, key) for key in self._keys]

    def fill(self, view: list[Preview]) -> None:
        self._lacks = {}
        rows: list[Row] = []
        for one in view:
            for lack in one.lacks:
                row_id = f"{lack.subject}:{lack.subject_id}:{lack.field}"
                if row_id in self._lacks:
                    continue
                self._lacks[row_id] = lack
                rows.append(Row(row_id, (lack.who, lack.label, lack.problem, lack.value)))
        missing = len(rows)
        for number, skipped in enumerate(skipped for one in view for skipped in one.skipped):
            where = f"session {skipped.service_on}"
            rows.append(Row(f"skipped:{number}", (where, "left out", skipped.reason, skipped.what)))
        self.grid.show_rows(Rows(rows))
        self.show_totals(
            f"{plural(missing, 'field')} missing or malformed"
            if missing
            else "nothing is missing · r makes it"
        )

    def allowed(self, action: str) -> bool:
        if action == "leave_out":
            return any(lack.subject in ("session", "line") for lack in self._lacks.values())
        return super().allowed(action)

    def opened(self, record_id: str) -> None:
        from core.delivery.mending import Mended, can_be_put_back, mend, put_back

        lack = self._lacks.get(record_id)
        if lack is None:
            return
        app = self.biller
        same = [lack]
        if record_id in self.grid.marks:
            marked = [self._lacks[row_id] for row_id in self.grid.chosen_ids if row_id in self._lacks]
            same = [one for one in marked if (one.subject, one.field) == (lack.subject, lack.field)]
        who = lack.who if len(same) == 1 else f"{len(same)} marked"
        hint = "1990-04-05" if lack.field == "birth_on" else ""
        strip = AskText(
            f"{who}: {lack.label}", label=hint, value=lack.value, keep_as=f"mend {record_id}", width=32
        )

        def typed(text: str) -> None:
            def refused(refusal: DomainError) -> None:
                """What was typed comes back with the strip."""
                app.kept_texts[strip.keep_as] = {"text": text}
                app.refuse(refusal)

            def write(tx: Tx) -> list[Mended]:
                return [mend(tx, one, text) for one in same]

            def back(tx: Tx, mended: list[Mended]) -> None:
                for one in reversed(mended):
                    put_back(tx, one)

            def saved(mended: list[Mended]) -> None:
                self.grid.clear_marks()
                if all(can_be_put_back(one) for one in same):
                    self.done(f"{lack.label} saved", lambda tx: back(tx, mended), write)
                else:
                    app.say(f"Saved: {lack.label}.", "good")

            app.change(write, saved, refused)

        self.open_strip(strip, typed)

    def action_retry(self) -> None:
        self._make(self._keys)

    def action_leave_out(self) -> None:
        self._make([key._replace(leave_out=True) for key in self._keys])
