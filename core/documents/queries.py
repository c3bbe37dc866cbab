"""What a door shows of documents: which there are, what each is called, its versions (RD6).

No answer here reads a document's bytes; a list of a hundred thousand is read a page at a time.
"""

from collections import namedtuple

from core.errors import NotFound, UsageError
from core.ids import BY_ENDING, ending, short
from core.ledger.effective import SHARE_STANDS, first_of_its_kind, share_stands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from core.dates import Period
    from core.store import Read

KINDS = ("invoice", "statement", "superbill", "receipt", "credit_note", "estimate")


class DocumentRow(
    namedtuple(
        "DocumentRow",
        "row_id kind document_id version made_on size_bytes sha256 number detail client_id client"
        " guarantor_id guarantor from_on to_on shared_version",
    )
):
    """The newest version of a document.

    `from_on` and `to_on` are the days it covers; `detail` is a statement's kind or how a payment came;
    `shared_version` is the newest version that its client may see, 0 where there is none.
    """

    __slots__ = ()

    @property
    def title(self) -> str:
        """What people call it: Invoice N-00042, Statement Sep 2026, Credit note on N-00042."""
        called = self.kind.replace("_", " ").capitalize()
        if self.kind == "invoice":
            return f"{called} {self.number}"
        if self.kind == "credit_note":
            return f"{called} on {self.number}"
        if self.detail == "open_items":
            called = "Open items"
        days = days_words(self.from_on, self.to_on)
        return f"{called} {days}".rstrip()

    @property
    def who(self) -> str:
        """Whose it is: the client, or who owes where it is of all their clients."""
        return self.client or self.guarantor or ""

    @property
    def corrected(self) -> bool:
        return bool(self.version > 1)

    @property
    def shared(self) -> str:
        """Whether its client may see it: the newest version, an older one only, or none."""
        if self.shared_version == 0:
            return ""
        return "yes" if self.shared_version == self.version else f"version {self.shared_version}"

    def file_name(self, version: int | None = None) -> str:
        """A name for its file that says what it is and, but for an invoice's number, not whose."""
        number = "".join(ch for ch in self.number if ch.isascii() and (ch.isalnum() or ch == "-"))
        days = [day for day in (self.from_on, self.to_on) if day]
        parts = [number or "invoice"]
        if self.kind != "invoice":
            parts = [self.kind.replace("_", "-"), *dict.fromkeys(days), short(self.document_id)]
        shown = self.version if version is None else version
        return "-".join([*parts, *([f"v{shown}"] if shown > 1 else [])]) + ".pdf"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def days_words(from_on: str | None, to_on: str | None) -> str:
    """The days a document covers, in few letters: Sep 2026, Jan - Mar 2026, Oct 3, 2026."""
    if not to_on:
        return ""
    first, last = (from_on or to_on).split("-"), to_on.split("-")
    if first == last:
        return f"{_MONTHS[int(last[1]) - 1]} {int(last[2])}, {last[0]}" if from_on else f"to {_day(last)}"
    if first[2] == "01" and last[2] == _last_day(last):
        if first[:2] == last[:2]:
            return f"{_MONTHS[int(last[1]) - 1]} {last[0]}"
        begin = _MONTHS[int(first[1]) - 1] + ("" if first[0] == last[0] else f" {first[0]}")
        return f"{begin} - {_MONTHS[int(last[1]) - 1]} {last[0]}"
    return f"{_day(first)} - {_day(last)}"


def _day(parts: "list[str]") -> str:
    return f"{_MONTHS[int(parts[1]) - 1]} {int(parts[2])}, {parts[0]}"


def _last_day(parts: "list[str]") -> str:
    from calendar import monthrange

    return str(monthrange(int(parts[0]), int(parts[1]))[1])


def _one(table: str, column: str, wanted: str, version: str = "") -> str:
    """SQL for the id of the row that counts of those of offices that worked apart."""
    same = f" AND x.version = {version}" if version else ""
    return (
        f"(SELECT x.id FROM {table} AS x WHERE x.{column} = {wanted}{same}"  # noqa: S608  our own names
        " ORDER BY x._q = 0, x._q, x.site, x.no LIMIT 1)"
    )


