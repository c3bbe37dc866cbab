"""Who has access to what, as an office lists it."""

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from core.store import Read

AccessRow = namedtuple(
    "AccessRow",
    "grant_id person_id person email client_id client guarantor_id guarantor documents pay superbills"
    " invited_at",
)

ACCESS = """
SELECT g.id, p.id, p.name, p.email, k.id, k.name, w.id, w.name, g.documents, g.pay, g.superbills,
       coalesce((SELECT max(n.at) FROM mail_request AS n WHERE n.kind = 'invitation' AND n.about = p.id), '')
FROM portal_grant AS g JOIN portal_person AS p ON p.id = g.person_id
JOIN client AS k ON k.id = g.client_id JOIN guarantor AS w ON w.id = g.guarantor_id
WHERE g.active = 1 AND p.active = 1 AND (:client_id = '' OR g.client_id = :client_id)
ORDER BY k.sort_name, k.id, p.email, w.name, g.id
"""


def access(read: "Read", client_id: str = "") -> list[AccessRow]:
    """Who may come into the portal for a client, or for any."""
    return read.all(ACCESS, AccessRow, client_id=client_id)
