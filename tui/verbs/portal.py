"""portal: grant, list, revoke and invite; who may see and pay in the client portal."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

    from core.portal.queries import AccessRow
    from core.store import Read
    from tui.door import Door


def arguments(name: str, parser: "ArgumentParser", common: "ArgumentParser") -> None:
    from tui.arguments import deeds_of

    verb = deeds_of(parser, common)

    grant = verb("grant", "let a person into the portal for a client, and invite them by mail", portal_grant)
    grant.add_argument("client", metavar="CLIENT")
    grant.add_argument("--email", required=True, metavar="ADDRESS", help="what the person signs in with")
    grant.add_argument("--name", default="", metavar="NAME", help="the person's (the address)")
    grant.add_argument("--guarantor", metavar="G", help="on whose account (the client's guarantor)")
    grant.add_argument("--no-documents", action="store_true", help="amounts alone: no lines, no files")
    grant.add_argument("--no-pay", action="store_true", help="no paying")
    grant.add_argument("--no-superbills", action="store_true", help="no making of superbills")
    grant.add_argument("--no-invitation", action="store_true", help="send no mail now")
    listing = verb("list", "who has access, and to what", portal_list)
    listing.add_argument("client", nargs="?", metavar="CLIENT")
    revoke = verb("revoke", "take a person's access to a client away, from the next page on", portal_revoke)
    revoke.add_argument("client", metavar="CLIENT")
    revoke.add_argument("--email", required=True, metavar="ADDRESS")
    invite = verb("invite", "invite a person by mail once more", portal_invite)
    invite.add_argument("client", metavar="CLIENT")
    invite.add_argument("--email", required=True, metavar="ADDRESS")


def _data(row: "AccessRow") -> "dict[str, Any]":
    data: dict[str, Any] = row._asdict()
    return data | {word: bool(data[word]) for word in ("documents", "pay", "superbills")}


def _row_of(read: "Read", client_id: str, email: str) -> "AccessRow":
    """Raises: NoAccess."""
    from core.portal.commands import NoAccess
    from core.portal.queries import access

    for row in access(read, client_id):
        if row.email == email.strip().casefold():
            return row
    raise NoAccess(email)


def portal_grant(door: "Door") -> int:
    """Said again for the same person it changes what is allowed."""
    from core.clients.queries import client, find_client, find_guarantor
    from core.portal.commands import Allowed, grant_access

    options, store, actor = door.options, door.store(), door.actor()
    allowed = Allowed(not options.no_documents, not options.no_pay, not options.no_superbills)
    with store.write(actor) as tx:
        client_id = find_client(tx, options.client)
        guarantor_id = (
            client(tx, client_id).guarantor_id
            if options.guarantor is None
            else find_guarantor(tx, options.guarantor)
        )
        person_id = grant_access(
            tx, client_id=client_id, guarantor_id=guarantor_id, email=options.email, name=options.name,
            allowed=allowed, invite=not options.no_invitation,
        )  # fmt: skip
        row = next(
            one
            for one in _rows(tx, client_id)
            if (one.person_id, one.guarantor_id) == (person_id, guarantor_id)
        )
    words = ", ".join(word for word, yes in allowed._asdict().items() if yes)
    mail = "no mail" if options.no_invitation else "an invitation is queued"
    door.answer(_data(row), [f"{row.person} ({row.email}) has access to {row.client}: {words}; {mail}."])
    return 0


def _rows(read: "Read", client_id: str) -> "list[AccessRow]":
    from core.portal.queries import access

    return access(read, client_id)


def _yes(yes: int) -> str:
    return "yes" if yes else "no"


def portal_list(door: "Door") -> int:
    from core.clients.queries import find_client
    from core.portal.access_page import NEVER, invited

    with door.store().read() as read:
        client_id = find_client(read, door.options.client) if door.options.client else ""
        rows, told = _rows(read, client_id), invited(read, client_id)
    text = ["Nobody has access yet. `daysheet portal grant CLIENT --email ADDRESS` lets somebody in."]
    if rows and not door.options.json:
        text = door.table(
            ("Client", "Person", "Address", "On the account of", "Documents", "Pay", "Superbills", "Invited",
             "Mail"),
            [
                (r.client, r.person, r.email, r.guarantor, *map(_yes, (r.documents, r.pay, r.superbills)),
                 r.invited_at, told.get(r.person_id, NEVER).state)
                for r in rows
            ],
        )  # fmt: skip
    data = [_data(row) | {"mail": told.get(row.person_id, NEVER).state} for row in rows]
    door.answer({"access": data}, text)
    return 0


def portal_revoke(door: "Door") -> int:
    from core.clients.queries import client, find_client
    from core.portal.commands import revoke_access

    store, actor = door.store(), door.actor()
    with store.write(actor) as tx:
        client_id = find_client(tx, door.options.client)
        ended = revoke_access(tx, client_id=client_id, email=door.options.email)
        name = client(tx, client_id).client
    email = door.options.email.strip().casefold()
    door.answer(
        {"client_id": client_id, "email": email, "ended": ended},
        [f"{email} sees nothing of {name} any more."],
    )
    return 0


def portal_invite(door: "Door") -> int:
    from core.clients.queries import find_client
    from core.portal.commands import invite_person

    store, actor = door.store(), door.actor()
    with store.write(actor) as tx:
        row = _row_of(tx, find_client(tx, door.options.client), door.options.email)
        invite_person(tx, row.person_id)
    door.answer(_data(row), [f"An invitation to {row.email} is queued."])
    return 0
