"""Who is who: how a book gets a hub, and how an office joins with a one-time code (`security.md` 5.3).

The hub's book begins as a copy of the first office's, in which every row has been given its number, so
that neither has to send the other anything. Every further office begins with an empty book.
"""

import hashlib
import hmac
import json
import secrets
from collections import namedtuple
from datetime import timedelta

from core import audit
from core.actors import Actor, Right, Role
from core.dates import show_instant
from core.errors import DomainError, NotFound
from core.ids import named
from core.replication.elsewhere import FIRST_RESTORED
from core.replication.seals import hub_key, new_key, public_key, signed_by
from core.store import HUB, Read, Store, Tx
from core.sync.sequence import sequence
from core.sync.stamp import MAX_SITE
from core.tables import Site, SyncInvite, SyncLink, SyncPeer, SyncSelf, User, shapes

CODE_MINUTES = 15

_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"

Invitation = namedtuple("Invitation", "code expires_at")
Welcome = namedtuple("Welcome", "site series epoch hub_key user_id role")
"""What an office is told when it joins."""


FOUNDER = Actor("hub", "Hub", Role.OWNER)
"""Who settles the hub's own affairs when it starts."""


class BadCode(DomainError):
    code = "bad_code"

    def __init__(self) -> None:
        super().__init__(
            "The hub does not take this code: it was used, is older than 15 minutes, or was typed wrongly."
            " Ask for a new one with `syncd invite`."
        )


class AlreadyHasHub(DomainError):
    code = "already_has_hub"

    def __init__(self) -> None:
        super().__init__("This book has a hub already. `syncd status` shows which.")


class NotTheHub(DomainError):
    code = "not_the_hub"

    def __init__(self) -> None:
        super().__init__("This book is an office's. Run this where the hub is, with the hub's --home.")


class SeriesTaken(DomainError):
    code = "series_in_use"

    def __init__(self, series: str) -> None:
        super().__init__(f"Invoices {series}-… are another office's. Choose other letters for this one.")


class UnknownSite(DomainError):
    code = "unknown_site"

    def __init__(self) -> None:
        super().__init__(
            "The hub does not know this office, or has shut it out."
            " Ask whoever runs the hub for an invitation."
        )


class SiteTaken(DomainError):
    code = "site_taken"

    def __init__(self) -> None:
        super().__init__("Another office has this site's number. Restore the backup again; it takes another.")


class NoSuchOffice(NotFound):
    code = "no_such_site"

    def __init__(self, site: int) -> None:
        super().__init__(f"No office with number {site} has joined. `syncd status` lists them.")


def number_everything(office: Store, actor: Actor) -> int:
    """Give every row of a book that has no hub yet the number it will have there; answers the last one.

    Raises: AlreadyHasHub.
    """
    with office.merge(actor) as tx:
        if tx.value("SELECT 1 FROM sync_link"):
            raise AlreadyHasHub
        sequence(tx, shapes())
        return int(tx.value("SELECT seq FROM sync_head"))


def become_hub(hub: Store, actor: Actor, *, name: str, url: str = "", tls: bytes | None = None) -> bytes:
    """Make a copied book, or an empty one, the hub's; answers its public key.

    What the copy held of an office's own (a link, a frozen batch) is not the hub's.
    """
    hub.become_site(HUB)
    private = new_key()
    with hub.write(actor) as tx:
        for table in (
            "sync_link", "sync_batch", "sync_base", "sync_self", "sync_peer", "sync_blob", "sync_part",
            "sync_snapshot",
        ):  # fmt: skip
            tx.execute(f"DELETE FROM {table}")  # noqa: S608  our own names
        tx.add(SyncSelf(id=1, private_key=private, epoch=secrets.token_hex(8), url=url, tls=tls))
        key = public_key(private)
        tx.add(Site(id=named("site:0"), number=HUB, name=name, series="", public_key=key.hex()))
        audit.record(tx, "hub.founded", "site", str(HUB))
    return key


def require_hub(read: Read) -> tuple[bytes, str]:
    """The hub's private key and its life. Raises: NotTheHub."""
    private = hub_key(read)
    if private is None:
        raise NotTheHub
    return private, str(read.value("SELECT epoch FROM sync_self"))


