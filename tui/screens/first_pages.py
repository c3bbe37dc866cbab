"""The pages of the first start: each asks for one part of a new book and refuses what `init` refuses.

A page is made once and only hidden, so that going back finds everything as it was typed.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from core.dates import NotATimeZone, zone
from core.errors import UsageError
from core.practice.commands import EmptyName, require_series
from core.security.keys import MIN_PASSPHRASE, ShortPassphrase, same_recovery_code
from tui.new_book import TERMS_DAYS, computer_user, computer_zone, series_of
from tui.strength import strength
from tui.strips.fields import Field, FieldEmpty, TextField, Words
from tui.tones import Piece
from tui.widgets.columns import Column, words_column
from tui.widgets.grid import Grid
from tui.widgets.rows import Row, Rows

LABEL_CELLS = 26


class BadDays(UsageError):
    code = "bad_days"

    def __init__(self) -> None:
        super().__init__("The days until a bill is due are a whole number from 0 to 365, such as 30.")


class PassphrasesDiffer(UsageError):
    code = "passphrases_differ"

    def __init__(self) -> None:
        super().__init__("The two passphrases differ. Type the same again.")


class NotTheCode(UsageError):
    code = "not_the_code"

    def __init__(self) -> None:
        super().__init__("That is not the recovery code. Look at your paper again; Esc shows the code.")


class PageField(TextField):
    """A field with its label in a column of labels."""

    def __init__(
        self, label: str, *, name: str, value: str = "", width: int = 40, hint: str = "",
        optional: bool = False, secret: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(
            label.rjust(LABEL_CELLS), name=name, value=value, width=width, hint=hint, optional=optional
        )
        self.called = label
        self.input.password = secret

    def read(self) -> str:
        """Raises: FieldEmpty."""
        text = self.typed if self.input.password else self.typed.strip()
        if not text and not self.optional:
            raise FieldEmpty(self.called)
        return text


class WholeNumberField(PageField):
    """Days, typed as they are; anything else is refused in words."""

    def days(self) -> int:
        """Raises: BadDays."""
        text = self.typed.strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 365):
            raise BadDays
        return int(text)


class Page(Vertical):
    """One part of a new book. `TITLE` heads it, `NEXT` is what Enter does."""

    DEFAULT_CSS = """
    Page { height: 1fr; display: none; padding: 1 1; }
    Page > Words { width: 1fr; }
    """
    TITLE: ClassVar[str] = ""
    NEXT: ClassVar[str] = "Next"
    ARROWS: ClassVar[bool] = False

    def says(self) -> Iterable[Sequence[Piece]]:
        """The lines above the fields."""
        return ()

    def asks(self) -> Iterable[Widget]:
        """The fields, and what stands beneath them."""
        return ()

    def compose(self) -> ComposeResult:
        for pieces in self.says():
            yield Words([(" ", ""), *pieces])
        yield Words([])
        yield from self.asks()

    def check(self) -> None:
        """Raises: DomainError, when what was typed will not do; `subject` names the field."""

    def turned_to(self) -> None:
        """It is shown again."""

    def typing(self) -> None:
        """Called after each change of a field."""

    def focus_first(self) -> None:
        for field in self.query(Field):
            self.screen.set_focus(field.input)
            return
        self.screen.set_focus(None)

    def field(self, name: str) -> PageField:
        found = next(field for field in self.query(PageField) if field.name == name)
        assert isinstance(found, PageField)
        return found


def plain_words(*lines: str) -> Iterable[Sequence[Piece]]:
    return [[(line, "")] for line in lines]


class PracticePage(Page):
    """What the practice is called, and how its invoices are numbered and due."""

    TITLE = "The practice"

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder

    def says(self) -> Iterable[Sequence[Piece]]:
        return [
            *plain_words("There is no book yet in the folder"),
            [("  ", ""), (self._folder, "accent")],
            *plain_words(
                "Six short pages make one. Nothing is written before the last; ctrl+q leaves.",
                "For a look around first, leave and run `daysheet demo`; a backup comes back",
                "with `daysheet restore`.",
            ),
        ]

    def asks(self) -> Iterable[Widget]:
        yield PageField("Name of the practice", name="practice")
        yield PageField("Short name of this office", name="office", width=16, hint="North")
        yield PageField("Letters before numbers", name="series", width=8, hint="of the office", optional=True)
        yield WholeNumberField("Days until a bill is due", name="terms", width=6, value=str(TERMS_DAYS))

    def check(self) -> None:
        """Raises: EmptyName, BadSeries, BadDays."""
        if not self.practice:
            raise EmptyName("practice")
        if not self.office:
            raise EmptyName("office")
        require_series(self.series)
        self.query_one(WholeNumberField).days()

    @property
    def practice(self) -> str:
        return self.field("practice").typed.strip()

    @property
    def office(self) -> str:
        return self.field("office").typed.strip()

    @property
    def series(self) -> str:
        return self.field("series").typed.strip().upper() or series_of(self.office)

    @property
    def terms_days(self) -> int:
        return self.query_one(WholeNumberField).days()


class ZonePage(Page):
    """Where the practice's days begin, found by typing part of its name."""

    TITLE = "Time zone"
    ARROWS = True
    DEFAULT_CSS = "ZonePage Grid { height: 1fr; margin: 1 0 0 0; }"

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._now = now

    def says(self) -> Iterable[Sequence[Piece]]:
        return plain_words(
            "Type part of the name of a big city near you, such as new york.",
            "Service days and due dates are days of this zone, on every computer.",
        )

    def asks(self) -> Iterable[Widget]:
        yield PageField("Search", name="zone", hint="part of its name", optional=True)
        yield Grid(
            [words_column("Time zone", least=24), Column("Now there", width=16)],
            empty_text="No time zone is called that.",
        )

    def on_mount(self) -> None:
        import zoneinfo

        names = sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")
        rows = [Row(name, (name, f"{self._now.astimezone(zone(name)):%a %H:%M}")) for name in names]
        grid = self.query_one(Grid)
        grid.can_focus = False
        grid.show_rows(Rows(rows))
        own = computer_zone()
        grid.go_to(own if own in names and own != "Etc/UTC" else "America/New_York")

    def typing(self) -> None:
        self.query_one(Grid).filter_rows(self.field("zone").typed)

    def check(self) -> None:
        """Raises: NotATimeZone."""
        if not self.timezone:
            raise NotATimeZone(self.field("zone").typed)

    @property
    def timezone(self) -> str:
        return self.query_one(Grid).cursor_id or ""


