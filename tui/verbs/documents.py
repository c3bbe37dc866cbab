"""documents: list, show, pdf, open, text, share, verify."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable
    from typing import Any

    from core.documents.queries import DocumentRow
    from core.store import Read
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of, whole_number

    deed = deeds_of(parser, common)

    def verb(name: str, summary: str, run: "Callable[[Door], int]", *, one: bool = True) -> "ArgumentParser":
        made = deed(name, summary, run)
        if one:
            made.add_argument("document", metavar="ID", help="an invoice's number, or what an id ends in")
        return made

    listing = verb("list", "what was given out, the last first", documents_list, one=False)
    listing.add_argument("--client", metavar="C")
    listing.add_argument("--kind", metavar="K", help="invoice, statement, superbill, receipt, credit-note...")
    listing.add_argument("--from", dest="from_on", metavar="DAY", help="first day on which it was made")
    listing.add_argument("--to", dest="to_on", metavar="DAY", help="last day on which it was made")
    verb("show", "a document with every version of it", documents_show)
    pdf = verb("pdf", "write a version as it was issued", documents_pdf)
    opening = verb("open", "write a version and open it with the desktop's viewer", documents_open)
    text = verb("text", "what a version says, laid out like the page", documents_text)
    for made in (pdf, opening, text):
        made.add_argument(
            "--version", dest="which", type=whole_number(1, 100_000), metavar="N", help="not the newest"
        )
    for made in (pdf, opening):
        made.add_argument("--out", required=True, metavar="FILE")
    text.add_argument("--width", type=whole_number(40, 500), metavar="CELLS", help="how wide (80)")
    share = verb("share", "make the newest version visible to whom it is for", documents_share, one=False)
    share.add_argument(
        "documents", nargs="+", metavar="ID", help="an invoice's number, or what an id ends in"
    )
    verb("verify", "hash every version of every document again", documents_verify, one=False)


def head(row: "DocumentRow") -> "dict[str, Any]":
    """A document as `--json` has it."""
    return {
        "document_id": row.document_id,
        "kind": row.kind,
        "title": row.title,
        "number": row.number or None,
        "client": row.client,
        "client_id": row.client_id,
        "guarantor": row.guarantor,
        "guarantor_id": row.guarantor_id,
        "from_on": row.from_on,
        "to_on": row.to_on,
        "made_on": row.made_on,
        "version": row.version,
        "corrected": row.corrected,
        "shared_version": row.shared_version or None,
        "bytes": row.size_bytes,
        "sha256": row.sha256,
    }


def documents_list(door: "Door") -> int:
    """Page after page, so that a long list begins at once and is never held whole by the query."""
    from core.documents.queries import KINDS, PAGE, START, documents
    from core.errors import UsageError

    options = door.options
    kind = options.kind.replace("-", "_") if options.kind is not None else None
    if kind is not None and kind not in KINDS:
        kinds = ", ".join(one.replace("_", "-") for one in KINDS)
        raise UsageError(f"There is no such kind of document. One of: {kinds}.")
    period = None
    if options.from_on is not None or options.to_on is not None:
        from core.dates import between, parse_day

        period = between(
            parse_day(options.from_on) if options.from_on is not None else None,
            parse_day(options.to_on) if options.to_on is not None else None,
        )
    rows: list[DocumentRow] = []
    with door.store().read() as read:
        client_id = None
        if options.client is not None:
            from core.clients.queries import find_client

            client_id = find_client(read, options.client)
        before = START
        while page := documents(read, kind=kind, client_id=client_id, period=period, before=before):
            rows += page
            if len(page) < PAGE:
                break
            before = (page[-1].made_on, page[-1].row_id)
    door.answer({"documents": [head(row) for row in rows]}, _table(door, rows))
    return 0


def _table(door: "Door", rows: "list[DocumentRow]") -> "list[str]":
    from core.ids import short

    return door.table(
        ("Id", "Document", "Of", "Made", "Version", "Shared", "Bytes"),
        [
            (
                short(row.document_id),
                row.title,
                row.who,
                row.made_on,
                f"{row.version} corrected" if row.corrected else "1",
                row.shared,
                row.size_bytes if door.options.plain else f"{row.size_bytes:,}",
            )
            for row in rows
        ],
        right=(6,),
    )


def documents_show(door: "Door") -> int:
    from core.documents.queries import document, find_document, versions

    with door.store().read() as read:
        row = document(read, find_document(read, door.options.document))
        kept = versions(read, row.document_id)
    data = head(row)
    data["versions"] = [
        {
            "version": one.version,
            "corrected": one.version > 1,
            "made_on": one.made_on,
            "kept_at": one.at,
            "actor": one.actor,
            "shared_at": one.shared_at or None,
            "bytes": one.size_bytes,
            "sha256": one.sha256,
        }
        for one in kept
    ]
    text = [f"{row.title}  {row.who}", f"id {row.document_id}"]
    text += door.table(
        ("Version", "Made", "By", "Shared", "Bytes", "SHA-256"),
        [
            (
                f"{one.version} corrected" if one.version > 1 else "1",
                one.made_on,
                one.actor,
                "yes" if one.shared_at else "",
                one.size_bytes,
                one.sha256,
            )
            for one in kept
        ],
        right=(4,),
    )
    door.answer(data, text)
    return 0


def _wanted(door: "Door", read: "Read") -> "tuple[DocumentRow, int, bytes]":
    """The document that was named, the version that was asked for and its bytes."""
    from core.documents.keep import document_bytes
    from core.documents.queries import document, find_document

    document_id = find_document(read, door.options.document)
    content = document_bytes(read, document_id, door.options.which)
    row = document(read, document_id)
    return row, door.options.which or row.version, content


def _write(door: "Door") -> "tuple[dict[str, Any], str]":
    """Write the version where the user said; answers it and its title."""
    import hashlib

    from core.security.files import write_where_said

    with door.store().read() as read:
        row, version, content = _wanted(door, read)
    target = door.options.out
    write_where_said(target, content, home=door.home.data, exports=door.home.exports, key_file=door.key_file)
    data = head(row)
    data.update(version=version, corrected=version > 1, out=target, bytes=len(content))
    data["sha256"] = hashlib.sha256(content).hexdigest()
    return data, row.title


def documents_pdf(door: "Door") -> int:
    data, title = _write(door)
    door.answer(data, [f"{title}, version {data['version']}, is in {data['out']}."])
    return 0


def documents_open(door: "Door") -> int:
    from tui.viewer import open_with_desktop

    data, title = _write(door)
    data["opened"] = open_with_desktop(data["out"])
    shown = "opens in the desktop's viewer" if data["opened"] else "no viewer here; `documents text` shows it"
    door.answer(data, [f"{title}, version {data['version']}, is in {data['out']}: {shown}."])
    return 0


def documents_text(door: "Door") -> int:
    from core.documents.reading import read_pages
    from tui.text_page import text_lines

    with door.store().read() as read:
        row, version, content = _wanted(door, read)
    pages = read_pages(content)
    lines = text_lines(pages, door.options.width or 80)
    data = head(row)
    data.update(version=version, corrected=version > 1, pages=len(pages), lines=lines)
    door.answer(data, lines)
    return 0


def documents_share(door: "Door") -> int:
    """Sharing again what is shared changes nothing and is no error."""
    from core.delivery.sharing import share_documents
    from core.documents.queries import document, find_document

    with door.store().write(door.actor()) as tx:
        ids = [find_document(tx, typed) for typed in door.options.documents]
        new = share_documents(tx, ids)
        rows = [document(tx, document_id) for document_id in dict.fromkeys(ids)]
    door.answer(
        {"documents": [head(row) for row in rows], "newly_shared": new},
        [f"{row.title}: {'shared' if row.document_id in new else 'was shared already'}" for row in rows],
    )
    return 0


def documents_verify(door: "Door") -> int:
    """4 where a document is not as it was issued, or gone."""
    from core.documents.verify import verify_documents

    with door.store().read() as read:
        found = verify_documents(read, door.progress)
    for one in (*found.damaged, *found.missing):
        kind = one.kind.replace("_", " ")
        door.refuse(
            "damaged_document",
            f"Version {one.version} of {kind} {one.document_id}: {one.wrong}. Restore it from a backup.",
            one.document_id,
        )
    data = found._asdict()
    data["damaged"] = [one._asdict() for one in found.damaged]
    data["missing"] = [one._asdict() for one in found.missing]
    state = (
        "all as they were issued"
        if found.ok
        else f"{len(found.damaged)} damaged, {len(found.missing)} missing"
    )
    door.answer(data, [f"{found.documents} documents in {found.versions} versions: {state}"])
    return 0 if found.ok else 4
