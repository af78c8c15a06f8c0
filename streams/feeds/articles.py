"""Files that a user names, as articles: without servers, in the order of the input."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from processors.errors import Reason, Rejected
from processors.parse import articles
from processors.records import Article, Origin
from streams.feeds.feeding import feed_name
from streams.feeds.folder import payloads
from streams.feeds.payload import Payload, Refused, Sourced

STDIN = "-"


def sourced(
    path: str, limit: int, *, source: str | None = None, format: str | None = None
) -> Iterator[Sourced]:
    """The articles of a file, folder or archive, or of the standard input for "-".

    `received` is the file's time of modification, and now for the standard input. Whatever fails stands in
    its place as a Rejected; the rest still comes.
    """
    feed = "stdin" if path == STDIN else feed_name(Path(path))
    for payload in _standard_input(limit) if path == STDIN else payloads(Path(path), limit):
        shown = _shown(path, payload)
        if isinstance(payload, Refused):
            yield Sourced(shown, Rejected(payload.reason, payload.detail))
            continue
        origin = Origin(
            feed=feed, locator=payload.locator, received=payload.modified, source=source, format=format
        )
        for article in _articles(payload.content, origin):
            yield Sourced(shown, article)


def _articles(content: bytes, origin: Origin) -> list[Article | Rejected]:
    try:
        return articles(content, origin)
    except Rejected as rejected:
        return [rejected]
    except Exception as error:  # noqa: BLE001  (a fault in one file costs no other)
        return [Rejected(Reason.FAULT, f"{type(error).__name__}: {error}")]


def _standard_input(limit: int) -> Iterator[Payload | Refused]:
    content = sys.stdin.buffer.read(limit + 1)
    if len(content) > limit:
        yield Refused(STDIN, Path(STDIN), Reason.TOO_LARGE, f"over {limit} bytes")
    else:
        yield Payload(STDIN, Path(STDIN), content, datetime.now(UTC))


def _shown(given: str, payload: Payload | Refused) -> str:
    """The file as the user named it, with the member of an archive or the line behind it."""
    if given == STDIN:
        return given
    _, found, member = payload.locator.rpartition(payload.path.name)
    return f"{payload.path}{member}" if found else str(payload.path)
