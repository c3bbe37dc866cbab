"""Documents and logos travel after the rows that name them: in slices, and on from where it stopped.

Bytes are named by their SHA-256, so whoever sends them cannot put others in their place. The hub takes
only what a row names.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.errors import DomainError, NotFound
from core.store import Read, Tx
from core.sync.wire import Unreadable
from core.tables import BLOB_NAMES, Blob

SLICE_BYTES = 1 << 20
MOST_BYTES = 64 << 20
OFFERED = 1_000
HERE, UNNAMED = -1, -2


class NotAsked(DomainError):
    code = "not_asked"

    def __init__(self) -> None:
        super().__init__("These bytes were not asked for: no row names them, or they are here already.")


class NoSuchBlob(NotFound):
    code = "no_blob"

    def __init__(self) -> None:
        super().__init__("These bytes have not come here yet.")


class Slice(NamedTuple):
    total: int
    content: bytes


def require_name(sha256: object) -> str:
    """Raises: Unreadable."""
    if not isinstance(sha256, str) or len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise Unreadable("not the name of bytes")
    return sha256


_NAMED = " UNION ".join(f"SELECT {column} AS name FROM {table}" for table, column in BLOB_NAMES)  # noqa: S608
NAMED = f"""
WITH named AS ({_NAMED})
SELECT name FROM named WHERE name IN (SELECT value FROM json_each(:names))
"""  # noqa: S608  our own names
BLOBS_HERE = "SELECT sha256 FROM blob WHERE sha256 IN (SELECT value FROM json_each(:names))"
PARTS_HERE = """
SELECT name, length(content) FROM sync_part WHERE name IN (SELECT value FROM json_each(:names))
"""


def expect(tx: Tx, names: Sequence[str]) -> list[int]:
    """What the hub wants of bytes that an office offers: from where on, or HERE, or UNNAMED."""
    for name in names:
        require_name(name)
    asked = json.dumps(list(names))
    here = {name for (name,) in tx.rows(BLOBS_HERE, names=asked)}
    named = {name for (name,) in tx.rows(NAMED, names=asked)}
    parts = dict(tx.rows(PARTS_HERE, names=asked))
    new = [name for name in names if name in named and name not in here and name not in parts]
    _begin(tx, new)
    return [HERE if n in here else parts.get(n, 0) if n in named else UNNAMED for n in names]


def held(read: Read, names: Sequence[str]) -> list[str]:
    """Which of these bytes are here."""
    return [name for (name,) in read.rows(BLOBS_HERE, names=json.dumps(list(map(require_name, names))))]


def _begin(tx: Tx, names: Iterable[str]) -> None:
    sql = "INSERT INTO sync_part (name, content) VALUES (?, x'') ON CONFLICT DO NOTHING"
    tx.many(sql, [(name,) for name in names])


def take_slice(tx: Tx, sha256: str, start: int, piece: Slice) -> int:
    """Add a slice to what has come; answers how much is here. The last one makes the whole.

    A slice that does not go on where it stopped changes nothing. Raises: NotAsked, Unreadable.
    """
    found = tx.rows("SELECT content FROM sync_part WHERE name = :name", name=sha256)
    if not found:
        raise NotAsked
    if not 0 <= piece.total <= MOST_BYTES or len(piece.content) > SLICE_BYTES:
        raise Unreadable("a slice is not one")
    before = bytes(found[0][0])
    if start != len(before):
        return len(before)
    content = before + piece.content
    if len(content) < piece.total and piece.content:
        tx.execute(
            "UPDATE sync_part SET content = :content WHERE name = :name", {"content": content, "name": sha256}
        )
        return len(content)
    if len(content) != piece.total or hashlib.sha256(content).hexdigest() != sha256:
        tx.execute("UPDATE sync_part SET content = x'' WHERE name = :name", {"name": sha256})
        return 0
    if not tx.value("SELECT 1 FROM blob WHERE sha256 = :sha256", sha256=sha256):
        tx.add_many(Blob, ("sha256", "content"), [(sha256, content)])
    tx.execute("DELETE FROM sync_part WHERE name = :name", {"name": sha256})
    return len(content)


def slice_of(read: Read, sha256: str, start: int) -> Slice:
    """A slice of bytes that are here. Raises: NoSuchBlob."""
    sql = (
        "SELECT length(content), substr(content, CAST(:at AS INTEGER), CAST(:most AS INTEGER))"
        " FROM blob WHERE sha256 = :sha256"
    )
    found = read.rows(sql, at=start + 1, most=SLICE_BYTES, sha256=sha256)
    if not found:
        raise NoSuchBlob
    return Slice(found[0][0], bytes(found[0][1]))


WANTED = f"""
SELECT name FROM ({_NAMED}) AS named
WHERE name NOTNULL AND name NOT IN (SELECT sha256 FROM blob) ORDER BY name LIMIT :most
"""  # noqa: S608
TO_OFFER = f"""
SELECT name FROM ({_NAMED}) AS named WHERE name IN (SELECT sha256 FROM blob)
AND name NOT IN (SELECT name FROM sync_blob) ORDER BY name LIMIT :most
"""  # noqa: S608


def wanted(read: Read, most: int = OFFERED) -> list[str]:
    """Bytes that rows here name and that have not come yet."""
    return [name for (name,) in read.rows(WANTED, most=most)]


def to_offer(read: Read, most: int = OFFERED) -> list[str]:
    """Bytes of which it is not known here that the hub has them."""
    return [name for (name,) in read.rows(TO_OFFER, most=most)]


def how_far(tx: Tx, sha256: str) -> int:
    """How much of some bytes has come; from now on they may."""
    _begin(tx, [sha256])
    return int(tx.value("SELECT length(content) FROM sync_part WHERE name = :name", name=sha256))


def note_at_hub(tx: Tx, names: Iterable[str]) -> None:
    """The hub has these bytes, so a document that they are counts as shared."""
    tx.many("INSERT INTO sync_blob (name) VALUES (?) ON CONFLICT DO NOTHING", [(name,) for name in names])
