"""What a feed reads: one payload of the wire, or word of why it could not be read."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from processors.errors import Reason


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
