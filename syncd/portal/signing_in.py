"""Pages of the way in and out: ask for a link, open it, type its code, see where one is signed in."""

from starlette.responses import Response

from core.dates import show_instant
from core.portal.limits import spend
from core.portal.signing import (
    IDLE,
    PORTAL,
    Place,
    address_typed,
    ask_for_link,
    code_of,
    digest,
    end_session,
    look_at_link,
    sessions_of,
    show_code,
    use_code,
    use_link,
)
from core.store import Store, Tx
from syncd.portal.shell import (
    BROWSER_SECONDS,
    STALE,
    Asked,
    TooMany,
    client_of,
    drop_cookie,
    give_cookie,
    page,
    to,
)

OF_ADDRESS, OF_PLACE, CODES_OF_PLACE = 5, 20, 30
"""Links an hour to one mail address, links an hour from one network address, codes an hour from one."""


async def home(_: Asked) -> Response:
    return to("/billing")


async def login(asked: Asked) -> Response:
    return to("/billing") if asked.viewer else await page(asked, "login.html", typed="")


async def ask(asked: Asked) -> Response:
    """The same words, and the same time, whoever is asked for. Raises: TooMany."""
    portal, email = asked.portal, asked.form.get("email", "").strip()
    if not email or "@" not in email or len(email) > 254:
        words = "Enter your email address, such as name@example.com."
        return await page(asked, "login.html", 422, typed=email[:254], error=words)
    where = client_of(portal, asked.request)

    def count(store: Store) -> int:
        with store.write(PORTAL) as tx:
            place = spend(tx, f"link-from:{where}", OF_PLACE)
            return place or spend(tx, f"link-to:{digest(address_typed(email))}", OF_ADDRESS)

    def queue(store: Store) -> None:
        with store.write(PORTAL) as tx:
            ask_for_link(tx, email=email, browser=asked.browser, portal=portal.url)

    wait = await portal.write(count, portal.store)
    if wait:
        raise TooMany(wait)
    portal.later(queue, portal.store)
    answer = to("/login/sent")
    give_cookie(portal, answer, "ask", asked.browser, BROWSER_SECONDS)  # the link is good in it to its end
    return answer


async def ask_again(asked: Asked) -> Response:
    """The form of an earlier page."""
    return await _again(asked, "login.html", asked.form.get("email", "")[:254])


async def _again(asked: Asked, template: str, typed: str) -> Response:
    """A form that another tab has overtaken, with what was typed; whoever is signed in by now needs none."""
    if asked.viewer:
        return to("/billing")
    return await page(asked, template, 403, typed=typed, error=STALE, stale=True)


async def sent(asked: Asked) -> Response:
    return await page(asked, "sent.html", typed="")


async def sent_again(asked: Asked) -> Response:
    return await _again(asked, "sent.html", asked.form.get("code", "")[:20])


async def opened(asked: Asked) -> Response:
    """A link that is looked at: nothing is used up, whoever looks."""
    return await _show_link(asked)


async def opened_again(asked: Asked) -> Response:
    """Its button was pressed in a tab that another one has overtaken."""
    return to("/billing") if asked.viewer else await _show_link(asked, 403, STALE)


async def _show_link(asked: Asked, status: int = 200, error: str = "") -> Response:
    token = asked.value("token")
    place = await asked.portal.read(look_at_link, token, asked.browser, show_instant(asked.portal.now))
    if place is Place.DEAD:
        return await _dead(asked)
    if place is Place.ELSEWHERE:  # there is no button on that page
        status, error = 200, ""
    code = show_code(code_of(token)) if place is Place.ELSEWHERE else ""
    return await page(asked, "link.html", status, code=code, token_path=token, error=error)


async def _dead(asked: Asked) -> Response:
    return await page(asked, "dead.html", 410)


def _browser(asked: Asked) -> str:
    """A browser in few words, so that a person knows it again in a list."""
    said = asked.request.headers.get("user-agent", "")[:400]
    names = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
        ("Mac OS", "Mac"), ("Linux", "Linux"),
    )  # fmt: skip
    name = next((word for mark, word in names if mark in said), "A browser")
    system = next((f" on {word}" for mark, word in systems if mark in said), "")
    return name + system


async def use(asked: Asked) -> Response:
    """The button under a link."""
    token, label = asked.value("token"), _browser(asked)

    def sign_in(store: Store) -> str | None:
        with store.write(PORTAL) as tx:
            return _instead(tx, asked, use_link(tx, token, asked.browser, label))

    secret = await asked.portal.write(sign_in, asked.portal.store)
    return _welcome(asked, secret) if secret else await _dead(asked)


async def code(asked: Asked) -> Response:
    """A code from the mail, or from the page that the link opened elsewhere. Raises: TooMany."""
    portal, label, typed = asked.portal, _browser(asked), asked.form.get("code", "")
    where = client_of(portal, asked.request)

    def sign_in(store: Store) -> tuple[int, str | None]:
        with store.write(PORTAL) as tx:
            wait = spend(tx, f"code-from:{where}", CODES_OF_PLACE)
            return wait, None if wait else _instead(tx, asked, use_code(tx, typed, asked.browser, label))

    wait, secret = await portal.write(sign_in, portal.store)
    if wait:
        raise TooMany(wait)
    if secret is None:
        words = "This code is not right, or is older than ten minutes. Check it, or ask for a new link."
        return await page(asked, "sent.html", 422, typed=typed[:20], error=words)
    return _welcome(asked, secret)


def _instead(tx: Tx, asked: Asked, secret: str | None) -> str | None:
    """Whoever was signed in in this browser before is signed out of it."""
    if secret and asked.viewer is not None:
        end_session(tx, asked.viewer.person_id, asked.viewer.handle)
    return secret


def _welcome(asked: Asked, secret: str) -> Response:
    """A session of its own: what the browser had before opens nothing."""
    answer = to("/billing")
    give_cookie(asked.portal, answer, "sid", secret)
    drop_cookie(asked.portal, answer, "ask")
    return answer


async def logout(asked: Asked) -> Response:
    await _end(asked, asked.person.handle)
    answer = to("/login")
    drop_cookie(asked.portal, answer, "sid")
    return answer


async def _end(asked: Asked, handle: str) -> bool:
    viewer = asked.person

    def end(store: Store) -> bool:
        with store.write(viewer.actor) as tx:
            return end_session(tx, viewer.person_id, handle)

    return await asked.portal.write(end, asked.portal.store)


async def sessions(asked: Asked) -> Response:
    portal, viewer = asked.portal, asked.person
    times = {"now": show_instant(portal.now), "idle": show_instant(portal.now - IDLE)}
    rows = await portal.read(sessions_of, viewer.person_id, **times)
    shown = [
        (one.handle, one.browser, portal.local(one.made_at), portal.local(one.seen_at),
         one.handle == viewer.handle)
        for one in rows
    ]  # fmt: skip
    return await page(asked, "sessions.html", sessions=shown)


async def end_one(asked: Asked) -> Response:
    """Sign out of another browser."""
    if not await _end(asked, asked.form.get("session", "")[:16]):
        return await page(
            asked, "message.html", 404, title="Page not found", words="You are not signed in there any more."
        )
    return to("/sessions")
