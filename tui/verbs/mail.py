"""mail: the practice's mail server, the words of each mail, and what became of those that were sent."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of, whole_number

    verb = deeds_of(parser, common)

    verb("show", "the mail server, and when invoices share themselves", mail_show)
    put = verb("set", "the mail server; its password is given at the hub: syncd mail-password", mail_set)
    put.add_argument("--host", metavar="NAME", help="such as smtp.example.com")
    put.add_argument("--port", type=whole_number(1, 65535), default=0, help="else the usual one")
    put.add_argument("--security", choices=("starttls", "tls", "none"), default="starttls")
    put.add_argument("--user", default="", metavar="NAME", help="of the mail account")
    put.add_argument("--sender", metavar="ADDRESS", help="the address that mail comes from")
    put.add_argument("--off", action="store_true", help="the practice mails no more")
    put.add_argument(
        "--auto-share", metavar="HOURS", help="after how many hours invoices share themselves, or none"
    )
    listing = verb("list", "every mail, newest first, with what became of it", mail_list)
    listing.add_argument("--state", choices=("none", "queued", "delivered", "failed", "recalled"))
    test = verb("test", "ask the hub to send a test mail", mail_test)
    test.add_argument("to", metavar="ADDRESS")
    preview = verb("preview", "what a mail looks like, with made-up values", mail_preview)
    preview.add_argument("kind", metavar="KIND")
    preview.add_argument("--html", action="store_true", help="the other form of it")
    template = verb("template", "the words of each mail, or other words for one", mail_template)
    template.add_argument("kind", nargs="?", metavar="KIND")
    template.add_argument("--subject", metavar="TEXT", help="empty brings back what it comes with")
    template.add_argument("--body", metavar="TEXT", help="empty brings back what it comes with")
    template.add_argument("--body-file", metavar="FILE", help="the text from a file")
    bounce = verb("bounce", "take in a mail that came back, as the whole message", mail_bounce)
    bounce.add_argument("file", metavar="FILE")


def mail_show(door: "Door") -> int:
    from core.ledger.mail_server import auto_share, mail_server

    with door.store().read() as read:
        server, rule = mail_server(read), auto_share(read)
    data = {
        "server": None if server is None else server._asdict(),
        "auto_share_hours": None if rule is None else rule.hours,
    }
    rows = [] if server is None else list(server._asdict().items())
    rows.append(("auto-share", "none" if rule is None else f"{rule.hours} hours after issue"))
    text = [] if server else ["The practice has no mail server."]
    door.answer(data, [*text, *door.table(("Field", "Value"), [(k, str(v)) for k, v in rows])])
    return 0


def mail_set(door: "Door") -> int:
    from core.errors import UsageError
    from core.practice.mail import set_auto_share, set_mail_server, stop_mail

    options = door.options
    if not (options.host or options.off or options.auto_share is not None):
        raise UsageError("Say --host and --sender, --off, or --auto-share.")
    if bool(options.host) != bool(options.sender) or (options.host and options.off):
        raise UsageError("--host and --sender belong together, and neither goes with --off.")
    hours = _hours(options.auto_share)
    with door.store().write(door.actor()) as tx:
        if options.host:
            set_mail_server(
                tx, host=options.host, port=options.port, security=options.security, user=options.user,
                sender=options.sender,
            )  # fmt: skip
        if options.off:
            stop_mail(tx)
        if options.auto_share is not None:
            set_auto_share(tx, hours)
    return mail_show(door)


def _hours(typed: str | None) -> int | None:
    """Hours as typed; None for none. Raises: UsageError."""
    from core.practice.mail import parse_hours

    return None if typed is None else parse_hours(typed)


def mail_list(door: "Door") -> int:
    from core.delivery.mail_list import mails

    with door.store().read() as read:
        rows = mails(read)
    wanted = door.options.state
    rows = [row for row in rows if wanted in (None, row.state)]
    text = ["No mail."]
    if rows and not door.options.json:
        text = door.table(
            ("Asked for", "Mail", "To", "State", "Why"),
            [(row.at, row.kind.replace("_", " "), row.mail_to, row.state, row.why) for row in rows],
        )
    door.answer({"mails": [row._asdict() for row in rows]}, text)
    return 0


def mail_test(door: "Door") -> int:
    from core.delivery.mail import send_test_mail

    with door.store().write(door.actor()) as tx:
        mail = send_test_mail(tx, door.options.to)
    text = "The hub sends it when it hears of it; `daysheet mail list` says what became of it."
    door.answer({"mail": mail}, [text])
    return 0


def mail_preview(door: "Door") -> int:
    from core.delivery.letters import as_html
    from core.practice.mail_templates import SAMPLE, kind_of, said, template

    kind = kind_of(door.options.kind)
    with door.store().read() as read:
        subject, parts = said(template(read, kind), SAMPLE)
    text, page = "\n\n".join(parts), as_html(parts, SAMPLE["link"])
    shown = page if door.options.html else f"Subject: {subject}\n\n{text}"
    door.answer({"kind": kind, "subject": subject, "text": text, "html": page}, shown.split("\n"))
    return 0


def mail_template(door: "Door") -> int:
    from core.errors import UsageError
    from core.practice.mail import set_template
    from core.practice.mail_templates import COMMON, KINDS, kind_of, template, templates

    options = door.options
    body = options.body
    if options.body_file is not None:
        if body is not None:
            raise UsageError("Give the text with --body or with --body-file.")
        body = _text_of(options.body_file)
    if options.kind is None:
        if (options.subject, body) != (None, None):
            raise UsageError("Say which mail: `daysheet mail template` lists them.")
        with door.store().read() as read:
            rows = templates(read)
        door.answer(
            {"templates": [row._asdict() for row in rows]},
            door.table(
                ("Mail", "Words", "Subject"),
                [(row.kind, "own" if row.own else "as it comes", row.subject) for row in rows],
            ),
        )
        return 0
    kind = kind_of(options.kind)
    if (options.subject, body) != (None, None):
        with door.store().write(door.actor()) as tx:
            set_template(tx, kind, subject=options.subject, body=body)
    with door.store().read() as read:
        row = template(read, kind)
    known = KINDS[kind].variables + COMMON
    door.answer(
        {**row._asdict(), "variables": list(known)},
        [
            f"Subject: {row.subject}",
            "",
            *row.body.split("\n"),
            "",
            "It may say " + ", ".join(f"{{{v}}}" for v in known),
        ],
    )
    return 0


def _text_of(path: str) -> str:
    """Raises: NoSuchFile, CannotRead, UsageError."""
    from core.errors import UsageError
    from core.practice.mail_templates import MOST_BODY
    from core.security.files import read_at_most

    try:
        return read_at_most(path, 4 * MOST_BODY + 1).decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError("The file is no text in UTF-8.") from None


def mail_bounce(door: "Door") -> int:
    from core.delivery.bounces import MOST_BYTES, NoBounce, read_bounce
    from core.delivery.mail import bounce_mail
    from core.security.files import read_at_most

    found = read_bounce(read_at_most(door.options.file, MOST_BYTES))
    with door.store().write(door.actor()) as tx:
        mails = [mail for each in found.message_ids if (mail := bounce_mail(tx, each, said=found.said))]
    if not mails:
        raise NoBounce
    door.answer({"mails": mails, "said": found.said}, [f"Noted: {found.said}"])
    return 0
