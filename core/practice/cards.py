"""Whether the practice takes cards, which every office knows and the hub alone can do (RF1)."""

import json

from core import audit
from core.actors import Right
from core.ids import named
from core.store import Tx
from core.tables import Setting

CARD_PROCESSOR = "card_processor"


def set_card_processor(tx: Tx, name: str) -> None:
    """Take cards through a processor from now on, such as stripe; through none with an empty name."""
    tx.require(Right.MANAGE)
    setting_id = named(f"setting:{CARD_PROCESSOR}")
    if tx.value("SELECT 1 FROM setting WHERE id = :id", id=setting_id):
        tx.change(Setting, setting_id, value=json.dumps(name))
    else:
        tx.add(Setting(id=setting_id, name=CARD_PROCESSOR, value=json.dumps(name)))
    audit.record(tx, "setting.changed", "setting", setting_id, after={CARD_PROCESSOR: name})
