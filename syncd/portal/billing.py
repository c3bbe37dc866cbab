"""Pages of what is owed and what was given out: billing, an invoice, documents (RE2, RE3, RD6)."""

import re
from datetime import date

from starlette.responses import Response

from core.dates import parse_day
from core.portal.making import note_opened
from core.portal.pages import (
    BillingPage,
    DocumentLine,
    NotYours,
    billing_page,
    document_line,
    document_pdf,
    invoice_page,
    invoice_pdf,
    totals,
)
from core.portal.paying import AccountDue, accounts_due
from core.portal.switches import Message, messages
from core.portal.viewer import Viewer
from core.store import Read
from syncd.portal.days import WrongDays, read_days
from syncd.portal.shell import Asked, page


def file_answer(asked: Asked, content: bytes, name: str) -> Response:
    """A PDF: a download, or with `?show=1` in the browser, from where it is printed."""
    how = "inline" if asked.query("show") == "1" else "attachment"
    name = re.sub(r"[^A-Za-z0-9._-]", "", name)
    return Response(
        content,
        headers={"content-disposition": f'{how}; filename="{name}"'},
        media_type="application/pdf",
    )


def _day(typed: str) -> date | None:
    return parse_day(typed) if typed else None


def _bills(
    read: Read, viewer: Viewer, client_id: str, *, today: date, days: tuple[date | None, date | None]
) -> tuple[BillingPage, list[Message]]:
    """All that stands on the page, of one moment."""
    found = billing_page(read, viewer, client_id, today=today, from_on=days[0], to_on=days[1])
    return found, messages(read, viewer, client_id)


async def billing(asked: Asked) -> Response:
    """Everything of one client; somebody with several chooses one first."""
    return await show_billing(asked, asked.query("client"))


async def _show_clients(asked: Asked, status: int, error: str) -> Response:
    portal, viewer = asked.portal, asked.person
    everything = await portal.read(billing_page, viewer, "", today=portal.today)
    owed = totals(everything)
    return await page(
        asked, "clients.html", status, clients=[(*one, owed.get(one[0], 0)) for one in viewer.clients()],
        dues=await _dues(asked, ""), client_id="", error=error, saves=_saves(asked),
    )  # fmt: skip


def _saves(asked: Asked) -> str:
    """On whose account the box to save a card was ticked, on a page that comes again."""
    return asked.form.get("account", "") if asked.form.get("save") == "yes" else ""


async def _dues(asked: Asked, client_id: str) -> list[AccountDue]:
    """What one button each would pay; nothing where no card is taken."""
    on = asked.practice and asked.practice.on.pay
    if not (asked.portal.pays and on):
        return []
    return await asked.portal.read(accounts_due, asked.person, client_id, today=asked.portal.today)


async def show_billing(asked: Asked, client_id: str, status: int = 200, why: str = "") -> Response:
    """The billing page, with why something on it did not work."""
    portal, viewer = asked.portal, asked.person
    clients = viewer.clients()
    if not client_id and len(clients) > 1:
        return await _show_clients(asked, status, why)
    from_typed, to_typed = asked.query("from"), asked.query("to")
    days = read_days(from_typed, to_typed, _day)
    wrong: tuple[str, ...] = ()
    if isinstance(days, WrongDays):
        wrong, why, status, days = days.fields, why or days.words, max(status, 422), (None, None)
    chosen = client_id or clients[0][0]
    found, said = await portal.read(_bills, viewer, chosen, today=portal.today, days=days)
    name = dict(clients).get(chosen, "")
    return await page(
        asked, "billing.html", status, bill=found, client_id=chosen, client=name, several=len(clients) > 1,
        messages=said, from_on=from_typed, to_on=to_typed, error=why, wrong=wrong,
        field=wrong[0] if wrong else "pay", dues=await _dues(asked, chosen), saves=_saves(asked),
    )  # fmt: skip


async def invoice(asked: Asked) -> Response:
    return await show_invoice(asked)


async def show_invoice(
    asked: Asked, status: int = 200, error: str = "", typed: str | None = None
) -> Response:
    """The page of an invoice; `typed` is the amount that did not do."""
    portal, viewer = asked.portal, asked.person
    found = await portal.read(invoice_page, viewer, asked.value("number"), today=portal.today)
    await _opened(asked, "invoice", found.invoice.invoice_id, "page")
    return await page(
        asked, "invoice.html", status, bill=found, error=error, typed=typed or "",
        field="pay" if typed is None else "amount", saves=bool(error) and asked.form.get("save") == "yes",
    )  # fmt: skip


async def invoice_file(asked: Asked) -> Response:
    viewer, number = asked.person, asked.value("number")
    invoice_id, content = await asked.portal.read(invoice_pdf, viewer, number)
    await _opened(asked, "invoice", invoice_id, "file")
    return file_answer(asked, content, f"invoice-{number}.pdf")


async def _opened(asked: Asked, kind: str, subject_id: str, how: str) -> None:
    def note() -> None:
        note_opened(asked.portal.store, asked.person, kind, subject_id, how=how)

    await asked.portal.write(note)


def kind_of(asked: Asked) -> str:
    """The kind of document that an address names, such as /billing/superbills/... Raises: NotYours."""
    kinds = {"statements": "statement", "superbills": "superbill", "receipts": "receipt"}
    kind = kinds.get(asked.request.url.path.split("/")[2])
    if kind is None:
        raise NotYours
    return kind


async def document(asked: Asked) -> Response:
    """A statement, superbill or receipt; the file starts by itself where it has just been made."""
    kind, document_id = kind_of(asked), asked.value("document_id")
    found = await asked.portal.read(document_line, asked.person, kind, document_id)
    path = f"/billing/{kind}s/{found.document_id}.pdf"
    refresh = path if asked.query("made") == "1" else ""
    return await page(asked, "document.html", document=found, path=path, refresh=refresh)


async def document_file(asked: Asked) -> Response:
    kind, document_id = kind_of(asked), asked.value("document_id")
    found, content = await asked.portal.read(document_pdf, asked.person, kind, document_id)
    await _opened(asked, kind, document_id, "file")
    return file_answer(asked, content, file_name(found))


def file_name(found: DocumentLine) -> str:
    """Of our own words and days; nobody's name stands in the name of a file."""
    days = [day.isoformat() for day in (found.from_on, found.to_on) if day]
    return "-".join([found.kind, *dict.fromkeys(days)]) + ".pdf"
