"""How every verb that shows something is typed."""

from __future__ import annotations

import argparse

from tui.arguments import parser

JANE = "[@click=app.quit]Jane"


def reads(client: str) -> dict[str, list[str]]:
    """Every verb that shows something, as it is typed; words in capitals stand for ids."""
    return {
        "today": ["today"],
        "agenda": ["agenda", "--from", "2026-09-01", "--to", "2026-09-30"],
        "unbilled list": ["unbilled", "list"],
        "run": ["run", "--month", "2026-09", "--dry-run"],
        "invoice list": ["invoice", "list"],
        "invoice show": ["invoice", "show", "1"],
        "payment list": ["payment", "list"],
        "payment show": ["payment", "show", "PAYMENT"],
        "estimate list": ["estimate", "list"],
        "estimate show": ["estimate", "show", "ESTIMATE"],
        "credit list": ["credit", "list"],
        "card list": ["card", "list", "--client", client],
        "card asked": ["card", "asked", "1"],
        "card failed": ["card", "failed"],
        "card disputes": ["card", "disputes"],
        "card differences": ["card", "differences"],
        "charge list": ["charge", "list", "--client", client],
        "explain": ["explain", client],
        "explain payment": ["explain", "PAYMENT"],
        "explain invoice": ["explain", "1"],
        "report ar": ["report", "ar"],
        "report day-sheet": ["report", "day-sheet"],
        "report late-entries": ["report", "late-entries"],
        "client ledger": ["client", "ledger", client],
        "outbox list": ["outbox", "list"],
        "portal list": ["portal", "list"],
        "mail show": ["mail", "show"],
        "mail list": ["mail", "list"],
        "mail preview": ["mail", "preview", "invoice"],
        "mail template": ["mail", "template"],
        "mail template invoice": ["mail", "template", "invoice"],
        "client list": ["client", "list"],
        "client show": ["client", "show", client],
        "client shares": ["client", "shares", client],
        "statement list": ["statement", "list"],
        "statement show": ["statement", "show", "STATEMENT"],
        "guarantor list": ["guarantor", "list"],
        "guarantor ledger": ["guarantor", "ledger", client],
        "provider list": ["provider", "list"],
        "office list": ["office", "list"],
        "service list": ["service", "list"],
        "policy list": ["policy", "list"],
        "latefee list": ["latefee", "list"],
        "practice show": ["practice", "show"],
        "user list": ["user", "list"],
        "key list": ["key", "list"],
        "audit list": ["audit", "list"],
        "audit list of a client": ["audit", "list", "--find", "jane", "--kind", "clients"],
        "audit show": ["audit", "show", "1"],
        "config get": ["config", "get"],
        "audit verify": ["audit", "verify"],
        "doctor": ["doctor"],
        "documents list": ["documents", "list"],
        "documents show": ["documents", "show", "1"],
        "documents text": ["documents", "text", "1"],
        "documents text narrow": ["documents", "text", "12", "--width", "40"],
        "documents share": ["documents", "share", "1"],
        "documents verify": ["documents", "verify"],
        "payer list": ["payer", "list"],
        "client coverage": ["client", "coverage", client],
        "session show": ["session", "show", "SESSION"],
        "superbill lint": ["superbill", "lint", "--client", client, "--month", "2026-09"],
        "superbill list": ["superbill", "list"],
        "superbill show": ["superbill", "show", "SUPERBILL"],
    }


READING = ("list", "show", "text", "verify", "ledger", "ar", "day-sheet", "late-entries")


def reading_verbs() -> set[str]:
    """Every verb that shows something."""
    found = set()
    for verb, made in _choices(parser(whole=True)).items():
        found |= {f"{verb} {what}" for what in _choices(made) if what in READING}
    return found


def _choices(made: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}
