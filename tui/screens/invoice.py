"""One invoice or draft: who, when, lines, totals, what happened to it."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import ClassVar, Literal

from textual.app import ComposeResult

from core.audit import Entry
from core.conflicts.conflict import Conflict
from core.conflicts.queries import conflicts_of, mark_of
from core.dates import zone
from core.errors import DomainError, NotFound
from core.ids import short
from core.invoicing.lifecycle import allowed_actions
from core.ledger.invoice_page import InvoicePage, Moved, invoice_page
from core.ledger.invoices import LineRow
from core.payments.card_list import Charged, newest_charge
from core.store import Read
from tui import present
from tui.deeds import TOLD_AS_MONEY, deed, money_deed
from tui.keys import key_of, verb
from tui.present import dollars, local_stamp, plural
from tui.screens.documents import open_pdf, write_pdf
from tui.screens.draft_verbs import DRAFT_VERBS, DraftVerbs
from tui.screens.frame import Blank
from tui.screens.holding import hold_words
from tui.screens.money_verbs import LIFECYCLE, MONEY_KEYS
from tui.screens.reminding import REMINDS, SENDS, ask_reminders
from tui.screens.sending import start_sending
from tui.tones import Piece, Tone
from tui.widgets.columns import Column, day_column, money_column, words_column
from tui.widgets.grid import Grid
from tui.widgets.lines import Line
from tui.widgets.rows import Row, Rows


class WhoLine(Line):
    """Client and address; the place in the list it was opened from stays in view."""

    KEEP_RIGHT = True


class Invoice(DraftVerbs):
    """Lines above, timeline below. A draft's lines can be changed; an issued invoice never."""

    PLACE = "invoices"
    HEADING = "Invoice"
    EMPTY = "No lines. a adds one."
    COLUMNS = (
        day_column("Date", drop=2),
        Column("Code", width=5, drop=3),
        words_column("Service", least=14, most=60),
        Column("Units", present.units, width=5, align="right", drop=1),
        money_column("Rate", drop=1),
        money_column("Amount"),
    )
    BINDINGS: ClassVar = [
        verb("o", "open_pdf", "PDF", id="invoice.pdf", help="Open the document", counted=False),
        *MONEY_KEYS,
        verb("w", "write", "Write PDF", id="invoice.write", help="To the export folder", counted=False),
        verb("y", "copy", "Copy number", id="invoice.copy", counted=False),
        key_of("J", "neighbour(1)", "Next invoice", id="invoice.next"),
        key_of("K", "neighbour(-1)", "Previous invoice", id="invoice.previous"),
    ]
    DEFAULT_CSS = """
    Invoice #panes { height: 1fr; }
    Invoice #lines { height: 2fr; }
    Invoice #history { height: 1fr; min-height: 3; }
    Invoice.-wide #panes { layout: horizontal; }
    Invoice.-wide #lines { height: 1fr; width: 12fr; }
    Invoice.-wide #history { height: 1fr; width: 11fr; }
    """

    def __init__(self, invoice_id: str, order: Sequence[str] = ()) -> None:
        super().__init__(invoice_id)
        self._order: Sequence[str] = order or [invoice_id]
        self._conflicts: list[Conflict] = []
        self._charge: Charged | None = None

    def compose_body(self) -> ComposeResult:
        yield WhoLine(id="who")
        yield Line(id="when")
        yield Line(id="sums")
        yield Line(id="hold")
        yield Line(id="card")
        yield Line(id="links")
        yield Line(id="conflict")
        yield Line(id="note")
        with Blank(id="panes"):
            yield Grid(self.COLUMNS, empty_text=self.EMPTY, id="lines")
            yield Grid(
                (
                    Column("When", width=16),
                    words_column("Who", least=8, most=12, drop=1),
                    words_column("What happened", least=46, most=120),
                ),
                empty_text="Nothing yet.",
                id="history",
            )

    # What it shows.

    def ask_book(self, read: Read) -> InvoicePage:
        from core.payments.history import links_of

        page = invoice_page(read, self.invoice_id, self.biller.today())
        self._conflicts = conflicts_of(read, self.invoice_id)
        self._charge = newest_charge(read, self.invoice_id)
        return page._replace(links=links_of(read, self.invoice_id))

    def load_refused(self, refusal: DomainError) -> None:
        """Somebody deleted the draft, perhaps this person with `u`: back to the list."""
        app = self.frame_app
        if isinstance(refusal, NotFound) and self.is_current:
            app.go_back()
            if app.result[1] == "good":
                return
        app.refuse(refusal)

    def fill(self, view: InvoicePage) -> None:
        self.page = view
        row = view.row
        draft = row.number is None
        status = row.status.replace("_", " ")
        self.show_totals(f"draft {short(row.invoice_id)}" if draft else f"{row.number} · {status}")
        self._show_who(view)
        mail = "" if draft or row.status == "issued" else f"   mail {view.mail}"
        by_terms = " if issued today" if draft and row.due_on is None else ""
        dates = f" {'made' if draft else 'issued'} {view.made_on}   due {view.due_on}{by_terms}{mail}"
        self.query_one("#when", Line).show([(dates, "")])
        self._show_sums(view)
        hold = self.query_one("#hold", Line)
        hold.show([(f" {hold_words(view.hold)}", "warn")] if view.hold else [])
        hold.display = view.hold is not None
        self._show_charge(self._charge)
        self._show_links(view)
        conflict = self.query_one("#conflict", Line)
        words = f" ! {mark_of(self._conflicts[0])}" if self._conflicts else ""
        conflict.show([(words, "bad")])
        conflict.display = bool(words)
        note = self.query_one("#note", Line)
        note.show([(" note ", "muted"), (" / ".join(view.notes.splitlines()), "")])
        note.display = bool(view.notes)
        self.query_one("#lines", Grid).show_rows(Rows([_line_row(line) for line in view.lines]))
        history = self.query_one("#history", Grid)
        local = zone(view.timezone)
        history.show_rows(Rows(_timeline(view, local)))
        if not history.in_front:
            history.action_top()

    def _show_who(self, view: InvoicePage) -> None:
        row = view.row
        address = list(view.bill_to)
        if address and address[0] == row.client:
            address = address[1:]
        elif address:
            address[0] = f"bill to {address[0]}"
        place = self._order.index(row.invoice_id) + 1 if row.invoice_id in self._order else 1
        self.query_one("#who", Line).show(
            [(" ", ""), (row.client, "strong"), (f"   {', '.join(address)}", "muted")],
            [(f"{place:,} of {len(self._order):,} ", "muted")],
        )

    def _show_charge(self, charge: Charged | None) -> None:
        """What became of the last charge of a card on file that was asked for."""
        from tui.screens.charging import charge_line

        line = self.query_one("#card", Line)
        tone: Tone = "muted" if charge is None or charge.outcome in ("", "paid") else "warn"
        line.show([] if charge is None else [(" card ", "muted"), (charge_line(charge), tone)])
        line.display = charge is not None

    def _show_links(self, view: InvoicePage) -> None:
        """The invoice it stands for, and those that stand for it (RB6)."""
        said = [view.duplicate] if view.duplicate else []
        if view.links.replaces:
            said.append(f"replaces {view.links.replaces}")
        if view.links.replaced_by:
            said.append(f"billed again on {', '.join(view.links.replaced_by)}")
        links = self.query_one("#links", Line)
        links.show([(" " + "   ".join(said), "accent")])
        links.display = bool(said)

    def _show_sums(self, view: InvoicePage) -> None:
        row = view.row
        sums: list[Piece] = [(f" total {dollars(row.total_cents)}", "strong")]
        if row.number is None:
            sums.append((f"   {plural(len(view.lines), 'line')}", ""))
        else:
            tone: Tone = "warn" if row.status == "overdue" else "strong"
            off = 0 if row.status == "void" else row.total_cents - row.paid_cents - row.balance_cents
            adjusted = f"   adjusted {dollars(-off)}" if off else ""
            sums = [
                (f" total {dollars(row.total_cents)}{adjusted}   paid {dollars(row.paid_cents)}   ", ""),
                (f"balance {dollars(row.balance_cents)}", tone),
            ]
        self.query_one("#sums", Line).show(sums)

    def allowed(self, action: str) -> bool:
        """The same table the commands enforce."""
        of_lifecycle = {"send": "send", "open_pdf": "print", "write": "print", "copy": "print", **LIFECYCLE}
        if action in DRAFT_VERBS:
            of_lifecycle[action] = "delete" if action == "delete" else "edit"
        if action == "add" and self.invoice_row is not None:
            of_lifecycle[action] = "credit_note"
        if action not in of_lifecycle:
            return True
        if self.page is None:
            return False
        status = self.page.row.status
        if action == "hold" and self.page.hold is not None:
            return True
        if action == "send" and status in REMINDS:
            return True
        if action == "send" and status not in SENDS:
            return False
        return of_lifecycle[action] in allowed_actions(status)

    def action_neighbour(self, by: Literal[-1, 1]) -> None:
        at = self._order.index(self.invoice_id) + by
        if not 0 <= at < len(self._order):
            self.say("This is the last one." if by > 0 else "This is the first one.")
            return
        self.invoice_id = self._order[at]
        for grid in self.query(Grid):
            grid.clear_marks()
        self.renew()

    @property
    def chosen_lines(self) -> list[LineRow]:
        chosen = self.query_one("#lines", Grid).chosen_ids
        found = {line.line_id: line for line in self.page.lines} if self.page else {}
        return [found[line_id] for line_id in chosen if line_id in found]

    # Verbs of any invoice.

    def action_send(self) -> None:
        if self.page is not None:
            row = self.page.row
            if row.status in REMINDS:
                ask_reminders(self, rows=[row])
                return
            what = f"invoice {row.number}" if row.number else "this draft as an invoice"
            self.ask(f"Send {what}, {dollars(row.total_cents)}?", "sends", self._send)

    def _send(self) -> None:
        if self.page is not None:
            start_sending(self.biller, [self.page.row])

    def action_open_pdf(self) -> None:
        if self.page is not None:
            open_pdf(self.biller, self.page.row)

    def action_write(self) -> None:
        app, page = self.biller, self.page
        if page is not None:
            app.in_background(
                lambda: write_pdf(app.store, page.row, app.exports),
                lambda path: app.say(f"Written: {path}", "good"),
            )

    def action_copy(self) -> None:
        if self.page is not None and self.page.row.number:
            self.app.copy_to_clipboard(self.page.row.number)
            self.say(f"Copied {self.page.row.number}.")


def _line_row(line: LineRow) -> Row:
    whole = line.kind in ("discount", "surcharge")
    return Row(
        line.line_id,
        (
            line.date_on,
            f"{line.code} {line.modifiers}".strip(),
            line.description,
            None if whole else line.units_milli,
            None if whole else line.rate_cents,
            line.amount_cents,
        ),
    )


def _timeline(view: InvoicePage, local: tzinfo) -> list[Row]:
    """What was done to it and the money on it, newest first."""
    told: list[tuple[Entry | Moved, str]] = [
        (entry, deed(entry)) for entry in view.history if entry.verb not in TOLD_AS_MONEY
    ]
    told += [(move, money_deed(move)) for move in view.moves]
    told.sort(key=lambda one: (one[0].at, one[0].no or 0), reverse=True)
    return [
        Row(f"{one.site}/{one.no}", (local_stamp(one.at, local), one.actor, words)) for one, words in told
    ]