IS_NEWEST = """
NOT EXISTS (SELECT 1 FROM document AS n WHERE n.subject_id = d.subject_id AND n.version > d.version)
"""

DOCUMENTS = f"""
SELECT d.id, d.kind, d.subject_id, d.version, d.made_on, d.size_bytes, d.sha256,
       coalesce(i.number, n.number, ''), coalesce(s.kind, p.method || ' ' || p.reference, ''),
       k.id, CASE WHEN i.id IS NULL THEN k.name ELSE i.client_name END, g.id, g.name,
       coalesce((SELECT min(l.service_on) FROM invoice_line AS l WHERE l.issue_id = i.id),
                s.from_on, b.from_on, e.from_on, p.received_on, j.effective_on),
       coalesce((SELECT max(l.service_on) FROM invoice_line AS l WHERE l.issue_id = i.id),
                s.to_on, b.to_on, e.to_on, p.received_on, j.effective_on),
       CASE WHEN i.id IS NOT NULL
            THEN CASE WHEN EXISTS (SELECT 1 FROM invoice_share AS s
                                   WHERE s.invoice_id = i.invoice_id AND {SHARE_STANDS})
                      THEN d.version ELSE 0 END
            ELSE coalesce((SELECT max(v.version) FROM document_share AS v
                           WHERE v.subject_id = d.subject_id AND v.kind = d.kind
                             AND {share_stands("v")}), 0) END
FROM document AS d
LEFT JOIN invoice_issue AS i
  ON d.kind = 'invoice' AND i.id = {_one("invoice_issue", "invoice_id", "d.subject_id")}
LEFT JOIN statement AS s
  ON d.kind = 'statement' AND s.id = {_one("statement", "statement_id", "d.subject_id", "d.version")}
LEFT JOIN superbill AS b
  ON d.kind = 'superbill' AND b.id = {_one("superbill", "superbill_id", "d.subject_id", "d.version")}
LEFT JOIN estimate AS e
  ON d.kind = 'estimate' AND e.id = {_one("estimate", "estimate_id", "d.subject_id", "d.version")}
LEFT JOIN payment AS p ON d.kind = 'receipt' AND p.id = d.subject_id
LEFT JOIN adjustment AS j ON d.kind = 'credit_note' AND j.id = d.subject_id
LEFT JOIN invoice_issue AS n ON n.id = {_one("invoice_issue", "invoice_id", "j.invoice_id")}
LEFT JOIN client AS k ON k.id = coalesce(i.client_id, s.client_id, b.client_id, e.client_id, n.client_id)
LEFT JOIN guarantor AS g
  ON g.id = coalesce(i.guarantor_id, s.guarantor_id, p.guarantor_id, n.guarantor_id, k.guarantor_id)
WHERE {first_of_its_kind("document", "d")} AND {IS_NEWEST}
"""  # noqa: S608  composed of the constants above

OF_KIND = " AND d.kind = :kind"
MADE = " AND d.made_on >= :from_on AND d.made_on <= :to_on"
OF_CLIENT = """
 AND d.subject_id IN (
    SELECT invoice_id FROM invoice_issue WHERE client_id = :client_id
    UNION ALL SELECT statement_id FROM statement WHERE client_id = :client_id
    UNION ALL SELECT statement_id FROM statement WHERE client_id IS NULL
              AND guarantor_id = (SELECT guarantor_id FROM client WHERE id = :client_id)
    UNION ALL SELECT superbill_id FROM superbill WHERE client_id = :client_id
    UNION ALL SELECT estimate_id FROM estimate WHERE client_id = :client_id
    UNION ALL SELECT id FROM payment
              WHERE guarantor_id = (SELECT guarantor_id FROM client WHERE id = :client_id)
    UNION ALL SELECT a.id FROM invoice_issue AS c JOIN adjustment AS a ON a.invoice_id = c.invoice_id
              WHERE c.client_id = :client_id)
"""
BEFORE = " AND (d.made_on, d.id) < (:made_on, :row_id)"
ONE = " AND d.subject_id = :document_id"
A_PAGE = " ORDER BY d.made_on DESC, d.id DESC LIMIT :most"

