"""How somebody comes in: a link by mail, good once, in the browser that asked for it (`security.md` 5.5).

Nothing that lets anybody in is kept as it is: links, codes and sessions are SHA-256 here. A link that is
opened only shows a button, so that a mail scanner uses nothing up. Opened in another browser, it shows a
code to type into the one that asked: whoever reads the mail without having asked is not let in by it.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from enum import Enum
from typing import NamedTuple

from core import audit
from core.actors import Actor, Role
from core.dates import show_instant
from core.delivery.mail import queue_mail
from core.practice.addresses import NotAnAddress, address_of
from core.store import Read, Tx
from core.tables import PortalLink, PortalSession

PORTAL = Actor("portal", "Portal", Role.SERVICE)
"""Who acts before it is known who comes."""

LINK_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(hours=12)
IDLE = timedelta(minutes=30)
NOTICE = timedelta(days=2)
"""How long it is worth saying that somebody came in."""
TOKEN_BYTES = 32
CODE_LENGTH = 8
MOST_TRIES = 5
"""Wrong codes in one browser; a code has 38 bits."""

_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


def digest(secret: str) -> str:
    """What is kept of a secret that is random and long."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_secret() -> str:
    """A secret for a browser or a link: 256 bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def code_of(token: str) -> str:
    """The code that goes with a link; only who has the link can show it."""
    number = int.from_bytes(hmac.digest(token.encode("utf-8", "replace"), b"code", "sha256"))
    letters = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)


def show_code(code: str) -> str:
    """A code as people read it, in a mail and on a page: in two halves."""
    return f"{code[: CODE_LENGTH // 2]} {code[CODE_LENGTH // 2 :]}"


def _kept_code(code: str, browser: str) -> str:
    return digest(f"{digest(browser)}:{code}")


def typed_code(typed: str) -> str:
    """A code as it is compared: people add blanks and dashes, and small letters."""
    return "".join(ch for ch in typed.upper() if ch in _LETTERS)


KNOWN = """
SELECT p.id, p.email FROM portal_person AS p WHERE p.email = :email AND p.active = 1
  AND EXISTS (SELECT 1 FROM portal_grant AS g WHERE g.person_id = p.id AND g.active = 1)
ORDER BY p.id LIMIT 1
"""


def address_typed(typed: str) -> str:
    """A mail address as a person is known by it, of what somebody types; the same for one that is none."""
    try:
        return address_of(typed).whole.casefold()
    except NotAnAddress:
        return typed.strip().casefold()


def ask_for_link(tx: Tx, *, email: str, browser: str, portal: str) -> None:
    """Somebody wants to sign in: where the address is known, a mail with a link and a code is queued.

    An unknown address is written down alike, so that nobody can tell the two apart by waiting.
    """
    token, until = new_secret(), show_instant(tx.now + LINK_LIFE)
    found = tx.rows(KNOWN, email=address_typed(email)[:254])
    person_id, mail_to = found[0] if found else ("", "")
    code = code_of(token)
    _forget(tx)
    tx.add(
        PortalLink(
            token_sha256=digest(token), person_id=person_id, mail_to=mail_to, browser_sha256=digest(browser),
            code_sha256=_kept_code(code, browser), expires_at=until,
        )
    )  # fmt: skip
    if person_id:
        minutes = LINK_LIFE // timedelta(minutes=1)
        words = {"link": f"{portal}/login/{token}", "code": show_code(code), "minutes": str(minutes)}
        queue_mail(tx, "sign_in", mail_to, words, minutes=minutes)


def _forget(tx: Tx) -> None:
    """What is of no use any more goes."""
    now = {"now": tx.now_text}
    tx.execute("DELETE FROM portal_link WHERE expires_at < :now", now)
    tx.execute("DELETE FROM portal_session WHERE ends_at < :now", now)
    tx.execute("DELETE FROM portal_limit WHERE since < :old", {"old": int(tx.now.timestamp()) - 86_400})


class Place(Enum):
    """Where a link was opened."""

    HERE = "here"
    """In the browser that asked: a button signs in."""
    ELSEWHERE = "elsewhere"
    DEAD = "dead"
    """Used, older than ten minutes, or never given out; which of them is not said."""


OPENED = """
SELECT browser_sha256 FROM portal_link
WHERE token_sha256 = :token AND used_at IS NULL AND expires_at > :now AND person_id <> '' AND tries < :most
"""


def look_at_link(read: Read, token: str, browser: str, now: str) -> Place:
    """What to show to whoever opened a link. Nothing is used up."""
    asked_in = read.value(OPENED, token=digest(token), now=now, most=MOST_TRIES)
    if asked_in is None:
        return Place.DEAD
    return Place.HERE if hmac.compare_digest(str(asked_in), digest(browser)) else Place.ELSEWHERE


USE = """
UPDATE portal_link SET used_at = :now
WHERE token_sha256 = :token AND browser_sha256 = :browser AND used_at IS NULL AND expires_at > :now
  AND person_id <> '' AND tries < :most
