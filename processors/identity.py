"""Whose story it is and which version: source, id and order (guarantees 4 and 5 of docs/architecture.md)."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from processors.records import Article, Item, Origin, Status

# An embargo whose end nobody can read. Far enough from the year 10000 to survive a change of zone.
UNTIL_FURTHER_NOTICE = datetime(9999, 1, 1, tzinfo=UTC)

ID_LIMIT = 400  # bytes; Elasticsearch fails a whole bulk for one _id over 512
_SOURCE_LIMIT = 60
_FINGERPRINT = 32  # hex digits
_RANK: dict[Status, int] = {"usable": 0, "withheld": 2, "canceled": 3}
_CORRECTED = 1
_LAST_VERSION = 99  # some feeds count 1, 2, 3, others send numbers like 978556838
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_IN_A_SLUG = re.compile(r"[^\w.]+", re.UNICODE)


def identify(item: Item, origin: Origin, *, language: str, part: int | None = None) -> Article:
    """The item as an article with source, id, order and liveness.

    `part` numbers the children of a package, from 0; it tells those apart that carry no id of their own.
    """
    source = source_of(item, origin)
    item_id = item.item_id or (origin.locator if part is None else f"{origin.locator}#{part}")
    item_id = bounded(item_id)
    said: dict[str, Any] = msgspec.structs.asdict(item)
    said |= {
        "id": f"{source}:{item_id}",
        "source": source,
        "item_id": item_id,
        "version": 1 if item.version is None else item.version,
        "order": order(item, origin.received),
        "corrects": f"{source}:{bounded(item.corrects)}" if item.corrects else None,
        "live": item.status == "usable",
        "fingerprint": hashlib.sha256(msgspec.json.encode(item)).hexdigest()[:_FINGERPRINT],
        "received": origin.received,
        "language": language,
    }
    return Article(**said)


def source_of(item: Item, origin: Origin) -> str:
    """`--source`, else the provider, else the feed."""
    return slug(origin.source or "") or slug(item.provider or "") or slug(origin.feed) or "unknown"


def order(item: Item, received: datetime) -> int:
    """What decides which of two versions is newer: time in ms × 1000 + version × 8 + rank of the status."""
    since = (item.version_time or received) - _EPOCH
    milliseconds = max(0, since // timedelta(milliseconds=1))
    version = min(max(1 if item.version is None else item.version, 0), _LAST_VERSION)
    rank = _RANK[item.status]
    if rank == 0 and item.change == "correction":
        rank = _CORRECTED
    return milliseconds * 1000 + version * 8 + rank


def bounded(item_id: str) -> str:
    """The id, or its hash where it is longer than 400 bytes of UTF-8."""
    encoded = item_id.encode("utf8", "replace")
    return item_id if len(encoded) <= ID_LIMIT else "sha256-" + hashlib.sha256(encoded).hexdigest()


def slug(name: str) -> str:
    """A name as part of an id: lower case, no spaces or colons, 60 characters at most; may be ''."""
    return _NOT_IN_A_SLUG.sub("-", name.casefold()).strip("-.")[:_SOURCE_LIMIT]
