"""A story as one JSON object `{"id": …, "text": …}`: lines of corpora and simple feeds."""

from processors.errors import Reason, Rejected
from processors.formats import json_value, text
from processors.records import Item

NAME = "jsontext"


def sniff(payload: bytes) -> float:
    """Sure of an object with a string `text`; half sure of a broken one that names the key."""
    if not json_value.opens(payload, b"{"):
        return 0.0
    try:
        value = json_value.load(payload)
    except Rejected:
        return 0.5 if b'"text"' in payload[:4096] else 0.0
    return 0.8 if isinstance(value, dict) and isinstance(value.get("text"), str) else 0.0


def parse(payload: bytes) -> list[Item | Rejected]:
    """The one story: `id` (a string or number) becomes its id, `text` is read as plain text."""
    value = json_value.load(payload)
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise Rejected(Reason.MALFORMED, "no string under the key text")
    item = text.story(value["text"])
    item.format = NAME
    identifier = value.get("id")
    if isinstance(identifier, str | int) and not isinstance(identifier, bool):
        item.item_id = str(identifier).strip() or None
    return [item]
