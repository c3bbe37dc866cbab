"""Fill in a field that a superbill lacks, where it belongs: the one way for screens and scripts (RD3)."""

from collections import namedtuple

from core.clients.commands import change_client, change_guarantor
from core.dates import parse_entered_day
from core.errors import UsageError
from core.ledger.superbill_lint import Lack
from core.practice.commands import change_office, change_practice, change_provider
from core.sessions.correcting import correct_service, correct_session, put_session_back, session_page
from core.store import Tx

ADDRESS = frozenset({"street", "street_2", "city", "state", "postal_code"})
LIVES_WITH = "SELECT guarantor_id FROM client WHERE id = :id AND street = ''"
"""Whose address is the client's, where the client has no own."""


MAY_BE_EMPTY = {("practice", "npi"), ("client", "referrer_npi"), ("line", "modifiers")}
"""What an insurer does not require: taking a malformed one away mends it too."""


Mended = namedtuple("Mended", "lack session")
"""What was filled in, and what its session said before; None where it was no session's."""


class NotMended(UsageError):
    code = "not_mended"

    def __init__(self, lack: Lack) -> None:
        super().__init__(
            f"The {lack.label} was charged as it is. Take the charge back, and correct it where it came from."
        )


class StillEmpty(UsageError):
    code = "field_empty"

    def __init__(self, label: str) -> None:
        super().__init__(f"Type the {label}.")


def can_be_put_back(lack: Lack) -> bool:
    """Whether what a field said before may be said again: nothing may, a malformed number may not."""
    return not lack.value or lack.subject in ("session", "line")


def put_back(tx: Tx, mended: Mended) -> None:
    """Undo `mend`: the field lacks again what it lacked. Raises: what its own command refuses."""
    lack = mended.lack
    if mended.session is not None:
        put_session_back(tx, mended.session)
    elif (lack.subject, lack.field) == ("client", "birth_on"):
        change_client(tx, lack.subject_id, birth_on=None)
    else:
        _write(tx, lack, "")


def mend(tx: Tx, lack: Lack, typed: str) -> Mended:
    """Write what was typed into the field that was missing or malformed.

    Raises: what the field's own command refuses; StillEmpty; NotMended, for a code that was charged.
    """
    text = typed.strip()
    if not text and (lack.subject, lack.field) not in MAY_BE_EMPTY:
        raise StillEmpty(lack.label)
    before = None
    if lack.subject in ("session", "line"):
        before = session_page(tx, lack.subject_id.partition(":")[0])
    _write(tx, lack, text)
    return Mended(lack, before)


def _write(tx: Tx, lack: Lack, text: str) -> None:
    match lack.subject:
        case "practice":
            change_practice(tx, **{lack.field: text})
        case "office":
            change_office(tx, lack.subject_id, **{lack.field: text})
        case "provider":
            change_provider(tx, lack.subject_id, **{lack.field: text})
        case "client" if lack.field == "birth_on":
            change_client(tx, lack.subject_id, birth_on=parse_entered_day(text).isoformat())
        case "client" if lack.field in ADDRESS and tx.value(LIVES_WITH, id=lack.subject_id):
            change_guarantor(tx, tx.value(LIVES_WITH, id=lack.subject_id), **{lack.field: text})
        case "client":
            change_client(tx, lack.subject_id, **{lack.field: text})
        case "session":
            correct_session(tx, lack.subject_id, **{lack.field: text})
        case _ if lack.field == "code":
            raise NotMended(lack)
        case _:
            session_id, _, line_id = lack.subject_id.partition(":")
            correct_service(tx, session_id, line_id, **{lack.field: text})
