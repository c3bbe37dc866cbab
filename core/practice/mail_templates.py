"""The words of each kind of mail: what they come as, what they may say, and the practice's own.

One plain text makes both forms of a mail. Paragraphs are separated by an empty line; `{link}` stands for what
the mail says of its occasion; a paragraph in which one of those is empty is left out, so one text serves a
practice with a portal and one without.

No kind has a word for a service, a diagnosis, a client's name or who treats them, so no template can say one.
Source: `ux.md` 6 (what a mail may hold).
"""

import re
from collections import namedtuple
from collections.abc import Mapping

from core.errors import DomainError, NotFound, TooLong
from core.store import Read
from core.text import plain

COMMON = ("practice", "phone", "name")
"""What every mail may say: who writes, where to call, to whom it goes."""

MOST_SUBJECT, MOST_BODY = 150, 4_000

Kind = namedtuple("Kind", "title variables needs subject body")
"""`variables` are those beside COMMON, `needs` one of which the text must have, where there is any."""

_OFTEN = "\n\nQuestions? Call us at {phone}.\n\n{practice}"
_MONEY = ("number", "amount", "due", "link")

KINDS: dict[str, Kind] = {
    "invoice": Kind(
        "New invoice", _MONEY, (), "A message from {practice}",
        "Hello {name},\n\nInvoice {number} is ready. {amount} is due on {due}.\n\n"
        "See it and pay it here:\n{link}" + _OFTEN,
    ),
    "reminder": Kind(
        "Reminder", _MONEY, (), "A reminder from {practice}",
        "Hello {name},\n\n{amount} on invoice {number} is still open. It is due on {due}.\n\n"
        "See it and pay it here:\n{link}\n\nIf you have paid already, there is nothing to do." + _OFTEN,
    ),
    "statement": Kind(
        "New statement", ("link",), (), "A message from {practice}",
        "Hello {name},\n\nA new statement of your account is ready.\n\nSee it here:\n{link}" + _OFTEN,
    ),
    "receipt": Kind(
        "Receipt", ("link",), (), "A message from {practice}",
        "Hello {name},\n\nThank you for your payment. Your receipt is ready.\n\nSee it here:\n{link}"
        + _OFTEN,
    ),
    "document": Kind(
        "New document", ("link",), (), "A message from {practice}",
        "Hello {name},\n\nA new document is ready for you.\n\nSee it here:\n{link}" + _OFTEN,
    ),
    "invitation": Kind(
        "Portal invitation", ("link",), ("link",), "{practice} invites you to its client portal",
        "Hello {name},\n\nYou can see and pay your bills online. Open this page and ask for a sign-in"
        " link; this mail's address is the one to give:\n{link}" + _OFTEN,
    ),
    "sign_in": Kind(
        "Sign-in link and code", ("link", "code", "minutes"), ("link", "code"), "Sign in to {practice}",
        "Hello,\n\nOpen this page to sign in:\n{link}\n\nOr type this code where you asked for it: {code}\n\n"
        "Both work once, for {minutes} minutes. If you did not ask to sign in, there is nothing to do."
        "\n\n{practice}",
    ),
    "signed_in": Kind(
        "Somebody signed in", ("browser",), (), "A message from {practice}",
        "Hello {name},\n\nSomebody signed in to the client portal with this address ({browser}).\n\n"
        "Was it not you? Call us at {phone}, and we end it.\n\n{practice}",
    ),
    "card_failed": Kind(
        "Card did not work", _MONEY, (), "A message from {practice}",
        "Hello {name},\n\nYour card could not be charged for invoice {number}. {amount} is open.\n\n"
        "Pay it here:\n{link}" + _OFTEN,
    ),
    "card_confirm": Kind(
        "Bank asks to confirm", _MONEY, (), "A message from {practice}",
        "Hello {name},\n\nYour bank wants you to confirm the payment of invoice {number}. {amount} is open."
        "\n\nConfirm and pay it here:\n{link}" + _OFTEN,
    ),
    "payment": Kind(
        "Payment received", ("amount", "number", "reference", "link"), (), "A message from {practice}",
        "Hello {name},\n\nThank you. We have received {amount}.\n\nPaid: {number}\n\n"
        "Reference: {reference}\n\nSee your account and get a receipt here:\n{link}" + _OFTEN,
    ),
    "refund": Kind(
        "Refund", ("amount", "reference", "link"), (), "A message from {practice}",
        "Hello {name},\n\nWe have given {amount} back to your card. Your bank may need some days to show it."
        "\n\nReference: {reference}\n\nSee your account here:\n{link}" + _OFTEN,
    ),
    "card_added": Kind(
        "Card saved", ("card", "link"), (), "A message from {practice}",
        "Hello {name},\n\nA card was saved on your account: {card}.\n\n"
        "See and remove saved cards here:\n{link}\n\nWas it not you? Call us at {phone}.\n\n{practice}",
    ),
    "card_removed": Kind(
        "Card removed", ("card", "link"), (), "A message from {practice}",
        "Hello {name},\n\nA card was removed from your account: {card}. It is not charged any more.\n\n"
        "See your account here:\n{link}\n\nWas it not you? Call us at {phone}.\n\n{practice}",
    ),
    "test": Kind(
        "Test mail", (), (), "A test from {practice}",
        "Hello,\n\nThis is a test. Mail from {practice} arrives.",
    ),
}  # fmt: skip

