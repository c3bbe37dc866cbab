"""Make the hub of a practice from the book of its first office: another database, with a key of its own.

The hub's book gets its name as the last step on its side, and the office is linked after it: killed
anywhere, the same command again ends the same.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

from core.actors import Actor
from core.errors import UsageError
from core.ledger.summaries import keep
from core.replication.enrol import become_hub, enrol_first, number_everything
from core.replication.recognise import hub_self, set_hub_address
from core.security.files import CannotWrite, alone_in, clear_database, keep_aside, sync_folder
from core.security.keys import Keys
from core.security.unlock import BOOK, KEYS
from core.store import Store
from core.trouble import DiskFull
from syncd.tls import certificate_in, own_certificate


class SamePlace(UsageError):
    code = "same_place"

    def __init__(self) -> None:
        super().__init__(
            "The hub keeps a book of its own. Name another folder than the office's with --home."
        )


def found_hub(office: Store, actor: Actor, folder: str, *, clock: Callable[[], datetime]) -> None:
    """Make the hub's book in a folder that has none, as a copy of the office's, opened by the same keys.

    Raises: SamePlace, AlreadyHasHub, CannotWrite, DiskFull; then there is no hub.
    """
    home = os.path.dirname(office.path)  # noqa: PTH120
    if os.path.realpath(folder) == os.path.realpath(home):
        raise SamePlace
    number_everything(office, actor)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103
        with alone_in(folder), ExitStack() as undo:
            _found(office, actor, folder, home, clock, undo)
    except OSError as error:
        raise CannotWrite(error.filename or folder, error) from None


def _found(
    office: Store, actor: Actor, folder: str, home: str, clock: Callable[[], datetime], undo: ExitStack
) -> None:
    book, slots = os.path.join(folder, BOOK), os.path.join(folder, KEYS)  # noqa: PTH118
    if os.path.lexists(book):  # another process was faster
        return
    making = book + ".making"
    clear_database(making)
    undo.callback(clear_database, making)
    office.copy_to(making)
    hub = Store.open(making, office.data_key, clock, keep)
    try:
        become_hub(hub, actor, name="hub")
    finally:
        hub.close()
    if os.path.lexists(making + "-wal"):  # closing could not fold the log into the file
        raise DiskFull
    if os.path.lexists(slots):
        keep_aside(slots)
    Keys.load(os.path.join(home, KEYS)).at(slots).save()  # noqa: PTH118
    os.replace(making, book)  # noqa: PTH105
    undo.pop_all()
    sync_folder(folder)


def link_first(hub: Store, office: Store, actor: Actor) -> None:
    """Link the office that the hub was made from, where that has not happened yet. Raises: AlreadyHasHub."""
    with hub.read() as read:
        own = hub_self(read)
    enrol_first(hub, office, actor, url=own.url, hub_cert=certificate_in(own.tls) if own.tls else "")


def settle_address(hub: Store, actor: Actor, *, url: str, own_tls: bool, names: list[str]) -> None:
    """Remember how offices reach the hub. A certificate of its own is made once and then kept, also while it
    is not shown: offices have pinned it."""
    with hub.read() as read:
        own = hub_self(read)
    made = own.made_tls or (own_certificate(names) if own_tls else None)
    if (url, made if own_tls else None, own.made_tls) != (own.url, own.tls, made):
        with hub.write(actor) as tx:
            set_hub_address(tx, url=url, own_tls=made, shown=own_tls)
