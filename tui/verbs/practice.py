"""practice: what documents say of it, and the words it chose for them."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from tui.door import Door

ADDRESS = ("street", "street_2", "city", "state", "postal_code", "phone")
PRACTICE = ("name", "timezone", "tax_id", "npi", "email", "footer", "portal_message", *ADDRESS)


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from core.ledger.choices import CHOICES
    from tui.arguments import deeds_of, texts

    verb = deeds_of(parser, common)
    verb("show", "the practice as documents name it", practice_show)
    for called in ("edit", "set"):
        edit = verb(called, "change what documents say", practice_set)
        texts(edit, *PRACTICE)
        for choice, (words, says) in CHOICES.items():
            edit.add_argument(f"--{choice.replace('_', '-')}", dest=choice, choices=words, help=says)
        logo = edit.add_mutually_exclusive_group()
        logo.add_argument("--logo", metavar="FILE", help="a PNG on every document made from now on")
        logo.add_argument("--no-logo", action="store_true", help="documents carry no logo")
        portal = edit.add_mutually_exclusive_group()
        portal.add_argument("--portal-address", metavar="URL", help="pay links on invoices lead there")
        portal.add_argument("--no-portal-address", action="store_true", help="invoices carry no pay link")


def practice_show(door: "Door") -> int:
    from core.ledger.choices import choices
    from core.practice.queries import practice_profile

    with door.store().read() as read:
        profile = practice_profile(read)
        chosen = choices(read)
    door.answer(
        {"practice": profile, "choices": chosen},
        door.table(("Field", "Value"), [*profile.items(), *chosen.items()]),
    )
    return 0


def practice_set(door: "Door") -> int:
    from core.errors import UsageError
    from core.ledger.choices import CHOICES
    from core.practice.commands import change_practice
    from core.practice.portal import set_portal_address
    from core.practice.settings import choose

    options, values, chosen = door.options, door.given(*PRACTICE), door.given(*CHOICES)
    portal = "" if options.no_portal_address else options.portal_address
    if not values and not chosen and portal is None and options.logo is None and not options.no_logo:
        raise UsageError("Say what to change, such as --phone or --footer.")
    png = None if options.logo is None else _logo_of(options.logo)
    with door.store().write(door.actor()) as tx:
        if values:
            change_practice(tx, **values)
        for name, word in chosen.items():
            choose(tx, name, word)
        if portal is not None:
            set_portal_address(tx, portal)
        if png is not None or options.no_logo:
            from core.documents.practice_logo import set_logo

            set_logo(tx, png)
    return practice_show(door)


def _logo_of(path: str) -> bytes:
    """A logo from a file, checked before the book is locked.

    Raises: NoSuchFile, NotThere, CannotRead, LogoUnusable.
    """
    from core.documents.logo import MAX_BYTES, logo
    from core.security.files import read_at_most

    png = read_at_most(path, MAX_BYTES + 1)
    logo(png)
    return png
