"""Which columns carry people's words: every TEXT column, but for those whose reason stands here.

A new column is taken for people's words until it is given a reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import CheckConstraint, Column, Table, Text

from core.sync.policy import Travels
from core.tables import TABLES, metadata, table_name

NOT_WORDS = {
    "audit_entry.actor": "the id of a user",
    "audit_entry.verb": "a word of the program",
    "audit_entry.subject_kind": "a word of the program",
    "audit_entry.detail": "JSON that the program makes of other columns",
    "clash_answer.answer": "a word of the program",
    "clash_answer.conflict": "made of ids and words of the program",
    "document.kind": "a word of the program",
    "edit_clash.col": "a name of a column",
    "edit_clash.tbl": "a name of a table",
    "estimate.content": "JSON that the program makes of other columns",
    "superbill.content": "JSON that the program makes of other columns",
    "statement.content": "JSON that the program makes of other columns",
    "receipt.content": "JSON that the program makes of other columns",
    "credit_note.content": "JSON that the program makes of other columns",
    "invoice_issue.bill_to": "JSON that the program makes of other columns",
    "invoice_issue.series": "letters and digits: `require_series` asks for them",
    "invoice_issue.number": "made of the series and a count",
    "invoice_issue.pay_code": "made of random letters",
    "site.series": "letters and digits: `require_series` asks for them",
    "finalisation.bill_to": "a word of the program",
    "session.bill_to": "a word of the program",
    "policy.effective_from": "a day",
    "payer_share.effective_from": "a day",
    "payer_share.effective_to": "a day",
    "policy.rule": "JSON of numbers and words of the program",
    "practice.timezone": "a name of the zone database, checked when it is chosen",
    "practice.currency": "fixed",
    "user.role": "one of the roles",
    "refund_request.method": "one of the methods of payment",
    "mail_request.about": "the id of what a mail is about",
    "mail_request.kind": "a word of the program",
    "mail_request.details": "JSON that the program makes of other columns",
    "mail_template.kind": "a word of the program",
    "mail_answer.message_id": "made of a hash and the domain of a checked address",
    "mail_answer.mail": "the key of what the mail follows from",
    "checkout.portal": "the address of the hub's own portal, checked when it starts",
    "checkout.parts": "JSON that the program makes of ids and cents",
    "setting.name": "a word of the program",
    "setting.value": "JSON of choices that the program offers, and a checked address",
}
"""Columns that no person writes into, with the reason."""

SHAPED: dict[str, Callable[[str], str]] = {
    "session.diagnoses": lambda payload: json.dumps([["ICD10", payload]], ensure_ascii=False),
}
"""Columns whose words stand inside of a shape."""


def word_columns() -> dict[str, list[str]]:
    """By table, the columns that carry people's words."""
    found = {}
    for kind in TABLES:
        if kind.travels is Travels.LOCAL:
            continue  # made of the other tables, on this computer
        table = metadata.tables[table_name(kind)]
        if words := [column.name for column in table.columns if not reason_against(table, column)]:
            found[table.name] = words
    return found


def reason_against(table: Table, column: Column[str]) -> str:
    """Why a column is not people's words; empty where it is."""
    name = column.name
    if not isinstance(column.type, Text):
        return "not text"
    if (
        name == "id"
        or column.foreign_keys
        or (name.endswith("_id") and name not in ("external_id", "tax_id"))
    ):
        return "the id of a row"
    if name == "at" or name.endswith(("_on", "_at")):
        return "a day or an instant"
    if name.endswith("sha256") or column.primary_key:
        return "a hash"
    if name in ("_cv", "_x", "once", "actor"):
        return "kept by the store"
    if f"{name} IN (" in _checks(table):
        return "one of the words that the table's CHECK lists"
    return NOT_WORDS.get(f"{table.name}.{name}", "")


def _checks(table: Table) -> str:
    return " ".join(str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint))
