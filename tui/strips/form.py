"""A strip of several fields that belong together: an office, a provider, a rule."""

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult

from tui.strips.fields import Field, Words
from tui.strips.strip import Strip


class AskForm(Strip[dict[str, Any]]):
    """Answers what stands in each field, by the field's name."""

    DEFAULT_CSS = "AskForm { max-height: 6; }"

    def __init__(self, lead: str, fields: Sequence[Field[Any]], *, keep_as: str = "") -> None:
        super().__init__(keep_as=keep_as)
        self.lead = lead
        self._form = list(fields)

    def line(self) -> ComposeResult:
        yield Words([(f" {self.lead}", "strong")])
        yield from self._form

    def read(self) -> dict[str, Any]:
        return {field.name or "": field.read() for field in self._form}
