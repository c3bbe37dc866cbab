"""An e-mail address that may stand on an envelope: checked once, in the one form that goes out.

Nothing that could end a line or begin another address passes, so that no name and no address from data can
become a header or a second recipient (`security.md` T22). Source: RFC 5321 section 4.1.2, RFC 6531 section
3.3, RFC 5891.
"""

import re
import unicodedata
from typing import NamedTuple

import idna

from core.errors import UsageError
from core.text import plain

_ATOM = r"[^\x00-\x20\x7f-\xa0()<>@,;:\\\"\[\].\s]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
LONGEST = 254


class NotAnAddress(UsageError):
    code = "not_an_address"

    def __init__(self, typed: str) -> None:
        super().__init__(f'"{plain(typed)[:60]}" is no e-mail address. It looks like name@example.org.')


class Address(NamedTuple):
    """`domain` is in its ASCII form; `utf8` where the name before the @ needs a server that takes UTF-8."""

    local: str
    domain: str

    @property
    def whole(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def utf8(self) -> bool:
        return not self.local.isascii()


def address_of(typed: str) -> Address:
    """One address and nothing else. Raises: NotAnAddress."""
    text = unicodedata.normalize("NFC", typed.strip())
    local, at, domain = text.rpartition("@")
    if not at or plain(text) != text or not _LOCAL.fullmatch(local) or len(local.encode()) > 64:
        raise NotAnAddress(typed)
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise NotAnAddress(typed) from None
    if "." not in ascii_domain or ascii_domain.endswith(".") or ascii_domain.rpartition(".")[2].isdigit():
        raise NotAnAddress(typed)
    if len(local.encode()) + len(ascii_domain) >= LONGEST:
        raise NotAnAddress(typed)
    return Address(local, ascii_domain)
