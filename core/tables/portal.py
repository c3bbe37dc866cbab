"""Who of a client's family may come into the portal, and what the hub keeps of their coming and going.

People and what they may see are the practice's, known in every office. Links, sessions and counts of attempts
are the hub's alone: they never travel.
"""

from typing import Any, ClassVar

from core.tables.columns import (
    BY_KEY,
    STRICT,
    Local,
    OnceFact,
    Register,
    flag,
    instant,
    maybe_instant,
    number,
    one_of,
    ref,
    row_id,
    text,
    word,
)


class PortalPerson(Register, table=True):
    """Somebody who signs in to the portal: a client, a parent, a guardian. Known by a mail address."""

    name: str = word()
    email: str = word(index=True)
    active: bool = flag(True)
    """No: nobody signs in as this person, and whoever is signed in is out at once."""


class PortalGrant(Register, table=True):
    """What a person may do about one client, on the account of one guarantor (RE1).

    Separated parents are two guarantors of one child: neither sees what the other is asked or pays.
    The id is made of the three, so that two offices that grant the same apart have granted it once.
    """

    person_id: str = ref("portal_person", index=True)
    client_id: str = ref("client", index=True)
    guarantor_id: str = ref("guarantor")
    documents: bool = flag(True)
    """Open invoices with their lines, statements, superbills and receipts."""
    pay: bool = flag(True)
    superbills: bool = flag(True)
    """Make superbills."""
    active: bool = flag(True)


class PortalMade(OnceFact, table=True):
    """A person made a version of a document in the portal, or asked for one that was there: they may open it.

    `once` is `portal-made:<person>:<subject>:<version>`. Others see it when the practice shares it.
    """

    __table_args__: ClassVar[Any] = (one_of("kind", "superbill", "receipt"), STRICT)

    person_id: str = ref("portal_person", index=True)
    kind: str = word()
    subject_id: str = word(index=True)
    version: int = number()


class PortalLink(Local, table=True):
    """A way in that was asked for: good once, for ten minutes, in the browser that asked.

    One that was asked for with an unknown address has no person; it was sent to nobody.
    """

    __table_args__: ClassVar[Any] = (BY_KEY,)

    token_sha256: str = row_id()
    person_id: str = text()
    mail_to: str = text()
    browser_sha256: str = word(index=True)
    code_sha256: str = word()
    tries: int = number(0)
    expires_at: str = instant()
    used_at: str | None = maybe_instant()


class PortalSession(Local, table=True):
    """A browser in which a person is signed in; its cookie is kept only as SHA-256."""

    __table_args__: ClassVar[Any] = (BY_KEY,)

    session_sha256: str = row_id()
    person_id: str = word(index=True)
    mail_to: str = word()
    """The address it was opened by; when the person's is another, it is over."""
    browser: str = text()
    made_at: str = instant()
    seen_at: str = instant()
    ends_at: str = instant()
    ended_at: str | None = maybe_instant()


class PortalCheckout(Local, table=True):
    """Who began a payment on the processor's page: only they are shown what became of it."""

    __table_args__: ClassVar[Any] = (BY_KEY,)

    checkout_id: str = row_id()
    person_id: str = text()
    """Empty for somebody with a pay link, who is not signed in."""
    browser_sha256: str = text()
    """Of such a somebody: the browser, by its secret."""
    pay_code: str = text()
    """Of the pay link; empty for a person."""
    over: bool = flag(False)
    """Known to be paid or to have run out: nobody is sent to its page again."""
    made_at: str = instant()


class PortalLimit(Local, table=True):
    """How often something was tried since when, in seconds since 1970. Shared by all processes of a hub."""

    __table_args__: ClassVar[Any] = (BY_KEY,)

    name: str = row_id()
    since: int = number()
    spent: int = number()
