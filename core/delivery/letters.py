"""A mail as it goes out: from a template and its values, one text as plain text and as simple HTML.

It is made by `email.message` alone, which encodes names and refuses line ends in headers. Addresses went
through `address_of`; the page it links to comes from the practice's settings (`security.md` T22).
"""

import hashlib
import html
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import NamedTuple

from core.delivery.mailer import Letter
from core.practice.addresses import Address, NotAnAddress, address_of
from core.practice.mail_templates import Template, said
from core.text import plain

MOST_NAME = 120


class Envelope(NamedTuple):
    """Between whom a mail goes. `reply_to` may be empty or no address; then there is none."""

    mail: str
    mail_to: str
    name: str
    sender: str
    practice: str
    reply_to: str
    at: datetime


def message_id(book: str, mail: str, sender: str) -> str:
    """The same for the same mail however often it is handed over, so that whoever gets it twice can tell.

    Nobody can guess it without the book's id; a bounce that names it has seen the mail.
    """
    digest = hashlib.sha256(f"{book}:{mail}".encode()).hexdigest()[:40]
    return f"<{digest}@{sender.rpartition('@')[2]}>"


def letter(
    envelope: Envelope,
    book: str,
    template: Template,
    values: Mapping[str, str],
    pdf: tuple[str, bytes] | None,
) -> Letter:
    """Raises: NotAnAddress."""
    to, sender = address_of(envelope.mail_to), address_of(envelope.sender)
    subject, paragraphs = said(template, values)
    message = EmailMessage(policy=SMTPUTF8 if to.utf8 or sender.utf8 else SMTP)
    message["From"] = _named(envelope.practice, sender)
    message["To"] = _named(envelope.name, to)
    message["Subject"] = subject
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = message_id(book, envelope.mail, sender.whole)
    message["Auto-Submitted"] = "auto-generated"
    if reply := _reply(envelope.reply_to, utf8=message.policy is SMTPUTF8):
        message["Reply-To"] = _named(envelope.practice, reply)
    message.set_content("\n\n".join(paragraphs) + "\n", cte="quoted-printable")
    page = as_html(paragraphs, values.get("link", ""))
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    if pdf is not None:
        name, content = pdf
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return Letter(envelope.mail, sender.whole, to.whole, to.utf8 or sender.utf8, message)


def _named(name: str, address: Address) -> HeaderAddress:
    shown = plain(" ".join(name.split()))[:MOST_NAME]
    return HeaderAddress(shown, address.local, address.domain)


def _reply(typed: str, *, utf8: bool) -> Address | None:
    try:
        found = address_of(typed)
    except NotAnAddress:
        return None
    return found if utf8 or not found.utf8 else None


def as_html(paragraphs: Sequence[str], link: str) -> str:
    """The paragraphs as a page without style sheets, pictures or anything that is fetched."""
    shown = "\n".join(f"<p>{_html_lines(part, link)}</p>" for part in paragraphs)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title></title></head>\n'
        '<body style="font-family:sans-serif;font-size:16px;line-height:1.5;max-width:36em">\n'
        f"{shown}\n</body></html>\n"
    )


def _html_lines(part: str, link: str) -> str:
    lines = html.escape(part).split("\n")
    shown = html.escape(plain(" ".join(link.split())))
    if link.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        lines = [line.replace(shown, f'<a href="{shown}">{shown}</a>') for line in lines]
    return "<br>\n".join(lines)