PAGE = 500
START = ("9999-99-99", "")
"""The key before the newest document; the next page's is (made_on, row_id) of the last one's last row."""


def documents(
    read: "Read",
    *,
    kind: str | None = None,
    client_id: str | None = None,
    period: "Period | None" = None,
    before: "tuple[str, str]" = START,
    most: int = PAGE,
) -> "list[DocumentRow]":
    """So many documents, the last made first, each by its newest version.

    `period` is when that version was made; a client's are also those of who owes for them.
    """
    sql = DOCUMENTS
    params: dict[str, Any] = {"most": most}
    if kind is not None:
        sql += OF_KIND
        params["kind"] = kind
    if period is not None:
        from core.ledger.unbilled import FIRST_DAY, LAST_DAY

        sql += MADE
        params["from_on"] = period.from_on.isoformat() if period.from_on else FIRST_DAY
        params["to_on"] = period.to_on.isoformat() if period.to_on else LAST_DAY
    if client_id is not None:
        sql += OF_CLIENT
        params["client_id"] = client_id
    if before != START:
        sql += BEFORE
        params["made_on"], params["row_id"] = before
    return read.all(sql + A_PAGE, DocumentRow, **params)


class NoDocument(NotFound):
    code = "no_document"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(
            f'There is no document "{plain(typed)[:40]}". `daysheet documents list` shows their ids.'
        )


class AmbiguousDocument(UsageError):
    code = "ambiguous_document"

    def __init__(self, typed: str) -> None:
        super().__init__(f'More than one document ends in "{typed}". Type more of its id.')


def document(read: "Read", document_id: str) -> DocumentRow:
    """One document by its newest version. Raises: NoDocument."""
    found = read.all(DOCUMENTS + ONE, DocumentRow, document_id=document_id)
    if not found:
        raise NoDocument(document_id)
    return found[0]


FIND = f"""
SELECT DISTINCT subject_id FROM document WHERE {BY_ENDING.format(id="subject_id")} LIMIT 2
"""  # noqa: S608  composed of the constant above


def find_document(read: "Read", typed: str) -> str:
    """The id for what a person types: an invoice's number, or what a document's id ends in.

    Raises: NoDocument, AmbiguousDocument.
    """
    wanted = ending(typed)
    if wanted is not None:
        found = [document_id for (document_id,) in read.rows(FIND, **wanted)]
        if len(found) > 1:
            raise AmbiguousDocument(typed)
        if found:
            return str(found[0])
    from core.ledger.invoices import find_invoice

    try:
        return find_invoice(read, typed)
    except NotFound:
        raise NoDocument(typed) from None


class VersionRow(namedtuple("VersionRow", "version made_on size_bytes sha256 at actor shared_at")):
    """A version that is kept; `shared_at` is the instant from which its client may see it, else empty."""

    __slots__ = ()


VERSIONS = f"""
SELECT d.version, d.made_on, d.size_bytes, d.sha256, d.at, coalesce(u.name, d.actor),
       coalesce((SELECT min(v.at) FROM document_share AS v WHERE v.subject_id = d.subject_id
                 AND v.kind = d.kind AND v.version = d.version AND {share_stands("v")}),
                (SELECT min(s.at) FROM invoice_share AS s WHERE s.invoice_id = d.subject_id
                 AND d.kind = 'invoice' AND {SHARE_STANDS}), '')
FROM document AS d LEFT JOIN "user" AS u ON u.id = d.actor
WHERE d.subject_id = :document_id AND {first_of_its_kind("document", "d")}
ORDER BY d.version DESC
"""  # noqa: S608  composed of the constants above


def versions(read: "Read", document_id: str) -> "list[VersionRow]":
    """Every version of a document, the newest first."""
    return read.all(VERSIONS, VersionRow, document_id=document_id)
