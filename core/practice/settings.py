"""Settle what the practice may choose of its documents."""

import json

from core import audit
from core.actors import Right
from core.errors import UsageError
from core.ids import named
from core.ledger.choices import CHOICES
from core.store import Tx
from core.tables import Setting


class BadChoice(UsageError):
    code = "bad_choice"

    def __init__(self, name: str, typed: str) -> None:
        words = ", ".join(CHOICES[name].words)
        super().__init__(f'"{typed[:20]}" is no choice for {name.replace("_", " ")}. One of: {words}.')


def choose(tx: Tx, name: str, word: str) -> None:
    """Say what holds for documents made from now on. Raises: BadChoice."""
    tx.require(Right.MANAGE)
    if word not in CHOICES[name].words:
        raise BadChoice(name, word)
    setting_id = named(f"setting:{name}")
    if tx.value("SELECT 1 FROM setting WHERE id = :id", id=setting_id):
        tx.change(Setting, setting_id, value=json.dumps(word))
    else:
        tx.add(Setting(id=setting_id, name=name, value=json.dumps(word)))
    audit.record(tx, "setting.changed", "setting", setting_id, name=name, value=word)
