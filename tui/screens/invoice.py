"""One invoice or draft: who, when, lines, totals, what happened to it."""

import json
from collections import namedtuple
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult

from core.audit import Entry, entries
from core.errors import DomainError
from core.ids import short
from core.ledger.invoices import InvoiceRow, LineRow, invoice, lines, mail_state
from core.money import parse_cents, parse_percent, parse_units, show_cents
from core.store import Read, Tx
from tui import present
from tui.jobs import Job, JobReport, each
from tui.keys import key_of, verb
from tui.present import dollars
from tui.screens.book_screen import BookScreen
from tui.screens.documents import open_pdf, write_pdf
from tui.screens.today import DEEDS
from tui.strips.asking import AskDay, AskText
from tui.strips.line import AskLine, NewLine
from tui.tones import Piece, Tone
from tui.widgets.columns import Column, day_column, money_column, words_column
from tui.widgets.grid import Grid
from tui.widgets.lines import Line
from tui.widgets.rows import Row, Rows

InvoiceDetail = namedtuple("InvoiceDetail", "row lines mail notes bill_to history made_on")

NOTES = """
SELECT coalesce((SELECT notes FROM invoice_issue WHERE invoice_id = :id LIMIT 1),
                (SELECT notes FROM draft WHERE id = :id), '')
"""
BILL_TO = """
SELECT coalesce((SELECT bill_to FROM invoice_issue WHERE invoice_id = :id LIMIT 1),
                (SELECT json_array(g.name, g.street, g.city) FROM draft AS d
                 JOIN guarantor AS g ON g.id = d.guarantor_id WHERE d.id = :id), '[]')
"""
MADE_ON = "SELECT made_on FROM draft WHERE id = :id"


