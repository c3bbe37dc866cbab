"""A hub's home whose book lies in PostgreSQL: how it gets there, and how the home knows.

Every step can be broken off and done again: the secret is kept in the home first, then the database takes
everything in one transaction, and the file gives up its name last. A home that has both a book and a secret
is in the middle of it, and no hub runs from there until the move is over.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from core.actors import Right
from core.dates import system_now
from core.errors import Busy, UsageError
from core.replication.elsewhere import live_again
from core.replication.enrol import FOUNDER
from core.replication.moving import Content, move
from core.replication.recognise import hub_self
from core.security.files import keep_aside, sync_folder
from core.security.hub_secret import SEALED_FILE, Held, HubSecret
from core.security.unlock import BOOK, Opened, acting
from core.store import Store

HUB_LOCK = "hub.lock"


class HubRuns(Busy):
    code = "hub_runs"

    def __init__(self) -> None:
        super().__init__("The hub runs, or is being moved. End it, and run this again.")


class BookInUse(Busy):
    code = "book_in_use"

    def __init__(self) -> None:
        super().__init__(
            "Everything is in the database, but another program still has the hub's book open. Close it, and"
            " run the same command again."
        )


class InDatabase(UsageError):
    code = "in_database"

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"The hub of {folder} lies in PostgreSQL, or was about to. Name the database with --database or"
            " DAYSHEET_DATABASE; where the move was broken off, run `syncd move` with it again."
        )


class NotMovedYet(UsageError):
    code = "not_moved_yet"

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"The hub's book is still a file in {folder}. `syncd move` brings it into the database first."
        )


class NoHubYet(UsageError):
    code = "no_hub_yet"

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"There is no hub in {folder}. A hub begins with a practice's book and whoever may open it."
            " Make one with `daysheet init --home HOME`, if there is none; then `syncd hub --from HOME --home"
            f" {folder}` makes the hub of it, and HOME its first office."
        )


class AlreadyMoved(UsageError):
    code = "already_moved"

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"The hub of {folder} lies in PostgreSQL already. Start it with `syncd hub --database`."
        )


class NoDatabase(UsageError):
    code = "no_database"

    def __init__(self) -> None:
        super().__init__("Name the database with --database or DAYSHEET_DATABASE.")


class Moved(NamedTuple):
    """`contents` is what both sides hold by table; `kept_as` the file, which is not used any more."""

    contents: dict[str, Content]
    kept_as: str


def has_book(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, BOOK))  # noqa: PTH118


def has_secret(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, SEALED_FILE))  # noqa: PTH118


def move_hub(hub: Store, url: str, tell: Callable[[int], None]) -> Moved:
    """Bring the book of a hub that does not run into an empty database; closes it.

    Raises: NotTheHub, NotEmpty, CannotKeep, BookInUse, OutsideFailure.
    """
    from core.store.postgres import PostgresStore

    folder = os.path.dirname(hub.path)  # noqa: PTH120
    database = PostgresStore(url, hub.data_key, system_now)
    try:
        # Held until all is over there, so that nobody adds to what has been read.
        with hub.write(FOUNDER) as tx:
            own = hub_self(tx)
            contents = move(
                tx, database, tell,
                lambda: HubSecret.keep(folder, hub.data_key, Held(own.private_key, own.tls, own.kept_tls)),
            )  # fmt: skip
    finally:
        database.close()
        hub.close()
    if os.path.lexists(hub.path + "-wal"):
        raise BookInUse
    kept_as = keep_aside(hub.path)
    sync_folder(folder)
    return Moved(contents, kept_as)


def go_on_after_restore(opened: Opened, folder: str) -> None:
    """The database is an earlier one: the hub lives another life there, and offices bring what it has lost.

    Raises: NotAllowed.
    """
    actor = acting(opened, folder)
    with opened.store.merge(actor) as tx:
        tx.require(Right.MANAGE)
        live_again(tx)


def database_advice(store: Store, typed: str) -> list[str]:
    """What whoever runs the hub should change, a sentence each; `typed` is an address in the arguments."""
    from core.store.postgres import IN_ARGUMENTS, PostgresStore, advice

    assert isinstance(store, PostgresStore)
    parts = urlsplit(typed)
    shown = parts.password is not None or "password" in parse_qs(parts.query)
    return [*([IN_ARGUMENTS] if shown else []), *advice(store)]


@contextmanager
def hub_lock(folder: str, *, alone: bool = False) -> Iterator[None]:
    """Held by a hub whose book is a file, and by its move `alone`. Raises: HubRuns. A crash lets go."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(os.path.join(folder, HUB_LOCK), os.O_CREAT | os.O_RDWR, 0o600)  # noqa: PTH118
    try:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HubRuns from None
        yield
    finally:
        os.close(descriptor)
