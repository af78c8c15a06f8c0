"""The JSON value of a payload, or why there is none; shared by the formats that are JSON."""

import msgspec

from processors.errors import Reason, Rejected
from processors.formats.encoding import decode

_BEFORE = b" \t\r\n\xef\xbb\xbf"


def opens(payload: bytes, brackets: bytes = b"{[") -> bool:
    """Whether the payload begins as JSON does: an object with a key, an array with an object."""
    head = payload[:4096].lstrip(_BEFORE)
    if not head or head[0] not in brackets:
        return False
    inside = head[1:].lstrip(_BEFORE)
    return inside[:1] in (b'"', b"}") if head[:1] == b"{" else inside[:1] in (b"{", b"]")


def load(payload: bytes) -> object:
    """The value. Raises Rejected: bad encoding, or malformed with the place where it breaks."""
    text = decode(payload)
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise Rejected(Reason.MALFORMED, f"JSON: {error}") from None
