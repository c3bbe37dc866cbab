"""What a person may see, as SQL that every read of the portal is made of (`security.md` T1).

There is no other way to an invoice or a document from a page: what is not granted is not found, and looks
like what was never there. Every text here names `:person_id`.
"""

from core.ledger.effective import ISSUE_COUNTS, SHARE_STANDS, share_stands

RIGHTS = ("documents", "pay", "superbills")


def granted(client: str, guarantor: str = "", *, right: str = "") -> str:
    """SQL that holds where a person has a grant for a client, on the account of a guarantor or on any."""
    assert not right or right in RIGHTS
    account = f" AND pg.guarantor_id = {guarantor}" if guarantor else ""
    allowed = f" AND pg.{right} = 1" if right else ""
    return (
        "EXISTS (SELECT 1 FROM portal_grant AS pg JOIN portal_person AS pp ON pp.id = pg.person_id"  # noqa: S608
        f" WHERE pg.person_id = :person_id AND pg.active = 1 AND pp.active = 1"
        f" AND pg.client_id = {client}{account}{allowed})"
    )


def whole_account(guarantor: str) -> str:
    """SQL that holds where all that is on a guarantor's account is of clients whose documents are granted.

    What names all of them together, such as a receipt for one check, is shown to nobody else.
    """
    return (
        f"(EXISTS (SELECT 1 FROM portal_grant AS wg WHERE wg.person_id = :person_id AND wg.active = 1"  # noqa: S608
        f" AND wg.documents = 1 AND wg.guarantor_id = {guarantor})"
        f" AND NOT EXISTS (SELECT 1 FROM client AS wk WHERE wk.guarantor_id = {guarantor}"
        f" AND NOT {granted('wk.id', guarantor, right='documents')})"
        f" AND NOT EXISTS (SELECT 1 FROM invoice_issue AS wi WHERE wi.guarantor_id = {guarantor}"
        f" AND NOT {granted('wi.client_id', guarantor, right='documents')}))"
    )


def shows_no_other_address(client: str) -> str:
    """SQL that holds where a superbill of a client may be shown. It says the client's own address and
    telephone number, or where there is none the guarantor's, which a separated parent must not learn.

    Source: `domain.md` section 15, privacy.
    """
    theirs = granted(f"{client}.id", f"{client}.guarantor_id")
    return (
        f"({theirs} OR {client}.street <> '' AND ({client}.phone <> '' OR NOT EXISTS"  # noqa: S608  our own names
        f" (SELECT 1 FROM guarantor AS kg WHERE kg.id = {client}.guarantor_id AND kg.phone <> '')))"
    )


INVOICES = f"""
SELECT i.invoice_id, i.number, i.client_id, i.client_name, i.guarantor_id, i.issued_on, i.due_on,
       {granted("i.client_id", "i.guarantor_id", right="documents")} AS readable,
       {granted("i.client_id", "i.guarantor_id", right="pay")} AS payable
FROM invoice_issue AS i
WHERE {ISSUE_COUNTS} AND {granted("i.client_id", "i.guarantor_id")}
  AND EXISTS (SELECT 1 FROM invoice_share AS s WHERE s.invoice_id = i.invoice_id AND {SHARE_STANDS})
"""  # noqa: S608  composed of the constants above
"""Invoices that were shared, and not called back; a draft is none, and of two issues of one the first."""

SHARED = f"""EXISTS (SELECT 1 FROM document_share AS v WHERE v.subject_id = d.subject_id AND v.kind = d.kind
        AND v.version = d.version AND {share_stands("v")})"""  # noqa: S608
OWN = """EXISTS (SELECT 1 FROM portal_made AS pm WHERE pm.person_id = :person_id AND pm.kind = d.kind
        AND pm.subject_id = d.subject_id AND pm.version = d.version)"""
"""A document that the person made."""

DOCUMENTS = f"""
SELECT d.subject_id, d.kind, max(d.version), max(d.made_on), s.client_id, s.from_on, s.to_on, k.name
FROM document AS d JOIN statement AS s ON s.statement_id = d.subject_id AND s.version = d.version
LEFT JOIN client AS k ON k.id = s.client_id
WHERE d.kind = 'statement' AND {SHARED}
  AND ((s.client_id IS NOT NULL AND {granted("s.client_id", "s.guarantor_id", right="documents")})
       OR (s.client_id IS NULL AND {whole_account("s.guarantor_id")}))
GROUP BY d.subject_id, d.kind, s.client_id, s.from_on, s.to_on, k.name
UNION ALL
SELECT d.subject_id, d.kind, max(d.version), max(d.made_on), b.client_id, b.from_on, b.to_on, k.name
FROM document AS d JOIN superbill AS b ON b.superbill_id = d.subject_id AND b.version = d.version
JOIN client AS k ON k.id = b.client_id
WHERE d.kind = 'superbill' AND {shows_no_other_address("k")}
  AND (({SHARED} AND {granted("b.client_id", right="documents")})
       OR ({OWN} AND {granted("b.client_id", right="superbills")}))
GROUP BY d.subject_id, d.kind, b.client_id, b.from_on, b.to_on, k.name
UNION ALL
SELECT d.subject_id, d.kind, max(d.version), max(d.made_on), NULL, p.received_on, p.received_on, NULL
FROM document AS d JOIN payment AS p ON p.id = d.subject_id
WHERE d.kind = 'receipt' AND ({SHARED} OR {OWN}) AND {whole_account("p.guarantor_id")}
GROUP BY d.subject_id, d.kind, p.received_on
"""  # noqa: S608  composed of the constants above
"""The newest version that may be seen of each document; another version, made elsewhere, is not."""

WHOLE_ACCOUNTS = f"""
SELECT DISTINCT g.guarantor_id FROM portal_grant AS g
WHERE g.person_id = :person_id AND g.active = 1 AND {whole_account("g.guarantor_id")}
"""  # noqa: S608
