"""Back up a book into one sealed file, and look a backup over (RJ1, `security.md` 5.8).

The book is copied by SQL, under its own key and beside itself, while others go on writing; a live database
is never read as a file. The copy is looked over, described in a manifest, and sealed into the container.
The file takes its name as the last step: killed anywhere, the backup before is still there.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from core import audit
from core.actors import Actor
from core.books.checkup import checkup
from core.books.container import MAGIC, Counted, DamagedBackup, Opened, Sealer, Secret, opened_backup
from core.dates import show_instant
from core.errors import DomainError
from core.ledger.summaries import keep
from core.migrations import HEAD
from core.security.files import (
    AS_IT_IS,
    CannotWrite,
    NotThere,
    alone_in,
    check_target,
    clear_database,
    written_whole,
)
from core.security.keys import Keys
from core.security.unlock import KEYS
from core.store import Read, Store
from core.tables import metadata
from core.trouble import DamagedBook, NewerBook, WrongKey

MOST_MANIFEST = 1 << 24
PIECE = 1 << 18
SAME = ("site", "facts", "ledger_sha256", "rows")
"""What a database must say of itself as its manifest does."""
SAID = {"made_at", "program", "practice", "series", "last_number", "format", *SAME}
FATAL = ("pages are authentic", "database is sound")
"""What makes a copy useless. Anything else wrong with a book is copied as it is, and said."""


class NoBackupThere(NotThere):
    code = "no_backup_there"

    def __init__(self, path: str) -> None:
        super().__init__(path, "is there already and is no backup, so it stays as it is")


class Backed(NamedTuple):
    """A backup that was made. `wrong` says what is not in order in the book itself; `logged` is the
    refusal where the book could not take the entry that it was backed up, else None."""

    path: str
    bytes: int
    sha256: str
    manifest: Mapping[str, Any]
    wrong: tuple[str, ...]
    logged: DomainError | None


def back_up(
    store: Store,
    actor: Actor,
    folder: str,
    target: str,
    *,
    program: str,
    exports: str | None = None,
    key_file: str | None = None,
) -> Backed:
    """Seal one moment of the book in `folder` into the file `target`, whatever others write meanwhile.

    An earlier backup of that name gives way; any other file does not.
    Raises: NotThere, NoBackupThere, BeingWritten, CannotWrite, DiskFull, DamagedBook, DamagedKeys; then
    what had that name before is as it was.
    """
    check_target(target, home=folder, new=False, exports=exports, key_file=key_file)
    _require_backup_or_nothing(target)
    keys = Keys.load(os.path.join(folder, KEYS))  # noqa: PTH118
    copy = store.path + ".copying"
    try:
        with alone_in(folder):
            clear_database(copy)
            try:
                made_at = show_instant(store.clock())
                store.copy_to(copy)
                manifest = {"made_at": made_at, "program": program, **_describe(copy, store)}
                with written_whole(target, home=folder, exports=exports, key_file=key_file) as file:
                    out = Counted(file)
                    _seal(out, keys, store.data_key, manifest, copy)
            finally:
                clear_database(copy)
    except OSError as error:
        raise CannotWrite(error.filename or copy, error) from None
    logged = _log(store, actor, out.sha256, manifest)
    return Backed(target, out.bytes, out.sha256, manifest, tuple(manifest["wrong"]), logged)


def _require_backup_or_nothing(target: str) -> None:
    """Raises: NoBackupThere, CannotWrite."""
    try:
        with open(target, "rb") as file:  # noqa: PTH123
            start = file.read(len(MAGIC))
    except FileNotFoundError:
        return
    except OSError as error:
        raise CannotWrite(target, error) from None
    if start != MAGIC:
        raise NoBackupThere(target)


def _seal(out: Counted, keys: Keys, data_key: bytes, manifest: Mapping[str, Any], copy: str) -> None:
    sealer = Sealer(out, keys, data_key)
    text = json.dumps(manifest, sort_keys=True).encode()
    sealer.write(len(text).to_bytes(4, "big") + text)
    with open(copy, "rb") as file:  # noqa: PTH123
        while piece := file.read(PIECE):
            sealer.write(piece)
    sealer.finish()


def _log(store: Store, actor: Actor, sha256: str, manifest: Mapping[str, Any]) -> DomainError | None:
    """The file is there whatever the book says now; a full disk is a day for backups."""
    try:
        with store.write(actor) as tx:
            audit.record(tx, "book.backed_up", "site", str(manifest["site"]), sha256=sha256,
                         ledger_sha256=manifest["ledger_sha256"])  # fmt: skip
    except DomainError as refusal:
        return refusal
    return None


def _describe(copy: str, store: Store) -> dict[str, Any]:
    """For the manifest: what the copy holds, and what is wrong with it. Raises: DamagedBook."""
    opened = Store(copy, store.data_key, store.clock)
    try:
        with opened.read() as read:
            wrong = wrong_with(read)
            found = contents(read)
    finally:
        opened.close()
    size, sha256 = _digest(copy)
    return {**found, "wrong": wrong, "database": {"bytes": size, "sha256": sha256}}


def wrong_with(read: Read) -> list[str]:
    """What `doctor` would find in a copy. Raises: DamagedBook, where its pages are not what was written."""
    wrong = [check.what for check in checkup(read) if not check.ok]
    if any(what in wrong for what in FATAL):
        raise DamagedBook
    return wrong


def _digest(path: str) -> tuple[int, str]:
    with open(path, "rb") as file:  # noqa: PTH123
        counted = Counted(file)
        while counted.read(PIECE):
            pass
    return counted.bytes, counted.sha256


WHO = "SELECT name FROM practice ORDER BY id LIMIT 1"
WHERE = """
SELECT c.site, s.series,
       (SELECT i.number FROM invoice_issue AS i WHERE i.series = s.series ORDER BY i.series_no DESC LIMIT 1)
