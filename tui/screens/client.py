"""One client: who owes, what for, the ledger with its running balance, and what billers noted (RC7)."""

from collections import namedtuple
from collections.abc import Sequence
from typing import ClassVar, Literal

from textual.app import ComposeResult

from core.clients.queries import (
    AccountRow,
    AddressRow,
    NoteRow,
    account,
    address,
    client,
    notes,
)
from core.clients.shares import ShareRow, share_words, shares_of
from core.dates import Period, month_period
from core.errors import DomainError, NotFound
from core.ledger.entries import MOVES, LedgerLine, client_ledger, ledger_range
from core.payments.card_file import Card, cards_of
from core.store import Read, Tx
from tui.keys import key_of, verb
from tui.present import dollars, period_words, plural
from tui.screens.client_verbs import ClientVerbs
from tui.screens.frame import Blank
from tui.strips.asking import AskRange
from tui.tones import Piece
from tui.widgets.columns import Column, day_column, money_column, words_column
from tui.widgets.grid import Grid
from tui.widgets.lines import Line
from tui.widgets.rows import Row, Rows

ClientPage = namedtuple("ClientPage", "client account address ledger notes shares cards")

RANGES = {"all": "all", "recent 30 days": "recent", "all past": "past"}
"""Each quick filter's word in the ledger; `range` asks for two days."""


