"""A snapshot: the whole book as one sealed file, so that an office joins in seconds and not page by page.

It holds what is replicated and nothing else, and is sealed under a key of its own that the hub tells whoever
joins (`decisions.md` 11). Packed before it is sealed, because what is encrypted does not pack. The parts are
sealed each under its number, with a mark on the last, so that none is altered, left out or put elsewhere.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import Busy, NotFound
from core.replication.hub import HEADS, SEALS, THE_HUB
from core.replication.office import SYNC, keep_seals, link
from core.store import Read, Store, Tx
from core.sync.policy import REPLICATED
from core.sync.snapshot import aside, make_anew, pack_window, put_aside, put_in, unpack_window, windows
from core.sync.wire import Unreadable, pack, unpack
from core.tables import shapes
from core.trouble import DamagedBook

KEY_BYTES = 32
FEWEST = 20_000
"""Rows below which page by page is as quick."""
AGED_BY, AGED_ROWS = 10, 5_000
"""A snapshot is made anew when a tenth was written since, and more than a few pages."""
PIECE_BYTES = 512 << 10
LONGEST_PART = 256 << 20
NAME = "snapshot-"


class NoSnapshot(NotFound):
    code = "no_snapshot"

    def __init__(self) -> None:
        super().__init__("There is no such snapshot. The office takes the book page by page.")


class Preparing(Busy):
    code = "preparing"

    def __init__(self) -> None:
        super().__init__("The hub packs the book for offices that join. Ask again in a moment.")


class Made(NamedTuple):
    """A snapshot as the hub tells of it. `upto` is the number that it goes to."""

    etag: str
    key: bytes
    sha256: bytes
    size: int
    upto: int
    row_count: int


def read_made(data: bytes) -> tuple[Made, str]:
    """What a hub tells of its snapshot, and the version that made it. Raises: Unreadable."""
    try:
        *told, version = unpack(data)
        made = Made(*told)
    except (TypeError, ValueError):
        raise Unreadable("not a snapshot") from None
    kinds = [str, bytes, bytes, int, int, int]
    if [type(each) for each in made] != kinds or len(made.key) != KEY_BYTES or not made.etag.isalnum():
        raise Unreadable("not a snapshot")
    return made, str(version)


# At the hub.

LAST = "SELECT etag, key, sha256, size, upto, row_count FROM sync_snapshot"


def last_made(read: Read) -> Made | None:
    """The snapshot that was made last."""
    return read.first(LAST, Made)


def is_aged(read: Read, made: Made | None) -> bool:
    """Whether another snapshot is to be made."""
    head = int(read.value("SELECT seq FROM sync_head"))
    return made is None or head - made.upto > max(AGED_ROWS, made.upto // AGED_BY)


def is_small(read: Read) -> bool:
    """Whether a book is taken as quickly page by page."""
    left = FEWEST
    for shape in shapes():
        if shape.travels in REPLICATED:
            counted = f"SELECT count(*) FROM (SELECT 1 FROM {shape.name} LIMIT :most) AS few"  # noqa: S608
            left -= read.value(counted, most=left)
            if left <= 0:
                return False
    return True


def path_of(folder: str, etag: str) -> str:
    return os.path.join(folder, NAME + etag)  # noqa: PTH118


def make_snapshot(store: Store, folder: str) -> Made:
    """Pack the hub's book as it is now; what was packed before goes. Raises: DiskFull, OSError."""
    etag, key = secrets.token_hex(16), AESGCM.generate_key(256)
    making = path_of(folder, "making")
    with store.read() as read, open(os.open(making, _NEW, 0o600), "wb") as file:  # noqa: PTH123
        upto = int(read.value("SELECT seq FROM sync_head"))
        out = _Sealed(file, key, etag)
        count = 0
        for window in windows(read, shapes(), upto):
            out.write(pack_window(window))
            count += window.rows
        ends = [read.rows(HEADS), read.rows(SEALS)]
        out.write(pack([[list(row) for row in rows] for rows in ends]), last=True)
        file.flush()
        os.fsync(file.fileno())
    made = Made(etag, key, out.sha256.digest(), out.size, upto, count)
    os.replace(making, path_of(folder, etag))  # noqa: PTH105
    with store.write(THE_HUB) as tx:
        _remember(tx, made)
    forget_files(folder, besides=etag)
    return made


_NEW = os.O_CREAT | os.O_TRUNC | os.O_WRONLY


def _remember(tx: Tx, made: Made) -> None:
    tx.execute("DELETE FROM sync_snapshot")
    tx.execute(
        "INSERT INTO sync_snapshot (id, etag, key, sha256, size, upto, row_count)"
        " VALUES (1, :etag, :key, :sha256, :size, :upto, :row_count)",
        made._asdict(),
    )


def forget_files(folder: str, *, besides: str = "") -> None:
    """Remove snapshots of which nobody has the key any more."""
    for name in os.listdir(folder):  # noqa: PTH208
        if name.startswith(NAME) and name != NAME + besides:
            with suppress(OSError):
                os.unlink(os.path.join(folder, name))  # noqa: PTH108, PTH118


