"""The family of refusals that a person can act on.

Doors catch `DomainError` and show its sentence; anything else is a bug and stays visible.
"""


class DomainError(Exception):
    """A rule said no. The message is one sentence that says what is wrong and what to do.

    `code` is the stable name a script can test for; `subject` names the thing refused.
    """

    code = "refused"

    def __init__(self, message: str, *, subject: str = "") -> None:
        super().__init__(message)
        self.subject = subject


class NotFound(DomainError):
    """What was asked for is not in the book."""

    code = "not_found"


class UsageError(DomainError):
    """The words of a command or the text in a field do not have the right shape."""

    code = "usage"


class Busy(DomainError):
    """Somebody else holds the book; trying again helps."""

    code = "busy"


class OutsideFailure(DomainError):
    """Something beyond Daysheet failed: a disk, a viewer, a network service."""

    code = "outside"


class TooLong(UsageError):
    code = "too_long"

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"The {what} is longer than {most:,} characters. Make it shorter.")
