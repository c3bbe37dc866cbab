"""The last line of defence between data and the terminal.

Screens pass data through `core.text.plain`; a widget that forgets must still not be able to send an
escape sequence, a foreign link or a click action. So every painted line passes this filter.
"""

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from core.text import plain

_CLICK = "@click"


class Sanitize(LineFilter):
    """Makes text plain, and drops links that are not ours and every action a style carries.

    The app has no clickable markup of its own: its lines handle the mouse themselves.
    """

    def __init__(self, own_links: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.own_links = own_links

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment if segment.control else Segment(plain(segment.text), self._safe(segment.style))
            for segment in segments
        ]

    def _safe(self, style: Style | None) -> Style | None:
        if style is None:
            return None
        if style.link and not style.link.startswith(self.own_links or ("\0",)):
            style = style.update_link(None)
        if style._meta is not None and _CLICK in style.meta:
            style = style.clear_meta_and_links()
        return style
