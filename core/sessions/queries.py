"""Sessions and charges: what a person means by a few letters, and what bills each charge."""

from collections import namedtuple

from core.errors import NotFound
from core.ids import BY_ENDING, ending
from core.ledger.effective import ISSUE_COUNTS
from core.ledger.unbilled import CARRIED_BY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

CHARGES_OF_SESSION = "SELECT id FROM charge WHERE session_id = :session_id ORDER BY id"


def charges_of_session(read: "Read", session_id: str) -> list[str]:
    """The ids of a session's charges."""
    return [row[0] for row in read.rows(CHARGES_OF_SESSION, session_id=session_id)]


class NoSession(NotFound):
    code = "no_session"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'There is no session "{plain(typed)[:40]}".', subject=typed[:40])


SessionOf = namedtuple("SessionOf", "session_id client_id")

SESSION_BY_ENDING = """
SELECT id, client_id FROM session WHERE id LIKE :ending OR external_id = :typed LIMIT 2
"""


def find_session(read: "Read", typed: str) -> SessionOf:
    """A session and its client, for what a person types: its id or the end of it, or its external id.

    Raises: NoSession.
    """
    typed = typed.strip()
    is_id = len(typed) >= 6 and set(typed.lower()) <= set("0123456789abcdef-")
    found = read.all(
        SESSION_BY_ENDING, SessionOf, ending="%" + typed.lower() if is_id else "", typed=typed or "-"
    )
    if len(found) != 1:
        raise NoSession(typed)
    return found[0]


ChargeRow = namedtuple(
    "ChargeRow",
    "charge_id client_id client kind service_on code_system code description units_milli amount_cents status"
    " number session_id",
)
"""`status` is void, unbilled (also where a payer's share of it is), draft or billed; `number` is the invoice
that carries it, or a share of it."""

CHARGES = f"""
SELECT t.id, t.client_id, t.client, t.kind, t.service_on, t.code_system, t.code, t.description,
       t.units_milli, t.amount_cents,
       CASE WHEN t.void THEN 'void' WHEN t.waits THEN 'unbilled' WHEN t.number IS NOT NULL THEN 'billed'
            WHEN t.carried THEN 'draft' ELSE 'unbilled' END,
       t.number, t.session_id
FROM (SELECT c.*, k.name AS client, {CARRIED_BY} AS carried,
             EXISTS (SELECT 1 FROM unbilled AS u WHERE u.charge_id = c.id) AS waits,
             EXISTS (SELECT 1 FROM charge_void AS v WHERE v.charge_id = c.id) AS void,
             (SELECT i.number FROM invoice_line AS l JOIN invoice_issue AS i ON i.id = l.issue_id
              WHERE l.charge_id = c.id AND {ISSUE_COUNTS}
                AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id)
              LIMIT 1) AS number
      FROM charge AS c JOIN client AS k ON k.id = c.client_id
      WHERE c.client_id = :client_id) AS t
ORDER BY t.service_on, t.id
"""  # noqa: S608  composed of constants
CHARGE = CHARGES.replace("c.client_id = :client_id", "c.id = :charge_id")


def charges_of_client(read: "Read", client_id: str) -> list[ChargeRow]:
    """Everything a client was charged for, taken back or not, by date of service."""
    read.fresh()
    return read.all(CHARGES, ChargeRow, client_id=client_id)


class NoCharge(NotFound):
    code = "no_charge"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'There is no charge "{plain(typed)[:40]}".', subject=typed[:40])


def charge(read: "Read", charge_id: str) -> ChargeRow:
    """One charge and what bills it. Raises: NoCharge."""
    read.fresh()
    found = read.first(CHARGE, ChargeRow, charge_id=charge_id)
    if found is None:
        raise NoCharge(charge_id)
    return found


FIND_CHARGE = f"SELECT id FROM charge WHERE {BY_ENDING.format(id='id')} LIMIT 2"  # noqa: S608


def find_charge(read: "Read", typed: str) -> str:
    """The id of a charge for its id or the last 8 characters of it. Raises: NoCharge."""
    looked_for = ending(typed)
    found = read.rows(FIND_CHARGE, **looked_for) if looked_for else []
    if len(found) != 1:
        raise NoCharge(typed)
    return str(found[0][0])