def enrol_first(hub: Store, office: Store, actor: Actor, *, url: str, hub_cert: str = "") -> None:
    """Link the book that the hub was copied from; it is the first office.

    Again, where a crash came between the hub's word and the office's. Raises: NotTheHub, AlreadyHasHub.
    """
    private = new_key()
    with office.read() as read:
        if read.value("SELECT 1 FROM sync_link"):
            raise AlreadyHasHub
        site = int(read.value("SELECT site FROM sync_clock"))
        cursor = int(read.value("SELECT seq FROM sync_head"))
    with hub.write(actor) as tx:
        hub_private, epoch = require_hub(tx)
        tx.execute("DELETE FROM sync_peer WHERE site = :site AND met_at IS NULL", {"site": site})
        _enrol(tx, site, public_key(private))
        site_id = tx.value("SELECT id FROM site WHERE number = :site", site=site)
        tx.change(Site, site_id, public_key=public_key(private).hex())
    with office.write(actor) as tx:
        add_link(
            tx, url=url, hub_key=public_key(hub_private), hub_cert=hub_cert, private_key=private,
            epoch=epoch, cursor=cursor,
        )  # fmt: skip


def add_link(
    tx: Tx, *, url: str, hub_key: bytes, hub_cert: str, private_key: bytes, epoch: str, cursor: int
) -> None:
    """Remember the hub that this office joined."""
    tx.add(
        SyncLink(
            id=1,
            site=tx.site,
            follows="[]",
            url=url,
            hub_key=hub_key,
            hub_cert=hub_cert,
            private_key=private_key,
            epoch=epoch,
            cursor=cursor,
            batch_no=0,
            trouble="",
            unreached="",
            differing=0,
        )
    )


def move_link(tx: Tx, url: str) -> None:
    """The hub has another address; its key stays, so that nobody else can take its place there."""
    tx.execute("UPDATE sync_link SET url = :url", {"url": url})
    audit.record(tx, "hub.moved", "site", str(tx.site), url=url)


def _enrol(tx: Tx, site: int, key: bytes, follows: int | None = None) -> None:
    tx.add(SyncPeer(site=site, public_key=key, batch_no=0, cursor=0, joined_at=tx.now_text, follows=follows))


def invite(tx: Tx, *, name: str, series: str, role: Role, office_id: str | None = None) -> Invitation:
    """A code with which one office may join once. Raises: NotAllowed, NotTheHub, SeriesTaken."""
    tx.require(Right.MANAGE)
    require_hub(tx)
    if tx.value("SELECT 1 FROM site WHERE series = :series", series=series):
        raise SeriesTaken(series)
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    until = show_instant(tx.now + timedelta(minutes=CODE_MINUTES))
    tx.add(
        SyncInvite(
            code_sha256=_hashed(code),
            name=name,
            series=series,
            role=role.value,
            office_id=office_id,
            expires_at=until,
        )
    )
    audit.record(tx, "office.invited", "site", "", name=name, series=series, role=role.value)
    return Invitation(code, until)


def _hashed(code: str) -> str:
    plain = "".join(c for c in code.upper() if c.isalnum())
    return hashlib.sha256(b"daysheet-invitation|" + plain.encode()).hexdigest()


INVITES = """
SELECT code_sha256, name, series, role, office_id, used_by FROM sync_invite
WHERE expires_at > :now OR used_by = :key
"""
Invited = namedtuple("Invited", "code_sha256 name series role office_id used_by")
PEER_OF = "SELECT site FROM sync_peer WHERE public_key = :key AND revoked_at IS NULL"


def invited(read: Read, *, code: str, key: bytes, now: str) -> Invited:
    """What a code is good for: for one office, for a quarter of an hour, and for that office for ever.

    Every code that is open is compared, each in the same time. Raises: NotTheHub, BadCode.
    """
    require_hub(read)
    hashed, found = _hashed(code), None
    for one in read.all(INVITES, Invited, now=now, key=key):
        if hmac.compare_digest(one.code_sha256, hashed):
            found = one
    if found is None or (found.used_by is not None and found.used_by != key):
        raise BadCode
    if found.used_by is not None and read.value(PEER_OF, key=key) is None:
        raise BadCode
    return found


NEXT_SITE = """
SELECT 1 + max(n) FROM (SELECT max(number) AS n FROM site WHERE number < 1024
                        UNION ALL SELECT max(site) FROM sync_chain WHERE site < 1024
                        UNION ALL SELECT max(site) FROM sync_peer WHERE site < 1024) AS known
"""


