"""The app of the first start: it ends with a new book, open, or with nothing at all."""

from pathlib import Path

from core.dates import system_now
from core.errors import DomainError
from core.security.found import Founded
from tui.app import FrameApp
from tui.new_book import NewBook, make_book
from tui.screens.first_start import FirstStart


class FirstStartApp(FrameApp):
    """`founded` is the book and its owner, once it is made."""

    def __init__(
        self,
        folder: str,
        *,
        passphrase: str = "",
        theme: str = "dark",
        report_folder: Path | None = None,
    ) -> None:
        super().__init__(theme=theme, report_folder=report_folder)
        self.founded: Founded | None = None
        self._folder = folder
        self._passphrase = passphrase

    def on_mount(self) -> None:
        """Textual calls the frame's own as well."""
        self.push_screen(
            FirstStart(self._folder, now=system_now(), passphrase=self._passphrase, make=self._make)
        )

    def refresh_frame(self) -> None:
        """There is no frame; the pages show what goes on."""

    def _make(self, wanted: NewBook) -> None:
        def made(founded: Founded) -> None:
            self.founded = founded
            self.exit()

        def refused(refusal: DomainError) -> None:
            screen = self.screen
            assert isinstance(screen, FirstStart)
            screen.refused(refusal)

        self.in_background(lambda: make_book(self._folder, wanted), made, failed=refused, writes=True)
