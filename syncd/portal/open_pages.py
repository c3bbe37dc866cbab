"""Pages that anybody may open: a pay link, help, what is done with data, whether the portal works (RE6)."""

from starlette.responses import JSONResponse, Response

from core.errors import DomainError, NotFound
from core.portal.limits import spend
from core.portal.pages import NotYours, pay_code_of, pay_page
from core.portal.signing import PORTAL
from core.replication.standing import numbered_up_to
from core.store import Store
from syncd.portal.shell import STALE, Asked, TooMany, client_of, page, to
from syncd.portal.words import STYLE

WRONG_CODES, CODES_OF_INVOICE = 20, 10
"""An hour: from one network address, and for one invoice's number."""


async def pay_link(asked: Asked) -> Response:
    """What is due on an invoice, and nothing else of it. A link that is not known, or not any more, says so
    in the same words. Raises: TooMany."""
    return await show_link(asked)


async def show_link(asked: Asked, status: int = 200, error: str = "") -> Response:
    """The page of a pay link, with why paying did not work. Raises: TooMany."""
    portal = asked.portal
    try:
        found = await portal.read(pay_page, pay_code_of(asked.value("code")), today=portal.today)
    except NotFound:
        await wrong_code(asked)
        return await page(asked, "nothing_due.html", 404)
    return await page(asked, "pay_link.html", status, due=found, code=asked.value("code"), error=error)


async def pay(asked: Asked) -> Response:
    return await page(asked, "pay.html", number="", code="")


async def _pay_again(asked: Asked, status: int, error: str, *, stale: bool = False) -> Response:
    """With what was typed, so that only what is wrong has to be mended."""
    number, code = (asked.form.get(name, "")[:40] for name in ("number", "code"))
    return await page(asked, "pay.html", status, number=number, code=code, error=error, stale=stale)


async def pay_stale(asked: Asked) -> Response:
    return await _pay_again(asked, 403, STALE, stale=True)


async def link_stale(asked: Asked) -> Response:
    return await show_link(asked, 403, STALE)


async def pay_by_code(asked: Asked) -> Response:
    """From the number and the code that stand on a printed invoice to its pay page. Raises: TooMany."""
    portal, number = asked.portal, asked.form.get("number", "").strip().upper()[:40]
    code = pay_code_of(asked.form.get("code", ""))

    def count(store: Store) -> int:
        with store.write(PORTAL) as tx:
            return spend(tx, f"pay-code-for:{number}", CODES_OF_INVOICE)

    wait = await portal.write(count, portal.store)
    if wait:
        raise TooMany(wait)
    try:
        found = await portal.read(pay_page, code, today=portal.today)
        if found.number != number:
            raise NotYours
    except NotFound:
        await wrong_code(asked)
        words = "No invoice with this number and code is open. Check both, or sign in."
        return await _pay_again(asked, 422, words)
    return to(f"/i/{code}")


async def wrong_code(asked: Asked) -> None:
    """Count one more code that is none. Raises: TooMany."""
    where = client_of(asked.portal, asked.request)

    def count(store: Store) -> int:
        with store.write(PORTAL) as tx:
            return spend(tx, f"pay-code-from:{where}", WRONG_CODES)

    wait = await asked.portal.write(count, asked.portal.store)
    if wait:
        raise TooMany(wait)


async def help_page(asked: Asked) -> Response:
    return await page(asked, "help.html")


async def privacy(asked: Asked) -> Response:
    return await page(asked, "privacy.html")


async def accessibility(asked: Asked) -> Response:
    return await page(asked, "accessibility.html")


async def style(_: Asked) -> Response:
    return Response(STYLE, media_type="text/css", headers={"cache-control": "public, max-age=3600"})


async def health(asked: Asked) -> Response:
    try:
        await asked.portal.read(numbered_up_to)
    except DomainError as error:
        return JSONResponse({"ok": False, "code": error.code}, 503)
    return JSONResponse({"ok": True})
