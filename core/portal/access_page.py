"""Who may come into the portal for a client, and what became of each invitation, for the office (RE1)."""

from collections import namedtuple

from core.ledger.effective import first_of_its_kind, share_stands
from core.ledger.mail_server import mail_server
from core.ledger.mail_state import newest_answer, state_of
from core.portal.queries import AccessRow, access

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

Invited = namedtuple("Invited", "at state why")
"""When a person was last invited, and what became of the mail: none, queued, delivered, failed or recalled;
`why` is what the mail server said, where it did not take it."""

NEVER = Invited("", "none", "")

AccessPage = namedtuple("AccessPage", "rows invited accounts")
"""`invited` is by person; `accounts` are the ids and names of the guarantors on whose account somebody may be
let in."""

INVITED = f"""
SELECT r.about, r.at, {share_stands("r")}, {newest_answer("outcome", "r.once")},
       {newest_answer("said", "r.once")}
FROM mail_request AS r
WHERE r.kind = 'invitation' AND {first_of_its_kind("mail_request", "r")}
  AND r.about IN (SELECT g.person_id FROM portal_grant AS g
                  WHERE g.active = 1 AND (:client_id = '' OR g.client_id = :client_id))
ORDER BY r.at, r.no, r.id
"""  # noqa: S608  composed of the constants above

ACCOUNTS = """
SELECT g.id, g.name FROM guarantor AS g
WHERE g.id IN (SELECT k.guarantor_id FROM client AS k WHERE k.id = :client_id
               UNION SELECT s.guarantor_id FROM payer_share AS s WHERE s.client_id = :client_id
               UNION SELECT i.guarantor_id FROM invoice_issue AS i WHERE i.client_id = :client_id)
ORDER BY g.id <> (SELECT k.guarantor_id FROM client AS k WHERE k.id = :client_id), g.name, g.id
"""


def invited(read: "Read", client_id: str = "") -> dict[str, Invited]:
    """The last invitation of everybody who may come in for a client, or for any."""
    server = mail_server(read)
    since = server.since if server else ""
    found = {}
    for person_id, at, stands, outcome, said in read.rows(INVITED, client_id=client_id):
        state = state_of(outcome, at, since)
        if not stands and state != "delivered":
            state = "recalled"
        found[person_id] = Invited(at, state, said if outcome in ("delayed", "failed", "bounced") else "")
    return found


def access_page(read: "Read", client_id: str) -> AccessPage:
    """Who has access to a client, and what became of the mail that told them so."""
    rows: list[AccessRow] = access(read, client_id)
    accounts = [(guarantor_id, name) for guarantor_id, name in read.rows(ACCOUNTS, client_id=client_id)]
    return AccessPage(rows, invited(read, client_id), accounts)
