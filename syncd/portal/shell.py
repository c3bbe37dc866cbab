"""What every page does alike: who asks, whether a form is its own, headers, words for a refusal, a log line.

A page is a row of the route table (`syncd.portal.table`); what is written here holds for all of them, so
that a new page cannot forget it.
"""

import hmac
import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.errors import Busy, DomainError, NotFound, OutsideFailure
from core.portal.paying import CONSENT
from core.portal.signing import new_secret, note_seen
from core.portal.switches import require_switched_on
from core.portal.viewer import Viewer, viewer_of
from core.store import Read, Store
from syncd.portal.portal import Portal, Practice, practice_of
from syncd.portal.words import PAGES
from syncd.refusals import TooLong, TooSlow
from syncd.routes.answering import body_of, report

MOST_BYTES = 16 << 10
MOST_FIELDS = 40
SEEN_SECONDS = 60
"""So often the book is told that somebody is still there."""
BROWSER_SECONDS = 3600

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class Who(Enum):
    """Whom a page is for."""

    ANYBODY = "anybody"
    PERSON = "person"
    """Somebody who is signed in; others are shown the way in."""


class Forged(DomainError):
    code = "forged"

    def __init__(self) -> None:
        super().__init__(
            "This form is out of date, or came from another place."
            " Go back, load the page again and send it once more."
        )


STALE = "This page was out of date, so nothing was done. Please press the button once more."
"""What is said above a form that another tab has overtaken."""


class TooMany(DomainError):
    code = "too_many"

    def __init__(self, seconds: int) -> None:
        wait = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
        super().__init__(f"That was too often. Try again in {wait}.")
        self.seconds = seconds


class Asked(NamedTuple):
    """One request: who asks and with what."""

    portal: Portal
    request: Request
    viewer: Viewer | None
    session: str
    browser: str
    """The secret of a browser that nobody is signed in with yet; empty where it has none."""
    form: Mapping[str, str]
    practice: Practice | None = None
    """Where it was asked for already."""

    @property
    def person(self) -> Viewer:
        assert self.viewer is not None
        return self.viewer

    @property
    def token(self) -> str:
        """What every form of this page carries; made of a secret that only the browser has."""
        return form_token(self.session or self.browser)

    def value(self, name: str) -> str:
        """A word from the page's address."""
        return str(self.request.path_params.get(name, ""))

    def query(self, name: str) -> str:
        return self.request.query_params.get(name, "")[:200]


Work = Callable[[Asked], Awaitable[Response]]


class Page(NamedTuple):
    """A row of the route table. `shows` is the kind of thing that is named, for the tests of rights."""

    method: str
    path: str
    work: Work
    who: Who
    shows: str = ""
    needs: str = ""
    """Which of the practice's switches it obeys: pay, superbills or cards. Off, it is not there (RE7)."""
    stale: Work | None = None
    """For a form of ours that is out of date, because another tab signed in or out meanwhile: the same page
    once more with a new form. Nothing is done; where there is none, the form is refused."""


def form_token(secret: str) -> str:
    return hmac.digest(secret.encode(), b"form", "sha256").hex()


def client_of(portal: Portal, request: Request) -> str:
    """The address that a request comes from; a proxy's word counts only where it was named at the start.

    Its word is the last of the last header: what stands before may be the browser's own, and some proxies add
    a header instead of a word.
    """
    host = request.client.host if request.client else ""
    if portal.proxy and host == portal.proxy:
        said = request.headers.getlist("x-forwarded-for")
        host = (said[-1].rpartition(",")[2].strip()[:64] if said else "") or host
    return _counted(host)


