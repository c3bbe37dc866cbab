"""What the parts of the app tell each other. A message says what has happened."""

from textual.message import Message


class DataChanged(Message):
    """Somebody committed to the database: this app, a command, or the daemon."""

    def __init__(self, version: int) -> None:
        super().__init__()
        self.version = version

    def can_replace(self, message: Message) -> bool:
        """Several commits in a row need one reload."""
        return isinstance(message, DataChanged)


class WatchEnded(Message):
    """Commits of others are not noticed any more, because of a bug."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error
