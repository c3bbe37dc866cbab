"""Where a card payment stands on the processor's own pages: for a biller, never a link in a document (RF1).

Source: `domain.md` section 13, rule 11.
"""

import json
import re

from core.errors import NotFound
from core.practice.cards import CARD_PROCESSOR_LIVE
from core.store import Read
from core.text import plain

PAGES = "https://dashboard.stripe.com"
_INTENT = re.compile(r"pi_[A-Za-z0-9_]{1,80}", re.ASCII)


class NotAtTheProcessor(NotFound):
    code = "not_at_the_processor"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{plain(what)[:40]} did not come through the card processor, so it has no page there."
        )


LIVE = "SELECT value FROM setting WHERE name = :name ORDER BY id LIMIT 1"
ONCE = "SELECT p.once FROM payment AS p WHERE p.id = :payment_id"


def intent_of(read: Read, payment_id: str) -> str:
    """The processor's id of a payment; empty where it came another way."""
    once = read.value(ONCE, payment_id=payment_id) or ""
    return str(once).removeprefix("stripe:") if str(once).startswith("stripe:") else ""


def processor_page(read: Read, intent_ref: str) -> str:
    """The address of a payment's page at the processor; nothing of the client is in it.

    Raises: NotAtTheProcessor, for anything that has not the shape of the processor's own ids.
    """
    if _INTENT.fullmatch(intent_ref) is None:
        raise NotAtTheProcessor(intent_ref or "This payment")
    said = read.value(LIVE, name=CARD_PROCESSOR_LIVE)
    mode = "" if said is not None and json.loads(said) is True else "/test"
    return f"{PAGES}{mode}/payments/{intent_ref}"
