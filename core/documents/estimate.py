"""The Good Faith Estimate: what care is expected to cost, and what a patient may do when it costs more.

The rights are told in our own words, each with what the rule demands. Source: 45 CFR 149.610(c)(1).
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from core.documents.layout import (
    AMOUNT_RIGHT,
    LEFT,
    REMARK,
    Column,
    Layout,
    Row,
    letterhead_texts,
    worded_letterhead,
)
from core.documents.page import Style, Typesetter
from core.documents.typeset import typesetter_for
from core.documents.wording import DESCRIPTION, amount, day, line_words, paragraphs, words
from core.ledger.estimate_view import MAX_CHARACTERS, EstimateItem, EstimateView
from core.money import show_cents


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.split("\n\n"))


WHAT_IT_IS = _paragraphs(
    """
    This Good Faith Estimate shows what the items and services listed above are reasonably expected to
    cost you for your health care needs in the days named. It rests on what was known on the day it was
    made.

    There may be more: in the course of your care the provider may recommend items or services that must
    be scheduled or asked for separately and are not in this estimate.

    It is only an estimate. Costs that nobody knows yet or expects are not in it, and what you are
    charged in the end may differ from it.

    It is not a contract. It does not oblige you to have any of these items or services, from this
    provider or another.
    """
)

YOUR_RIGHT = _paragraphs(
    """
    If you are billed at least $400 more than this estimate, you have the right to dispute the bill. You
    may ask the practice above to change the bill to the estimate, to agree on another amount, or
    whether there is financial help.

    You may also start the patient-provider dispute resolution process of the U.S. Department of Health
    and Human Services (HHS), within 120 calendar days of the date on the first bill. It costs $25. If
    the reviewer agrees with you, you pay the amount of this estimate; if not, the higher amount.

    A form and more about this right: www.cms.gov/nosurprises, or 1-800-985-3059.

    Starting a dispute does not change the quality of the care that you are given.

    Keep a copy of this estimate in a safe place; you may need it if you are billed more. The practice
    keeps one with your records and gives you another when you ask.
    """
)

(SEPARATELY,) = _paragraphs(
    """
    You get an estimate of each of these when it is scheduled, or when you ask the practice above for
    it. Their diagnosis and service codes, expected charges and providers are told there, not here.
    """
)


def render_estimate(view: EstimateView) -> bytes:
    """The estimate as a PDF; the same view gives the same bytes. Raises: LogoUnusable."""
    shown = _worded(view)
    separately = paragraphs(view.separately, MAX_CHARACTERS, 40)
    typesetter = typesetter_for(set("".join(chain(_texts(shown), separately))))
    layout = _Estimate(shown, typesetter)
    layout.letterhead(shown.number, layout.remarks())
    layout.parties()
    layout.services()
    layout.separately(separately)
    layout.told("WHAT THIS ESTIMATE IS", WHAT_IT_IS)
    layout.told("IF YOU ARE BILLED MORE", YOUR_RIGHT)
    return layout.published(title=f"Good Faith Estimate {shown.number}", made_on=view.made_on)


def _worded(view: EstimateView) -> EstimateView:
    """The view with every text as it will be printed."""
    return replace(
        view,
        currency=words(view.currency, 8),
        letterhead=worded_letterhead(view.letterhead),
        patient=words(view.patient),
        address=line_words(view.address),
        provider=words(view.provider),
        npi=words(view.npi),
        tin=words(view.tin),
        state=words(view.state),
        items=tuple(map(_worded_item, view.items)),
        diagnoses=tuple(map(words, view.diagnoses)),
    )


def _worded_item(item: EstimateItem) -> EstimateItem:
    return replace(item, code=words(item.code), description=words(item.description, DESCRIPTION))


def _texts(view: EstimateView) -> Iterator[str]:
    """Every text that is not ours."""
    return chain(
        (view.number, view.currency, view.patient, view.provider, view.npi, view.tin, view.state),
        letterhead_texts(view.letterhead),
        view.address,
        view.diagnoses,
        *((item.code, item.description) for item in view.items),
    )


class _Estimate(Layout):
    """The parts of an estimate."""

    def __init__(self, view: EstimateView, typesetter: Typesetter) -> None:
        super().__init__(
            view.letterhead,
            typesetter,
            title="Good Faith Estimate",
            name=f"Good Faith Estimate {view.number}",
        )
        self.view = view

    def remarks(self) -> list[tuple[str, Style]]:
        """What is special about this copy."""
        version = self.view.version
        return [(f"Corrected, version {version}", REMARK)] if version > 1 else []

    def parties(self) -> None:
        """Who is cared for, by whom, and when."""
        view, top = self.view, self.y
        born = f"Born {day(view.birth_on)}"
        left = self.party(LEFT, "PATIENT", (view.patient, born, *view.address), 176)
        ids = (f"NPI {view.npi}", f"Tax ID {view.tin}", f"Care is given in {view.state}")
        middle = self.party(240, "PROVIDER", (view.provider, *ids), 140)
        rows = [("Made on", day(view.made_on)), ("From", day(view.from_on)), ("To", day(view.to_on))]
        right = self.terms(top, rows, ("Expected", self._shown(view.expected_cents)))
        self.y = min(left, middle, right) - 20

    def _shown(self, cents: int) -> str:
        return amount(self.view.currency, show_cents(cents))

    def services(self) -> None:
        """What is expected, how often and for how much."""
        view = self.view
        codes = ", ".join(view.diagnoses) or "none is known yet"
        self.paragraphs([f"Diagnosis codes (ICD-10-CM): {codes}"])
        self.y -= 10
        columns = (
            Column("CODE", LEFT, 60),
            Column("ITEM OR SERVICE", 118, 210),
            Column("VISITS", 336, 48, right=True),
            Column("EXPECTED EACH", 388, 76, right=True),
            Column(f"EXPECTED ({view.currency})", AMOUNT_RIGHT - 86, 86, right=True),
        )
        rows = [
            Row(
                (item.code, item.description, f"{item.visits:,}", show_cents(item.rate_cents),
                 show_cents(item.amount_cents)),
                f"By {view.provider}",
            )
            for item in view.items
        ]  # fmt: skip
        self.table(columns, rows, below=60)
        self.y -= 17
        self.sum_box("Expected in all", self._shown(view.expected_cents))

    def separately(self, texts: list[str]) -> None:
        """What will be scheduled on its own, of which this estimate says no price."""
        self.heading("SCHEDULED SEPARATELY", 60)
        self.paragraphs([*texts, SEPARATELY] if texts else ["Nothing that the provider expects now."])
        self.y -= 14

    def told(self, label: str, texts: tuple[str, ...]) -> None:
        self.heading(label, 60)
        for text in texts:
            self.paragraphs([text])
            self.y -= 3
        self.y -= 11