def admit(tx: Tx, *, code: str, key: bytes, person: str) -> Welcome:
    """Let an office in: its number, its series, and who works there.

    The same key with the same code gets the same welcome again, because the first may have been lost on the
    way. Raises: BadCode.
    """
    hub_private, epoch = require_hub(tx)
    found = invited(tx, code=code, key=key, now=tx.now_text)
    name, series, role, office_id = found.name, found.series, found.role, found.office_id
    if found.used_by is not None:
        site = tx.value(PEER_OF, key=key)
        return Welcome(site, series, epoch, public_key(hub_private), named(f"person:site:{site}"), role)
    tx.execute(
        "UPDATE sync_invite SET used_at = :now, used_by = :key WHERE code_sha256 = :code",
        {"now": tx.now_text, "key": key, "code": found.code_sha256},
    )
    site = int(tx.value(NEXT_SITE))
    assert site <= MAX_SITE
    _enrol(tx, site, key)
    tx.add(
        Site(
            id=named(f"site:{site}"),
            number=site,
            name=name,
            office_id=office_id,
            series=series,
            public_key=key.hex(),
        )
    )
    user_id = tx.add(User(id=named(f"person:site:{site}"), name=person, role=role))
    audit.record(tx, "office.joined", "site", str(site), name=name, series=series, person=person, role=role)
    return Welcome(site, series, epoch, public_key(hub_private), user_id, role)


def follow_text(old: int, new: int, key: bytes) -> bytes:
    """What a restored book signs with the key it had, so that the hub knows it for the same office."""
    return b"daysheet-follows-1|%d|%d|" % (old, new) + key


TAKEN = """
SELECT 1 FROM (SELECT number AS n FROM site UNION SELECT site FROM sync_chain
               UNION SELECT site FROM sync_peer) AS known
WHERE n = :site
"""


FOLLOWS_ALREADY = "SELECT 1 FROM sync_peer WHERE site = :new AND follows = :old AND public_key = :key"


def require_follows(read: Read, *, old: int, new: int, key: bytes, signature: bytes) -> bool:
    """Whether the hub knows already that a restored book goes on so; the office that it was has signed it.

    Raises: UnknownSite.
    """
    if read.value(FOLLOWS_ALREADY, new=new, old=old, key=key):
        return True
    rows = read.rows("SELECT public_key, revoked_at FROM sync_peer WHERE site = :site", site=old)
    if not rows or rows[0][1] or not signed_by(rows[0][0], signature, follow_text(old, new, key)):
        raise UnknownSite
    return False


def follow(tx: Tx, *, old: int, new: int, key: bytes, signature: bytes) -> None:
    """A backup of an office was restored and goes on as another site.

    The earlier one stays: it may be restored a second time, or turn out to be alive, and each writes
    under a number of its own. Only a person shuts an office out.

    Told the same again, because the answer was lost, nothing more happens.
    Raises: UnknownSite, SiteTaken.
    """
    if require_follows(tx, old=old, new=new, key=key, signature=signature):
        return
    if not FIRST_RESTORED <= new <= MAX_SITE or tx.value(TAKEN, site=new):
        raise SiteTaken
    _enrol(tx, new, key, follows=old)
    audit.record(tx, "office.restored", "site", str(new), follows=old)


def go_on(tx: Tx, *, private_key: bytes) -> None:
    """At the office: the hub knows it under its new number and key."""
    old, before = tx.rows("SELECT site, follows FROM sync_link")[0]
    tx.execute("DELETE FROM sync_batch")
    tx.execute(
        "UPDATE sync_link SET site = :site, follows = :follows, private_key = :key, next_key = NULL,"
        " batch_no = 0, trouble = ''",
        {"site": tx.site, "follows": json.dumps([*json.loads(before), old]), "key": private_key},
    )
    tx.change(Site, named(f"site:{tx.site}"), public_key=public_key(private_key).hex())


SHUT_OUT = """
WITH RECURSIVE family(site) AS (
    SELECT :site UNION
    SELECT CASE p.site WHEN f.site THEN p.follows ELSE p.site END FROM sync_peer AS p
    JOIN family AS f ON p.follows NOTNULL AND f.site IN (p.site, p.follows))
UPDATE sync_peer SET revoked_at = :now WHERE revoked_at IS NULL AND site IN (SELECT site FROM family)
"""


def shut_out(tx: Tx, site: int, *, reason: str) -> None:
    """Refuse an office from now on, with every book that goes on from it or that it goes on from; what it
    sent stays. Raises: NotAllowed, NoSuchOffice.
    """
    tx.require(Right.MANAGE)
    done = tx.execute(SHUT_OUT, {"now": tx.now_text, "site": site})
    if not done:
        raise NoSuchOffice(site)
    audit.record(tx, "office.shut_out", "site", str(site), reason=reason)
