"""What a mail looks like, with made-up values: its subject and its text, line for line."""

from textual.app import ComposeResult

from core.practice.mail_templates import SAMPLE, Template, said
from tui.screens.book_screen import BookScreen
from tui.screens.text_page import line_rows, page_lines


class MailPreview(BookScreen[list[str]]):
    """Nothing of a client is in it, and nothing is sent."""

    PLACE = "settings"
    HEADING = "Mail"

    def __init__(self, template: Template) -> None:
        super().__init__()
        self._template = template

    def compose_body(self) -> ComposeResult:
        yield page_lines("Preview with made-up values", "text")

    def load(self) -> list[str]:
        subject, parts = said(self._template, SAMPLE)
        return [f"Subject: {subject}", "", *"\n\n".join(parts).split("\n")]

    def fill(self, view: list[str]) -> None:
        self.grid.show_rows(line_rows(view))
        self.show_totals(self._template.kind.replace("_", " "))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Lines in another order are no mail."""
        return False if action == "sort" else super().check_action(action, parameters)
