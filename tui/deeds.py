"""Audit entries in words: what was done, as a biller would tell it."""

import json

from tui.present import dollars, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.audit import Entry
    from core.ledger.invoice_page import Moved
    from core.ledger.log import LogEntry

_ALONE = {
    "document.kept": "document made",
    "draft.deleted": "draft deleted",
    "draft.restored": "draft brought back",
    "draft.line_removed": "line taken out",
    "sessions.finalised": "session finalised",
    "session.recorded": "session recorded",
    "import.done": "records imported",
    "policy.set": "rule set",
    "draft.replaces": "billed again",
    "allocation.released": "payment taken off",
    "credit.reversed": "credit taken back",
    "payment.reversed": "payment reversed",
    "book.closed": "book closed",
    "books.exported": "books taken out",
    "invoice.recalled": "sending taken back",
    "document.recalled": "sharing taken back",
    "invoice.hold_ended": "no longer on hold",
    "client.noted": "note made",
    "client.note_removed": "note taken away",
    "user.role": "role changed",
    "conflict.resolved": "conflict decided",
    "conflict.reopened": "conflict open again",
    "office.invited": "office invited",
    "office.joined": "office joined",
    "office.restored": "office goes on from a backup",
    "office.shut_out": "office shut out",
    "hub.founded": "hub made",
    "hub.moved": "hub's address changed",
    "key.machine_added": "machine key made",
    "key.passphrase_set": "passphrase set",
}

_MANY = {"invoice.issued": "issued", "invoice.shared": "sent", "draft.made": "drafts made"}

_COLUMNS = {"due_on": "due date", "notes": "note"}


def deed(entry: "Entry | LogEntry") -> str:
    """One entry with its amounts: `line changed, $150.00 to $120.00`."""
    detail: dict[str, Any] = json.loads(entry.detail)
    words = _with_amounts(entry.verb, detail)
    return f"{words}: {entry.reason}" if entry.reason else words


def any_deed(entry: "Entry | LogEntry") -> str:
    """The same of whatever the log holds: what another version wrote otherwise is told by its verb."""
    try:
        return deed(entry)
    except (KeyError, TypeError, ValueError, AttributeError):
        return f"{deed_of_many(entry.verb)}: {entry.reason}" if entry.reason else deed_of_many(entry.verb)


def deed_of_many(verb: str) -> str:
    """The same deed done to many things."""
    return _MANY.get(verb) or _ALONE.get(verb) or _plain_words(verb)


def _with_amounts(verb: str, detail: "dict[str, Any]") -> str:
    match verb:
        case "invoice.issued":
            return f"issued as {detail['number']}, {dollars(detail['total_cents'])}"
        case "invoice.shared":
            return "sent, mail queued" if detail.get("mail") == "queued" else "sent, to the portal only"
        case "invoice.held":
            return f"on hold, {detail['kind']}"
        case "card.charge_asked":
            return f"card {detail['last4']} asked to be charged, {dollars(detail['amount_cents'])}"
        case "card.charge_answered":
            return f"card charge of {dollars(detail['amount_cents'])}: {detail['outcome']}"
        case "late_fee.charged":
            return f"late fee, {dollars(detail['amount_cents'])}"
        case "draft.made":
            return f"draft made, {plural(detail['lines'], 'line')}, {dollars(detail['total_cents'])}"
        case "draft.line_added":
            amount = detail.get("amount_cents")
            return "line added" if amount is None else f"line added, {dollars(amount)}"
        case "draft.line_changed":
            return f"line changed, {dollars(detail['before_cents'])} to {dollars(detail['after_cents'])}"
        case "draft.adjusted":
            size = detail.get("flat_cents")
            shown = dollars(size) if size is not None else f"{detail['percent_bps'] / 100:g}%"
            return f"{detail['kind']} of {shown}"
        case "draft.edited":
            return " and ".join(_COLUMNS.get(c, c) for c in detail["columns"]) + " changed"
        case "payment.recorded":
            return f"{detail['method'].replace('_', ' ')} of {dollars(detail['amount_cents'])} received"
        case "payment.reversed" | "credit.reversed" | "allocation.released":
            return f"{_ALONE[verb]}, {dollars(detail['amount_cents'])}"
        case "payment.refunded":
            asked = "refund asked for" if detail.get("channel") == "processor" else "refunded"
            return f"{asked}, {dollars(detail['amount_cents'])}"
        case "payment.refund_answered":
            return f"refund {detail['outcome']}, {dollars(detail['amount_cents'])}"
        case "credit.applied":
            return f"credit applied, {dollars(detail['amount_cents'])}"
        case "credit.given":
            return f"credit given, {dollars(detail['amount_cents'])}"
        case "invoice.adjusted":
            return _adjusted(detail)
        case "invoice.voided":
            kept, back = detail["credit_cents"], detail["refunded_cents"]
            money = (
                f", {dollars(kept)} kept as credit" if kept else f", {dollars(back)} refunded" if back else ""
            )
            return f"void{money}"
        case "late_fee.charged":
            return f"late fee {detail['step']}, {dollars(detail['amount_cents'])}, of {detail['assessed_on']}"
        case "draft.replaces":
            return f"billed again in place of {detail['replaces']}"
        case "session.marked":
            return f"marked {detail['after'].replace('_', ' ')}, was {detail['before'].replace('_', ' ')}"
        case "book.closed":
            return f"book closed through {detail['through']}"
    return _ALONE.get(verb) or _plain_words(verb)


TOLD_AS_MONEY = frozenset({"allocation.released", "credit.applied"})
"""Entries beside an invoice that `money_deed` tells better, with the payment that it was."""


def money_deed(move: "Moved") -> str:
    """Money that came or went: `paid $150.00, check 1187 of 2026-10-28`."""
    amount = dollars(move.amount_cents)
    if move.method:
        called = f"{move.method.replace('_', ' ')} {move.reference}".strip() + f" of {move.received_on}"
    else:
        called = f"goodwill of {move.received_on} ({move.reference})"
    back = f" by {move.how_back.replace('_', ' ')}" if move.how_back else ""
    match move.kind:
        case "paid":
            words = f"paid {amount}, {called}"
        case "applied":
            words = f"put on {amount}, {called}"
        case "released":
            words = f"taken off {amount}, {called}"
        case "reversed":
            words = f"reversed {amount}, {called}"
        case "reopened":
            words = f"refunded {amount}{back}, owed again, {called}"
        case "closed":
            words = f"refunded {amount}{back}, closed, {called}"
        case "asked":
            words = f"refund of {amount} asked of the card processor, {called}"
        case outcome:
            words = f"refund of {amount} {outcome}, {called}"
    return f"{words}: {move.reason}" if move.reason else words


def _adjusted(detail: "dict[str, Any]") -> str:
    """`bad debt, $20.00 off`, or that it is asked for again."""
    kind, cents = detail["kind"].replace("_", " "), detail["amount_cents"]
    return f"{kind}, {dollars(cents)} off" if cents > 0 else f"{kind} reversed, {dollars(-cents)} owed again"


def _plain_words(verb: str) -> str:
    return verb.replace(".", " ").replace("_", " ")
