"""Paints of a screen only the lines that changed, and where it must be quick, at once.

A cursor key changes two lines. Textual's compositor asks every widget that shares their clip, which on a
screen of lines under each other is all of them, for all of its lines. And from a change to its paint it goes
by way of the widget's queue, the screen's queue and a timer.
"""

from collections.abc import Iterable
from typing import Any

from textual._compositor import Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip as Painted
from textual.widget import Widget


class NearCompositor(Compositor):
    """Asks the widgets where the change is for its lines, and none that lies behind another."""

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Painted]]]:
        if not crop:
            yield from super()._get_renders(crop)
            return
        lines = Region(0, crop.y, self.size.width, crop.height)
        in_front: list[Region] = []
        for widget, (region, clip) in self.visible_widgets.items():
            near = clip.intersection(lines)
            shown = region.intersection(near)
            if shown and shown.overlaps(crop) and not any(other.contains_region(shown) for other in in_front):
                in_front.append(shown)
                yield region, near, widget.render_lines(shown.translate((-region.x, -region.y)))


def paint_now(screen: Screen[Any], *widgets: Widget) -> None:
    """Paint what changed of some widgets of a screen before anything else is done.

    What others on it wait to paint is painted with it: having painted, Textual forgets who waits. Where lines
    have to be laid out first, or nothing may be painted yet, it is painted with the rest in its turn.
    """
    rest_is_due = screen._layout_required or screen._scroll_required or screen._repaint_required
    if screen.is_current and not screen.app._batch_count and not rest_is_due:
        screen._compositor.update_widgets(screen._dirty_widgets.union(widgets))
        screen._compositor_refresh()
        for widget in widgets:
            widget._repaint_required = False
