"""Who looks at the portal, and what they may see: asked with every page, never remembered.

So what is taken away in an office holds from the next page on, as soon as the hub knows it.
"""

from datetime import datetime
from typing import NamedTuple

from core.actors import Actor, Role
from core.dates import show_instant
from core.portal.signing import IDLE, LIVES, digest
from core.store import Read


class Grant(NamedTuple):
    """What a person may do about a client on the account of a guarantor."""

    client_id: str
    client: str
    guarantor_id: str
    guarantor: str
    documents: bool
    pay: bool
    superbills: bool


class Viewer(NamedTuple):
    """A person who is signed in. `handle` names the session, `seen_at` is when a page was last asked for."""

    person_id: str
    name: str
    email: str
    handle: str
    seen_at: str
    grants: tuple[Grant, ...]

    @property
    def actor(self) -> Actor:
        """Who acts when this person makes a document. Only what `core.portal` does is done by it."""
        return Actor(f"portal:{self.person_id}", self.name, Role.SERVICE)

    @property
    def payers(self) -> dict[str, str]:
        """The guarantors whose accounts the person may pay, each with its name, by name."""
        found = {one.guarantor_id: one.guarantor for one in self.grants if one.pay}
        return dict(sorted(found.items(), key=lambda one: (one[1], one[0])))

    def clients(self) -> list[tuple[str, str]]:
        """Whom the person may see something of, by name, each once."""
        return sorted({(one.client_id, one.client) for one in self.grants}, key=lambda one: (one[1], one[0]))


WHO = f"""
SELECT p.id, p.name, p.email, substr(s.session_sha256, 1, 16), s.seen_at
FROM portal_session AS s JOIN portal_person AS p ON p.id = s.person_id
WHERE s.session_sha256 = :session AND {LIVES} AND p.active = 1 AND p.email = s.mail_to
"""  # noqa: S608  composed of the constant above
GRANTS = """
SELECT g.client_id, k.name, g.guarantor_id, w.name, g.documents, g.pay, g.superbills
FROM portal_grant AS g JOIN client AS k ON k.id = g.client_id JOIN guarantor AS w ON w.id = g.guarantor_id
WHERE g.person_id = :person_id AND g.active = 1 ORDER BY k.sort_name, g.client_id, w.name
"""


def viewer_of(read: Read, session: str, now: datetime) -> Viewer | None:
    """Who is signed in by this secret; None where the session is over or nothing is granted any more."""
    times = {"now": show_instant(now), "idle": show_instant(now - IDLE)}
    found = read.rows(WHO, session=digest(session), **times)
    if not found:
        return None
    rows = read.rows(GRANTS, person_id=found[0][0])
    grants = tuple(Grant(*row[:4], *map(bool, row[4:])) for row in rows)
    person_id, name, email, handle, seen_at = found[0]
    return Viewer(person_id, name, email, handle, seen_at, grants) if grants else None
