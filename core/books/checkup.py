"""Whether a book is sound: its pages, its references, what captures changes, and its facts.

`doctor` asks; a restored backup is asked the same.
"""

from collections import namedtuple

from core.audit import verify
from core.documents.verify import verify_documents
from core.ledger.kept import differences
from core.migrations import HEAD
from core.replication.sealed import verify_seals
from core.store import SQLITE_FLOOR, Read
from core.sync.triggers import triggers
from core.tables import kept_triggers, shapes

Check = namedtuple("Check", "what ok found")


def checkup(read: Read) -> list[Check]:
    """Look at everything in the book that can be looked at; reads all of it."""
    sqlite = read.value("SELECT sqlite_version()")
    cipher = read.rows("PRAGMA cipher_integrity_check")
    sound = read.value("PRAGMA integrity_check")
    foreign = read.rows("PRAGMA foreign_key_check")
    journal = read.value("PRAGMA journal_mode")
    there = dict(read.rows("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"))
    wanted = {name: sql for shape in shapes() for name, sql in triggers(shape)}
    wanted.update(kept_triggers())
    strange = [name for name in sorted(there.keys() | wanted) if there.get(name) != wanted.get(name)]
    applying = read.value("SELECT applying FROM sync_clock")
    papers = verify_documents(read)
    current = read.value("SELECT version_num FROM alembic_version") == HEAD
    verdict = verify(read)
    off = differences(read)
    seals = verify_seals(read)
    torn = [f"site {one.site} up to fact {one.no}: {one.wrong}" for one in seals if one.wrong]
    return [
        Check("sqlite", tuple(map(int, sqlite.split("."))) >= SQLITE_FLOOR, sqlite),
        Check(
            "pages are authentic", not cipher, "no damage" if not cipher else f"{len(cipher)} damaged pages"
        ),
        Check("database is sound", sound == "ok", str(sound)),
        Check("references hold", not foreign, f"{len(foreign)} broken"),
        Check("journal is WAL", journal == "wal", str(journal)),
        Check("format is current", current, HEAD),
        Check(
            "changes are captured",
            not strange,
            f"{len(wanted)} triggers" if not strange else f"not as made here: {', '.join(strange[:5])}",
        ),
        Check("capture is on", applying == 0, "on" if applying == 0 else "off"),
        Check(
            "summaries fit the facts",
            not off,
            "every sum" if not off else f"{len(off)} differ; `daysheet doctor --rebuild` makes them anew",
        ),
        Check(
            "facts are unaltered",
            verdict.ok,
            f"{verdict.facts} facts" if verdict.ok else "; ".join(map(_where, verdict.bad[:5])),
        ),
        Check(
            "sites' seals fit their facts",
            not torn,
            f"{len(seals)} seals" if not torn else "; ".join(torn[:5]),
        ),
        Check(
            "documents are unaltered",
            papers.ok,
            "every hash fits"
            if papers.ok
            else f"{len(papers.damaged)} altered, {len(papers.missing)} gone; `documents verify` names them",
        ),
    ]


def _where(bad: tuple[int, int | None, str, str, str]) -> str:
    site, no, table, _, wrong = bad
    return f"fact {no} of site {site}{f' ({table})' if table else ''}: {wrong}"
