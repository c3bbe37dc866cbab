"""The agenda: sessions of a day with what billing has made of them."""

from collections import namedtuple

from core.ledger.effective import ISSUE_COUNTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

AgendaRow = namedtuple(
    "AgendaRow",
    "session_id starts_at client_id client provider status final charges unbilled number invoice_id",
)
"""`charges` and `unbilled` count the session's charges, `unbilled` also one of which a payer's share is;
`number` is the invoice that carries one, and `invoice_id` that invoice, or else the draft."""

AGENDA = f"""
SELECT s.id, s.starts_at, s.client_id, k.sort_name, coalesce(p.name, ''), s.status,
       EXISTS (SELECT 1 FROM finalisation AS f WHERE f.once = 'finalise:' || s.id),
       (SELECT count(*) FROM charge AS c WHERE c.session_id = s.id),
       (SELECT count(*) FROM charge AS c WHERE c.session_id = s.id
           AND EXISTS (SELECT 1 FROM unbilled AS u WHERE u.charge_id = c.id)),
       (SELECT i.number FROM charge AS c JOIN invoice_line AS l ON l.charge_id = c.id
          JOIN invoice_issue AS i ON i.id = l.issue_id
          WHERE c.session_id = s.id AND {ISSUE_COUNTS}
            AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id) LIMIT 1),
       coalesce(
         (SELECT i.invoice_id FROM charge AS c JOIN invoice_line AS l ON l.charge_id = c.id
          JOIN invoice_issue AS i ON i.id = l.issue_id
          WHERE c.session_id = s.id AND {ISSUE_COUNTS}
            AND NOT EXISTS (SELECT 1 FROM invoice_void AS v WHERE v.invoice_id = i.invoice_id) LIMIT 1),
         (SELECT d.draft_id FROM charge AS c JOIN draft_line AS d ON d.charge_id = c.id
          WHERE c.session_id = s.id
            AND NOT EXISTS (SELECT 1 FROM invoice_issue AS i WHERE i.invoice_id = d.draft_id) LIMIT 1))
FROM session AS s JOIN client AS k ON k.id = s.client_id LEFT JOIN provider AS p ON p.id = s.provider_id
WHERE s.service_on = :day AND s.status <> 'cancelled'
ORDER BY s.starts_at, s.id
"""  # noqa: S608  composed of constants


def agenda(read: "Read", day: str) -> list[AgendaRow]:
    """The sessions that start on a local day, in order of time. `day` is ISO text."""
    read.fresh()
    return read.all(AGENDA, AgendaRow, day=day)


CHARGES_OF_SESSION = "SELECT id FROM charge WHERE session_id = :session_id ORDER BY id"


def charges_of_session(read: "Read", session_id: str) -> list[str]:
    """The ids of a session's charges."""
    return [row[0] for row in read.rows(CHARGES_OF_SESSION, session_id=session_id)]
