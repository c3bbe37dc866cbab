"""Settle what the practice sets for all its offices, and what it may choose of its documents."""

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


def put_setting(tx: Tx, name: str, value: object) -> str:
    """Set something in place of what was set before; answers the setting's id."""
    tx.require(Right.MANAGE)
    setting_id = named(f"setting:{name}")
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if tx.value("SELECT 1 FROM setting WHERE id = :id", id=setting_id):
        tx.change(Setting, setting_id, value=text)
    else:
        tx.add(Setting(id=setting_id, name=name, value=text))
    return setting_id


def choose(tx: Tx, name: str, word: str) -> None:
    """Say what holds for documents made from now on. Raises: BadChoice."""
    tx.require(Right.MANAGE)
    if word not in CHOICES[name].words:
        raise BadChoice(name, word)
    setting_id = put_setting(tx, name, word)
    audit.record(tx, "setting.changed", "setting", setting_id, name=name, value=word)