class Client(ClientVerbs[ClientPage]):
    """The ledger above, notes below. Enter opens the invoice or payment of an entry."""

    PLACE = "clients"
    EMPTY = "Nothing in this range. f shows others."
    QUICK_FILTERS = (*RANGES, "range")
    COLUMNS = (
        day_column("Date"),
        Column("What", width=11, drop=1),
        words_column("Entry", least=36, most=80),
        money_column("Amount"),
        money_column("Balance"),
    )
    BINDINGS: ClassVar = [
        verb("n", "new", "New draft", id="client.new", help="A draft to be written by hand", counted=False),
        verb("m", "note", "Note", id="client.note", help="For billers only, never on a document",
             counted=False),
        verb("x", "drop_note", "Take note away", id="client.drop_note", counted=False),
        verb("e", "edit", "Shares", id="client.edit", help="Who owes what part of each charge, from a day on",
             counted=False),
        key_of("J", "neighbour(1)", "Next client", id="client.next"),
        key_of("K", "neighbour(-1)", "Previous client", id="client.previous"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    Client #panes { height: 1fr; }
    Client #ledger { height: 1fr; }
    Client #notes { height: auto; max-height: 6; min-height: 2; }
    Client.-wide #panes { layout: horizontal; }
    Client.-wide #ledger { width: 3fr; }
    Client.-wide #notes { height: 1fr; max-height: 100%; width: 2fr; }
    """

    def __init__(self, client_id: str, order: Sequence[str] = ()) -> None:
        super().__init__()
        self._client_id = client_id
        self._order: Sequence[str] = order or [client_id]
        self._page: ClientPage | None = None
        self._range: Period | None = None
        self._lines: dict[str, LedgerLine] = {}
        self._notes: dict[str, NoteRow] = {}

    def compose_body(self) -> ComposeResult:
        yield Line(id="who")
        yield Line(id="shares")
        yield Line(id="sums")
        yield Line(id="cards")
        with Blank(id="panes"):
            yield Grid(self.COLUMNS, empty_text=self.EMPTY, id="ledger")
            yield Grid(
                (day_column("Noted"), words_column("Billing notes, never on a document", least=24, most=120)),
                empty_text="No notes. m writes one.",
                id="notes",
            )

    # What it shows.

    @property
    def period(self) -> Period:
        if self.quick_filter == "range" and self._range is not None:
            return self._range
        return ledger_range(RANGES.get(self.quick_filter, "all"), self.biller.today())

    def ask_book(self, read: Read) -> ClientPage:
        row = client(read, self._client_id)
        return ClientPage(
            row,
            account(read, self._client_id, today=self.biller.today().isoformat()),
            address(read, row.guarantor_id),
            client_ledger(read, self._client_id, period=self.period),
            notes(read, self._client_id),
            shares_of(read, self._client_id),
            cards_of(read, row.guarantor_id),
        )

    def load_refused(self, refusal: DomainError) -> None:
        app = self.frame_app
        if isinstance(refusal, NotFound) and self.is_current:
            app.go_back()
        app.refuse(refusal)

    def fill(self, view: ClientPage) -> None:
        self._page = view
        self.HEADING = view.client.client
        self._show_who(view.address)
        self._show_shares(view.shares)
        self._show_sums(view.account)
        self._show_cards(view.cards)
        ledger = view.ledger
        self._lines = {f"{at}": line for at, line in enumerate(ledger.lines)}
        rows = [_line_row(line_id, line) for line_id, line in self._lines.items()]
        if ledger.opening_cents:
            opening = (None, "opening", "Balance before", None, ledger.opening_cents)
            rows.insert(0, Row("opening", opening))
        grid = self.query_one("#ledger", Grid)
        first = not grid.loaded
        grid.show_rows(Rows(rows))
        if first:
            grid.action_bottom()
        period = self.period
        self.period_shown = period_words(period) if self.quick_filter == "range" else ""
        self.show_totals(f"balance {dollars(ledger.closing_cents)}")
        self._notes = {note.note_id: note for note in view.notes}
        pane = self.query_one("#notes", Grid)
        pane.show_rows(Rows([_note_row(note) for note in view.notes]))

    def _show_who(self, home: AddressRow) -> None:
        place = self._order.index(self._client_id) + 1 if self._client_id in self._order else 1
        town = " ".join(part for part in (home.city, home.state, home.postal_code) if part)
        where = ", ".join(part for part in (home.street, town, home.phone, home.email) if part)
        who: list[Piece] = [(" owes ", "muted"), (home.name, "strong"), (f"   {where}", "muted")]
        self.query_one("#who", Line).show(who, [(f"{place:,} of {len(self._order):,} ", "muted")])

    def _show_shares(self, rows: Sequence[ShareRow]) -> None:
        """Who owes what part, now and from a later day on."""
        line, today = self.query_one("#shares", Line), self.biller.today().isoformat()
        holding = [row for row in rows if row.effective_to is None or row.effective_to >= today]
        pieces: list[Piece] = []
        for first in dict.fromkeys(row.effective_from for row in holding):
            since = "since" if first <= today else "from"
            last = next((row.effective_to for row in holding if row.effective_from == first), None)
            until = f" to {last}" if last else ""
            parts = ", ".join(
                f"{row.guarantor} {share_words(row)}" for row in holding if row.effective_from == first
            )
            pieces += [(f" shared {since} {first}{until}: ", "muted"), (f"{parts}  ", "")]
        line.show(pieces)
        line.display = bool(pieces)

    def _show_sums(self, row: AccountRow) -> None:
        sums: list[Piece] = [(f" open {dollars(row.balance_cents)}", "strong" if row.balance_cents else "")]
        if row.credit_cents:
            sums.append((f"   unapplied {dollars(row.credit_cents)}", "accent"))
        sums.append((f"   unbilled {dollars(row.unbilled_cents)}", ""))
        self.query_one("#sums", Line).show(sums)

    def _show_cards(self, cards: Sequence[Card]) -> None:
        """Each card on file: its end, until when, who agreed to it and when."""
        line = self.query_one("#cards", Line)
        pieces: list[Piece] = []
        for card in cards:
            until = f"until {card.exp_year}-{card.exp_month:02}"
            agreed = f"{card.person} agreed {card.agreed_at[:10]}"
            pieces += [(f" {card.brand} {card.last4}", ""), (f" {until}, {agreed} ", "muted")]
        line.show(pieces)
        line.display = bool(pieces)

    @property
    def account(self) -> tuple[str, str, str] | None:
        row = self._page.client if self._page is not None else None
        return None if row is None else (row.client_id, row.guarantor_id, row.client)

    def allowed(self, action: str) -> bool:
        if action == "bill":
            return self._page is not None and self._page.account.unbilled_cents > 0
        if action == "drop_note":
            return self.grid.id == "notes" and self.grid.cursor_id is not None
        return super().allowed(action)

    def opened(self, record_id: str) -> None:
        line = self._lines.get(record_id)
        if self.grid.id == "notes" or line is None:
            return
        if line.kind in ("payment", "credit", "reversal", "refund", "refund_failed") and line.source_id:
            from tui.screens.payment import Payment

            self.app.push_screen(Payment(line.source_id))
        elif line.invoice_id:
            from tui.screens.invoice import Invoice

            self.app.push_screen(Invoice(line.invoice_id))
        elif line.kind == "charge":
            self.biller.show_charges(self._client_id)

    # Which part of the ledger.

    def action_quick_filter(self) -> None:
        """Where the next one is a range, its two days are asked for; Esc goes on to all."""
        filters = list(self.QUICK_FILTERS)
        at = filters.index(self.quick_filter)
        if filters[(at + 1) % len(filters)] != "range":
            super().action_quick_filter()
            return
        preset = self._range or month_period(self.biller.today())
        strip = AskRange("Ledger", today=self.biller.today, period=preset, keep_as="")
        self.open_strip(strip, self._show_range, on_close=self._show_all)

    def _show_range(self, period: Period) -> None:
        self._range = period
        self.quick_filter = "range"
        self.renew()

    def _show_all(self) -> None:
        self.quick_filter = self.QUICK_FILTERS[0]
        self.renew()

    # Other clients.

    def action_neighbour(self, by: Literal[-1, 1]) -> None:
        at = self._order.index(self._client_id) + by
        if not 0 <= at < len(self._order):
            self.say("This is the last one." if by > 0 else "This is the first one.")
            return
        self._client_id = self._order[at]
        for grid in self.query(Grid):
            grid.clear_marks()
            grid.loaded = False
        self.renew()

    # Shares.

    def action_edit(self) -> None:
        """Where charges are shared already, others can share them, or nobody."""
        from tui.screens.sharing import ask_end, ask_shares

        page = self._page
        if page is None:
            return
        today = self.biller.today().isoformat()
        if any(row.effective_to is None or row.effective_to >= today for row in page.shares):
            self.choose(
                "Shares",
                [("s", "change them"), ("e", f"end them: {page.client.guarantor} owes all")],
                lambda key: (ask_shares if key == "s" else ask_end)(self, page.client, page.shares),
            )
        else:
            ask_shares(self, page.client, page.shares)

    # Notes.

    def action_note(self) -> None:
        from core.clients.commands import note_client, put_note_back, take_note_away
        from tui.strips.note import AskNote

        client_id, today = self._client_id, self.biller.today()

        def noted(text: str) -> None:
            self.change(
                lambda tx: note_client(tx, client_id, text, today=today),
                lambda note_id: self.done(
                    "Note made",
                    lambda tx: take_note_away(tx, note_id),
                    lambda tx: put_note_back(tx, note_id),
                ),
            )

        self.open_strip(AskNote("Note", value="", keep_as=f"note {client_id}"), noted)

    def action_drop_note(self) -> None:
        from core.clients.commands import put_note_back, take_note_away

        wanted = [note_id for note_id in self.query_one("#notes", Grid).chosen_ids if note_id in self._notes]
        if not wanted:
            return

        def away(tx: Tx) -> None:
            for note_id in wanted:
                take_note_away(tx, note_id)

        def back(tx: Tx) -> None:
            for note_id in wanted:
                put_note_back(tx, note_id)

        def taken(_: None) -> None:
            self.query_one("#notes", Grid).clear_marks()
            self.done(f"{plural(len(wanted), 'note')} taken away", back, away)

        self.change(away, taken)


def _note_row(note: NoteRow) -> Row:
    return Row(note.note_id, (note.noted_on, " / ".join(note.text.splitlines())))


def _line_row(line_id: str, line: LedgerLine) -> Row:
    kind = line.kind.replace("_", " ")
    amount = None if line.kind in ("charge", *MOVES) and not line.amount_cents else line.amount_cents
    return Row(line_id, (line.on, kind, line.text, amount, line.balance_cents))