class Invoice(BookScreen[InvoiceDetail]):
    """Lines above, timeline below. A draft's lines can be changed; an issued invoice never."""

    PLACE = "invoices"
    HEADING = "Invoice"
    EMPTY = "No lines. a adds one."
    COLUMNS = (
        day_column("Date", drop=2),
        Column("Code", width=9, drop=3),
        words_column("Service", least=14, most=60),
        Column("Units", present.units, width=5, align="right", drop=1),
        money_column("Rate", drop=1),
        money_column("Amount"),
    )
    BINDINGS: ClassVar = [
        verb("s", "send", "Send", id="invoice.send", counted=False),
        verb("o", "open_pdf", "PDF", id="invoice.pdf", counted=False),
        verb("a", "add", "Add", id="invoice.add", help="A line, a discount or a surcharge", counted=False),
        verb("e", "edit", "Edit", id="invoice.edit", help="Rate or units of the line, or the due date"),
        verb("x", "take_out", "Take out", id="invoice.take_out", help="The charge is unbilled again"),
        verb("m", "note", "Note", id="invoice.note", help="Printed on the invoice", counted=False),
        verb("D", "delete", "Delete draft", id="invoice.delete", counted=False),
        verb("w", "write", "Write PDF", id="invoice.write", counted=False),
        verb("y", "copy", "Copy number", id="invoice.copy", counted=False),
        key_of("J", "neighbour(1)", "Next invoice", id="invoice.next"),
        key_of("K", "neighbour(-1)", "Previous invoice", id="invoice.previous"),
    ]
    DEFAULT_CSS = """
    Invoice #lines { height: 2fr; }
    Invoice #history { height: 1fr; min-height: 3; }
    """

    def __init__(self, invoice_id: str, order: Sequence[str] = ()) -> None:
        super().__init__()
        self._invoice_id = invoice_id
        self._order = list(order) or [invoice_id]
        self._detail: InvoiceDetail | None = None

    def compose_body(self) -> ComposeResult:
        yield Line(id="who")
        yield Line(id="when")
        yield Line(id="sums")
        yield Grid(self.COLUMNS, empty_text=self.EMPTY, id="lines")
        yield Grid(
            (
                Column("When", width=16),
                words_column("Who", least=8, most=20),
                words_column("What", least=12, most=24),
                words_column("Detail", least=8, most=80),
            ),
            id="history",
        )

    # What it shows.

    def ask_book(self, read: Read) -> InvoiceDetail:
        wanted = self._invoice_id
        return InvoiceDetail(
            invoice(read, wanted, today=self.biller.today().isoformat()),
            lines(read, wanted),
            mail_state(read, wanted),
            read.value(NOTES, id=wanted),
            ", ".join(line for line in json.loads(read.value(BILL_TO, id=wanted)) if line),
            entries(read, subject_id=wanted, most=200),
            read.value(MADE_ON, id=wanted),
        )

    def fill(self, view: InvoiceDetail) -> None:
        self._detail = view
        row: InvoiceRow = view.row
        status = row.status.replace("_", " ")
        place = self._order.index(row.invoice_id) + 1 if row.invoice_id in self._order else 1
        self.show_totals(f"{row.number or 'draft ' + short(row.invoice_id)} · {status}")
        self.query_one("#who", Line).show(
            [(" ", ""), (row.client, "strong"), (f"   bill to {view.bill_to}", "muted")],
            [(f"{place} of {len(self._order)} ", "muted")],
        )
        dates = f"issued {row.issued_on}" if row.issued_on else f"made {view.made_on}"
        due = row.due_on or "by the terms"
        mail = "" if row.status == "draft" else f"   mail {view.mail}"
        note: list[Piece] = (
            [("   note: ", "muted"), (view.notes.replace("\n", " "), "")] if view.notes else []
        )
        self.query_one("#when", Line).show([(f" {dates}   due {due}{mail}", ""), *note])
        tone: Tone = "warn" if row.status == "overdue" else "strong"
        self.query_one("#sums", Line).show(
            [
                (f" total {dollars(row.total_cents)}   paid {dollars(row.paid_cents)}   ", ""),
                (f"balance {dollars(row.balance_cents)}", tone),
            ]
        )
        self.query_one("#lines", Grid).show_rows(Rows([_line_row(line) for line in view.lines]))
        self.query_one("#history", Grid).show_rows(Rows([_event_row(e) for e in view.history]))

    def allowed(self, action: str) -> bool:
        if self._detail is None:
            return action not in (
                "send",
                "open_pdf",
                "add",
                "edit",
                "take_out",
                "note",
                "delete",
                "write",
                "copy",
            )
        draft: bool = self._detail.row.status == "draft"
        if action in ("add", "edit", "take_out", "note", "delete"):
            return draft
        if action in ("open_pdf", "write", "copy"):
            return not draft
        if action == "send":
            return self._detail.row.status in ("draft", "issued")
        return True

    def action_neighbour(self, by: int) -> None:
        at = self._order.index(self._invoice_id) + by
        if 0 <= at < len(self._order):
            self._invoice_id = self._order[at]
            self.reload()

    # Verbs of a draft.

    def _line(self) -> LineRow | None:
        grid = self.query_one("#lines", Grid)
        wanted = grid.cursor_id
        found = self._detail.lines if self._detail else []
        return next((line for line in found if line.line_id == wanted), None)

    def action_add(self) -> None:
        self.choose(
            "Add",
            [("l", "line"), ("d", "discount"), ("s", "surcharge")],
            self._add,
        )

    def _add(self, what: str) -> None:
        if what == "l":
            self.open_strip(AskLine("New line"), self._add_line)
        else:
            self._ask_adjustment("discount" if what == "d" else "surcharge")

    def _add_line(self, answer: NewLine) -> None:
        from core.invoicing.commands import add_manual_line, remove_line

        draft_id = self._invoice_id

        def command(tx: Tx) -> str:
            return add_manual_line(
                tx, draft_id, description=answer.description, rate_cents=answer.amount_cents
            )

        self.change(
            command,
            lambda line_id: self.done("Line added", lambda tx: remove_line(tx, line_id), command),
        )

    def _ask_adjustment(self, kind: str) -> None:
        strip = AskText(f"{kind.capitalize()}: amount or percent, then its name", label="10% Sliding scale")
        self.open_strip(strip, lambda typed: self._adjust(kind, typed))

    def _adjust(self, kind: str, typed: str) -> None:
        from core.invoicing.commands import adjust_draft, remove_line

        amount, _, label = typed.strip().partition(" ")
        try:
            flat = None if amount.endswith("%") else parse_cents(amount)
            percent = parse_percent(amount) if amount.endswith("%") else None
        except DomainError as refusal:
            self.frame_app.refuse(refusal)
            return
        draft_id = self._invoice_id

        def command(tx: Tx) -> str:
            return adjust_draft(tx, draft_id, kind=kind, label=label, flat_cents=flat, percent_bps=percent)

        self.change(
            command,
            lambda made: self.done(f"{kind.capitalize()} added", lambda tx: remove_line(tx, made), command),
        )

    def action_edit(self) -> None:
        self.choose("Edit", [("r", "rate"), ("n", "units"), ("d", "due date")], self._edit)

    def _edit(self, what: str) -> None:
        line = self._line()
        if what == "d":
            detail = self._detail
            assert detail is not None
            strip = AskDay("Due", today=self.biller.today)
            self.open_strip(strip, self._change_due)
        elif line is None or line.kind not in ("charge", "manual"):
            self.frame_app.say("Put the cursor on a line with a rate first.", "warn")
        elif what == "r":
            shown = show_cents(line.rate_cents)
            self.open_strip(
                AskText(f"Rate of {line.description}", value=shown, keep_as="invoice.rate"),
                lambda typed: self._change_line(line, rate=typed),
            )
        else:
            self.open_strip(
                AskText(f"Units of {line.description}", keep_as="invoice.units"),
                lambda typed: self._change_line(line, units=typed),
            )

    def _change_due(self, day: object) -> None:
        from datetime import date

        from core.invoicing.commands import edit_draft

        assert isinstance(day, date)
        draft_id = self._invoice_id
        self.change(
            lambda tx: edit_draft(tx, draft_id, due_on=day),
            lambda _: self.frame_app.say(f"Due {day}.", "good"),
        )

    def _change_line(self, line: LineRow, *, rate: str = "", units: str = "") -> None:
        from core.invoicing.commands import change_line

        try:
            rate_cents = parse_cents(rate) if rate else line.rate_cents
            units_milli = parse_units(units) if units else line.units_milli
        except DomainError as refusal:
            self.frame_app.refuse(refusal)
            return

        def after(tx: Tx) -> None:
            change_line(tx, line.line_id, rate_cents=rate_cents, units_milli=units_milli)

        def before(tx: Tx) -> None:
            change_line(tx, line.line_id, rate_cents=line.rate_cents, units_milli=line.units_milli)

        self.change(after, lambda _: self.done("Line changed", before, after))

    def action_take_out(self) -> None:
        from core.invoicing.commands import remove_line, restore_line

        line = self._line()
        if line is None:
            return
        self.change(
            lambda tx: remove_line(tx, line.line_id),
            lambda _: self.done(
                "Line taken out",
                lambda tx: restore_line(tx, line.line_id),
                lambda tx: remove_line(tx, line.line_id),
            ),
        )

    def action_note(self) -> None:
        from core.invoicing.commands import edit_draft

        draft_id = self._invoice_id
        before = self._detail.notes if self._detail else ""

        def noted(text: str) -> None:
            self.change(
                lambda tx: edit_draft(tx, draft_id, notes=text),
                lambda _: self.done(
                    "Note changed",
                    lambda tx: edit_draft(tx, draft_id, notes=before),
                    lambda tx: edit_draft(tx, draft_id, notes=text),
                ),
            )

        self.open_strip(AskText("Note on the invoice", value=before, width=50, keep_as="invoice.note"), noted)

    def action_delete(self) -> None:
        from core.invoicing.commands import delete_draft, restore_draft

        draft_id = self._invoice_id

        def deleted(_: None) -> None:
            self.done(
                "Draft deleted", lambda tx: restore_draft(tx, draft_id), lambda tx: delete_draft(tx, draft_id)
            )
            self.frame_app.go_back()

        self.change(lambda tx: delete_draft(tx, draft_id), deleted)

    # Verbs of any invoice.

    def action_send(self) -> None:
        detail = self._detail
        if detail is None:
            return
        row = detail.row
        self.ask(f"Send this invoice, {dollars(row.total_cents)}?", "sends", self._send)

    def _send(self) -> None:
        from core.delivery.commands import send

        app, invoice_id = self.biller, self._invoice_id
        today = app.today()

        def ended(report: JobReport) -> None:
            if report.failed:
                app.say(report.failed[0][1], "warn")

        work = each([invoice_id], lambda one: send(app.store, app.actor, [one], today=today))
        app.start_job(Job("Sending", 1, work, ended))

    def action_open_pdf(self) -> None:
        if self._detail is not None:
            open_pdf(self.biller, self._detail.row)

    def action_write(self) -> None:
        app, detail = self.biller, self._detail
        if detail is not None:
            app.in_background(
                lambda: write_pdf(app.store, detail.row, app.exports),
                lambda path: app.say(f"Written: {path}"),
            )

    def action_copy(self) -> None:
        if self._detail is not None and self._detail.row.number:
            self.app.copy_to_clipboard(self._detail.row.number)
            self.say(f"Copied {self._detail.row.number}.")


def _line_row(line: LineRow) -> Row:
    code = f"{line.code} {line.modifiers}".strip()
    whole = line.kind in ("discount", "surcharge")
    return Row(
        line.line_id,
        (
            line.date_on,
            code,
            line.description,
            None if whole else line.units_milli,
            None if whole else line.rate_cents,
            line.amount_cents,
        ),
    )


def _event_row(entry: Entry) -> Row:
    detail = json.loads(entry.detail)
    shown = " · ".join(
        f"{name.removesuffix('_cents').replace('_', ' ')} {show_cents(v) if name.endswith('_cents') else v}"
        for name, v in detail.items()
        if "sha256" not in name and v is not None
    )
    return Row(
        f"{entry.site}/{entry.no}",
        (
            entry.at[:16].replace("T", " "),
            entry.actor,
            DEEDS.get(entry.verb, entry.verb),
            f"{shown} {entry.reason}".strip(),
        ),
    )
