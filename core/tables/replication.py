"""Several offices and their hub: who they are to one another, what waits, and what people must decide."""

from typing import Any, ClassVar

from sqlalchemy import LargeBinary
from sqlmodel import Field

from core.tables.columns import (
    BY_KEY,
    INT64,
    STRICT,
    Local,
    OnceFact,
    blob,
    in_range,
    instant,
    maybe_instant,
    maybe_number,
    maybe_text,
    number,
    row_id,
    text,
    word,
)


class EditClash(OnceFact, table=True):
    """Two offices wrote the same field, or one deleted what the other changed, and neither had seen it (RI3).

    `once` is `clash:<table>:<row>:<column>:<losing stamp>`: both ends may find it, it is one clash. Values
    are JSON as the rows hold them; a whole row that was deleted is null.
    """

    tbl: str = word()
    row_id: str = word(index=True)
    col: str = text()
    """Empty for a whole row."""
    kept: str = word()
    lost: str = word()
    kept_stamp: int = number()
    lost_stamp: int = number()


class ClashAnswer(OnceFact, table=True):
    """What somebody decided of a conflict. `once` is `answer:<conflict>`; the first one counts."""

    conflict: str = word(index=True)
    """The lasting name of the conflict: the `once` of the clash, or what its rule calls it."""
    answer: str = word()
    note: str = text()


class SyncLink(Local, table=True):
    """This office's side of its hub. One row, none for a book without a hub."""

    __table_args__: ClassVar[Any] = (in_range("id", 1, 1), STRICT)

    id: int = Field(primary_key=True, sa_type=INT64)
    site: int = number()
    """The number under which the hub knows this book; another than its own right after a backup was
    restored, until the hub has heard of it."""
    follows: str = text("[]")
    """JSON: the sites whose work this book goes on with, from backups that were restored."""
    url: str = word()
    hub_key: bytes = blob()
    """The hub's Ed25519 key, pinned when this office joined."""
    hub_cert: str = text()
    """The hub's certificate as PEM where it is its own; empty where public authorities vouch for it."""
    private_key: bytes = blob()
    next_key: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    """The key of a restored book, from before the hub is told of it until it answered."""
    epoch: str = word()
    """Which life of the hub the numbers here are of; a hub restored from a backup has another."""
    cursor: int = number(0)
    """Everything the hub numbered up to here is in this book."""
    batch_no: int = number(0)
    """The last batch that was answered."""
    began: int | None = maybe_number()
    """While everything of the hub's present life is asked for: its last number when that life began."""
    receipt: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    """What the hub last signed of how far it was: proof, should its disk be put back to an earlier day."""
    met_at: str | None = maybe_instant()
    trouble: str = text()
    """Why the hub did not take the last batch, as a code; empty where it did."""
    unreached: str = text()
    """Why the hub could not be reached or made out, as a code; empty where it was."""
    tried_at: str | None = maybe_instant()
    checked_at: str | None = maybe_instant()
    """When all rows were last laid beside the hub's."""
    differing: int = number(0)
    """How many still differed then."""


class SyncJoining(Local, table=True):
    """What an office asks to be let in with, kept before it asks. One row, gone once the hub has answered."""

    __table_args__: ClassVar[Any] = (in_range("id", 1, 1), STRICT)

    id: int = Field(primary_key=True, sa_type=INT64)
    url: str = word()
    hub_key: bytes = blob()
    hub_cert: str = text()
    code: str = word()
    private_key: bytes = blob()
    person: str = word()


class SyncBatch(Local, table=True):
    """The frozen batch that waits for its answer."""

    no: int = Field(primary_key=True, sa_type=INT64)
    payload: bytes = blob()
    sha256: bytes = blob()


