"""The document of a credit note: which invoice asks for less, how much less, and why."""

from dataclasses import replace
from itertools import chain

from core.documents.layout import (
    AMOUNT_RIGHT,
    LEFT,
    REMARK,
    STRONG,
    VOID_REMARK,
    Column,
    Layout,
    Row,
    letterhead_texts,
    worded_letterhead,
)
from core.documents.page import Style, Typesetter
from core.documents.typeset import typesetter_for
from core.documents.wording import DESCRIPTION, amount, day, line_words, words
from core.ledger.credit_note_view import CreditNoteView
from core.money import show_cents


def render_credit_note(view: CreditNoteView) -> bytes:
    """The credit note as a PDF; the same view gives the same bytes. Raises: LogoUnusable."""
    shown = _worded(view)
    typesetter = typesetter_for(set("".join(_texts(shown))))
    layout = _CreditNote(shown, typesetter)
    layout.letterhead(f"{shown.number} to invoice {shown.invoice_number}", layout.remarks())
    layout.parties()
    layout.note()
    return layout.published(title=f"Credit note {shown.number}", made_on=view.made_on)


def _worded(view: CreditNoteView) -> CreditNoteView:
    """The view with every text as it will be printed."""
    return replace(
        view,
        currency=words(view.currency, 8),
        letterhead=worded_letterhead(view.letterhead),
        bill_to=line_words(view.bill_to),
        client=words(view.client),
        invoice_number=words(view.invoice_number),
        reason=words(view.reason, DESCRIPTION),
    )


def _texts(view: CreditNoteView) -> chain[str]:
    """Every text that is not ours."""
    return chain(
        (view.number, view.currency, view.client, view.invoice_number, view.reason),
        letterhead_texts(view.letterhead),
        view.bill_to,
    )


class _CreditNote(Layout):
    """The parts of a credit note."""

    def __init__(self, view: CreditNoteView, typesetter: Typesetter) -> None:
        super().__init__(
            view.letterhead,
            typesetter,
            title="Credit note",
            name=f"Credit note {view.number}",
            across="VOID" if view.void_on or not view.standing_cents else "",
        )
        self.view = view

    def remarks(self) -> list[tuple[str, Style]]:
        """What is special about this copy."""
        view, found = self.view, []
        if view.version > 1:
            found.append((f"Corrected, version {view.version}", REMARK))
        if view.void_on:
            found.append((f"VOID: the invoice was called off {day(view.void_on)}", VOID_REMARK))
        elif not view.standing_cents:
            found.append(("REVERSED: it takes nothing off any more", VOID_REMARK))
        return found

    def parties(self) -> None:
        """Whose invoice it is, and when what was taken off it."""
        view, top = self.view, self.y
        left = self.party(LEFT, "CREDIT TO", view.bill_to, 176)
        middle = self.party(240, "CLIENT", (view.client,), 136)
        rows = [("Date", day(view.credited_on)), ("Invoice date", day(view.invoice_issued_on))]
        right = self.terms(top, rows, ("Credit", self._shown(self._standing)))
        self.y = min(left, middle, right) - 20

    @property
    def _standing(self) -> int:
        return 0 if self.view.void_on else self.view.standing_cents

    def _shown(self, cents: int) -> str:
        return amount(self.view.currency, show_cents(cents))

    def note(self) -> None:
        """What is taken off and why, then what of it was asked for again."""
        view = self.view
        columns = (
            Column("DATE", LEFT, 64),
            Column("CREDIT", 118, 320),
            Column(f"AMOUNT ({view.currency})", AMOUNT_RIGHT - 96, 96, right=True),
        )
        taken = Row(
            (day(view.credited_on), view.reason or "Credit", show_cents(view.amount_cents)),
            f"Off invoice {view.invoice_number} of {day(view.invoice_issued_on)}, issued for"
            f" {self._shown(view.invoice_total_cents)}",
        )
        back = [
            Row((day(one.reversed_on), "Asked for again", show_cents(-one.amount_cents)))
            for one in view.reversals
        ]
        self.table(columns, [taken, *back], below=80)
        self.y -= 17
        if back:
            self.sum_line("Credit as given", show_cents(view.amount_cents), STRONG)
            self.sum_line("Asked for again", show_cents(view.standing_cents - view.amount_cents))
        self.sum_box("Credit", self._shown(self._standing))
        if self._standing:
            less = f"Invoice {view.invoice_number} asks for {self._shown(self._standing)} less."
            self.paragraphs([f"{less} What was paid of that already is kept as credit."])