def piece_of(folder: str, etag: str, start: int) -> bytes:
    """Some bytes of a snapshot from a place on. Raises: NoSnapshot."""
    try:
        with open(path_of(folder, etag), "rb") as file:  # noqa: PTH123
            file.seek(start)
            return file.read(PIECE_BYTES)
    except OSError:
        raise NoSnapshot from None


class _Sealed:
    """Writes parts, each after its length and sealed under its number."""

    def __init__(self, file: BinaryIO, key: bytes, etag: str) -> None:
        self._file, self._cipher, self._bound = file, AESGCM(key), etag.encode()
        self._number = self.size = 0
        self.sha256 = hashlib.sha256()

    def write(self, part: bytes, *, last: bool = False) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), part, self._bound)
        for data in (len(sealed).to_bytes(4, "big"), sealed):
            self._file.write(data)
            self.sha256.update(data)
            self.size += len(data)
        self._number += 1


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _parts(path: str, made: Made) -> Iterator[tuple[bytes, bool]]:
    """The parts of a snapshot, and whether each is the last. Raises: Unreadable."""
    cipher = AESGCM(made.key)
    with open(path, "rb") as file:  # noqa: PTH123
        number = left = 0
        left = made.size
        while left:
            length = int.from_bytes(file.read(4), "big")
            sealed = file.read(length) if length <= LONGEST_PART else b""
            left -= 4 + length
            try:
                part = cipher.decrypt(_nonce(number, last=left == 0), sealed, made.etag.encode())
            except InvalidTag:
                raise Unreadable("a snapshot was altered") from None
            yield part, left == 0
            number += 1


# At the office.


def wants_snapshot(read: Read) -> bool:
    """Whether this book has nothing yet, or is just being filled from one."""
    if aside(read) is not None:
        return True
    tables = (shape.name for shape in shapes() if shape.travels in REPLICATED)
    rows = (read.value(f"SELECT 1 FROM {table} LIMIT 1") for table in tables)  # noqa: S608  our own names
    return link(read).cursor == 0 and not any(rows)


def is_begun(read: Read) -> bool:
    """Whether a snapshot is being put in."""
    return aside(read) is not None


def is_being_put_in(read: Read, made: Made) -> bool:
    """Whether a crash has cut off this very snapshot."""
    kept = aside(read)
    return kept is not None and kept.etag == made.etag


def is_whole(path: str, made: Made) -> bool:
    """Whether a file is this snapshot, byte by byte."""
    sha256, size = hashlib.sha256(), 0
    with open(path, "rb") as file:  # noqa: PTH123
        while data := file.read(1 << 20):
            sha256.update(data)
            size += len(data)
    return size == made.size and sha256.digest() == made.sha256


Rebuild = Callable[[Tx], None]


def put_in_place(
    store: Store, path: str, made: Made, rebuild: Rebuild, progress: Callable[[int], None] = lambda _: None
) -> int:
    """Put a snapshot that is whole into an empty book, on from where a crash has cut it off; answers how many
    rows it is. The cursor moves with the rows. Raises: Unreadable, DamagedBook, DiskFull.
    """
    known = {shape.name: shape for shape in shapes() if shape.travels in REPLICATED}
    with store.merge(SYNC) as tx:
        if aside(tx) is None:
            put_aside(tx, shapes(), made.etag)
        cursor = link(tx).cursor
    rows = 0
    for part, last in _parts(path, made):
        if last:
            _finish(store, unpack(part), rebuild)
            return made.row_count
        window = unpack_window(part)
        rows += window.rows
        if window.upto > cursor:
            with store.merge(SYNC) as tx:
                put_in(tx, known, window)
                tx.execute("UPDATE sync_link SET cursor = :upto", {"upto": window.upto})
        progress(rows)
    raise Unreadable("a snapshot has no end")


FLOOR = "UPDATE sync_clock SET floor = max(floor, :newest)"


def _finish(store: Store, ends: list[Any], rebuild: Rebuild) -> None:
    heads, seals = ends
    with store.merge(SYNC) as tx:
        if [list(row) for row in tx.rows(HEADS)] != heads:
            raise Unreadable("facts are not those of the hub")
        newest = max(
            tx.value(f"SELECT coalesce(max(_h), 0) FROM {table}")  # noqa: S608  our own names
            for table in (*(s.name for s in shapes() if "_h" in s.columns),)
        )
        tx.execute(FLOOR, {"newest": newest})
        make_anew(tx)
        keep_seals(tx, seals)
        rebuild(tx)
    with store.read() as read:
        if read.value("PRAGMA quick_check") != "ok":
            raise DamagedBook


def give_up(store: Store, rebuild: Rebuild) -> None:
    """The snapshot is not to be had any more; what is in it so far is, and the rest comes page by page."""
    with store.merge(SYNC) as tx:
        if aside(tx) is not None:
            make_anew(tx)
            rebuild(tx)
