"""Make a book of a backup, in a home that has none (RJ1, `security.md` 5.8).

A restored book is another site with an invoice series of its own. Nobody can know what the lost book
still wrote after the backup, or whether it is lost: as the same site both would give N-00043 to different
people, and the same number in the chain to different facts. What the book holds stays under the site and
the numbers it has; only what comes from now on is numbered anew. The hub, when there is one, can be asked
for the facts of the earlier site past the number that the log's first entry names.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any, NamedTuple

from core import audit
from core.books.backup import open_unpacked, unpack
from core.books.container import Opened, Secret, opened_backup
from core.errors import DomainError
from core.ids import named
from core.practice.commands import require_series
from core.security.files import (
    CannotWrite,
    alone_in,
    clear_database,
    keep_aside,
    remove_if_empty,
    sync_folder,
)
from core.security.found import require_no_book
from core.security.unlock import BOOK, KEYS, reader_of
from core.store import Read, Store
from core.sync.stamp import MAX_SITE
from core.tables import Site
from core.trouble import DiskFull

FIRST_RESTORED = 2048
"""Offices that join get low numbers in turn, so a book restored without asking anybody takes a high one,
by chance: two restored from one backup are most likely different sites too."""
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, which look like digits or make words."""


class SeriesInUse(DomainError):
    code = "series_in_use"

    def __init__(self, series: str) -> None:
        super().__init__(
            f"Invoices were numbered {series}- before this backup, and the lost book may have gone on."
            " Choose other letters."
        )


class Restored(NamedTuple):
    """A book that was made of a backup. `wrong` says what is not in order in it, as it was backed up."""

    bytes: int
    sha256: str
    manifest: Mapping[str, Any]
    site: int
    series: str
    wrong: tuple[str, ...]


def restore_book(
    path: str, folder: str, secret: Secret, *, clock: Callable[[], datetime], series: str = ""
) -> Restored:
    """Make the book of a backup in a folder that has none; it opens with what opened the backup.

    Killed anywhere, there is the whole book or none, and restoring again goes on. Keys that lie there
    without a book are kept under a number. Raises: BookExists, RemainsOfABook, BadSeries, SeriesInUse,
    UserInactive, CannotWrite, and what opening a backup refuses; then nothing is left behind.
    """
    if series:
        require_series(series)
    require_no_book(folder)
    with opened_backup(path, secret) as backup:
        try:
            with ExitStack() as folders:
                if not os.path.isdir(folder):  # noqa: PTH112
                    os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
                    folders.callback(remove_if_empty, folder)  # does nothing once the book is there
                # What a refusal takes back goes before the next program may begin.
                with alone_in(folder), ExitStack() as undo:
                    return _restore(path, folder, backup, clock, series, undo)
        except OSError as error:
            raise CannotWrite(error.filename or folder, error) from None


def _restore(
    path: str, folder: str, backup: Opened, clock: Callable[[], datetime], series: str, undo: ExitStack
) -> Restored:
    """The steps; what `undo` holds at a refusal is taken back."""
    require_no_book(folder)
    book, slots = os.path.join(folder, BOOK), os.path.join(folder, KEYS)  # noqa: PTH118
    making = book + ".restoring"
    clear_database(making)
    undo.callback(clear_database, making)
    manifest = unpack(path, backup, making)
    store, wrong = open_unpacked(path, making, backup.data_key, manifest, clock)
    try:
        site, chosen = _go_on_elsewhere(store, backup, manifest, series)
    finally:
        store.close()
    if os.path.lexists(making + "-wal"):  # closing could not fold the log into the file
        raise DiskFull
    _put_keys(slots, backup, undo)
    os.replace(making, book)  # noqa: PTH105
    undo.pop_all()  # from here on, everything that opens the book stays
    sync_folder(folder)
    return Restored(backup.source.bytes, backup.source.sha256, manifest, site, chosen, tuple(wrong))


def _put_keys(slots: str, backup: Opened, undo: ExitStack) -> None:
    """The keys lie there before the book gets its name, so that there is never a book nobody can open."""
    keys = backup.keys.at(slots)
    if os.path.lexists(slots):
        if _holds(slots, keys.written()):  # a restore that was killed got this far
            return
        undo.callback(os.replace, keep_aside(slots), slots)
    else:
        undo.callback(clear_database, slots)
    keys.save()


def _holds(path: str, data: bytes) -> bool:
    if not os.path.isfile(path):  # noqa: PTH113
        return False
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read(len(data) + 1) == data


OFFICE = "SELECT office_id FROM site WHERE number = :site"


def _go_on_elsewhere(
    store: Store, backup: Opened, manifest: Mapping[str, Any], series: str
) -> tuple[int, str]:
    """Give the book a site and a series that were never used, and say so in its log."""
    actor = reader_of(store, backup.user_id)
    # What was inserted around the store and waits for its number gets it as the earlier site's.
    with store.write(actor) as tx:
        before = tx.site
        site = _free_site(tx)
        series = _free_series(tx, series, manifest["series"] or "")
    store.become_site(site)
    with store.write(actor) as tx:
        office_id = tx.value(OFFICE, site=before)
        tx.add(
            Site(id=named(f"site:{site}"), number=site, name="restored", office_id=office_id, series=series)
        )
        audit.record(
            tx, "book.restored", "site", str(site), from_site=before, backup_made_at=manifest["made_at"],
            backup_sha256=backup.source.sha256, facts=manifest["facts"], series_before=manifest["series"],
            last_number=manifest["last_number"], series=series,
        )  # fmt: skip
    return site, series


SITES = """
SELECT number FROM site UNION SELECT site FROM sync_chain UNION SELECT site FROM sync_clock
"""


def _free_site(read: Read) -> int:
    """A number above all that this book knows: where time cannot tell, the later site's word counts."""
    known: set[int] = {number for (number,) in read.rows(SITES)}
    highest: int = max(known)
    if highest < FIRST_RESTORED:
        return FIRST_RESTORED + secrets.randbelow(1024)
    if highest + 32 <= MAX_SITE:
        return highest + 1 + secrets.randbelow(32)
    return secrets.choice(sorted(set(range(1, MAX_SITE + 1)) - known))


SERIES = "SELECT series FROM site UNION SELECT series FROM invoice_issue"


def _free_series(read: Read, wanted: str, before: str) -> str:
    """The letters that were asked for, or the old ones and two by chance. Raises: SeriesInUse."""
    used = {letters for (letters,) in read.rows(SERIES)}
    if wanted in used:
        raise SeriesInUse(wanted)
    while not wanted or wanted in used:
        wanted = before[:2] + secrets.choice(_LETTERS) + secrets.choice(_LETTERS)
    return wanted
