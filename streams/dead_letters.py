"""The record of wire.dead-letters: original bytes, with what happened to them in the headers.

    key      stage:topic:partition:offset[:item]; the item percent-encoded, so that a key fits a command
             line, and hashed over 400 bytes; at the feed, where there is no record yet, `-` twice and the
             item is <feed>/<locator>
    value    the original bytes; empty where they never came in (too large, unreadable)
    headers  schema, stage, topic, partition, offset, item, reason, detail, attempts, died, timestamp, key;
             size and sha256 of what is not kept; the original headers under `original.`

The topic is compacted: the last record of a key counts, and a value of None (a tombstone) ends it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from processors.records import SCHEMA
from streams.feeds.payload import Refused
from streams.message import Dead, Message, Produced
from streams.settings import Settings, settings
from streams.topics import DEAD_LETTERS, RAW

ITEM_BYTES = 400
DETAIL_CHARACTERS = 2_000
ROOM = 64 * 1024  # of a record, for its headers
ORIGINAL = "original."
FEED = "feed"  # the stage before the first topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a dead letter's headers say; `size` is of the original bytes, `position` the letter's offset."""

    key: str
    stage: str
    topic: str  # Kafka's name of where the record came from
    partition: int | None  # None, like offset, at the feed
    offset: int | None
    item: str | None
    reason: str
    detail: str
    attempts: int
    died: datetime
    feed: str | None
    locator: str | None
    record_key: bytes | None
    timestamp: datetime | None  # of the original record
    size: int | None  # None where it is not known
    sha256: str | None
    is_whole: bool  # the original bytes are all here
    is_tombstone: bool  # the original value was None
    original: Mapping[str, bytes]
    position: int

    @property
    def about(self) -> str:
        """Which payload or article died, for people."""
        if self.locator:
            return f"{self.feed}/{self.locator}"
        return (self.record_key or b"").decode(errors="backslashreplace")


def record(stage: str, message: Message, dead: Dead, now: datetime) -> Produced:
    """The dead letter of a consumed message, or of one item of it.

    The attempts of its earlier deaths, which a replay puts in the header `attempts`, are added.
    """
    value = message.value or b""
    kept = value[: settings().record_limit - ROOM]
    headers = {
        **_common(stage, dead, now),
        "topic": message.topic,
        "partition": str(message.partition),
        "offset": str(message.offset),
        "timestamp": message.timestamp.isoformat(),
        "attempts": str(dead.attempts + _number(message.headers.get("attempts"))),
    }
    if message.value is None:
        headers["tombstone"] = "1"
    if len(kept) < len(value):
        headers |= {"size": str(len(value)), "sha256": hashlib.sha256(value).hexdigest()}
    carried = {ORIGINAL + name: content for name, content in message.headers.items()}
    if message.key is not None:
        carried["key"] = message.key
    key = _key(stage, message.topic, str(message.partition), str(message.offset), dead.item)
    return Produced(DEAD_LETTERS, key.encode(), kept, _encoded(headers) | carried)


def refusal(feed: str, refused: Refused, now: datetime, chosen: Settings) -> Produced:
    """The dead letter of a payload that the feed refused; refusing it again replaces the letter."""
    topic = RAW.full_name(chosen)
    item = f"{feed}/{refused.locator}"
    headers = {
        **_common(FEED, Dead(refused.reason, refused.detail, item=item), now),
        "topic": topic,
        "attempts": "1",
        ORIGINAL + "feed": feed,
        ORIGINAL + "locator": refused.locator,
        "size": None if refused.size is None else str(refused.size),
        "sha256": refused.sha256,
    }
    key = _key(FEED, topic, "-", "-", item)
    return Produced(DEAD_LETTERS, key.encode(), b"", _encoded(headers))


def tombstone(key: str) -> Produced:
    """What ends the letter of a key."""
    return Produced(DEAD_LETTERS, key.encode(), None)


def letter(message: Message) -> Letter:
    """Reads a record of wire.dead-letters; what a header does not say is empty, 0 or None."""
    text = {name: value.decode(errors="backslashreplace") for name, value in message.headers.items()}
    came_in = text.get("stage") != FEED
    return Letter(
        key=(message.key or b"").decode(errors="backslashreplace"),
        stage=text.get("stage", ""),
        topic=text.get("topic", ""),
        partition=_number(message.headers.get("partition")) if "partition" in text else None,
        offset=_number(message.headers.get("offset")) if "offset" in text else None,
        item=text.get("item"),
        reason=text.get("reason", ""),
        detail=text.get("detail", ""),
        attempts=_number(message.headers.get("attempts")),
        died=_time(text.get("died")) or message.timestamp,
        feed=text.get(ORIGINAL + "feed"),
        locator=text.get(ORIGINAL + "locator"),
        record_key=message.headers.get("key"),
        timestamp=_time(text.get("timestamp")),
        size=_size(message, came_in),
        sha256=text.get("sha256"),
        is_whole=came_in and "size" not in text,
        is_tombstone="tombstone" in text,
        original={
            name.removeprefix(ORIGINAL): value
            for name, value in message.headers.items()
            if name.startswith(ORIGINAL)
        },
        position=message.offset,
    )


def _common(stage: str, dead: Dead, now: datetime) -> dict[str, str | None]:
    return {
        "schema": str(SCHEMA),
        "stage": stage,
        "item": dead.item,
        "reason": str(dead.reason),
        "detail": dead.detail[:DETAIL_CHARACTERS],
        "died": now.astimezone(UTC).isoformat(),
    }


def _key(stage: str, topic: str, partition: str, offset: str, item: str | None) -> str:
    place = f"{stage}:{topic}:{partition}:{offset}"
    return place if item is None else f"{place}:{_encoded_item(item)}"


def _encoded_item(item: str) -> str:
    raw = item.encode(errors="backslashreplace")
    encoded = quote(raw, safe="/:.,=@+").replace("~", "%7E")  # which quote leaves
    if len(encoded) <= ITEM_BYTES:
        return encoded
    return f"sha256={hashlib.sha256(raw).hexdigest()}"


def _encoded(headers: Mapping[str, str | None]) -> dict[str, bytes]:
    return {
        name: value.encode(errors="backslashreplace") for name, value in headers.items() if value is not None
    }


def _size(message: Message, came_in: bool) -> int | None:
    if "size" in message.headers:
        return _number(message.headers["size"])
    return len(message.value or b"") if came_in else None


def _number(value: bytes | None) -> int:
    """A count in a header; what is no plain number counts as none."""
    if value and len(value) < 19 and value.isdigit():
        return int(value)
    return 0


def _time(text: str | None) -> datetime | None:
    try:
        time = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return time if time and time.tzinfo else None
