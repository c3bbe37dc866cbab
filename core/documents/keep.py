"""Issued documents stay in the encrypted book: every version, by its SHA-256 (RD6)."""

import hashlib

from core import audit
from core.actors import Right
from core.errors import DomainError, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from core.store import Read, Tx


class DamagedDocument(DomainError):
    code = "damaged_document"

    def __init__(self, sha256: str) -> None:
        super().__init__(f"The document {sha256[:12]} is not as it was issued. Restore it from a backup.")


class NoVersion(NotFound):
    code = "no_version"

    def __init__(self, kind: str, version: int, newest: int) -> None:
        there = "is only version 1" if newest == 1 else f"are versions 1 to {newest}"
        super().__init__(f"This {kind.replace('_', ' ')} has no version {version}; there {there}.")


def keep_documents(
    tx: "Tx", kind: str, made: "Sequence[tuple[str, int, bytes]]", *, made_on: "date"
) -> list[str]:
    """Keep versions of documents as (subject id, version, bytes); answers the subjects newly kept.

    A version that is there already, because another run was faster, is passed over.
    """
    from core.tables import Blob, Document

    tx.require(Right.BILL)
    documents, blobs, log = [], [], []
    for subject_id, version, content in made:
        once = f"document:{subject_id}:{version}"
        if tx.value("SELECT 1 FROM document WHERE once = :once", once=once):
            continue
        sha256 = hashlib.sha256(content).hexdigest()
        documents.append((tx.new_id(), once, kind, subject_id, version, sha256, len(content), made_on))
        if not tx.value("SELECT 1 FROM blob WHERE sha256 = :sha256", sha256=sha256):
            blobs.append((sha256, content))
        log.append((subject_id, {"kind": kind, "version": version, "sha256": sha256}))
    tx.add_many(Blob, ("sha256", "content"), blobs)
    tx.add_many(
        Document,
        ("id", "once", "kind", "subject_id", "version", "sha256", "size_bytes", "made_on"),
        documents,
    )
    audit.record_many(tx, "document.kept", "invoice" if kind == "invoice" else kind, log)
    return [subject_id for subject_id, _ in log]


VERSION = """
SELECT d.sha256, b.content FROM document AS d LEFT JOIN blob AS b ON b.sha256 = d.sha256
WHERE d.subject_id = :subject_id AND d.version = :version
ORDER BY d._q = 0, d._q, d.site, d.no LIMIT 1
"""
NEWEST = "SELECT kind, version FROM document WHERE subject_id = :subject_id ORDER BY version DESC LIMIT 1"


def document_bytes(read: "Read", subject_id: str, version: int | None = None) -> bytes:
    """A version of a document, byte for byte as it was issued; the newest where none is named.

    Raises: NotFound, where none is kept yet; NoVersion; DamagedDocument, where its hash does not fit or its
    bytes are gone.
    """
    newest = read.rows(NEWEST, subject_id=subject_id)
    if not newest:
        raise NotFound(read.value(NONE_YET, id=subject_id), subject=subject_id)
    kind, last = newest[0]
    found = read.rows(VERSION, subject_id=subject_id, version=last if version is None else version)
    if not found:
        raise NoVersion(kind, version or 0, last)
    sha256, content = found[0]
    if content is None or hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedDocument(sha256)
    return bytes(content)


NONE_YET = """
SELECT CASE WHEN EXISTS (SELECT 1 FROM invoice_issue WHERE invoice_id = :id)
            THEN 'This invoice has no document yet. Send it, or run the billing again.'
            WHEN EXISTS (SELECT 1 FROM draft WHERE id = :id)
            THEN 'A draft has no document yet. Send it first.'
            WHEN EXISTS (SELECT 1 FROM payment WHERE id = :id)
            THEN 'This payment has no receipt yet. Make one first.'
            WHEN EXISTS (SELECT 1 FROM adjustment WHERE id = :id)
            THEN 'This credit note has no document yet. Make one first.'
            ELSE 'There is no such document. `daysheet documents list` shows what there is.' END
"""
"""What is missing, in the words of what somebody wants the document of."""