class SyncPeer(Local, table=True):
    """An office as the hub knows it."""

    site: int = Field(primary_key=True, sa_type=INT64)
    public_key: bytes = blob()
    batch_no: int = number(0)
    batch_sha: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    answer: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    """What the last batch was answered, to be said again."""
    follows: int | None = maybe_number()
    """The site whose work this one goes on with, after a backup was restored."""
    joined_at: str = instant()
    met_at: str | None = maybe_instant()
    cursor: int = number(0)
    revoked_at: str | None = maybe_instant()


class SyncInvite(Local, table=True):
    """A one-time code for an office to join, as its SHA-256."""

    __table_args__: ClassVar[Any] = (BY_KEY,)

    code_sha256: str = row_id()
    name: str = word()
    series: str = word()
    role: str = word()
    """Of the person who joins with it."""
    office_id: str | None = maybe_text()
    expires_at: str = instant()
    used_at: str | None = maybe_instant()
    used_by: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    """The key of the office that joined with it."""


class SyncNonce(Local, table=True):
    """A request that was answered; the same one again is refused while its time would still fit."""

    __table_args__: ClassVar[Any] = (BY_KEY,)

    nonce: str = row_id()
    at: int = number()


class SyncSeal(Local, table=True):
    """A site's signature under the head of its chain."""

    site: int = Field(primary_key=True, sa_type=INT64)
    no: int = number()
    head: bytes = blob()
    signature: bytes = blob()
    lost: int = number(0)
    """1 at an office that brings the hub facts of this site which the hub has lost."""


class SyncLost(Local, table=True):
    """A row or a deletion of which it is not known yet whether the hub has it in its present life."""

    __table_args__: ClassVar[Any] = (BY_KEY,)

    tbl: str = row_id()
    id: str = row_id()


class SyncLater(Local, table=True):
    """A fact of a newer version, or one that a rule of this version refuses: kept and passed on."""

    tbl: str = row_id()
    id: str = row_id()
    site: int = number()
    no: int = number()
    chain: bytes = blob()
    q: int = Field(default=0, sa_type=INT64, nullable=False, index=True, sa_column_kwargs={"name": "_q"})
    doc: bytes = blob()


class SyncAside(Local, table=True):
    """What came from elsewhere and could not be taken, with the reason; nothing is dropped."""

    tbl: str = row_id()
    id: str = row_id()
    site: int = Field(primary_key=True, sa_type=INT64)
    doc: bytes = blob()
    why: str = word()
    at: str = instant()


class SyncBlob(Local, table=True):
    """Bytes of which an office knows that the hub has them."""

    __table_args__: ClassVar[Any] = (BY_KEY,)

    name: str = row_id()


class SyncPart(Local, table=True):
    """Bytes on their way, as far as they have come."""

    name: str = row_id()
    content: bytes = blob()


class SyncSelf(Local, table=True):
    """The hub's own key and life."""

    __table_args__: ClassVar[Any] = (in_range("id", 1, 1), STRICT)

    id: int = Field(primary_key=True, sa_type=INT64)
    private_key: bytes = blob()
    epoch: str = word()
    began: int = number(0)
    """The last number that was given before this life."""
    began_ms: int = number(0)
    """When it began, in milliseconds since 1970; 0 for the first."""
    lives: str = text("[]")
    """JSON: the lives before this one. One that is not among them was lived by a disk that is lost."""
    latest_ms: int = number(0)
    """The latest that its clock has been, in milliseconds since 1970."""
    url: str = text()
    """How offices reach it."""
    tls: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    """Its own certificate and that one's key, as PEM; none where somebody else's certificate is used."""
    kept_tls: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    """Its own certificate while it shows none or another; offices have pinned it, so it is made once."""


class SyncSnapshot(Local, table=True):
    """The last snapshot that the hub made for offices that join; its file lies beside the book."""

    __table_args__: ClassVar[Any] = (in_range("id", 1, 1), STRICT)

    id: int = Field(primary_key=True, sa_type=INT64)
    etag: str = word()
    key: bytes = blob()
    """Of this file alone; whoever joins is told it."""
    sha256: bytes = blob()
    size: int = number()
    upto: int = number()
    """The number that it goes to."""
    row_count: int = number()
