"""Change what the portal says to clients, by the same command as `daysheet provider edit`."""

from core.practice.commands import change_provider
from core.store import Tx
from tui.strips.note import AskNote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tui.screens.setting_rows import Item
    from tui.screens.settings import Settings


def edit_message(screen: "Settings", item: "Item") -> None:
    """What a professional says to their own clients in the portal (RE7)."""
    provider = item.about

    def put(tx: Tx, text: str) -> None:
        change_provider(tx, provider.provider_id, portal_message=text)

    def typed(text: str) -> None:
        screen.change(
            lambda tx: put(tx, text),
            lambda _: screen.done(
                f"{item.name} changed",
                lambda tx: put(tx, provider.portal_message),
                lambda tx: put(tx, text),
            ),
        )

    note = AskNote(item.name, value=provider.portal_message, keep_as=f"message {provider.provider_id}")
    screen.open_strip(note, typed)