"""
OF_LINK = """
SELECT l.person_id, l.mail_to FROM portal_link AS l JOIN portal_person AS p ON p.id = l.person_id
WHERE l.token_sha256 = :token AND p.active = 1 AND p.email = l.mail_to
"""


def use_link(tx: Tx, token: str, browser: str, label: str) -> str | None:
    """Sign in by a link, once; answers the secret of the new session, or None where the link is dead."""
    return _use(tx, digest(token), browser, label)


def _use(tx: Tx, token_sha256: str, browser: str, label: str) -> str | None:
    params = {"now": tx.now_text, "token": token_sha256, "browser": digest(browser), "most": MOST_TRIES}
    if not tx.execute(USE, params):
        return None
    found = tx.rows(OF_LINK, token=token_sha256)
    return start_session(tx, *found[0], label=label) if found else None


TRIED = """
UPDATE portal_link SET tries = tries + 1
WHERE browser_sha256 = :browser AND used_at IS NULL AND expires_at > :now
"""
BY_CODE = """
SELECT token_sha256 FROM portal_link
WHERE browser_sha256 = :browser AND code_sha256 = :code AND used_at IS NULL AND expires_at > :now
ORDER BY expires_at DESC LIMIT 1
"""


def use_code(tx: Tx, typed: str, browser: str, label: str) -> str | None:
    """Sign in by the code of a link that this browser asked for; None where it is not one.

    Each wrong code counts against every link that waits in this browser.
    """
    known = {"browser": digest(browser), "now": tx.now_text}
    token = tx.value(BY_CODE, code=_kept_code(typed_code(typed), browser), **known)
    session = _use(tx, token, browser, label) if token else None
    if session is None:
        tx.execute(TRIED, known)
    return session


def start_session(tx: Tx, person_id: str, mail_to: str, *, label: str) -> str:
    """Open a session and tell the person by mail that somebody came in; answers its secret."""
    secret = new_secret()
    tx.add(
        PortalSession(
            session_sha256=digest(secret), person_id=person_id, mail_to=mail_to, browser=label,
            made_at=tx.now_text, seen_at=tx.now_text, ends_at=show_instant(tx.now + SESSION_LIFE),
        )
    )  # fmt: skip
    name = str(tx.value("SELECT name FROM portal_person WHERE id = :id", id=person_id))
    words = {"name": name, "browser": label}
    queue_mail(tx, "signed_in", mail_to, words, minutes=NOTICE // timedelta(minutes=1))
    audit.record(tx, "portal.signed_in", "portal_person", person_id, browser=label)
    return secret


class SessionRow(NamedTuple):
    """A browser in which somebody is signed in; `handle` names it on a page and opens nothing."""

    handle: str
    browser: str
    made_at: str
    seen_at: str


LIVES = "s.ended_at IS NULL AND s.ends_at > :now AND s.seen_at > :idle"
SESSIONS = f"""
SELECT substr(s.session_sha256, 1, 16), s.browser, s.made_at, s.seen_at FROM portal_session AS s
WHERE s.person_id = :person_id AND {LIVES} ORDER BY s.seen_at DESC, s.session_sha256
"""  # noqa: S608  composed of the constant above
END = """
UPDATE portal_session SET ended_at = :now WHERE person_id = :person_id AND ended_at IS NULL
  AND substr(session_sha256, 1, 16) = :handle
"""


def sessions_of(read: Read, person_id: str, *, now: str, idle: str) -> list[SessionRow]:
    """Where a person is signed in now, the last used first."""
    return read.all(SESSIONS, SessionRow, person_id=person_id, now=now, idle=idle)


def end_session(tx: Tx, person_id: str, handle: str) -> bool:
    """Sign out of one browser; whether there was such a session of this person."""
    ended = tx.execute(END, {"now": tx.now_text, "person_id": person_id, "handle": handle})
    if ended:
        audit.record(tx, "portal.signed_out", "portal_person", person_id)
    return bool(ended)


SEEN = """
UPDATE portal_session SET seen_at = :now
WHERE substr(session_sha256, 1, 16) = :handle AND ended_at IS NULL
"""


def note_seen(tx: Tx, handle: str) -> None:
    """Somebody is still there."""
    tx.execute(SEEN, {"now": tx.now_text, "handle": handle})
