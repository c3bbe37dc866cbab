"""Settings: the practice, its offices, people, services and rules; this computer's keys and look."""

import os
from typing import ClassVar

from core.actors import Right
from core.ledger.choices import choices
from core.practice.queries import (
    number_series,
    offices,
    policies,
    practice_profile,
    providers,
    services,
    users,
)
from core.store import Read
from core.trouble import NotAllowed
from tui.config import read_config
from tui.keymap import all_lost_keys, read_keymap
from tui.keys import verb
from tui.present import plural
from tui.screens.book_screen import BookScreen
from tui.screens.mail_rows import mail_view
from tui.screens.setting_rows import SECTIONS, Item, SettingsView, rows
from tui.widgets.columns import Column, words_column
from tui.widgets.rows import Row, Rows


class Settings(BookScreen[SettingsView]):
    """One row a field; Enter changes it by the same command as its verb, where the role allows it."""

    PLACE = "settings"
    HEADING = "Settings"
    EMPTY = "Nothing of this kind yet. n adds one."
    QUICK_FILTERS = ("all", *SECTIONS)
    ENTER = "Change"
    COLUMNS = (
        Column("Section", width=9, drop=1),
        words_column("What", least=16, most=28),
        words_column("Is", least=42, most=90),
        words_column("", least=6, most=26, drop=2),
    )
    BINDINGS: ClassVar = [
        verb("n", "new", "Add", id="settings.add", help="Office, provider, service, user", counted=False),
        verb("e", "edit_file", "Edit keys.toml", id="settings.edit_file",
             help="Keys of your own, in your $EDITOR; read again when it closes", counted=False),
        verb("t", "test_mail", "Test mail", id="settings.test_mail",
             help="The hub sends one to an address that you type", counted=False),
        verb("o", "preview", "Preview", id="settings.preview",
             help="What the mail of this row looks like", counted=False),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.profile: dict[str, str] = {}
        self._items: dict[str, Item] = {}

    def ask_book(self, read: Read) -> SettingsView:
        app = self.biller
        return SettingsView(
            practice_profile(read),
            offices(read),
            providers(read),
            services(read),
            policies(read),
            users(read),
            number_series(read),
            app.today().isoformat(),
            choices(read),
            {**read_config(app.config)[0], "theme": app.theme} if app.config else {"theme": app.theme},
            self._keys_words(),
            mail_view(read),
        )

    def _keys_words(self) -> str:
        """Where the file is and whether it takes a key from something."""
        folder = self.biller.config
        if folder is None:
            return "the keys are as they come"
        keymap, wrong = read_keymap(folder)
        if wrong:
            return wrong
        if not keymap:
            return "the keys are as they come; e writes a file of your own"
        lost = sorted(all_lost_keys(keymap, self.biller.PLACES))
        clash = f"; takes the key of: {', '.join(lost)}" if lost else "; no clash"
        return f"{plural(len(keymap), 'key')} of your own{clash}"

    def fill(self, view: SettingsView) -> None:
        self.profile = dict(view.profile)
        self._items = {item.item_id: item for item in rows(view)}
        wanted = self.quick_filter
        shown = [item for item in self._items.values() if wanted in ("all", item.section)]
        self.grid.show_rows(Rows([self._row(item) for item in shown]))
        self.show_totals(f"{view.profile.get('name', '')} · you are {self._role}")

    @property
    def _role(self) -> str:
        return str(self.biller.actor.role.value.replace("_", " "))

    def _row(self, item: Item) -> Row:
        note = "" if self.why_fixed(item) == "" else "shown only" if not item.edits else "owners only"
        return Row(item.item_id, (item.section, item.name, item.value, note))

    def why_fixed(self, item: Item) -> str:
        """Why a row cannot be changed here, as a sentence; empty where it can."""
        actor = self.biller.actor
        if not item.edits:
            return item.why_not
        if not item.own and not actor.may(Right.MANAGE):
            return str(NotAllowed(actor, Right.MANAGE))
        if item.edits == "theme" and os.environ.get("NO_COLOR"):
            return "NO_COLOR is set, so there are no colours to choose."
        return ""

    @property
    def _item(self) -> Item | None:
        return self._items.get(self.grid.cursor_id or "")

    def allowed(self, action: str) -> bool:
        manages = self.biller.actor.may(Right.MANAGE)
        on_mail = self._item is not None and self._item.section == "mail"
        if action == "test_mail":
            return on_mail and manages
        if action == "preview":
            return on_mail and self._item is not None and self._item.edits == "template"
        return action != "new" or (self._adds != "" and manages)

    @property
    def _adds(self) -> str:
        """What `n` adds: of the row's section, or of the one filtered to, where it is empty still."""
        if self._item is not None:
            return self._item.adds
        wanted = self.quick_filter.removesuffix("s")
        return wanted if wanted in ("office", "provider", "service", "user") else ""

    def opened(self, record_id: str) -> None:
        from tui.screens.setting_edits import EDITS

        item = self._items[record_id]
        if refusal := self.why_fixed(item):
            self.frame_app.say(refusal, "warn")
            return
        EDITS[item.edits](self, item)

    def action_new(self) -> None:
        from tui.screens.setting_edits import ADDS

        if self._adds:
            ADDS[self._adds](self)

    def action_test_mail(self) -> None:
        from tui.screens.mail_edits import ask_test_mail

        ask_test_mail(self)

    def action_preview(self) -> None:
        from tui.screens.mail_preview import MailPreview

        if self._item is not None and self._item.edits == "template":
            self.app.push_screen(MailPreview(self._item.about))

    def action_edit_file(self) -> None:
        self.biller.edit_keys()
