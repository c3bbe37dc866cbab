"""Make a book of a backup, in a home that has none (RJ1, `security.md` 5.8).

A restored book is another site with an invoice series of its own. Nobody can know what the lost book
still wrote after the backup, or whether it is lost: as the same site both would give N-00043 to different
people, and the same number in the chain to different facts. What the book holds stays under the site and
the numbers it has; only what comes from now on is numbered anew. The hub, when there is one, can be asked
for the facts of the earlier site past the number that the log's first entry names.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any, NamedTuple

from core import audit
from core.books.backup import open_unpacked, unpack
from core.books.container import Opened, Secret, opened_backup
from core.practice.commands import require_series
from core.replication.elsewhere import add_site, begin_another_life, free_series, free_site
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
from core.store import Store
from core.trouble import DiskFull


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


def _go_on_elsewhere(
    store: Store, backup: Opened, manifest: Mapping[str, Any], series: str
) -> tuple[int, str]:
    """Give the book a site and a series that were never used, and say so in its log."""
    actor = reader_of(store, backup.user_id)
    # What was inserted around the store and waits for its number gets it as the earlier site's.
    with store.write(actor) as tx:
        before = tx.site
        site = free_site(tx)
        series = free_series(tx, series, manifest["series"] or "")
    store.become_site(site)
    with store.write(actor) as tx:
        add_site(tx, after=before, series=series)
        begin_another_life(tx, before=before)
        audit.record(
            tx, "book.restored", "site", str(site), from_site=before, backup_made_at=manifest["made_at"],
            backup_sha256=backup.source.sha256, facts=manifest["facts"], series_before=manifest["series"],
            last_number=manifest["last_number"], series=series,
        )  # fmt: skip
    return site, series
