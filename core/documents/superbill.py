"""The superbill: what an insurer needs to pay a client back for care that the practice did not bill to it.

Each service stands on its own day, with its code, modifiers, place, diagnoses and money; what identifies
client, provider, practice and policy stands above them (`domain.md` section 10).
"""

from dataclasses import replace
from itertools import chain

from core.codes.places import LETTERS
from core.documents.layout import (
    AMOUNT_RIGHT,
    BODY,
    LABEL,
    LEFT,
    REMARK,
    RIGHT,
    SMALL,
    STRONG,
    Column,
    Layout,
    Row,
    letterhead_texts,
    worded_letterhead,
)
from core.documents.page import Style, Typesetter
from core.documents.typeset import typesetter_for
from core.documents.wording import DESCRIPTION, amount, day, line_words, words
from core.ledger.superbill_view import Insured, SuperbillLine, SuperbillView
from core.money import show_cents, show_units

COLUMNS = (
    Column("DATE", LEFT, 64),
    Column("POS", 114, 24),
    Column("CODE AND MODIFIERS", 138, 172),
    Column("DX", 314, 32),
    Column("UNITS", 344, 30, right=True),
    Column("CHARGE", 377, 60, right=True),
    Column("PAID", 439, 56, right=True),
    Column("BALANCE", 496, AMOUNT_RIGHT - 496, right=True),
)
PROCEDURE = 2
MIDDLE, BOX = 222.0, 392.0
"""Where the second and the third block of the heading begin."""
DIAGNOSES_IN_A_ROW = 6
NOTICE = (
    "This is a record of services for a claim with your insurer. It is not a bill: what is still owed is on"
    " the practice's invoices."
)


def render_superbill(view: SuperbillView) -> bytes:
    """The superbill as a PDF; the same view gives the same bytes.

    Raises: LogoUnusable, for a logo that cannot be printed.
    """
    shown = _worded(view)
    typesetter = typesetter_for(set("".join(_texts(shown))))
    layout = _Superbill(shown, typesetter)
    layout.letterhead(_days(shown), layout.remarks())
    layout.people()
    layout.policy()
    layout.header_diagnoses()
    layout.table(COLUMNS, [_row(line) for line in shown.lines], below=layout.height_below())
    layout.totals()
    layout.signature()
    return layout.published(title=f"Superbill {shown.from_on} to {shown.to_on}", made_on=shown.made_on)


def _worded(view: SuperbillView) -> SuperbillView:
    """The view with every text as it will be printed."""
    insured = view.insured
    if insured is not None:
        insured = Insured(
            words(insured.payer),
            words(insured.member_number),
            words(insured.group_number),
            words(insured.subscriber),
            words(insured.relation),
            insured.subscriber_birth_on,
        )
    return replace(
        view,
        currency=words(view.currency, 8),
        letterhead=worded_letterhead(view.letterhead),
        practice_npi=words(view.practice_npi),
        provider=words(view.provider),
        npi=words(view.npi),
        licence=words(view.licence),
        supervised_by=words(view.supervised_by),
        supervisor_npi=words(view.supervisor_npi),
        client=words(view.client),
        address=line_words(view.address),
        phone=words(view.phone),
        referrer=words(view.referrer),
        referrer_npi=words(view.referrer_npi),
        insured=insured,
        payee=line_words(view.payee),
        diagnoses=tuple(map(words, view.diagnoses)),
        lines=tuple(map(_worded_line, view.lines)),
        places=tuple(map(words, view.places)),
    )


def _worded_line(line: SuperbillLine) -> SuperbillLine:
    return replace(
        line,
        place=words(line.place),
        code=words(line.code),
        modifiers=words(line.modifiers),
        description=words(line.description, DESCRIPTION),
        pointers=words(line.pointers),
    )


def _texts(view: SuperbillView) -> chain[str]:
    """Every text that is not ours."""
    insured = view.insured
    return chain(
        (view.currency, view.practice_npi, view.provider, view.npi, view.licence, view.supervised_by),
        (view.supervisor_npi, view.client, view.phone, view.referrer, view.referrer_npi),
        letterhead_texts(view.letterhead),
        view.address,
        view.payee,
        view.diagnoses,
        view.places,
        (insured.payer, insured.member_number, insured.group_number, insured.subscriber, insured.relation)
        if insured
        else (),
        *((line.place, line.code, line.modifiers, line.description, line.pointers) for line in view.lines),
    )


def _days(view: SuperbillView) -> str:
    if view.from_on == view.to_on:
        return day(view.from_on)
    return f"{day(view.from_on)} – {day(view.to_on)}"


def _row(line: SuperbillLine) -> Row:
    return Row(
        (
            day(line.service_on),
            line.place,
            " ".join((line.code, *line.modifiers.split())),
            line.pointers,
            show_units(line.units_milli),
            show_cents(line.charged_cents),
            show_cents(line.paid_cents),
            show_cents(line.balance_cents),
        ),
        detail=line.description,
        detail_column=PROCEDURE,
    )