SUBJECT_VARIABLES = ("practice",)
"""A subject is shown on a locked telephone: it names the practice only (`ux.md` 6)."""

SAMPLE = {
    "practice": "Elm Street Therapy", "phone": "555 0100", "name": "Ann Archer", "number": "N-00042",
    "amount": "$150.00", "due": "2026-11-30", "link": "https://pay.example.com/i/7D4K",
    "code": "K7QM 2RXA", "minutes": "10", "browser": "Firefox on Linux", "reference": "pi_3RkWq2",
    "card": "Visa ending in 4242",
}  # fmt: skip

_VARIABLE = re.compile(r"\{([a-z_]*)\}")
_BREAKS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class NoTemplate(NotFound):
    code = "no_template"

    def __init__(self, typed: str) -> None:
        super().__init__(f'There is no mail "{plain(typed)[:30]}". One of: {", ".join(KINDS)}.')


class BadTemplate(DomainError):
    code = "bad_template"


Template = namedtuple("Template", "kind subject body own")
"""`own` where the practice has words of its own."""

TEMPLATE = "SELECT subject, body FROM mail_template WHERE kind = :kind ORDER BY id LIMIT 1"


def kind_of(typed: str) -> str:
    """A kind as typed, `sign-in` or `sign_in`. Raises: NoTemplate."""
    kind = typed.strip().lower().replace("-", "_")
    if kind not in KINDS:
        raise NoTemplate(typed)
    return kind


def template(read: Read, kind: str) -> Template:
    """The words of a kind of mail as they stand."""
    comes = KINDS[kind]
    found = read.rows(TEMPLATE, kind=kind)
    subject, body = found[0] if found else ("", "")
    return Template(kind, subject or comes.subject, body or comes.body, bool(subject or body))


def templates(read: Read) -> list[Template]:
    return [template(read, kind) for kind in KINDS]


def require_template(kind: str, subject: str, body: str) -> None:
    """Raises: BadTemplate, TooLong."""
    allowed = KINDS[kind].variables + COMMON
    if len(subject) > MOST_SUBJECT:
        raise TooLong("subject", MOST_SUBJECT)
    if len(body) > MOST_BODY:
        raise TooLong("text", MOST_BODY)
    if not subject.strip() or plain(subject) != subject:
        raise BadTemplate("The subject is one line of plain text.")
    if not body.strip() or plain(body.replace("\n", "")) != body.replace("\n", ""):
        raise BadTemplate("The text is plain text; it must say something.")
    _require_variables("subject", subject, SUBJECT_VARIABLES)
    _require_variables("text", body, allowed)
    needs = KINDS[kind].needs
    if needs and not any(f"{{{one}}}" in body for one in needs):
        raise BadTemplate(f"Without {_shown(needs, ' or ')} this mail is of no use. Put it into the text.")


def _require_variables(where: str, text: str, allowed: tuple[str, ...]) -> None:
    for name in _VARIABLE.findall(text):
        if name not in allowed:
            raise BadTemplate(
                f"The {where} says {{{name}}}, which this mail does not know."
                f" It may say {_shown(allowed, ', ')}."
            )
    if re.search(r"[{}]", _VARIABLE.sub("", text)):
        raise BadTemplate(f"The {where} has a {{ or }} that belongs to no word such as {{{allowed[0]}}}.")


def _shown(names: tuple[str, ...], between: str) -> str:
    return between.join(f"{{{name}}}" for name in names)


def said(template: Template, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """Subject and paragraphs with the values in their places; `\\n` begins a line inside a paragraph.

    A value is one line of plain text wherever it stands. What a template of another office says wrongly
    stands there as it was written, so a mail is late for no typing mistake.
    """
    known = {name: plain(" ".join(value.split())) for name, value in values.items()}

    def put(text: str) -> str:
        return _VARIABLE.sub(lambda found: known.get(found[1], found[0]), text)

    def empty(text: str) -> bool:
        return any(known.get(name) == "" for name in _VARIABLE.findall(text))

    parts = _BREAKS.split(template.body.replace("\r\n", "\n").strip())
    shown = ["\n".join(plain(line) for line in put(part).split("\n")) for part in parts if not empty(part)]
    return plain(" ".join(put(template.subject).split())), shown
