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
       coalesce((SELECT max(n.at) FROM portal_invitation AS n WHERE n.person_id = p.id), '')
FROM portal_grant AS g JOIN portal_person AS p ON p.id = g.person_id
JOIN client AS k ON k.id = g.client_id JOIN guarantor AS w ON w.id = g.guarantor_id
WHERE g.active = 1 AND p.active = 1 AND (:client_id = '' OR g.client_id = :client_id)
ORDER BY k.sort_name, k.id, p.email, w.name, g.id
"""


def access(read: "Read", client_id: str = "") -> list[AccessRow]:
    """Who may come into the portal for a client, or for any."""
    return read.all(ACCESS, AccessRow, client_id=client_id)


InvitationRow = namedtuple("InvitationRow", "invitation_id person_id person mail_to at")

INVITATIONS = """
SELECT n.id, p.id, p.name, n.mail_to, n.at FROM portal_invitation AS n
JOIN portal_person AS p ON p.id = n.person_id WHERE p.active = 1 ORDER BY n.at, n.id
"""


def invitations(read: "Read") -> list[InvitationRow]:
    """Every invitation, the oldest first; the mailer knows which it has carried."""
    return read.all(INVITATIONS, InvitationRow)


MailRow = namedtuple("MailRow", "mail_id kind person_id person mail_to link code made_at")

MAILS = """
SELECT m.id, m.kind, m.person_id, p.name, m.mail_to, m.link, m.code, m.made_at FROM portal_mail AS m
JOIN portal_person AS p ON p.id = m.person_id WHERE m.expires_at > :now ORDER BY m.made_at, m.id
"""


def mails_waiting(read: "Read", now: str) -> list[MailRow]:
    """Mail at the hub that lets somebody in, or says that somebody came in; not what is too old for use."""
    return read.all(MAILS, MailRow, now=now)
