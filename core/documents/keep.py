"""Issued documents stay in the encrypted book: every version, by its SHA-256 (RD6)."""

import hashlib
from collections.abc import Sequence
from datetime import date

from core import audit
from core.actors import Right
from core.errors import DomainError, NotFound
from core.store import Read, Tx
from core.tables import Blob, Document


class DamagedDocument(DomainError):
    code = "damaged_document"

    def __init__(self, sha256: str) -> None:
        super().__init__(f"The document {sha256[:12]} is not as it was issued. Restore it from a backup.")


def keep_documents(tx: Tx, kind: str, made: Sequence[tuple[str, int, bytes]], *, made_on: date) -> list[str]:
    """Keep versions of documents as (subject id, version, bytes); answers the subjects newly kept.

    A version that is there already, because another run was faster, is passed over.
    """
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


NEWEST = """
SELECT d.sha256, b.content FROM document AS d JOIN blob AS b ON b.sha256 = d.sha256
WHERE d.subject_id = :subject_id
ORDER BY d.version DESC, d._q = 0, d._q, d.site, d.no LIMIT 1
"""


def document_bytes(read: Read, subject_id: str) -> bytes:
    """The newest version of a document, byte for byte as it was issued.

    Raises: NotFound, where none is kept yet; DamagedDocument, where its hash does not fit.
    """
    found = read.rows(NEWEST, subject_id=subject_id)
    if not found:
        raise NotFound("This invoice has no document yet. Send it, or run the billing again.")
    sha256, content = found[0]
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DamagedDocument(sha256)
    return bytes(content)
