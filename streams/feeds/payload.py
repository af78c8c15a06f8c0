"""What a feed reads: one payload of the wire, or word of why it could not be read; and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from processors.errors import Reason, Rejected
from processors.records import Article


@dataclass(frozen=True, slots=True)
class Payload:
    """`locator` is stable within its feed; `path` is the file on disk it is in, last `modified` (UTC)."""

    locator: str
    path: Path
    content: bytes
    modified: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """`size` in bytes and `sha256` (hex) are of the payload where it could be read at all, else None."""

    locator: str
    path: Path
    reason: Reason
    detail: str
    size: int | None = None
    sha256: str | None = None


class Sourced(NamedTuple):
    """An article, or why there is none, and where it lies as the user would name it."""

    path: str
    article: Article | Rejected
