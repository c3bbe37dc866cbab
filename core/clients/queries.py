"""What a door shows of clients."""

from collections import namedtuple

from core.errors import NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.store import Read

ClientRow = namedtuple(
    "ClientRow", "client_id client guarantor bill_to active email city birth_on external_id guarantor_id"
)

SELECT = """
SELECT k.id, k.sort_name, g.name, k.bill_to, k.active, g.email, g.city, k.birth_on, k.external_id, g.id
FROM client AS k JOIN guarantor AS g ON g.id = k.guarantor_id
"""

CLIENTS = SELECT + " WHERE k.archived = 0 ORDER BY k.sort_name, k.id"
CLIENT = SELECT + " WHERE k.id = :client_id"

CLIENTS_OF = SELECT + " WHERE k.archived = 0 AND k.guarantor_id = :guarantor_id ORDER BY k.sort_name, k.id"

ANY_CLIENT = "SELECT 1 FROM client WHERE archived = 0 LIMIT 1"

ADDRESS = """
SELECT name, street, street_2, city, state, postal_code, country, email, phone
FROM guarantor WHERE id = :id
"""

AddressRow = namedtuple("AddressRow", "name street street_2 city state postal_code country email phone")


def clients(read: "Read") -> list[ClientRow]:
    """Every client by family name."""
    return read.all(CLIENTS, ClientRow)


def has_clients(read: "Read") -> bool:
    """Whether the book has begun: nobody can be billed before there is a client."""
    return bool(read.value(ANY_CLIENT))


def client(read: "Read", client_id: str) -> ClientRow:
    """One client. Raises: NotFound."""
    found = read.first(CLIENT, ClientRow, client_id=client_id)
    if found is None:
        raise NotFound("There is no such client any more.", subject=client_id)
    return found


def clients_of(read: "Read", guarantor_id: str) -> list[ClientRow]:
    """The clients a guarantor answers for, by family name."""
    return read.all(CLIENTS_OF, ClientRow, guarantor_id=guarantor_id)


AccountRow = namedtuple(
    "AccountRow",
    "client_id client guarantor guarantor_id active balance_cents credit_cents unbilled_cents",
)
"""`guarantor` is empty where the client owes for itself; `balance_cents` is open on the client's invoices,
`credit_cents` what the guarantor has on none."""

ACCOUNT = """
SELECT k.id, k.sort_name, CASE g.name WHEN k.name THEN '' ELSE g.name END, g.id, k.active,
       coalesce((SELECT sum(b.balance_cents) FROM invoice_balance AS b
                 WHERE b.client_id = k.id AND b.balance_cents <> 0), 0),
       coalesce((SELECT sum(m.left_cents) FROM money_left AS m
                 WHERE m.guarantor_id = g.id AND m.left_cents <> 0), 0),
       coalesce((SELECT sum(u.amount_cents) FROM unbilled AS u
                 WHERE u.client_id = k.id AND u.service_on <= :today), 0)
FROM client AS k JOIN guarantor AS g ON g.id = k.guarantor_id
"""
ACCOUNTS = ACCOUNT + " WHERE k.archived = 0 ORDER BY k.sort_name, k.id"
ONE_ACCOUNT = ACCOUNT + " WHERE k.id = :client_id"


def accounts(read: "Read", *, today: str) -> list[AccountRow]:
    """Every client by family name, with what is open, unapplied and unbilled. `today` is ISO text."""
    read.fresh()
    return read.all(ACCOUNTS, AccountRow, today=today)


def account(read: "Read", client_id: str, *, today: str) -> AccountRow:
    """The same of one client. Raises: NotFound."""
    read.fresh()
    found = read.first(ONE_ACCOUNT, AccountRow, client_id=client_id, today=today)
    if found is None:
        raise NotFound("There is no such client any more.", subject=client_id)
    return found


OWN_FIELDS = (
    "name", "birth_on", "street", "street_2", "city", "state", "postal_code", "phone", "referrer",
    "referrer_npi",
)  # fmt: skip
OWN = f"SELECT {', '.join(OWN_FIELDS)} FROM client WHERE id = :client_id"  # noqa: S608


def own_facts(read: "Read", client_id: str) -> dict[str, str | None]:
    """What the book has of the client itself, not of who owes; an empty address is the guarantor's."""
    return dict(zip(OWN_FIELDS, read.rows(OWN, client_id=client_id)[0], strict=True))


def address(read: "Read", guarantor_id: str) -> AddressRow:
    """Where a guarantor's mail goes. Raises: NotFound."""
    found = read.first(ADDRESS, AddressRow, id=guarantor_id)
    if found is None:
        raise NotFound("There is no such guarantor any more.", subject=guarantor_id)
    return found


NoteRow = namedtuple("NoteRow", "note_id client_id noted_on text")

NOTE = "SELECT id, client_id, noted_on, text FROM billing_note"
NOTES_OF = NOTE + " WHERE client_id = :client_id AND archived = 0 ORDER BY noted_on DESC, id DESC"
NOTE_BY_ID = NOTE + " WHERE id = :note_id"


def notes(read: "Read", client_id: str) -> list[NoteRow]:
    """What billers noted about a client, newest first (RC7)."""
    return read.all(NOTES_OF, NoteRow, client_id=client_id)