class PassphrasePage(Page):
    """Who owns the book, and the words that open it."""

    TITLE = "Your passphrase"

    def __init__(self, likely: Callable[[], tuple[str, ...]]) -> None:
        super().__init__()
        self._likely = likely

    def says(self) -> Iterable[Sequence[Piece]]:
        return plain_words(
            "The book is encrypted, and these words open it.",
            f"{MIN_PASSPHRASE} characters or more; four or five words that make no sense are best.",
        )

    def asks(self) -> Iterable[Widget]:
        yield PageField("Your name", name="owner", value=computer_user())
        yield PageField("Passphrase", name="passphrase", secret=True)
        yield PageField("The same again", name="again", secret=True)
        yield Words([])
        for name in ("strength", "advice"):
            words = Words([])
            words.id = name
            yield words

    def typing(self) -> None:
        words, advice, tone = strength(self.passphrase, (*self._likely(), self.owner))
        self.query_one("#strength", Words).show([("  ", ""), (words, tone)])
        self.query_one("#advice", Words).show([("  ", ""), (advice, "muted")])

    def check(self) -> None:
        """Raises: FieldEmpty, ShortPassphrase, PassphrasesDiffer."""
        self.field("owner").read()
        if len(self.passphrase) < MIN_PASSPHRASE:
            raise ShortPassphrase
        if self.field("again").typed != self.passphrase:
            raise PassphrasesDiffer

    @property
    def passphrase(self) -> str:
        return self.field("passphrase").typed

    @property
    def owner(self) -> str:
        return self.field("owner").typed.strip()


class CodePage(Page):
    """The recovery code, to be written down; the next page asks for it."""

    TITLE = "Recovery code"
    NEXT = "It is on paper"

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code

    def says(self) -> Iterable[Sequence[Piece]]:
        half = len(self.code) // 2 + 1
        return [
            *plain_words(
                "If the passphrase is forgotten, this code opens the book; nothing else does.",
                "It is shown only now. Write it down and keep it away from this computer.",
                "",
            ),
            [("      ", ""), (self.code[:half], "strong")],
            [("      ", ""), (self.code[half:], "strong")],
            [("", "")],
            *plain_words("There is no I, L, O or U in it. The next page asks for it."),
        ]


class BackPage(Page):
    """The code typed back from the paper."""

    TITLE = "The code from your paper"

    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code

    def says(self) -> Iterable[Sequence[Piece]]:
        return plain_words(
            "Type the recovery code as it stands on your paper. Capitals, blanks and", "dashes do not matter."
        )

    def asks(self) -> Iterable[Widget]:
        yield PageField("Recovery code", name="code", width=44)

    def check(self) -> None:
        """Raises: NotTheCode."""
        if not same_recovery_code(self.field("code").typed, self._code):
            raise NotTheCode


class LastPage(Page):
    """What will be made, and a key for jobs that run by themselves where one is wanted."""

    TITLE = "Make the book"
    NEXT = "Make the book"
    TOLD: ClassVar[int] = 6

    def __init__(self, told: Callable[[], Sequence[tuple[str, str]]]) -> None:
        super().__init__()
        self._told = told

    def asks(self) -> Iterable[Widget]:
        for _ in range(self.TOLD):
            yield Words([])
        yield Words([])
        yield Words(
            [("  A machine key lets jobs of the night open the book. Empty: there is none.", "muted")]
        )
        yield PageField("File for a machine key", name="machine", optional=True, hint="none")

    def turned_to(self) -> None:
        for line, (what, value) in zip(list(self.query(Words))[1:], self._told(), strict=False):
            line.show([(f"  {what.rjust(LABEL_CELLS)}  ", "muted"), (value, "strong")])

    @property
    def machine_key_file(self) -> str | None:
        return self.field("machine").typed.strip() or None
