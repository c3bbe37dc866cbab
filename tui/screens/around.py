"""What the lines around a list say: which filter holds, how many are marked, which keys apply."""

from typing import NamedTuple

from tui.keys import Footing, shown_key
from tui.tones import Piece
from tui.widgets.grid import Grid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from textual.binding import Binding

    from tui.screens.frame import FrameScreen

Key = tuple[str, str, str]
"""A key, as it is displayed, and its label."""


class FooterKeys(NamedTuple):
    """The verbs that apply, the keys that are always there, and the palette's key."""

    verbs: list[Key]
    always: list[Key]
    palette: str


_PERIODS = ("right_square_bracket", "[ ]", "Period")
"""Two keys in one, behind the verbs: without them a screen for one month looks like all there is."""


def notes_of(screen: "FrameScreen[Any]", grid: Grid) -> list[Piece]:
    """Filter, marks and range, for the right end of the list's title."""
    notes: list[Piece] = []
    typed = grid.arrangement.filter_text
    quick = screen.quick_filter
    filters = [quick] if screen.QUICK_FILTERS and quick != screen.QUICK_FILTERS[0] else []
    filters += [f'"{typed}"'] if typed and filters else [typed] if typed else []
    if filters:
        notes.append((f"filter: {' '.join(filters)}", "accent"))
    if grid.marks:
        hidden = grid.hidden_marks
        notes.append((f"{len(grid.marks):,} marked" + (f", {hidden:,} hidden" if hidden else ""), "accent"))
    if grid.marks.anchor is not None:
        notes.append(("range: v ends", "accent"))
    return notes


def footer_keys(screen: "FrameScreen[Any]", marked: int) -> FooterKeys:
    """The keys that `check_action` allows now, each once."""
    shown = FooterKeys([], [], "")
    seen = set()
    for key, binding, enabled in _told_bindings(screen):
        footing = binding.group
        if not isinstance(footing, Footing) or binding.action in seen:
            continue
        if binding.action == "palette" and key.startswith("ctrl+"):
            shown = shown._replace(palette=shown_key(key))
        if binding.show and enabled:
            seen.add(binding.action)
            label = binding.description
            if footing.counted and marked:
                label = f"{label} ({marked})"
            elif footing.unmarked and not marked:
                label = footing.unmarked
            (shown.always if footing.always else shown.verbs).append((key, shown_key(key), label))
    if screen.ENTER and screen.query(Grid) and screen.grid.cursor_id is not None:
        shown.verbs.append(("enter", shown_key("enter"), screen.ENTER))
    if screen.HAS_PERIODS:
        shown.verbs.append(_PERIODS)
    return shown


def _told_bindings(screen: "FrameScreen[Any]") -> "Iterator[tuple[str, Binding, bool]]":
    """The bindings of the keys that the footer may show, and whether each applies.

    As `active_bindings` has them, without asking the other forty whether they apply: the footer follows
    every move of the cursor.
    """
    chain, app, taken = screen._modal_binding_chain, screen.app, set()
    told = {key for _, bindings in chain for key, binding in bindings if _is_told(binding)}
    for namespace, bindings in chain:
        for key, binding in bindings:
            if key in told and key not in taken:
                state = app._check_action_state(binding.action, namespace)
                if state is not False:
                    taken.add(key)
                    yield key, binding, bool(state)


def _is_told(binding: "Binding") -> bool:
    return isinstance(binding.group, Footing) and (binding.show or binding.action == "palette")
