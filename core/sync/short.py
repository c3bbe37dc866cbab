"""Short forms of what small messages hold much of: ids, moments, hexadecimal and JSON, which are texts in the
database, travel as the numbers that they write down.

Each form is taken only where the very same text comes back.
"""

import json
import re
from typing import Any

import msgpack

ID, HEX, MOMENT, JSON = 1, 2, 3, 4
_FORMS = re.compile(
    r"(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
    r"|(?P<hex>(?:[0-9a-f]{2}){8,})"
    r"|(?P<moment>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)"
    r"|(?P<json>\{\".*\})",
    re.DOTALL,
)
_NO_DIGITS = str.maketrans("", "", "-T:.Z")


def shortened(value: Any) -> Any:
    """A message with short forms in it, to be packed; names of fields stay as they are."""
    if isinstance(value, str):
        form = _FORMS.fullmatch(value) if len(value) > SHORTEST else None
        return value if form is None else _short(value, form.lastgroup or "")
    if isinstance(value, list | tuple):
        return [shortened(each) for each in value]
    if isinstance(value, dict):
        return {name: shortened(each) for name, each in value.items()}
    return value


SHORTEST = 12
"""A text that is no longer than this gains nothing."""


def _short(text: str, form: str) -> Any:
    if form == "id":
        return msgpack.ExtType(ID, bytes.fromhex(text.replace("-", "")))
    if form == "hex":
        return msgpack.ExtType(HEX, bytes.fromhex(text))
    if form == "moment":
        return msgpack.ExtType(MOMENT, int(text.translate(_NO_DIGITS)).to_bytes(8))
    try:
        value = json.loads(text)
        return msgpack.ExtType(JSON, msgpack.packb(value)) if _json(value) == text else text
    except (ValueError, OverflowError, RecursionError):
        return text


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def at_length(form: int, data: bytes) -> str:
    """The text again. Raises: ValueError, for what is no short form."""
    if form == ID and len(data) == 16:
        letters = data.hex()
        return "-".join((letters[:8], letters[8:12], letters[12:16], letters[16:20], letters[20:]))
    if form == HEX:
        return data.hex()
    if form == MOMENT and len(data) == 8 and (number := int.from_bytes(data)) < 10**17:
        n = f"{number:017}"
        return f"{n[:4]}-{n[4:6]}-{n[6:8]}T{n[8:10]}:{n[10:12]}:{n[12:14]}.{n[14:]}Z"
    if form == JSON:
        try:
            return _json(msgpack.unpackb(data, raw=False, strict_map_key=True))
        except (TypeError, msgpack.UnpackException, RecursionError):
            raise ValueError from None
    raise ValueError
