"""Summaries kept beside the facts, so that a list over a million charges reads only what is open.

They hold nothing that the facts do not say and nothing that depends on today; `core.ledger.kept` makes
them, in the transaction that adds the facts, and can make them all anew. They stay on this computer.

The triggers here also fire while rows from other offices are merged. What a line carries leaves the
unbilled queue at once; everything else only marks what is stale.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlalchemy import text as sql_text

from core.tables.columns import (
    BY_KEY,
    Local,
    by_ending,
    cents,
    day,
    flag,
    later_number,
    later_text,
    maybe_text,
    row_id,
    text,
    word,
)


class InvoiceBalance(Local, table=True):
    """What an invoice asks for and what is left of it, in effective amounts."""

    __table_args__: ClassVar[Any] = (
        Index("ix_invoice_balance_open", "guarantor_id", sqlite_where=sql_text("balance_cents <> 0")),
        Index(
            "ix_invoice_balance_owed",
            *("client_id", "due_on", "balance_cents", "hold", "refunding", "void"),
            sqlite_where=sql_text("balance_cents <> 0"),
        ),
        Index("ix_invoice_balance_number", "series", "series_no"),
        BY_KEY,
    )

    invoice_id: str = row_id()
    issue_id: str = word()
    guarantor_id: str = word()
    client_id: str = word()
    asked_cents: int = cents()
    """Frozen total and late fees."""
    adjusted_cents: int = cents()
    forgiven_cents: int = cents()
    """Of the adjustments: written off for what was owed, bad debt before all."""
    closed_cents: int = cents()
    """Of the adjustments: forgiven together with a refund."""
    paid_cents: int = cents()
    balance_cents: int = cents()
    """0 for a void one."""
    void: bool = flag(False)
    hold: str = text()
    """Empty, or the kind of hold it is under."""
    refunding: bool = flag(False)
    """A refund of its money was asked of the processor, who has not answered."""
    series: str = later_text()
    series_no: int = later_number()
    due_on: str = later_text()
    """As issued, so that the list by number and what is overdue are found here."""


class MoneyLeft(Local, table=True):
    """A payment or goodwill credit and how much of it is on no invoice, in effective amounts."""

    __table_args__: ClassVar[Any] = (
        Index("ix_money_left_open", "guarantor_id", sqlite_where=sql_text("left_cents <> 0")),
        Index("ix_money_left_day", "since_on", "source_id"),
        by_ending("money_left", "source_id"),
        BY_KEY,
    )

    source_id: str = row_id()
    kind: str = word()
    """payment or credit"""
    guarantor_id: str = word(index=True)
    amount_cents: int = cents()
    since_on: str = day()
    refunded_cents: int = cents()
    reversed: bool = flag(False)
    applied_cents: int = cents()
    left_cents: int = cents()


class Unbilled(Local, table=True):
    """A charge, or a payer's share of one, that no live draft or invoice carries.

    `share_id` is empty where the charge is not shared; `guarantor_id` is NULL where the client's own
    guarantor owes it.
    """

    __table_args__: ClassVar[Any] = (
        Index("ix_unbilled_client", "client_id", "service_on"),
        BY_KEY,
    )

    charge_id: str = row_id()
    share_id: str = row_id()
    client_id: str = word()
    guarantor_id: str | None = maybe_text()
    service_on: str = day()
    amount_cents: int = cents()


class LiveDraft(Local, table=True):
    """A draft that was not issued. Drafts stay when they are, so without this every one would be asked."""

    __table_args__: ClassVar[Any] = (BY_KEY,)

    draft_id: str = row_id()


class CrossedAccount(Local, table=True):
    """A guarantor some of whose facts contradict, after offices worked apart (`decisions.md` 3)."""

    __table_args__: ClassVar[Any] = (BY_KEY,)

    guarantor_id: str = row_id()


class Stale(Local, table=True):
    """A thing whose summary must be made anew before this transaction ends."""

    __table_args__: ClassVar[Any] = (BY_KEY,)

    kind: str = row_id()
    """invoice, payment, credit, charge or client"""
    id: str = row_id()


def _mark(kind: str, what: str) -> str:
    """SQL that marks one thing as stale; `what` is an expression, NULL marks nothing."""
    return (
        f"INSERT INTO stale (kind, id) SELECT '{kind}', {what} WHERE {what} NOTNULL ON CONFLICT DO NOTHING; "
    )


def _mark_those(kind: str, column: str, source: str) -> str:
    """The same for every row of a table that fits."""
    return (
        f"INSERT INTO stale (kind, id) SELECT DISTINCT '{kind}', {column} FROM {source}"  # noqa: S608
        f" AND {column} NOTNULL ON CONFLICT DO NOTHING; "
    )


_INVOICE = _mark("invoice", "NEW.invoice_id")
_MONEY = _mark("payment", "NEW.payment_id") + _mark("credit", "NEW.credit_id")


def _all_three(source: str) -> str:
    return (
        _mark_those("invoice", "invoice_id", source)
        + _mark_those("payment", "payment_id", source)
        + _mark_those("credit", "credit_id", source)
    )


_ISSUES = "SELECT i.id FROM invoice_issue AS i WHERE i.invoice_id = NEW.invoice_id"
"""The lines of an invoice have an index by its issue."""

_STALE_BY: dict[str, str] = {
    "invoice_issue": _INVOICE,
    "invoice_void": _all_three("allocation WHERE invoice_id = NEW.invoice_id")
    + _INVOICE
    + _mark_those("charge", "charge_id", f"invoice_line WHERE issue_id IN ({_ISSUES})"),
    "invoice_hold": _INVOICE,
    "invoice_hold_end": _mark_those("invoice", "invoice_id", "invoice_hold WHERE id = NEW.hold_id"),
    "late_fee": _INVOICE,
    "adjustment": _INVOICE,
    "payment": _mark("payment", "NEW.id"),
    "payment_reversal": _mark("payment", "NEW.payment_id"),
    "credit": _mark("credit", "NEW.id"),
    "credit_reversal": _mark("credit", "NEW.credit_id"),
    "allocation": _INVOICE + _MONEY,
    "allocation_release": _all_three("allocation WHERE id = NEW.allocation_id"),
    "refund_request": _INVOICE + _MONEY,
    "refund_answer": _all_three("refund_request WHERE id = NEW.request_id"),
    "charge": _mark("charge", "NEW.id"),
    "charge_void": _mark("charge", "NEW.charge_id"),
}
"""What a new fact makes stale."""

_CARRIED = (
    "DELETE FROM unbilled WHERE charge_id = NEW.charge_id"
    " AND (NEW.share_id IS NULL OR share_id IN ('', NEW.share_id)); "
)
_NOT_ISSUED = "NOT EXISTS (SELECT 1 FROM invoice_issue AS i WHERE i.invoice_id = NEW.id)"
_LIVES = "INSERT INTO live_draft (draft_id) VALUES (NEW.id) ON CONFLICT DO NOTHING; "
_MERGED = "(SELECT applying FROM sync_clock) = 1"
_NOT_VOID = "NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = NEW.invoice_id)"


def kept_triggers() -> Iterator[tuple[str, str]]:
    """The triggers that keep the summaries honest, as (name, SQL)."""
    for table, marks in _STALE_BY.items():
        yield _trigger(f"{table}_stale", f"INSERT ON {table}", marks)
        yield _trigger(f"{table}_renumbered", f"UPDATE OF _q ON {table} WHEN {_order_matters(table)}", marks)
    yield _trigger("invoice_line_carries", f"INSERT ON invoice_line WHEN {_NOT_VOID}", _CARRIED)
    yield _trigger("draft_line_carries", "INSERT ON draft_line", _mark("charge", "NEW.charge_id"))
    yield _trigger("draft_line_lets_go", "DELETE ON draft_line", _mark("charge", "OLD.charge_id"))
    lines = _mark_those("charge", "charge_id", "draft_line WHERE draft_id = {}.id")
    yield _trigger("draft_carries", "INSERT ON draft", lines.format("NEW"))
    yield _trigger("draft_lets_go", "DELETE ON draft", lines.format("OLD"))
    yield _trigger(
        "draft_line_swaps",
        "UPDATE OF charge_id, share_id, draft_id ON draft_line",
        _mark("charge", "OLD.charge_id") + _mark("charge", "NEW.charge_id"),
    )
    yield _trigger("draft_lives", f"INSERT ON draft WHEN {_NOT_ISSUED}", _LIVES)
    yield _trigger("draft_ends", "DELETE ON draft", "DELETE FROM live_draft WHERE draft_id = OLD.id; ")
    yield _trigger(
        "draft_is_issued",
        "INSERT ON invoice_issue",
        "DELETE FROM live_draft WHERE draft_id = NEW.invoice_id; ",
    )
    # Another office may have taken a charge off the draft before it issued it, or billed it elsewhere.
    yield _trigger(
        "invoice_issue_leaves_out",
        f"INSERT ON invoice_issue WHEN {_MERGED}",
        _mark_those("charge", "charge_id", "draft_line WHERE draft_id = NEW.invoice_id"),
    )
    yield _trigger("payer_share_made", "INSERT ON payer_share", _mark("client", "NEW.client_id"))
    yield _trigger("payer_share_changed", "UPDATE ON payer_share", _mark("client", "NEW.client_id"))


@cache
def feeds_summaries(table: str) -> bool:
    """Whether summaries are made of its rows."""
    return any(f" ON {table} " in sql for _, sql in kept_triggers())


def _trigger(name: str, when: str, does: str) -> tuple[str, str]:
    return name, "CREATE TRIGGER {} AFTER {} BEGIN {}END".format(name, when, does)  # noqa: UP032


def _order_matters(table: str) -> str:
    """When a hub number changes an answer: a fact with the same key, or an account that contradicts."""
    from core.tables import metadata

    crossed = "EXISTS (SELECT 1 FROM crossed_account)"
    if "once" not in metadata.tables[table].columns:
        return crossed
    twin = f"EXISTS (SELECT 1 FROM {table} AS o WHERE o.once = NEW.once AND o.id <> NEW.id)"  # noqa: S608
    # Without the first half a table of which no row has a key is looked through for each of its rows.
    return f"{crossed} OR NEW.once NOTNULL AND {twin}"
