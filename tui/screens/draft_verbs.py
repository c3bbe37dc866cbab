"""The verbs of a draft (RB2): add, edit, take out, note, delete. Each can be undone."""

from collections.abc import Callable
from datetime import date
from typing import ClassVar

from core.invoicing.lifecycle import allowed_actions
from core.ledger.invoice_page import InvoicePage
from core.ledger.invoices import InvoiceRow, LineRow
from core.store import Tx
from tui.cells import fit, steady, width_of
from tui.keys import verb
from tui.present import plural
from tui.screens.money_verbs import PAY, MoneyVerbs
from tui.strips.asking import AskDay, AskMoney, AskUnits
from tui.strips.line import Adjustment, AskAdjustment, AskLine, NewLine

DRAFT_VERBS = frozenset({"add", "edit", "take_out", "note", "delete"})

_LEAD_CELLS = 36


class DraftVerbs(MoneyVerbs[InvoicePage]):
    """A screen with one draft in it; a strip's kept text belongs to that draft alone."""

    BINDINGS: ClassVar = [
        PAY,
        verb("s", "send", "Send", id="invoice.send",
             help="Issue and send; of what was sent and is open, a reminder", counted=False),
        verb("a", "add", "Add", id="invoice.add",
             help="A line, a discount, a surcharge; on an issued one an adjustment", counted=False),
        verb("e", "edit", "Edit", id="invoice.edit", help="Rate or units of the line, or the due date",
             counted=False),
        verb("x", "take_out", "Take out", id="invoice.take_out", help="The charge is unbilled again"),
        verb("m", "note", "Note", id="invoice.note", help="Printed on the invoice", counted=False),
        verb("D", "delete", "Delete draft", id="invoice.delete", counted=False),
    ]  # fmt: skip

    def __init__(self, invoice_id: str) -> None:
        super().__init__()
        self.invoice_id = invoice_id
        self.page: InvoicePage | None = None

    @property
    def chosen_lines(self) -> list[LineRow]:
        """The marked lines, else the one under the cursor."""
        raise NotImplementedError

    @property
    def invoice_row(self) -> InvoiceRow | None:
        return self.page.row if self.page is not None and self.page.row.number else None

    def action_add(self) -> None:
        """A draft gets a line or a discount; an issued invoice an adjustment, never a line."""
        if (row := self.invoice_row) is not None:
            open_still = "adjust" in allowed_actions(row.status)
            self.ask_forgiven(
                row, f"Take off {row.number}", "courtesy" if open_still else "credit_note", None
            )
            return
        self.choose(
            "Add",
            [("l", "line"), ("d", "discount"), ("s", "surcharge"), ("u", "the client's unbilled charges")],
            self._add,
        )

    def _add(self, what: str) -> None:
        draft_id = self.invoice_id
        if what == "l":
            self.open_strip(AskLine("New line", keep_as=f"line {draft_id}"), self._add_line)
        elif what == "u":
            self._add_unbilled()
        else:
            kind = "discount" if what == "d" else "surcharge"
            strip = AskAdjustment(kind, keep_as=f"{kind} {draft_id}")
            self.open_strip(strip, lambda answer: self._adjust(kind, answer))

    def _add_line(self, answer: NewLine) -> None:
        from core.invoicing.lines import add_manual_line

        draft_id = self.invoice_id
        self._add_by(
            lambda tx: [
                add_manual_line(tx, draft_id, description=answer.description, rate_cents=answer.amount_cents)
            ],
            lambda _: "Line added",
        )

    def _add_unbilled(self) -> None:
        from core.invoicing.lines import add_unbilled

        draft_id, today = self.invoice_id, self.biller.today()
        self._add_by(
            lambda tx: add_unbilled(tx, draft_id, today=today),
            lambda made: f"{plural(len(made), 'charge')} added",
        )

    def _adjust(self, kind: str, answer: Adjustment) -> None:
        from core.invoicing.lines import adjust_draft

        draft_id = self.invoice_id
        self._add_by(
            lambda tx: [adjust_draft(tx, draft_id, kind=kind, **answer._asdict())],
            lambda _: f"{kind.capitalize()} added",
        )

    def _add_by(self, command: Callable[[Tx], list[str]], what: Callable[[list[str]], str]) -> None:
        """Add lines; undo takes them out again, redo brings the same ones back."""

        def added(made: list[str]) -> None:
            self.done(what(made), lambda tx: _take_out(tx, made), lambda tx: _put_back(tx, made))

        self.change(command, added)

    def action_edit(self) -> None:
        self.choose("Edit", [("r", "rate"), ("n", "units"), ("d", "due date")], self._edit)

    def _edit(self, what: str) -> None:
        if what == "d":
            self._edit_due()
            return
        line = next(iter(self.chosen_lines), None)
        if line is None:
            self.frame_app.say("There is no line to edit. a adds one.", "warn")
        elif line.kind not in ("charge", "manual"):
            self.frame_app.say(f"A {line.kind} is taken out (x) and added anew (a).", "warn")
        elif what == "r":
            self.open_strip(
                AskMoney(f"Rate of {_short(line)}", cents=line.rate_cents, keep_as=f"rate {line.line_id}"),
                lambda cents: self._change_line(line, rate_cents=cents),
            )
        else:
            units = line.units_milli
            self.open_strip(
                AskUnits(f"Units of {_short(line)}", units_milli=units, keep_as=f"units {line.line_id}"),
                lambda milli: self._change_line(line, units_milli=milli),
            )

    def _change_line(
        self, line: LineRow, *, rate_cents: int | None = None, units_milli: int | None = None
    ) -> None:
        from core.invoicing.lines import change_line

        def after(tx: Tx) -> None:
            change_line(tx, line.line_id, rate_cents=rate_cents, units_milli=units_milli)

        def before(tx: Tx) -> None:
            change_line(tx, line.line_id, rate_cents=line.rate_cents, units_milli=line.units_milli)

        self.change(after, lambda _: self.done("Line changed", before, after))

    def _edit_due(self) -> None:
        from core.invoicing.commands import edit_draft

        assert self.page is not None
        draft_id, chosen_before = self.invoice_id, self.page.row.due_on
        preset, today = date.fromisoformat(self.page.due_on), self.biller.today()

        def change(day: date) -> None:
            def back(tx: Tx) -> None:
                earlier = date.fromisoformat(chosen_before) if chosen_before else None
                edit_draft(tx, draft_id, due_on=earlier, due_by_terms=earlier is None)

            def on(tx: Tx) -> None:
                edit_draft(tx, draft_id, due_on=day, today=today)

            self.change(on, lambda _: self.done(f"Due {day}", back, on))

        strip = AskDay(
            "Due", today=self.biller.today, not_before_today=True, value=preset, keep_as=f"due {draft_id}"
        )
        self.open_strip(strip, change)

    def action_take_out(self) -> None:
        line_ids = [line.line_id for line in self.chosen_lines]
        if not line_ids:
            return

        def taken(_: None) -> None:
            self.grid.clear_marks()
            self.done(
                f"{plural(len(line_ids), 'line')} taken out",
                lambda tx: _put_back(tx, line_ids),
                lambda tx: _take_out(tx, line_ids),
            )

        self.change(lambda tx: _take_out(tx, line_ids), taken)

    def action_note(self) -> None:
        from core.invoicing.commands import edit_draft
        from tui.strips.note import AskNote

        assert self.page is not None
        draft_id, before = self.invoice_id, self.page.notes

        def noted(text: str) -> None:
            if text == before:
                return
            self.change(
                lambda tx: edit_draft(tx, draft_id, notes=text),
                lambda _: self.done(
                    "Note changed",
                    lambda tx: edit_draft(tx, draft_id, notes=before),
                    lambda tx: edit_draft(tx, draft_id, notes=text),
                ),
            )

        self.open_strip(AskNote("Note on the invoice", value=before, keep_as=f"note {draft_id}"), noted)

    def action_delete(self) -> None:
        from core.invoicing.commands import delete_draft, restore_draft

        draft_id = self.invoice_id

        def deleted(_: None) -> None:
            self.done(
                "Draft deleted", lambda tx: restore_draft(tx, draft_id), lambda tx: delete_draft(tx, draft_id)
            )
            if self.is_current:
                self.frame_app.go_back()

        self.change(lambda tx: delete_draft(tx, draft_id), deleted)


def _take_out(tx: Tx, line_ids: list[str]) -> None:
    from core.invoicing.lines import remove_line

    for line_id in line_ids:
        remove_line(tx, line_id)


def _put_back(tx: Tx, line_ids: list[str]) -> None:
    from core.invoicing.lines import restore_line

    for line_id in line_ids:
        restore_line(tx, line_id)


def _short(line: LineRow) -> str:
    name = steady(line.description)
    return fit(name, min(_LEAD_CELLS, width_of(name)))
