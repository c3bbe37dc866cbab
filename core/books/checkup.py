"""Whether a book is sound: its pages, its references, what captures changes, and its facts.

`doctor` asks; a restored backup is asked the same.
"""

from collections import namedtuple

from core.audit import verify
from core.migrations import HEAD
from core.store import SQLITE_FLOOR, Read
from core.sync.triggers import triggers
from core.tables import shapes

Check = namedtuple("Check", "what ok found")


def checkup(read: Read) -> list[Check]:
    """Look at everything in the book that can be looked at; reads all of it."""
    sqlite = read.value("SELECT sqlite_version()")
    cipher = read.rows("PRAGMA cipher_integrity_check")
    sound = read.value("PRAGMA integrity_check")
    foreign = read.rows("PRAGMA foreign_key_check")
    journal = read.value("PRAGMA journal_mode")
    there = {row[0] for row in read.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'")}
    wanted = {name for shape in shapes() for name, _ in triggers(shape)}
    current = read.value("SELECT version_num FROM alembic_version") == HEAD
    verdict = verify(read)
    return [
        Check("sqlite", tuple(map(int, sqlite.split("."))) >= SQLITE_FLOOR, sqlite),
        Check(
            "pages are authentic", not cipher, "no damage" if not cipher else f"{len(cipher)} damaged pages"
        ),
        Check("database is sound", sound == "ok", str(sound)),
        Check("references hold", not foreign, f"{len(foreign)} broken"),
        Check("journal is WAL", journal == "wal", str(journal)),
        Check("format is current", current, HEAD),
        Check("changes are captured", wanted <= there, f"{len(wanted & there)} of {len(wanted)} triggers"),
        Check("facts are unaltered", verdict.ok, f"{verdict.facts} facts"),
    ]
