"""The small writer of JSON says what the `json` module would say, and delete as an escape too."""

import json
from typing import Any

import pytest

from tui.as_json import as_json

EVERY_CHARACTER = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x11000), 0x1F600, 0x10FFFF]))


@pytest.mark.parametrize(
    "value",
    [
        EVERY_CHARACTER,
        {
            "name": "Łukasz 李\u202e\x1b[2J",
            "cents": -12345,
            "units": 1.5,
            "no": None,
            "yes": True,
            "not": False,
        },
        [{}, [], [[1, "two", None]], {"": {"a": []}}],
        9_007_199_254_740_993,
    ],
)
def test_any_answer(value: Any) -> None:
    written = as_json(value)
    assert written == json.dumps(value).replace("\x7f", "\\u007f")
    assert written.isascii()
    assert json.loads(written) == value
