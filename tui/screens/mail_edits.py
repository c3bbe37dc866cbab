"""Change how the practice mails, by the same commands as `daysheet mail set` and `daysheet mail template`."""

from typing import Any

from core.delivery.mail import send_test_mail
from core.errors import UsageError
from core.practice.mail import parse_hours, set_auto_share, set_mail_server, set_template, stop_mail
from core.practice.mail_templates import COMMON, KINDS
from core.store import Tx
from tui.strips.asking import AskText
from tui.strips.fields import Field, TextField
from tui.strips.form import AskForm
from tui.strips.note import AskNote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.screens.setting_rows import Item
    from tui.screens.settings import Settings


def edit_mail_server(screen: "Settings", item: "Item") -> None:
    """The password is not asked for here: only the hub may know it."""
    server = item.about
    fields: list[Field[Any]] = [
        TextField("server", name="host", value=server.host if server else "", width=24, optional=True),
        TextField("port", name="port", value=str(server.port) if server else "", width=5, optional=True),
        TextField("by", name="security", value=server.security if server else "starttls", width=9),
        TextField("user", name="user", value=server.user if server else "", width=16, optional=True),
        TextField("from", name="sender", value=server.sender if server else "", width=24, optional=True),
    ]

    def put(tx: Tx, values: dict[str, Any]) -> None:
        if not values["host"].strip():
            stop_mail(tx)
            return
        port = values["port"].strip()
        if port and not (port.isascii() and port.isdigit()):
            raise UsageError("A port is a number, such as 587.")
        set_mail_server(tx, **{**values, "port": int(port or 0)})

    def saved(_: object) -> None:
        screen.biller.say("Mail server kept. The hub needs its password: syncd mail-password.", "good")

    form = AskForm("Mail", fields, keep_as="mail server")
    screen.open_strip(form, lambda values: screen.change(lambda tx: put(tx, values), saved))


def edit_auto_share(screen: "Settings", item: "Item") -> None:
    rule = item.about

    def put(tx: Tx, typed: str) -> None:
        set_auto_share(tx, parse_hours(typed))

    def typed(text: str) -> None:
        screen.change(
            lambda tx: put(tx, text), lambda _: screen.biller.say("It counts for what is issued now.", "good")
        )

    strip = AskText("Hours after issue, or none", value="none" if rule is None else str(rule.hours), width=6)
    screen.open_strip(strip, typed)


def edit_template(screen: "Settings", item: "Item") -> None:
    """Its subject or its text; what it may say stands in the status line."""
    row = item.about

    def put(tx: Tx, values: dict[str, str]) -> None:
        set_template(tx, row.kind, **values)

    def change(column: str, before: str, value: str) -> None:
        screen.change(
            lambda tx: put(tx, {column: value}),
            lambda _: screen.done(
                f"{item.name} changed",
                lambda tx: put(tx, {column: before}),
                lambda tx: put(tx, {column: value}),
            ),
        )

    def chosen(key: str) -> None:
        if key == "s":
            strip = AskForm(
                "Subject", [TextField("", name="subject", value=row.subject, width=60, optional=True)]
            )
            screen.open_strip(strip, lambda values: change("subject", row.subject, values["subject"]))
            return
        known = ", ".join(f"{{{name}}}" for name in KINDS[row.kind].variables + COMMON)
        screen.biller.say(f"It may say {known}. Empty brings back what it comes with.", "muted")
        note = AskNote(item.name, value=row.body, keep_as=f"mail {row.kind}")
        screen.open_strip(note, lambda value: change("body", row.body, value))

    screen.choose(item.name, [("s", "subject"), ("t", "text")], chosen)


def ask_test_mail(screen: "Settings") -> None:
    """To whom; the hub sends it when it hears of it."""

    def typed(to: str) -> None:
        screen.change(
            lambda tx: send_test_mail(tx, to),
            lambda _: screen.biller.say(
                "The hub sends it; `daysheet mail list` says what became of it.", "good"
            ),
        )

    screen.open_strip(AskText("Test mail to", value="", width=40), typed)