class _Superbill(Layout):
    """The parts of a superbill that no other document has."""

    def __init__(self, view: SuperbillView, typesetter: Typesetter) -> None:
        super().__init__(
            view.letterhead, typesetter, title="Superbill", name=f"Superbill for {view.client}, {_days(view)}"
        )
        self.view = view

    def remarks(self) -> list[tuple[str, Style]]:
        """What is special about this copy."""
        if self.view.version > 1:
            return [(f"Corrected, version {self.view.version}", REMARK)]
        return []

    def people(self) -> None:
        """Who was cared for, who gave the care, and what it comes to."""
        view, top = self.view, self.y
        phone = f"Phone {view.phone}" if view.phone else ""
        client = (view.client, f"Born {day(view.birth_on)}", *view.address, phone)
        left = self.party(LEFT, "PATIENT", client, 160)
        provider = [view.provider]
        if view.npi:
            provider.append(f"NPI {view.npi}")
        provider.append(f"Licence {view.licence}")
        if view.supervised_by:
            provider.append(f"Supervised by {view.supervised_by}")
            if view.supervisor_npi:
                provider.append(f"Supervisor's NPI {view.supervisor_npi}")
        if view.practice_npi:
            provider.append(f"Group NPI {view.practice_npi}")
        middle = self.party(MIDDLE, "RENDERING PROVIDER", provider, 156)
        rows = [
            ("Issued", day(view.made_on)),
            ("Charges", show_cents(view.charged_cents)),
            ("Paid", show_cents(view.paid_cents)),
        ]
        right = self.terms(
            top, rows, ("Balance", amount(view.currency, show_cents(view.balance_cents))), x=BOX
        )
        self.y = min(left, middle, right) - 16

    def policy(self) -> None:
        """The policy, who referred the client, and whom the insurer is asked to pay."""
        view, lowest = self.view, self.y
        self.room(90)
        if view.insured is not None:
            lowest = min(lowest, self.party(LEFT, "INSURED PERSON", _policy(view.insured), 160))
        if view.referrer:
            npi = f"NPI {view.referrer_npi}" if view.referrer_npi else ""
            lowest = min(lowest, self.party(MIDDLE, "REFERRED BY", (view.referrer, npi), 156))
        if view.payee:
            lowest = min(lowest, self.party(BOX, "PLEASE PAY", view.payee, RIGHT - BOX))
        if lowest < self.y:
            self.y = lowest - 16

    def header_diagnoses(self) -> None:
        """A to L, as the letters beside the services mean them."""
        self.heading("DIAGNOSES (ICD-10-CM)", 60)
        width = (RIGHT - LEFT) / DIAGNOSES_IN_A_ROW
        for start in range(0, len(self.view.diagnoses), DIAGNOSES_IN_A_ROW):
            lowest = self.y
            for at, code in enumerate(self.view.diagnoses[start : start + DIAGNOSES_IN_A_ROW]):
                x = LEFT + at * width
                self.sheet.text(x, self.y, LETTERS[start + at], STRONG)
                lines = self.wrap(code, BODY, width - 20)
                lowest = min(lowest, self.sheet.lines(x + 14, self.y, lines, BODY, leading=13))
            self.y = lowest - 2
        self.y -= 12

    def height_below(self) -> float:
        """What totals and signature take, so that a sheet never begins with them alone."""
        return 170.0

    def totals(self) -> None:
        """Charged, taken off, paid, and what is left."""
        view = self.view
        self.room(self.height_below())
        top = self.y
        self.y -= 17
        self.sum_line("Charges", show_cents(view.charged_cents), STRONG)
        taken_off = view.charged_cents - view.paid_cents - view.balance_cents
        if taken_off:
            self.sum_line("Adjustments", show_cents(-taken_off))
        self.sum_line("Paid", show_cents(-view.paid_cents))
        if view.places:
            self.sheet.text(LEFT, top - 17, "PLACE OF SERVICE (POS)", LABEL)
            lines = [line for place in view.places for line in self.wrap(place, SMALL, 250)]
            below = self.sheet.lines(LEFT, top - 29, lines[:12], SMALL, leading=11)
        self.sum_box("Balance", amount(view.currency, show_cents(view.balance_cents)))
        self.y = min(self.y, below - 8) if view.places else self.y

    def signature(self) -> None:
        """Where the provider signs; what this paper is."""
        self.room(70)
        self.y -= 22
        self.sheet.rule(LEFT, self.y, 250, SMALL.colour)
        self.sheet.rule(330, self.y, AMOUNT_RIGHT - 330, SMALL.colour)
        self.y -= 11
        self.sheet.text(LEFT, self.y, "Signature of the provider", SMALL)
        self.sheet.text(330, self.y, "Date", SMALL)
        self.y -= 22
        for line in self.wrap(NOTICE, SMALL, RIGHT - LEFT):
            self.sheet.lines(LEFT, self.y, (line,), SMALL, leading=11)
            self.y -= 11


def _policy(insured: Insured) -> tuple[str, ...]:
    """Payer first, then what tells the policy from others."""
    subscriber = insured.subscriber
    if insured.relation:
        subscriber += f" ({insured.relation})"
    return (
        insured.payer,
        f"Member {insured.member_number}" if insured.member_number else "",
        f"Group {insured.group_number}" if insured.group_number else "",
        f"Subscriber {subscriber}",
        f"Born {day(insured.subscriber_birth_on)}" if insured.subscriber_birth_on else "",
    )
