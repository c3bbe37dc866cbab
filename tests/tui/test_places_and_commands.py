"""The table of places is loaded by name, which no type checker follows; here each one is made."""

from __future__ import annotations

import pytest

from tui.app import Place
from tui.places import PLACES


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_every_place_makes_the_screen_that_says_it_is_there(place: Place) -> None:
    assert place.name == place.make().PLACE


def test_no_two_places_share_a_key_or_a_letter() -> None:
    for keys in ([place.key for place in PLACES if place.key], [place.letter for place in PLACES]):
        assert len(keys) == len(set(keys))