def _counted(host: str) -> str:
    """As what an address is counted: of IPv6 one household has 2^64, which are one."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0].strip("[]"))
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address) or address.ipv4_mapped:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False))


# Cookies. With https their names begin with `__Host-`: a browser takes those over TLS, for this host alone.


def _name(portal: Portal, name: str) -> str:
    return f"__Host-{name}" if portal.secure else name


def _cookie(portal: Portal, request: Request, name: str) -> str:
    """The secret in a cookie; anything that is not the shape of one is none."""
    found = request.cookies.get(_name(portal, name), "")
    return found if _SECRET.fullmatch(found) else ""


def give_cookie(portal: Portal, answer: Response, name: str, secret: str, seconds: int | None = None) -> None:
    answer.set_cookie(
        _name(portal, name), secret, max_age=seconds, path="/", secure=portal.secure, httponly=True,
        samesite="lax",
    )  # fmt: skip


def drop_cookie(portal: Portal, answer: Response, name: str) -> None:
    answer.delete_cookie(_name(portal, name), path="/", secure=portal.secure, httponly=True, samesite="lax")


# Forms


def _same_site(portal: Portal, request: Request) -> bool:
    """Whether a form was sent from a page of ours. Source: `security.md` 5.5, the rule of Go 1.25.

    Our pages say no-referrer, and from such a page a form's Origin is null (Fetch, *append a request Origin
    header*): a browser that does not send Sec-Fetch-Site yet says no more, and the form's own token decides.
    """
    said = request.headers.get("sec-fetch-site")
    if said is not None:
        return said in ("same-origin", "none")
    origin = request.headers.get("origin")
    return origin in (None, "null", portal.url)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, the first of each name. Raises: TooLong, TooSlow, Forged."""
    body = await body_of(request, MOST_BYTES)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != "application/x-www-form-urlencoded":
        raise Forged
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise Forged from None
    return dict(reversed(pairs))


# Answers


@cache
def headers_of(pays_at: str, *, secure: bool) -> tuple[tuple[bytes, bytes], ...]:
    """What every answer says, refusals too; `pays_at` is where the card processor's own pages are."""
    forms = f"'self' {pays_at}" if pays_at else "'self'"
    said = {
        "content-security-policy": (
            f"default-src 'none'; style-src 'self'; img-src 'self'; form-action {forms};"
            " frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
        ),
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "x-robots-tag": "noindex, nofollow",
    }
    if secure:
        said["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return tuple((name.encode(), value.encode()) for name, value in said.items())


async def page(asked: Asked, template: str, status: int = 200, **words: Any) -> Response:
    """A page in the practice's name. With `refresh`, the browser goes there at once, or `after` seconds."""
    portal = asked.portal
    of = asked.practice
    if of is None:
        of = await portal.read(practice_of)
    text = PAGES.get_template(template).render(
        practice=of.name, phone=of.phone, email=of.email, currency=of.currency, how_to_pay=of.how_to_pay,
        viewer=asked.viewer, token=asked.token, today=portal.today, sent=new_secret(),
        pays=bool(portal.pays) and of.on.pay, makes_superbills=of.on.superbills,
        keeps_cards=bool(portal.pays) and of.on.cards,
        consent=CONSENT.format(practice=of.name) if of.on.cards else "",
        **{"error": "", "refresh": "", "after": 0, "stale": False, **words},
    )  # fmt: skip
    said = Response(text, status, media_type="text/html; charset=utf-8")
    if words.get("refresh"):
        said.headers["refresh"] = f"{words.get('after', 0)}; url={words['refresh']}"
    return said


def to(path: str) -> Response:
    """Go to another page of ours; never where a request says."""
    return RedirectResponse(path, 303)


STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (Forged, 403),
    (TooMany, 429),
    (TooLong, 413),
    (TooSlow, 408),
    (NotFound, 404),
    (Busy, 503),
    (OutsideFailure, 503),
    (DomainError, 422),
)


async def refused(asked: Asked, error: DomainError) -> Response:
    """A page that says no and what to do; what is not yours looks like what is not there."""
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    words = "There is no such page here." if status == 404 else str(error)
    titles = {404: "Page not found", 429: "Too often", 503: "Not just now"}
    answer = await page(
        asked, "message.html", status, title=titles.get(status, "That did not work"), words=words
    )
    if isinstance(error, TooMany):
        answer.headers["retry-after"] = str(error.seconds)
    if status == 503:
        answer.headers["retry-after"] = "5"
    if status in (408, 413):
        answer.headers["connection"] = "close"
    return answer