def note_of(read: "Read", note_id: str) -> NoteRow:
    """One note, also one that was taken away. Raises: NotFound."""
    found = read.first(NOTE_BY_ID, NoteRow, note_id=note_id)
    if found is None:
        raise NotFound("There is no such note.", subject=note_id)
    return found


def find_note(read: "Read", client_id: str, typed: str) -> str:
    """A note of a client, by its id or what it ends in. Raises: NotFound."""
    found = [one.note_id for one in notes(read, client_id) if typed and one.note_id.endswith(typed.strip())]
    if len(found) != 1 or len(typed.strip()) < 8:
        raise NotFound("There is no such note. `client show` lists them with their ids.", subject="note")
    return str(found[0])


class NoClient(NotFound):
    code = "no_client"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'There is no client "{plain(typed)[:60]}".', subject=typed[:60])


class ManyClients(NotFound):
    code = "many_clients"

    def __init__(self, typed: str, found: "Sequence[tuple[str, str]]") -> None:
        from core.text import plain

        super().__init__(f'More than one client fits "{plain(typed)[:60]}": {_told_apart(found)}')


def _told_apart(found: "Sequence[tuple[str, str]]") -> str:
    """Those that fit, and how to say which; of the same name each has the end of its id."""
    from core.ids import short
    from core.text import plain

    names = [name for _, name in found]
    shown = [
        plain(name) + (f" ({short(row_id)})" if names.count(name) > 1 else "") for row_id, name in found[:5]
    ]
    same = len(set(names)) < len(names)
    return f"{'; '.join(shown)}. Type more of the name{', or what is in brackets' if same else ''}."


BY_ID = "SELECT id FROM client WHERE id = :typed OR external_id = :typed LIMIT 1"
BY_SUFFIX = "SELECT id FROM client WHERE id LIKE :suffix LIMIT 2"


def find_client(read: "Read", typed: str) -> str:
    """The id for what a person types: an id or its last characters, an external id, part of the name.

    Raises: NoClient, ManyClients.
    """
    from core.text import search_key

    typed = typed.strip()
    found = read.value(BY_ID, typed=typed)
    if found is not None:
        return str(found)
    if len(typed) >= 8 and set(typed.lower()) <= set("0123456789abcdef-"):
        ending = read.rows(BY_SUFFIX, suffix="%" + typed.lower())
        if len(ending) == 1:
            return str(ending[0][0])
    words = search_key(typed).replace(",", " ").split()
    if not words:
        raise NoClient(typed)
    fits, exact = [], []
    for row in clients(read):
        key = search_key(row.client).replace(",", " ")
        if sorted(key.split()) == sorted(words):
            exact.append(row)
        if all(word in key for word in words):
            fits.append(row)
    chosen = exact or fits
    if not chosen:
        raise NoClient(typed)
    if len(chosen) > 1:
        raise ManyClients(typed, [(row.client_id, row.client) for row in chosen])
    return str(chosen[0].client_id)


GuarantorRow = namedtuple("GuarantorRow", "guarantor_id guarantor street city email clients")
"""`clients` is how many clients it owes for by itself; shares of others' charges are not counted."""

ALL_GUARANTORS = """
SELECT g.id, g.name, g.street, g.city, g.email,
       (SELECT count(*) FROM client AS k WHERE k.guarantor_id = g.id AND k.archived = 0)
FROM guarantor AS g WHERE g.archived = 0 ORDER BY g.name, g.id
"""


def guarantors(read: "Read") -> list[GuarantorRow]:
    """Everybody who owes or may owe, by name."""
    return read.all(ALL_GUARANTORS, GuarantorRow)


class NoGuarantor(NotFound):
    code = "no_guarantor"

    def __init__(self, typed: str) -> None:
        from core.text import plain

        super().__init__(f'There is no guarantor "{plain(typed)[:60]}".', subject=typed[:60])


class ManyGuarantors(NotFound):
    code = "many_guarantors"

    def __init__(self, typed: str, found: "Sequence[tuple[str, str]]") -> None:
        from core.text import plain

        super().__init__(f'More than one guarantor fits "{plain(typed)[:60]}": {_told_apart(found)}')


GUARANTOR_BY_ID = "SELECT id FROM guarantor WHERE id = :typed OR external_id = :typed LIMIT 1"
GUARANTORS = "SELECT id, name FROM guarantor WHERE archived = 0 ORDER BY name, id"


def find_guarantor(read: "Read", typed: str) -> str:
    """The id of who owes, for what a person types: an id or its last characters, part of the name.

    Raises: NoGuarantor, ManyGuarantors.
    """
    found = read.value(GUARANTOR_BY_ID, typed=typed.strip())
    return str(found) if found is not None else choose_guarantor(read.rows(GUARANTORS), typed)


def choose_guarantor(rows: "Sequence[tuple[str, str]]", typed: str) -> str:
    """The same among ids and names that are known already. Raises: NoGuarantor, ManyGuarantors."""
    from core.text import search_key

    key = search_key(typed.strip())
    words = key.split()
    fits = [row for row in rows if words and all(word in search_key(row[1]) for word in words)]
    exact = [row for row in fits if search_key(row[1]) == key]
    ending = [row for row in rows if len(key) >= 8 and row[0].endswith(key)]
    chosen = ending or exact or fits
    if not chosen:
        raise NoGuarantor(typed)
    if len(chosen) > 1:
        raise ManyGuarantors(typed, chosen)
    return str(chosen[0][0])
