"""The record of wire.raw: original bytes, with its Origin in the headers.

key      <feed>/<locator>
headers  schema, feed, locator; source, format where the feeder said so;
         received (ISO 8601) where it is not the record's own timestamp; attempts after a replay
"""

from datetime import datetime

from processors.errors import Reason, Rejected
from processors.records import SCHEMA, Origin
from streams.message import Message, Produced
from streams.topics import RAW


def record(
    feed: str, locator: str, content: bytes, source: str | None = None, format: str | None = None
) -> Produced:
    """The wire.raw record of one payload. The same feed and locator always give the same key."""
    said = {"feed": feed, "locator": locator, "source": source, "format": format}
    headers = {name: value.encode() for name, value in said.items() if value is not None}
    return Produced(RAW, f"{feed}/{locator}".encode(), content, {"schema": str(SCHEMA).encode(), **headers})


def origin(message: Message) -> Origin:
    """Reads the headers of a wire.raw record.

    Raises Rejected(BAD_RECORD) where they are missing, not text, or of a newer schema.
    """
    _check_schema(_text(message, "schema"))
    received = _optional(message, "received")
    return Origin(
        feed=_text(message, "feed"),
        locator=_text(message, "locator"),
        received=_time(received) if received else message.timestamp,
        source=_optional(message, "source"),
        format=_optional(message, "format"),
    )


def _check_schema(schema: str) -> None:
    if not (schema.isascii() and schema.isdecimal()):
        raise Rejected(Reason.BAD_RECORD, f"header schema is {schema[:40]!r}, not a number")
    if len(schema) > 9 or int(schema) > SCHEMA:
        raise Rejected(
            Reason.BAD_RECORD,
            f"schema {schema[:9]} is newer than {SCHEMA}, which this version reads: update, then replay",
        )


def _text(message: Message, name: str) -> str:
    value = _optional(message, name)
    if value is None:
        raise Rejected(Reason.BAD_RECORD, f"no header {name}: not a record of `kawat feed`")
    return value


def _optional(message: Message, name: str) -> str | None:
    """An empty header says nothing, like a missing one."""
    value = message.headers.get(name)
    if not value:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Rejected(Reason.BAD_RECORD, f"header {name} is not UTF-8") from None


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise Rejected(Reason.BAD_RECORD, f"header received is {text[:40]!r}, not a time with its zone")
    return time
