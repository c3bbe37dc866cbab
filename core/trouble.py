"""What can go wrong with a book, each as one sentence that says what to do.

The store raises these; `refusal_of` turns what the database says into them.
"""

from core.errors import Busy, DomainError, NotFound, OutsideFailure
from core.migrations import HEAD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from core.actors import Actor, Right


class WrongKey(DomainError):
    code = "wrong_key"

    def __init__(self) -> None:
        super().__init__("That key does not open this book. Nothing was changed; try again.")


class NoBook(NotFound):
    code = "no_book"

    def __init__(self, folder: str) -> None:
        super().__init__(f"There is no book in {folder}. `daysheet init` makes one.")


class BookExists(DomainError):
    code = "book_exists"

    def __init__(self, folder: str) -> None:
        super().__init__(f"There is a book in {folder} already. Choose another folder with --home.")


class BookLocked(DomainError):
    code = "book_locked"

    def __init__(self) -> None:
        super().__init__("The book is locked. Type its passphrase to go on.")


class NewerBook(DomainError):
    code = "newer_book"

    def __init__(self, found: str) -> None:
        super().__init__(
            f"This book has format {found}, made by a newer Daysheet than this one ({HEAD})."
            " Update Daysheet and open it again."
        )


class BookBusy(Busy):
    code = "book_busy"

    def __init__(self) -> None:
        super().__init__("Another program has been writing to the book for 15 seconds. Try again.")


class DiskFull(OutsideFailure):
    code = "disk_full"

    def __init__(self) -> None:
        super().__init__("The disk is full, so nothing was saved. Free some space and try again.")


class DiskTrouble(OutsideFailure):
    code = "disk_trouble"

    def __init__(self) -> None:
        super().__init__(
            "The disk would not read or write the book, so nothing was saved."
            " Check its space, its health and whether it may be written, and try again."
        )


class NoSharedLog(OutsideFailure):
    code = "no_shared_log"

    def __init__(self) -> None:
        super().__init__(
            "The folder of the book cannot hold a log that two programs share, as on some network drives."
            " Move the book to a disk of this computer."
        )


class UnreadableText(DomainError):
    code = "unreadable_text"

    def __init__(self) -> None:
        super().__init__("The book holds text that is not UTF-8. Run `daysheet audit verify` to find it.")


class DamagedBook(DomainError):
    code = "damaged_book"

    def __init__(self) -> None:
        super().__init__("The book is damaged and cannot be read. Restore it from a backup; do not go on.")


class NotAllowed(DomainError):
    code = "not_allowed"

    def __init__(self, actor: "Actor", right: "Right") -> None:
        role = actor.role.value.replace("_", " ")
        deed = right.value.replace("_", " ")
        super().__init__(f"Your role ({role}) does not allow this ({deed}). Ask an owner of the practice.")


class OldSqlite(DomainError):
    code = "old_sqlite"

    def __init__(self, found: str) -> None:
        super().__init__(
            f"SQLite {found} can damage a shared book; reinstall Daysheet with sqlcipher3 0.6.4 or newer."
        )


class DatabaseAway(OutsideFailure):
    code = "database_away"

    def __init__(self) -> None:
        super().__init__(
            "The hub's database cannot be reached or takes no writes just now, so nothing was saved."
            " Look at the PostgreSQL server and the network to it."
        )


class DatabaseRefuses(OutsideFailure):
    code = "database_refuses"

    def __init__(self) -> None:
        super().__init__(
            "The PostgreSQL server does not let this user in, or not to this database."
            " Look at the address, at the password file, and at what the user may do there."
        )


class Collided(Busy):
    code = "collided"

    def __init__(self) -> None:
        super().__init__("Another program changed the same rows at the same moment. Try again.")


_OF_POSTGRES: "tuple[tuple[tuple[str, ...], Callable[[], DomainError]], ...]" = (
    (("40001", "40P01"), Collided),
    (("55P03", "57014"), BookBusy),
    (("53100",), DiskFull),
    (("28", "3D", "42501"), DatabaseRefuses),
    (("08", "25006", "25P03", "53", "55000", "57P", "58"), DatabaseAway),  # 55000: a lock on a standby
    (("XX001", "XX002"), DamagedBook),
)
"""What the beginning of a SQLSTATE means; the first that fits."""


def _refusal_of_postgres(error: Exception) -> Exception:
    state = getattr(error, "sqlstate", None) or ""
    for begins, kind in _OF_POSTGRES:
        if state.startswith(begins):
            return kind()
    # What the driver itself says, such as of a connection that broke, has no state.
    lost = not state and type(error).__name__ in ("OperationalError", "ConnectionTimeout", "InterfaceError")
    return DatabaseAway() if lost else error


def refusal_of(error: Exception) -> Exception:
    """The sentence for what the database said, or the error itself where it is a bug."""
    if type(error).__module__.startswith("psycopg"):
        return _refusal_of_postgres(error)
    name = getattr(error, "sqlite_errorname", "") or getattr(
        getattr(error, "orig", None), "sqlite_errorname", ""
    )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return BookBusy()
    if name == "SQLITE_FULL":
        return DiskFull()
    if name.startswith(("SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return DiskTrouble()
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return DamagedBook()
    return error
