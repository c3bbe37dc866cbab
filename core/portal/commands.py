"""Who may come into the portal: granted and taken away in the office, by whoever bills (RE1).

A person is known by a mail address. What they may see is said client by client and guarantor by guarantor,
so that a parent of one child is shown nothing of another's, and nobody another guarantor's account.
"""

from collections.abc import Sequence
from typing import NamedTuple

from core import audit
from core.actors import Right
from core.delivery.mail import queue_mail
from core.errors import DomainError, NotFound, UsageError
from core.ids import named
from core.practice.addresses import address_of
from core.store import Tx
from core.tables import PortalGrant, PortalPerson
from core.text import plain


class NothingAllowed(UsageError):
    code = "nothing_allowed"

    def __init__(self) -> None:
        super().__init__("Access to nothing is no access. Allow documents, paying or superbills.")


class NotOnThisAccount(DomainError):
    code = "not_on_this_account"

    def __init__(self, guarantor: str, client: str) -> None:
        super().__init__(
            f"{plain(guarantor)} owes nothing for {plain(client)}: not the guarantor, no payer share, no"
            " invoice. Name another with --guarantor."
        )


class NoAccess(NotFound):
    code = "no_access"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'"{plain(typed)[:60]}" has no access to this client. `daysheet portal list` shows who has.'
        )


class Allowed(NamedTuple):
    """What a person may do: see documents, pay, make superbills."""

    documents: bool = True
    pay: bool = True
    superbills: bool = True


def read_address(typed: str) -> str:
    """A mail address as it is kept: without case, so that one mailbox is one person. Raises: NotAnAddress."""
    return address_of(typed).whole.casefold()


PERSON = "SELECT id FROM portal_person WHERE email = :email ORDER BY active DESC, id LIMIT 1"
OWES = """
SELECT g.name, k.name,
       k.guarantor_id = :guarantor_id
       OR EXISTS (SELECT 1 FROM payer_share AS s WHERE s.client_id = k.id AND s.guarantor_id = :guarantor_id)
       OR EXISTS (SELECT 1 FROM invoice_issue AS i
                  WHERE i.client_id = k.id AND i.guarantor_id = :guarantor_id)
FROM client AS k, guarantor AS g WHERE k.id = :client_id AND g.id = :guarantor_id
"""


def grant_access(
    tx: Tx, *, client_id: str, guarantor_id: str, email: str, name: str, allowed: Allowed, invite: bool = True
) -> str:
    """Let a person see and do what is allowed about one client; answers the person's id.

    Said again it changes what is allowed. The first time, and when asked to, a mail invites them.
    Raises: NotAnAddress, NothingAllowed, NotOnThisAccount, NotFound.
    """
    tx.require(Right.BILL)
    if not any(allowed):
        raise NothingAllowed
    found = tx.rows(OWES, client_id=client_id, guarantor_id=guarantor_id)
    if not found:
        raise NotFound("There is no such client or guarantor any more.", subject=client_id)
    if not found[0][2]:
        raise NotOnThisAccount(found[0][0], found[0][1])
    person_id = _person(tx, read_address(email), name.strip())
    grant_id = named(f"portal-grant:{person_id}:{client_id}:{guarantor_id}")
    if tx.value("SELECT 1 FROM portal_grant WHERE id = :id", id=grant_id):
        tx.change(PortalGrant, grant_id, active=True, **allowed._asdict())
    else:
        tx.add(
            PortalGrant(
                id=grant_id, person_id=person_id, client_id=client_id, guarantor_id=guarantor_id,
                documents=allowed.documents, pay=allowed.pay, superbills=allowed.superbills,
            )
        )  # fmt: skip
    audit.record(
        tx, "portal.granted", "client", client_id,
        person=person_id, guarantor=guarantor_id, **allowed._asdict(),
    )  # fmt: skip
    if invite:
        invite_person(tx, person_id)
    return person_id


def _person(tx: Tx, email: str, name: str) -> str:
    """The person of an address, made where there is none; one who was shut out is let in again."""
    found = tx.value(PERSON, email=email)
    if found:
        tx.change(PortalPerson, found, active=True, **({"name": name} if name else {}))
        return str(found)
    person_id = named(f"portal-person:{email}")
    if tx.value("SELECT 1 FROM portal_person WHERE id = :id", id=person_id):  # has another address by now
        person_id = tx.new_id()
    tx.add(PortalPerson(id=person_id, name=name or email, email=email))
    audit.record(tx, "portal.person_added", "portal_person", person_id, email=email)
    return person_id


INVITED = "SELECT count(*) FROM mail_request WHERE kind = 'invitation' AND about = :person_id"
TO = "SELECT name, email FROM portal_person WHERE id = :person_id"


def invite_person(tx: Tx, person_id: str) -> None:
    """Ask the hub to tell a person by mail that there is a portal. The mail opens no door by itself."""
    tx.require(Right.BILL)
    found = tx.rows(TO, person_id=person_id)
    if not found:
        raise NotFound("There is no such person any more.", subject=person_id)
    name, email = found[0]
    before = tx.value(INVITED, person_id=person_id)
    words = {} if name == email else {"name": name}
    queue_mail(
        tx, "invitation", email, words, about=person_id, once=f"portal-invitation:{person_id}:{before}"
    )
    audit.record(tx, "portal.invited", "portal_person", person_id, mail="queued")


GRANTS = """
SELECT g.id FROM portal_grant AS g JOIN portal_person AS p ON p.id = g.person_id
WHERE g.client_id = :client_id AND p.email = :email AND g.active = 1
"""


def revoke_access(tx: Tx, *, client_id: str, email: str) -> int:
    """Take away all that a person may see of a client, on every account; answers how much that was.

    It holds from the next page they ask for. Raises: NoAccess.
    """
    tx.require(Right.BILL)
    grants = tx.rows(GRANTS, client_id=client_id, email=email.strip().casefold())
    if not grants:
        raise NoAccess(email)
    return revoke_grants(tx, [grant_id for (grant_id,) in grants])


GRANT = """
SELECT g.client_id, p.email FROM portal_grant AS g JOIN portal_person AS p ON p.id = g.person_id
WHERE g.id = :grant_id AND g.active = 1
"""


def revoke_grants(tx: Tx, grant_ids: Sequence[str]) -> int:
    """Take away what was granted person by person, account by account; answers how much of it still held.

    It holds from the next page they ask for.
    """
    tx.require(Right.BILL)
    ended = 0
    for grant_id in dict.fromkeys(grant_ids):
        for client_id, email in tx.rows(GRANT, grant_id=grant_id):
            tx.change(PortalGrant, grant_id, active=False)
            audit.record(tx, "portal.revoked", "client", client_id, email=email, grant=grant_id)
            ended += 1
    return ended
