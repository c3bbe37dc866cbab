"""Small messages are packed with words that both ends know, in short forms that give the same text back."""

from __future__ import annotations

import hashlib
import json
import threading
from typing import Any

import msgpack
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from core.sync.short import JSON, MOMENT, at_length, shortened
from core.sync.wire import PLAIN, SMALL, WITH_WORDS, Unreadable, pack, unpack
from core.wire_words import dictionary

ROW = [
    ["client", ["name", "sort_name", "birth_on"], [["01a19279-8580-7658-81f6-c9795de7f23e", 7, "", "", None]]]
]


def test_the_words_of_the_wire_stay_as_they_are() -> None:
    """Whoever changes them cuts every office off from its hub, and makes rows that were kept unreadable:
    other words are another way to exchange, beside these (`wire.WITH_WORDS`)."""
    assert len(dictionary()) == LENGTH
    assert hashlib.sha256(dictionary()).hexdigest() == SHA256


def test_a_message_packed_by_an_earlier_version_is_read_by_every_later_one() -> None:
    assert unpack(bytes.fromhex(KEPT)) == ROW
    assert pack(ROW).hex() == KEPT


texts = st.one_of(
    st.uuids().map(str),
    st.uuids().map(lambda one: str(one).upper()),
    st.binary(max_size=40).map(bytes.hex),
    st.datetimes().map(lambda at: at.isoformat(timespec="milliseconds") + "Z"),
    st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.floats(), st.text(), st.none())).map(
        json.dumps
    ),
    st.dictionaries(st.text(max_size=5), st.integers()).map(
        lambda one: json.dumps(one, separators=(",", ":"))
    ),
    st.text(),
    st.sampled_from(
        [
            '{"":1,"":2}', '{"a":1e400}', '{"a":NaN}', '{"a":1.0}', '{"a": 1}', '{"a":"\\ud800"}',
            '{"a":"\\u00e9"}', '{"a":18446744073709551616}', '{"' + "[" * 3000 + "}",
            "2026-13-45T99:99:99.999Z", "0" * 17,
            "\u0660\u0661\u0662\u0663\u0660\u0661\u0662\u0663\u0660\u0661\u0662\u0663\u0660\u0661\u0662\u0663",
            "01a19279-8580-7658-81f6-c9795de7f23e\n", "2026-10-31T15:00:00.000Z\n", "deadbeef" * 4,
        ]
    ),
)  # fmt: skip
values = st.recursive(
    st.one_of(texts, st.none(), st.booleans(), st.integers(-(1 << 63), (1 << 64) - 1), st.binary()),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


@given(values)
def test_every_message_comes_back_as_it_was(value: Any) -> None:
    assert unpack(pack(value)) == value


@given(texts)
def test_every_text_comes_back_to_the_letter(text: str) -> None:
    short = shortened(text)
    back = at_length(short.code, short.data) if isinstance(short, msgpack.ExtType) else short
    assert back == text


def test_a_row_travels_without_the_names_of_its_columns() -> None:
    """The id is half of what is left."""
    assert len(pack(ROW)) < 3 * 16 < len(msgpack.packb(ROW))
    assert pack(ROW)[:1] == WITH_WORDS


def test_a_long_message_is_a_whole_frame_of_zstandard() -> None:
    long = ["01a19279-8580-7658-81f6-c9795de7f23e"] * 200
    assert zstandard.ZstdDecompressor().decompress(pack(long)) == msgpack.packb(long)
    assert unpack(pack(long)) == long


def frame(plain: bytes) -> bytes:
    """A small frame, whatever is in it."""
    how = zstandard.ZstdCompressionParameters.from_level(
        3, format=zstandard.FORMAT_ZSTD1_MAGICLESS, write_content_size=True, write_checksum=False
    )
    return zstandard.ZstdCompressor(compression_params=how).compress(plain)


@pytest.mark.parametrize(
    "data",
    [
        b"", PLAIN, WITH_WORDS, b"\x02" + msgpack.packb(ROW), PLAIN + bytes(SMALL + 1),
        WITH_WORDS + frame(bytes(64 << 20)), WITH_WORDS + frame(b"\x01") + b"x", WITH_WORDS + pack(ROW)[:-1],
        pack(ROW)[:-1], PLAIN + b"\x01\x01",
        *(
            PLAIN + msgpack.packb(msgpack.ExtType(code, data))
            for code, data in (
                (0, b"x" * 16), (1, b"x" * 15), (MOMENT, b"\xff" * 8), (MOMENT, b"x"), (5, b""), (127, b""),
                (JSON, b"\xc1"), (JSON, b""), (JSON, msgpack.packb(b"x")), (JSON, msgpack.packb({1: 2})),
                (JSON, msgpack.packb(msgpack.ExtType(1, b"x" * 16))), (JSON, msgpack.packb(float("nan"))),
                (JSON, b"\x91" * 3000), (JSON, b"\xa1\xff"),
            )
        ),
    ],
)  # fmt: skip
def test_what_is_no_small_message_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        unpack(data)


def test_a_small_message_is_bound_by_what_its_reader_takes() -> None:
    for message in (["x" * 3000], [str(number) for number in range(200)]):
        with pytest.raises(Unreadable, match="longer"):
            unpack(pack(message), most=500)


def test_threads_pack_beside_each_other() -> None:
    found: list[bool] = []

    def many() -> None:
        found.append(all(unpack(pack([ROW, number])) == [ROW, number] for number in range(300)))

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 4


LENGTH = 8_626
SHA256 = "14438c984e28f401bbb5057ab7051367b6459209c1badb23f3221459cfe84c1c"
KEPT = "01203a1d0100d091939195d80101a192798580765881f6c9795de7f23e07a0a0c00200130ba4e25d57"
