"""Paints of a screen only the lines that changed.

A cursor key changes two lines. Textual's compositor asks every widget that shares their clip, which on a
screen of lines under each other is all of them, for all of its lines.
"""

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip as Painted


class NearCompositor(Compositor):
    """Asks the widgets on the lines that changed for those lines."""

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Painted]]]:
        if not crop:
            yield from super()._get_renders(crop)
            return
        lines = Region(0, crop.y, self.size.width, crop.height)
        for widget, (region, clip) in self.visible_widgets.items():
            near = clip.intersection(lines)
            if shown := region.intersection(near):
                yield region, near, widget.render_lines(shown.translate((-region.x, -region.y)))
