"""The strip that lets a person into the portal: mail address, name, what they may do, whose account (RE1)."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from textual.app import ComposeResult

from core.clients.queries import choose_guarantor
from core.errors import UsageError
from core.portal.commands import Allowed, read_address
from core.text import plain
from tui.strips.fields import Field, TextField
from tui.strips.strip import Strip, lead_words

WORDS = Allowed._fields
"""documents, pay, superbills: any beginning of each will do."""


class NotAllowedWord(UsageError):
    code = "not_allowed_word"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f'"{plain(typed)[:30]}" is nothing that can be allowed. Write documents, pay, superbills, or the'
            " first letters of those.",
            subject="may",
        )


class WhoCanEnter(NamedTuple):
    """Whom to let in, to do what, on whose account."""

    email: str
    name: str
    allowed: Allowed
    guarantor_id: str


def parse_allowed(typed: str) -> Allowed:
    """`documents pay`, `d p s`. Raises: NotAllowedWord."""
    found = set()
    for part in typed.replace(",", " ").casefold().split():
        word = next((word for word in WORDS if word.startswith(part)), None)
        if word is None:
            raise NotAllowedWord(part)
        found.add(word)
    return Allowed(*(word in found for word in WORDS))


def allowed_words(documents: object, pay: object, superbills: object) -> str:
    """`documents pay`, as it is typed and shown."""
    chosen = zip(WORDS, (documents, pay, superbills), strict=True)
    return " ".join(word for word, yes in chosen if yes)


class AddressField(TextField):
    """Checked as it will be kept."""

    def read(self) -> str:
        return read_address(super().read())


class AllowedField(Field[Allowed]):
    def read(self) -> Allowed:
        return parse_allowed(self.typed)


class AccountField(Field[str]):
    """On whose account, by part of the name; only those who owe for the client can be named."""

    def __init__(self, accounts: Sequence[tuple[str, str]], value: str) -> None:
        super().__init__("account of", name="account", value=value, width=22)
        self._find = partial(choose_guarantor, accounts)

    def read(self) -> str:
        """Raises: NoGuarantor, ManyGuarantors."""
        return str(self._find(self.typed.strip()))


class AskAccess(Strip[WhoCanEnter]):
    """`Access to Ann Archer  mail [..]  name [..]  may [documents pay superbills]  account of [..]`.

    Where only one person owes for the client there is nothing to choose, and no field for it.
    """

    DEFAULT_CSS = "AskAccess { max-height: 6; }"

    def __init__(
        self,
        lead: str,
        accounts: Sequence[tuple[str, str]],
        *,
        email: str = "",
        name: str = "",
        may: str = allowed_words(True, True, True),
        account: str = "",
        keep_as: str,
    ) -> None:
        super().__init__(keep_as=keep_as)
        self.lead = lead
        self._only = accounts[0][0]
        self.email = AddressField("mail", name="email", value=email, width=28)
        self.who = TextField("name", name="name", value=name, width=20, optional=True)
        self.may = AllowedField("may", name="may", value=may, width=25)
        self.account = AccountField(accounts, account or accounts[0][1]) if len(accounts) > 1 else None

    def line(self) -> ComposeResult:
        shown: list[Field[Any]] = [self.email, self.who, self.may]
        if self.account is not None:
            shown.append(self.account)
        yield lead_words(self.lead, shown, self.app.size.width)
        yield from shown

    def read(self) -> WhoCanEnter:
        account = self._only if self.account is None else self.account.read()
        return WhoCanEnter(self.email.read(), self.who.read(), self.may.read(), account)
