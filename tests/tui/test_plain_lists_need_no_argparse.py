"""The quick reading of a plain list says what argparse would say."""

import pytest

from tui.arguments import parse
from tui.listings import listing

LISTS = ["client list", "invoice list", "payment list", "unbilled list"]


@pytest.mark.parametrize("flags", ["", "--json", "--plain", "--plain --json"])
@pytest.mark.parametrize("words", LISTS)
def test_a_plain_list_is_read_as_argparse_reads_it(words: str, flags: str) -> None:
    typed = [*words.split(), *flags.split()]
    quick, slow = listing(typed), parse(typed)
    assert quick is not None
    for name in {*vars(slow), "home", "key_file", "json", "plain", "yes"} - {"what"}:
        assert getattr(quick, name) == getattr(slow, name), name


@pytest.mark.parametrize(
    "typed",
    ["", "client", "client show x", "client list x", "client list --jso", "audit list", "--json client list"],
)
def test_any_other_line_is_left_to_argparse(typed: str) -> None:
    assert listing(typed.split()) is None
