"""Whether every document is still what was issued: its bytes, its row and the audit log say the same (RD6).

Bytes can change by a bad disk, rows by somebody with the key; the log lies in the chain of its site, so
all three must be altered, and the chain with them, to go unseen.
"""

import hashlib
import json
from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from core.store import Read

Trouble = namedtuple("Trouble", "document_id kind version wrong")
"""A version that is not as it was issued, and what is wrong with it."""

Verified = namedtuple("Verified", "documents versions ok damaged missing")
"""How many documents in how many versions were looked at; `missing` are those whose bytes or row is gone."""

COUNT = "SELECT count(DISTINCT subject_id), count(*) FROM document"
ROWS = """
SELECT d.subject_id, d.kind, d.version, d.sha256, d.size_bytes, b.content
FROM document AS d LEFT JOIN blob AS b ON b.sha256 = d.sha256 ORDER BY d.id
"""
LOGGED_OF = "SELECT detail FROM audit_entry WHERE subject_id = :subject_id AND verb = 'document.kept'"
LOGGED = "SELECT subject_id, detail FROM audit_entry WHERE verb = 'document.kept'"
ROW_OF = "SELECT 1 FROM document WHERE subject_id = :subject_id AND version = :version AND sha256 = :sha256"

TELL_EVERY = 100


def verify_documents(
    read: "Read", progress: "Callable[[int, int], None]" = lambda done, total: None
) -> Verified:
    """Hash every version of every document again; one document is held in memory at a time.

    `progress` hears how many versions of how many were looked at.
    """
    documents, total = read.rows(COUNT)[0]
    damaged: list[Trouble] = []
    missing: list[Trouble] = []
    for done, (document_id, kind, version, sha256, size, content) in enumerate(read.each(ROWS), 1):
        if content is None:
            missing.append(Trouble(document_id, kind, version, "its bytes are gone"))
        elif wrong := _wrong(read, document_id, version, sha256, size, content):
            damaged.append(Trouble(document_id, kind, version, wrong))
        if done % TELL_EVERY == 0 or done == total:
            progress(done, total)
    told = {(one.document_id, one.version) for one in (*damaged, *missing)}
    missing += [one for one in _without_a_row(read) if (one.document_id, one.version) not in told]
    return Verified(documents, total, not damaged and not missing, damaged, missing)


def _wrong(read: "Read", document_id: str, version: int, sha256: str, size: int, content: bytes) -> str:
    """What does not fit, in words; empty where all fits."""
    if hashlib.sha256(content).hexdigest() != sha256:
        return "its bytes are not those that were issued"
    if len(content) != size:
        return "its row says another size"
    logged = [_said(detail) for (detail,) in read.rows(LOGGED_OF, subject_id=document_id)]
    if (version, sha256) not in logged:
        return (
            "the audit log says another hash"
            if version in dict(logged)
            else "the audit log knows nothing of it"
        )
    return ""


def _said(detail: str) -> tuple[int, str]:
    """Version and hash as the log has them."""
    found = json.loads(detail)
    return found["version"], found["sha256"]


def _without_a_row(read: "Read") -> list[Trouble]:
    """What the log says was kept and no row knows."""
    gone = []
    for document_id, detail in read.each(LOGGED):
        version, sha256 = _said(detail)
        if not read.value(ROW_OF, subject_id=document_id, version=version, sha256=sha256):
            kind = json.loads(detail)["kind"]
            gone.append(Trouble(document_id, kind, version, "it is in the audit log and not in the book"))
    return gone