FROM sync_clock AS c LEFT JOIN site AS s ON s.number = c.site
"""
HEADS = "SELECT site, no, head FROM sync_chain ORDER BY site"
THERE = "SELECT name FROM sqlite_schema WHERE type = 'table'"


def contents(read: Read) -> dict[str, Any]:
    """What tells one state of the books from another: the last fact of each site, and how many rows.

    `ledger_sha256` is taken from the heads of the chains, so it covers every fact, and with the facts
    every balance.
    """
    read.allow_unreadable_text(True)
    try:
        return _contents(read)
    finally:
        read.allow_unreadable_text(False)


def _contents(read: Read) -> dict[str, Any]:
    site, series, last_number = read.rows(WHERE)[0]
    heads = [[number, no, head.hex()] for number, no, head in read.rows(HEADS)]
    there = {name for (name,) in read.rows(THERE)}
    return {
        "practice": read.value(WHO),
        "site": site,
        "series": series,
        "last_number": last_number,
        "format": read.value("SELECT version_num FROM alembic_version"),
        "facts": heads,
        "ledger_sha256": hashlib.sha256(json.dumps(heads).encode()).hexdigest(),
        "rows": {
            name: read.value(f'SELECT count(*) FROM "{name}"')  # noqa: S608  names of our own tables
            for name in sorted(there & metadata.tables.keys())
        },
    }


class Checked(NamedTuple):
    """A backup that was looked over: every byte is as it was made, and it can be restored."""

    bytes: int
    sha256: str
    manifest: Mapping[str, Any]
    wrong: tuple[str, ...]


def check_backup(path: str, secret: Secret, *, work: str, clock: Callable[[], datetime]) -> Checked:
    """Restore a backup into the folder `work`, look at all of it, and take it away again.

    Raises: what opening a backup refuses, DamagedBackup, NewerBook, CannotWrite.
    """
    into = os.path.join(work, "book.db.checking")  # noqa: PTH118
    with opened_backup(path, secret) as backup:
        try:
            manifest = unpack(path, backup, into)
            store, wrong = open_unpacked(path, into, backup.data_key, manifest, clock)
            store.close()
        except OSError as error:
            raise CannotWrite(into, error) from None
        finally:
            clear_database(into)
        return Checked(backup.source.bytes, backup.source.sha256, manifest, tuple(wrong))


def unpack(path: str, backup: Opened, into: str) -> dict[str, Any]:
    """Write the database of a backup into a new private file; answers the manifest.

    Raises: DamagedBackup, UnreadableBackup, OSError from the disk it is written to.
    """
    length = int.from_bytes(backup.payload.take(4), "big")
    if length > MOST_MANIFEST:
        raise DamagedBackup(path)
    try:
        manifest = dict(json.loads(backup.payload.take(length)))
        promised = manifest["database"]["bytes"], manifest["database"]["sha256"]
        if not manifest.keys() >= SAID:
            raise DamagedBackup(path)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise DamagedBackup(path) from None
    descriptor = os.open(into, os.O_CREAT | os.O_EXCL | os.O_WRONLY | AS_IT_IS, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        out = Counted(file)
        for piece in backup.payload.rest():
            out.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if (out.bytes, out.sha256) != promised:
        raise DamagedBackup(path)
    return manifest


def open_unpacked(
    path: str, database: str, data_key: bytes, manifest: Mapping[str, Any], clock: Callable[[], datetime]
) -> tuple[Store, list[str]]:
    """Open what was unpacked, hold it against its manifest, and say what is wrong with the book.

    An older format is brought up to today's. Raises: DamagedBackup, NewerBook.
    """
    if str(manifest["format"]) > HEAD:
        raise NewerBook(str(manifest["format"]))
    try:
        return _opened(path, database, data_key, manifest, clock)
    except (DamagedBook, WrongKey):
        raise DamagedBackup(path) from None


def _opened(
    path: str, database: str, data_key: bytes, manifest: Mapping[str, Any], clock: Callable[[], datetime]
) -> tuple[Store, list[str]]:
    before = Store(database, data_key, clock)
    try:
        with before.read() as read:
            found = contents(read)
    finally:
        before.close()
    if any(found[name] != manifest[name] for name in SAME):
        raise DamagedBackup(path)
    store = Store.open(database, data_key, clock, keep)
    try:
        with store.read() as read:
            return store, wrong_with(read)
    except BaseException:
        store.close()
        raise
