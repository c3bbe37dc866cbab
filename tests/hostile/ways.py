"""How a person gets to every screen and every strip: keys, and what then stands there."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import NamedTuple

from textual.screen import Screen
from textual.widget import Widget

import tui
import tui.screens
import tui.strips
from tui.help import Help
from tui.palette import Palette
from tui.places import PLACES
from tui.screens.book_screen import BookScreen
from tui.screens.chords import ChordScreen
from tui.screens.client_verbs import ClientVerbs
from tui.screens.draft_verbs import DraftVerbs
from tui.screens.first_start import FirstStart
from tui.screens.frame import FrameScreen
from tui.screens.loading import LoadingScreen
from tui.screens.locked import Locked
from tui.screens.long_list import LongList
from tui.screens.money_verbs import MoneyVerbs
from tui.screens.notice import Notice
from tui.screens.received import ReceivedVerbs
from tui.screens.refused_keys import RefusedKeysScreen
from tui.strips.client import AskSomebody
from tui.strips.host import StripScreen
from tui.strips.strip import Strip

SHARED: dict[type[object], str] = {
    StripScreen: "what screens have in common",
    ChordScreen: "what screens have in common",
    RefusedKeysScreen: "what screens have in common",
    LoadingScreen: "what screens have in common",
    FrameScreen: "what screens have in common",
    BookScreen: "what screens have in common",
    LongList: "what screens have in common",
    DraftVerbs: "what screens have in common",
    MoneyVerbs: "what screens have in common",
    ReceivedVerbs: "what screens have in common",
    ClientVerbs: "what screens have in common",
    AskSomebody: "what two strips have in common",
    Help: "opened on every screen by the walk itself",
    Palette: "opened on every screen by the walk itself",
    Notice: "a bug, which no data may cause; it shows a number and a line of the program",
    FirstStart: "there is no book yet, and so no data",
    Locked: "covers the app; shows what the book told before: nothing of a client",
}
"""Screens and strips without a way of their own, with the reason."""


class Way(NamedTuple):
    """`keys` from anywhere, then `shown` stands there. `back` leads to where a place is in front again."""

    keys: str
    shown: str
    back: str = "q"


def places() -> dict[str, Way]:
    """The numbered screens and those by letter."""
    return {
        type(place.make()).__name__: Way(
            place.key or f"g{place.letter}",
            f"{place.key}{place.title.upper()}" if place.key else f" {place.title} ",
            back="",
        )
        for place in PLACES
    }


PUSHED = {
    "RunPreview": Way("2B", "Billing run"),
    "ClientCharges": Way("2gg\r", "unbilled ·"),
    "Invoice": Way("3gg\r", "Invoice   "),
    "Client": Way("4gg\r", "Billing notes"),
    "Payment": Way("6gg\r", "Payment   "),
    "Document": Way("7gg\r", "sha256"),
    "TextPage": Way("7ggo", "Text of the page"),
    "SuperbillCheck": Way("4gg\ri\r", "missing or malformed", back="qq"),
    "LateFees": Way(":latefees\r", "Late fees "),
    "LateEntries": Way(":late\r", "Late entries "),
    "Outbox": Way(":outbox\r", "Outbox "),
    "Access": Way("4gga", "Portal access "),
    "CardsOnFile": Way("4ggC", "Cards on file "),
    "CardProcessor": Way(":cards\r", "Card processor "),
    "MailPreview": Way("0/test mail\ro", "Preview with made-up values", back="qh"),
    "Explain": Way("3:explain N-00001\r", " Why "),
    "LogEntryPage": Way("glgg\r", "Entry 1/"),
    "Failures": Way(":failures\r", "Failed "),
}
"""Screens on top of a place. `Failures` has something to show after `a_job_that_fails`."""

DRAFT = Way("3gg\r", "Invoice   draft")
SENT = Way(":N-00001\r", "Invoice   N-00001")
CLIENT, PAYMENT = PUSHED["Client"], PUSHED["Payment"]
AGENDA, UNBILLED, INVOICES, AGING, SETTINGS = (
    places()[name] for name in ("Agenda", "Unbilled", "Invoices", "AgingReport", "Settings")
)


class Asked(NamedTuple):
    """A strip: on which screen, by which keys, and what then stands there."""

    way: Way
    keys: str
    shown: str


STRIPS = {
    "FilterStrip": Asked(INVOICES, "/Jane", "Keep filter"),
    "Choices": Asked(DRAFT, "a", "the client's unbilled charges"),
    "Question": Asked(PUSHED["RunPreview"], "S", "any other key cancels"),
    "AskPayer": Asked(INVOICES, "Pjane", "Payment from"),
    "AskClient": Asked(INVOICES, "njane", "New draft for"),
    "PaymentStrip": Asked(SENT, "p", "check no. ["),
    "AskForgiven": Asked(SENT, "W", "bad debt, why ["),
    "AskText": Asked(SENT, "Hd", "because ["),
    "AskReason": Asked(SENT, "V", "because ["),
    "AskLine": Asked(DRAFT, "al", "New line"),
    "AskAdjustment": Asked(DRAFT, "ad", "amount or percent ["),
    "AskMoney": Asked(DRAFT, "er", "Rate of"),
    "AskUnits": Asked(DRAFT, "en", "Units of"),
    "AskNote": Asked(DRAFT, "m", "^j New line"),
    "AskShares": Asked(CLIENT, "e", "Shares  ["),
    "AskSuperbill": Asked(CLIENT, "i", "Superbill for"),
    "AskStatement": Asked(CLIENT, "t", "Statement for"),
    "AskGoodwill": Asked(CLIENT, "A", "Goodwill for"),
    "AskAccess": Asked(PUSHED["Access"], "a", "Access to"),
    "AskEstimate": Asked(CLIENT, "E", "Estimate for"),
    "AskRange": Asked(CLIENT, "fff", "Ledger  from ["),
    "AskRefund": Asked(PAYMENT, "F", "by ["),
    "AskWriteIn": Asked(AGENDA, "n", "Enter writes it in"),
    "AskDay": Asked(AGING, "ed", "As of"),
    "AskForm": Asked(SETTINGS, "gg\r", "Name  ["),
}


def own(root: type[Widget], package: object) -> set[type[Widget]]:
    """Every subclass that the product has."""
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):  # type: ignore[attr-defined]
        import_module(module.name)
    found: set[type[Widget]] = set()
    left: list[type[Widget]] = [root]
    while left:
        for kind in left.pop().__subclasses__():
            if kind not in found:
                found.add(kind)
                left.append(kind)
    return {kind for kind in found if kind.__module__.startswith("tui.") and kind not in SHARED}


def has_neighbours(name: str) -> bool:
    """Whether J and K lead from one record to the next there; a key that does nothing swallows the next."""
    kinds = {kind.__name__: kind for kind in own(Screen, tui.screens)}
    return "J" in kinds[name]._merge_bindings().key_to_bindings


def screens_without_a_way() -> set[str]:
    known = {kind.__name__ for kind in own(Screen, tui.screens)}
    return known ^ set(places() | PUSHED)


def strips_without_a_way() -> set[str]:
    return {kind.__name__ for kind in own(Strip, tui.strips)} ^ set(STRIPS)
