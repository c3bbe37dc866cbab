"""The lists that scripts ask for most, understood without argparse.

`client list --json` has no word that needs parsing, and argparse with the regular expressions that it
compiles would cost as much as the whole answer (P9). With any other option argparse reads the line.
"""

from tui.door import Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from tui.door import Door

_FLAGS = {"--json", "--plain"}


class Listing(Options):
    """A list without options of its own: all that could have been typed and was not is None."""

    only_reads = True

    def __getattr__(self, name: str) -> "Any":
        return None


def listing(typed: "Sequence[str]") -> Options | None:
    """The options of a plain list, or None where argparse must look."""
    flags = set(typed[2:])
    run = _list_of(typed[0]) if typed[1:2] == ["list"] and flags <= _FLAGS else None
    if run is None:
        return None
    options = Listing()
    options.verb = typed[0]
    options.json = "--json" in flags
    options.plain = "--plain" in flags
    options.run = run
    return options


def _list_of(verb: str) -> "Callable[[Door], int] | None":
    """What answers `VERB list`, where that list has no option whose default is not None."""
    if verb == "client":
        from tui.verbs.clients import client_list

        return client_list
    if verb == "invoice":
        from tui.verbs.invoices import invoice_list

        return invoice_list
    if verb == "payment":
        from tui.verbs.payments import payment_list

        return payment_list
    if verb == "unbilled":
        from tui.verbs.billing import unbilled_list

        return unbilled_list
    return None
