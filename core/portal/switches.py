"""What of the portal a practice has switched off, and what it says there (RE7)."""

from typing import NamedTuple

from core.ledger.choices import choices
from core.payments.checkout import processor_of
from core.portal.pages import NotYours, require_client
from core.portal.viewer import Viewer
from core.store import Read
from core.text import plain_lines


class Switches(NamedTuple):
    """Whether clients can pay by card, make superbills, and keep cards. Cards cannot be kept where nothing
    can be paid by one, and nothing can where the practice has no card processor."""

    pay: bool
    superbills: bool
    cards: bool


def switches(read: Read) -> Switches:
    said = choices(read)
    pay = said["portal_pay"] == "yes" and bool(processor_of(read))
    return Switches(pay, said["portal_superbills"] == "yes", pay and said["portal_cards"] == "yes")


def require_switched_on(on: Switches, name: str) -> None:
    """Raises: NotYours, for what is switched off; it looks like what was never there."""
    if not getattr(on, name):
        raise NotYours


class Message(NamedTuple):
    """Words for clients, line by line; `sender` is the professional, empty where the practice says it."""

    sender: str
    lines: tuple[str, ...]


PRACTICE = "SELECT portal_message FROM practice ORDER BY id LIMIT 1"
PROFESSIONAL = """
SELECT p.name, p.portal_message FROM provider AS p
WHERE p.active = 1 AND p.portal_message <> '' AND p.id = coalesce(
    (SELECT k.provider_id FROM client AS k WHERE k.id = :client_id),
    (SELECT s.provider_id FROM session AS s WHERE s.client_id = :client_id AND s.status = 'kept'
     ORDER BY s.service_on DESC, s.id DESC LIMIT 1))
"""


def messages(read: Read, viewer: Viewer, client_id: str) -> list[Message]:
    """What the practice says to everybody, and the client's professional to those who may see the client's
    documents: who treats somebody is not for each who pays. Raises: NotYours."""
    require_client(viewer, client_id)
    found = [("", read.value(PRACTICE) or "")]
    if any(one.documents and one.client_id == client_id for one in viewer.grants):
        found += read.rows(PROFESSIONAL, client_id=client_id)
    return [Message(name, tuple(plain_lines(text.strip()))) for name, text in found if text.strip()]
