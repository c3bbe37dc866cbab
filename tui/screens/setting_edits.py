"""How each row of Settings is changed: a strip, then the same command as its verb."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.actors import Role
from core.errors import UsageError
from core.practice.commands import (
    add_office,
    add_provider,
    add_service,
    change_office,
    change_practice,
    change_provider,
    change_service,
    license_provider,
)
from core.practice.users import add_user
from core.store import Tx
from tui.screens.mail_edits import edit_auto_share, edit_mail_server, edit_template
from tui.screens.portal_edits import edit_message
from tui.screens.rule_edits import edit_rule
from tui.screens.setting_rows import PRACTICE_FIELDS, Item
from tui.strips.asking import AskText
from tui.strips.fields import Field, MoneyField, TextField
from tui.strips.form import AskForm

if TYPE_CHECKING:
    from tui.screens.settings import Settings

OFFICE = {"code": 10, "name": 22, "street": 24, "city": 16, "state": 4, "postal_code": 10, "phone": 14}
PROVIDER = {"name": 26, "credentials": 10, "npi": 12, "licence": 12, "licence_state": 4}


def _texts(widths: dict[str, int], values: dict[str, str], needed: str) -> list[Field[Any]]:
    return [
        TextField(
            name.replace("_", " "),
            name=name,
            value=values.get(name, ""),
            width=width,
            optional=name != needed,
        )
        for name, width in widths.items()
    ]


def _save(screen: "Settings", what: str, command: Callable[[Tx], object]) -> None:
    screen.change(command, lambda _: screen.biller.say(f"{what}.", "good"))


def edit_practice(screen: "Settings", item: Item) -> None:
    field = item.about
    name, before = PRACTICE_FIELDS[field], screen.profile[field]

    def put(tx: Tx, value: str) -> None:
        change_practice(tx, **{field: value})

    def typed(value: str) -> None:
        screen.change(
            lambda tx: put(tx, value),
            lambda _: screen.done(f"{name} changed", lambda tx: put(tx, before), lambda tx: put(tx, value)),
        )

    if field in ("footer", "portal_message"):
        from tui.strips.note import AskNote

        screen.open_strip(AskNote(name, value=before, keep_as=f"setting {field}"), typed)
        return
    form = AskForm(name, [TextField("", name=field, value=before, width=48, optional=field != "name")])
    screen.open_strip(form, lambda values: typed(values[field]))


def edit_office(screen: "Settings", item: Item) -> None:
    office = item.about
    form = AskForm("Office", _texts(OFFICE, office._asdict(), "code"), keep_as=f"office {office.office_id}")

    def put(tx: Tx, values: dict[str, Any]) -> None:
        change_office(tx, office.office_id, **values)

    screen.open_strip(form, lambda values: _correct(screen, "Office changed", office, values, put))


def _correct(
    screen: "Settings",
    what: str,
    row: Any,
    values: dict[str, Any],
    put: Callable[[Tx, dict[str, Any]], object],
) -> None:
    """Write what differs from the row; `u` puts back what stood there."""

    def command(tx: Tx) -> dict[str, Any]:
        changed = _changed(row, values)
        put(tx, changed)
        return changed

    def saved(changed: dict[str, Any]) -> None:
        before = {name: getattr(row, name) for name in changed}
        screen.done(what, lambda tx: put(tx, before), lambda tx: put(tx, changed))

    screen.change(command, saved)


def _changed(row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Only what differs, so that the log tells of a change and not of a form. Raises: UsageError."""
    found = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not found:
        raise UsageError("Nothing was changed.")
    return found


def edit_provider(screen: "Settings", item: Item) -> None:
    provider = item.about
    works = ("a", "works here again") if not provider.active else ("x", "does not work here any more")
    screen.choose(
        provider.name,
        [("e", "edit"), ("l", "CPT licence"), works],
        lambda key: _provider(screen, provider, key),
    )


def _provider(screen: "Settings", provider: Any, key: str) -> None:
    provider_id = provider.provider_id

    def correct(tx: Tx, values: dict[str, Any]) -> None:
        change_provider(tx, provider_id, **values)

    if key == "e":
        fields = _texts(PROVIDER, provider._asdict(), "name")
        screen.open_strip(
            AskForm("Provider", fields),
            lambda values: _correct(screen, "Provider changed", provider, values, correct),
        )
    elif key == "l":
        this = str(screen.biller.today().year)
        licence: list[Field[Any]] = [
            TextField("first year", name="year", value=this, width=6),
            TextField("renews (y/n)", name="renews", value="y", width=3),
        ]
        screen.open_strip(
            AskForm(f"CPT licence of {provider.name}", licence),
            lambda values: _save(
                screen, f"{provider.name} has a CPT licence", lambda tx: _license(tx, provider_id, values)
            ),
        )
    else:
        active = key == "a"

        def put(tx: Tx, value: bool) -> None:
            change_provider(tx, provider_id, active=value)

        screen.change(
            lambda tx: put(tx, active),
            lambda _: screen.done(
                f"{provider.name} {'works here again' if active else 'does not work here any more'}",
                lambda tx: put(tx, not active),
                lambda tx: put(tx, active),
            ),
        )


def _license(tx: Tx, provider_id: str, values: dict[str, Any]) -> None:
    year = values["year"]
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        raise UsageError("A licence year is four digits, such as 2026.")
    if values["renews"].lower() not in ("y", "n"):
        raise UsageError("Say y if the licence renews each year, else n.")
    license_provider(tx, provider_id, first_year=int(year), renews=values["renews"].lower() == "y")


