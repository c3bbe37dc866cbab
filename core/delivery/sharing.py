"""Share: a document becomes visible to whom it is for.

As with an invoice, the share names the address that a mail is due to. That mail says that there is
something to see, never what: a document itself, with what was done and why, is not mailed.
"""

from collections.abc import Sequence

from core import audit
from core.actors import Right
from core.delivery.commands import share_invoices
from core.documents.queries import document
from core.ledger.effective import SHARE_STANDS
from core.store import Tx
from core.tables import DocumentShare

MAIL_TO = "SELECT CASE WHEN email_ok = 1 THEN email ELSE '' END FROM guarantor WHERE id = :guarantor_id"


SHARES_SO_FAR = f"""
SELECT count(*), coalesce(sum(CASE WHEN {SHARE_STANDS} THEN 1 ELSE 0 END), 0) FROM document_share AS s
WHERE s.subject_id = :subject_id AND s.version = :version
"""  # noqa: S608  composed of the constant above


def share_documents(tx: Tx, document_ids: Sequence[str]) -> list[str]:
    """Make the newest version of each document visible; answers those that were not before.

    An invoice is shared as by sending it. Raises: NoDocument; VoidIsNotSent, for a void invoice.
    """
    tx.require(Right.BILL)
    rows = [document(tx, document_id) for document_id in dict.fromkeys(document_ids)]
    shared = share_invoices(tx, [row.document_id for row in rows if row.kind == "invoice"])
    shares = []
    for row in rows:
        made, standing = tx.rows(SHARES_SO_FAR, subject_id=row.document_id, version=row.version)[0]
        if row.kind == "invoice" or standing:
            continue
        once = f"document-share:{row.document_id}:{row.version}" + (f":{made + 1}" if made else "")
        mail_to = tx.value(MAIL_TO, guarantor_id=row.guarantor_id) or ""
        shares.append((tx.new_id(), once, row.kind, row.document_id, row.version, mail_to))
        mail = "queued" if mail_to else "none"
        audit.record(tx, "document.shared", row.kind, row.document_id, version=row.version, mail=mail)
    tx.add_many(DocumentShare, ("id", "once", "kind", "subject_id", "version", "mail_to"), shares)
    return shared + [document_id for _, _, _, document_id, _, _ in shares]
