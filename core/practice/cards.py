"""Whether the practice takes cards, which every office knows and the hub alone can do (RF1)."""

import json

from core import audit
from core.actors import Right
from core.ids import named
from core.store import Tx
from core.tables import Setting

CARD_PROCESSOR = "card_processor"
CARD_PROCESSOR_LIVE = "card_processor_live"
"""Whether real money moves there; every office needs it for the address of the processor's own pages."""


def set_card_processor(tx: Tx, name: str, *, live: bool = False) -> None:
    """Take cards through a processor from now on, such as stripe; through none with an empty name."""
    tx.require(Right.MANAGE)
    for setting, value in ((CARD_PROCESSOR, name), (CARD_PROCESSOR_LIVE, live)):
        setting_id = named(f"setting:{setting}")
        if tx.value("SELECT 1 FROM setting WHERE id = :id", id=setting_id):
            tx.change(Setting, setting_id, value=json.dumps(value))
        else:
            tx.add(Setting(id=setting_id, name=setting, value=json.dumps(value)))
        audit.record(tx, "setting.changed", "setting", setting_id, after={setting: value})