# The way of a request


async def answer(portal: Portal, row: Page, request: Request) -> Response:
    """One request of one row, from its cookies to its headers and its line in the log."""
    began = monotonic()
    asked = Asked(portal, request, None, "", _cookie(portal, request, "ask"), {})
    fresh = ""
    try:
        try:
            asked = await _recognised(asked)
            if row.who is Who.ANYBODY and not asked.browser:
                fresh = new_secret()
            said = await _checked(asked, row, fresh)
        except DomainError as error:
            said = await refused(asked._replace(browser=asked.browser or fresh), error)
    except Exception as error:  # noqa: BLE001  the last line of defence: no traceback, no client data
        report(error)
        status = 503 if isinstance(error, DomainError) else 500
        said = Response("Something went wrong here. Please try again later.", status, media_type="text/plain")
    if fresh and _is_a_page(said) and "set-cookie" not in said.headers:
        give_cookie(portal, said, "ask", fresh, BROWSER_SECONDS)
    known = {name for name, _ in said.raw_headers}
    always = headers_of(portal.pays, secure=portal.secure)
    said.raw_headers.extend(one for one in always if one[0] not in known)
    milliseconds = int((monotonic() - began) * 1000)
    portal.log(f"portal {row.method} {row.path} {said.status_code} {milliseconds}")
    return said


def _is_a_page(said: Response) -> bool:
    """Whether a browser gets its secret with this answer: never with one that others may keep and give out,
    such as the style sheet."""
    return said.status_code == 303 or said.headers.get("content-type", "").startswith("text/html")


async def _recognised(asked: Asked) -> Asked:
    """With who is signed in."""
    portal = asked.portal
    session = _cookie(portal, asked.request, "sid")
    if not session:
        return asked
    viewer, practice = await portal.read(_who, session, portal.now)
    asked = asked._replace(practice=practice)
    if viewer is None:
        return asked
    idle = portal.now - portal.local(viewer.seen_at)
    if idle.total_seconds() >= SEEN_SECONDS:
        await portal.write(_still_there, portal.store, viewer)
    return asked._replace(viewer=viewer, session=session)


def _who(read: Read, session: str, now: datetime) -> tuple[Viewer | None, Practice]:
    return viewer_of(read, session, now), practice_of(read)


def _still_there(store: Store, viewer: Viewer) -> None:
    with store.write(viewer.actor) as tx:
        note_seen(tx, viewer.handle)


async def _checked(asked: Asked, row: Page, fresh: str) -> Response:
    """Raises: Forged, TooMany, and what the page refuses."""
    portal, request = asked.portal, asked.request
    if row.needs:
        of = asked.practice
        if of is None:
            of = await portal.read(practice_of)
        require_switched_on(of.on, row.needs)
    wait = portal.rates.spend(asked.viewer.handle if asked.viewer else f"ip:{client_of(portal, request)}")
    if wait:
        raise TooMany(wait)
    if row.method == "POST":
        if not _same_site(portal, request):
            raise Forged
        form = await _form(request)
        asked = asked._replace(form=form)
        if row.who is Who.PERSON and asked.viewer is None:
            return to("/login")
        secret = asked.session or asked.browser
        if not secret or not hmac.compare_digest(form.get("form", "").encode(), form_token(secret).encode()):
            if row.stale is None:
                raise Forged
            return await row.stale(asked._replace(browser=asked.browser or fresh))
    elif row.who is Who.PERSON and asked.viewer is None:
        return to("/login")
    return await row.work(asked._replace(browser=asked.browser or fresh))


def route_of(portal: Portal, row: Page) -> Callable[[Request], Awaitable[Response]]:
    async def route(request: Request) -> Response:
        return await answer(portal, row, request)

    return route
