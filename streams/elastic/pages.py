"""Where a page of hits ends, as a word to be passed around."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import msgspec

from processors.errors import UsageError


def token(sort: Sequence[Any]) -> str:
    """Of the last hit's sort values."""
    return base64.urlsafe_b64encode(msgspec.json.encode(list(sort))).decode().rstrip("=")


def after(token: str) -> list[Any]:
    """The sort values to go on after. Raises UsageError where the token is none."""
    try:
        raw = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        return msgspec.json.decode(raw, type=list[Any])
    except (binascii.Error, ValueError):
        raise UsageError(f"{token!r} is no place to go on from: take it from the page before") from None