def edit_service(screen: "Settings", item: Item) -> None:
    service = item.about
    fields: list[Field[Any]] = [
        TextField("description", name="description", value=service.description, width=36),
        MoneyField("fee", name="rate_cents", cents=service.rate_cents),
    ]

    def put(tx: Tx, values: dict[str, Any]) -> None:
        change_service(tx, service.service_id, **values)

    screen.open_strip(
        AskForm(item.name, fields),
        lambda values: _correct(screen, "Service changed", service, values, put),
    )


def edit_user(screen: "Settings", item: Item) -> None:
    """Another role, or none any more; who owns the book keeps at least one key to it."""
    from core.security.slots import give_role, take_user_out
    from core.security.unlock import KEYS

    user, app = item.about, screen.biller
    roles = {"o": Role.OWNER, "l": Role.LEAD_BILLER, "b": Role.BILLER, "r": Role.READER}
    choices = [(key, role.value.replace("_", " ")) for key, role in roles.items()]

    def chosen(key: str) -> None:
        slots = f"{app.home_folder()}/{KEYS}"

        def work() -> None:
            if key == "x":
                take_user_out(app.store, app.actor, slots, lambda read: str(user.user_id))
            else:
                give_role(app.store, app.actor, slots, lambda read: str(user.user_id), roles[key])

        what = "may no longer act" if key == "x" else f"is {roles[key].value.replace('_', ' ')}"
        app.in_background(work, lambda _: app.say(f"{user.name} {what}.", "good"), writes=True, busy="saving")

    screen.choose(user.name, [*choices, ("x", "may no longer act")], chosen)


def edit_choice(screen: "Settings", item: Item) -> None:
    """One of the words that the practice may choose for its documents and its portal."""
    from core.ledger.choices import CHOICES, choices
    from core.practice.settings import choose
    from tui.strips.choices import letters_for

    words = CHOICES[item.about].words
    letters = letters_for(words)

    def chosen(letter: str) -> None:
        word = words[letters.index(letter)]

        def command(tx: Tx) -> str:
            before = choices(tx)[item.about]
            choose(tx, item.about, word)
            return before

        screen.change(
            command,
            lambda before: screen.done(
                f"{item.name}: {word}",
                lambda tx: choose(tx, item.about, before),
                lambda tx: choose(tx, item.about, word),
            ),
        )

    screen.choose(item.name, list(zip(letters, words, strict=True)), chosen)


def edit_own(screen: "Settings", item: Item) -> None:
    """What this computer's config.toml holds; it counts from the next start on."""
    from tui.config import choose

    app, folder = screen.biller, screen.biller.config
    if folder is None:
        return

    def put(typed: str) -> None:
        def done(_: None) -> None:
            app.say(f"{item.name}: {typed}, from the next start on.", "good")
            screen.reload()

        app.in_background(lambda: choose(folder, item.about, typed), done)

    screen.open_strip(AskText(item.name, value=item.value, width=8), put)


def edit_theme(screen: "Settings", item: Item) -> None:
    names = {"d": "dark", "l": "light", "a": "ansi-dark", "n": "ansi-light"}
    screen.choose("Theme", list(names.items()), lambda key: screen.biller.wear(names[key]))


def edit_keys(screen: "Settings", item: Item) -> None:
    screen.biller.edit_keys()


EDITS: dict[str, Callable[["Settings", Item], None]] = {
    "practice": edit_practice,
    "office": edit_office,
    "provider": edit_provider,
    "service": edit_service,
    "user": edit_user,
    "rule": edit_rule,
    "choice": edit_choice,
    "own": edit_own,
    "theme": edit_theme,
    "keys": edit_keys,
    "mail_server": edit_mail_server,
    "auto_share": edit_auto_share,
    "template": edit_template,
    "message": edit_message,
}
"""What Enter does, by what the row says edits it."""


def _new_office(screen: "Settings") -> None:
    screen.open_strip(
        AskForm("New office", _texts(OFFICE, {}, "code"), keep_as="new office"),
        lambda values: _save(screen, "Office added", lambda tx: add_office(tx, **values)),
    )


def _new_provider(screen: "Settings") -> None:
    screen.open_strip(
        AskForm("New provider", _texts(PROVIDER, {}, "name"), keep_as="new provider"),
        lambda values: _save(screen, "Provider added", lambda tx: add_provider(tx, **values)),
    )


def _new_service(screen: "Settings") -> None:
    fields: list[Field[Any]] = [
        TextField("system", name="code_system", value="CPT", width=7),
        TextField("code", name="code", width=8),
        TextField("description", name="description", width=30),
        MoneyField("fee", name="rate_cents"),
    ]

    def add(tx: Tx, values: dict[str, Any]) -> None:
        system = values["code_system"].upper()
        if system not in ("CPT", "HCPCS", "SNOMED", "LOCAL"):
            raise UsageError("The system of a code is CPT, HCPCS, SNOMED or LOCAL.")
        add_service(tx, **{**values, "code_system": system})

    screen.open_strip(
        AskForm("New service", fields, keep_as="new service"),
        lambda values: _save(screen, "Service added", lambda tx: add(tx, values)),
    )


def _new_user(screen: "Settings") -> None:
    screen.open_strip(
        AskText("New user, a biller", label="name", keep_as="new user", width=30),
        lambda name: _save(
            screen,
            "Added; `daysheet key passphrase` gives them a passphrase",
            lambda tx: add_user(tx, name=name, role=Role.BILLER),
        ),
    )


ADDS: dict[str, Callable[["Settings"], None]] = {
    "office": _new_office,
    "provider": _new_provider,
    "service": _new_service,
    "user": _new_user,
}
"""What `n` adds, by what the row's section holds."""
