"""Whether the practice takes cards, which every office knows and the hub alone can do (RF1)."""

from core import audit
from core.actors import Right
from core.practice.settings import put_setting
from core.store import Tx

CARD_PROCESSOR = "card_processor"
CARD_PROCESSOR_LIVE = "card_processor_live"
"""Whether real money moves there; every office needs it for the address of the processor's own pages."""


def set_card_processor(tx: Tx, name: str, *, live: bool = False) -> None:
    """Take cards through a processor from now on, such as stripe; through none with an empty name."""
    tx.require(Right.MANAGE)
    for setting, value in ((CARD_PROCESSOR, name), (CARD_PROCESSOR_LIVE, live)):
        setting_id = put_setting(tx, setting, value)
        audit.record(tx, "setting.changed", "setting", setting_id, after={setting: value})
