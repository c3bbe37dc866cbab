"""A connection to an encrypted book, with every rule set (`security.md` 5.1)."""

import os

from sqlcipher3 import dbapi2 as sqlcipher

from core.trouble import DiskTrouble, NoBook, NoSharedLog, OldSqlite, WrongKey, refusal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SQLITE_FLOOR = (3, 51, 3)
"""Older ones can corrupt a WAL database that two processes write (WAL-reset bug)."""

BUSY_MS = 15_000


def connect(path: str, key: bytes, *, query_only: bool = False) -> "Any":
    """A connection to an encrypted book, with every rule set.

    Raises: WrongKey, OldSqlite, DiskTrouble, DamagedBook, NoSharedLog.
    """
    if sqlcipher.sqlite_version_info < SQLITE_FLOOR:
        raise OldSqlite(sqlcipher.sqlite_version)
    try:
        connection = sqlcipher.connect(
            path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
        )
    except sqlcipher.DatabaseError as error:
        raise refusal_of(error) from None
    try:
        # The log level first, or a wrong key writes to stderr; the cipher's version last, because a
        # build without encryption ignores PRAGMA key and would leave the file in clear.
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA recursive_triggers = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA temp_store = MEMORY")
        # 16 MiB of decrypted pages; with SQLite's 2 a list of scattered rows is decrypted each time.
        connection.execute("PRAGMA cache_size = -16384")
        if connection.execute("PRAGMA cipher_version").fetchone() is None:
            raise AssertionError("this SQLite cannot encrypt")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise NoSharedLog
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        # 16 MiB of log before it is copied into the book: bulk work writes the same pages again and again.
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
        if query_only:
            connection.execute("PRAGMA query_only = ON")
    except sqlcipher.DatabaseError as error:
        connection.close()
        if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
            raise WrongKey from None
        raise refusal_of(error) from None
    except BaseException:
        connection.close()
        raise
    return connection


def require_book(path: str) -> None:
    """Raises: NoBook, where there is none; DiskTrouble, where its folder cannot be looked into."""
    try:
        os.stat(path)  # noqa: PTH116  pathlib costs a script more than the whole read
    except (FileNotFoundError, NotADirectoryError):
        raise NoBook(os.path.dirname(path)) from None  # noqa: PTH120
    except OSError:
        raise DiskTrouble from None
