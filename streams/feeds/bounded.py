"""Reading what a stranger sent: no payload beyond its limit in memory, no archive beyond its measure."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import IO

from streams.settings import MIB

CHUNK = MIB
RATIO = 200  # news text compresses 3 to 20 times
FLOOR = 64 * MIB  # a small archive of very regular text is no bomb


class Bomb(Exception):
    """The archive expands beyond its measure."""


@dataclass(frozen=True, slots=True)
class TooLarge:
    """What is known of a payload over the limit."""

    size: int
    sha256: str


class Measure:
    """How many bytes one archive may still expand to, whatever is nested in it."""

    def __init__(self, archive_bytes: int) -> None:
        self.allowed = max(FLOOR, RATIO * archive_bytes)
        self._used = 0

    def add(self, count: int) -> None:
        """Raises Bomb where the archive has given more than it may."""
        self.reach(self._used + count)
        self._used += count

    def reach(self, position: int) -> None:
        """Raises Bomb where reading to this position of the unpacked archive would be too much."""
        if position > self.allowed:
            raise Bomb(f"expands to more than {self.allowed // MIB} MiB, over {RATIO} times its size")


def whole(stream: IO[bytes], limit: int, measure: Measure) -> bytes | TooLarge:
    """All bytes of a stream, or size and hash where they are over the limit.

    Reads to the end either way: the checksum of an archive's member is checked there.
    """
    return _gathered(_chunks(stream, measure), limit)


def line(stream: IO[bytes], limit: int, measure: Measure) -> bytes | TooLarge | None:
    """The next line without its end, or size and hash of one over the limit; None after the last."""
    parts = _line_parts(stream, measure)
    first = next(parts, None)
    if first is None:
        return None
    return _gathered(chain([first], parts), limit)


def _gathered(chunks: Iterable[bytes], limit: int) -> bytes | TooLarge:
    kept: list[bytes] = []
    size, digest = 0, hashlib.sha256()
    for chunk in chunks:
        size += len(chunk)
        digest.update(chunk)
        if size <= limit:
            kept.append(chunk)
        else:
            kept.clear()
    return b"".join(kept) if size <= limit else TooLarge(size, digest.hexdigest())


def _chunks(stream: IO[bytes], measure: Measure) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        measure.add(len(chunk))
        yield chunk


def _line_parts(stream: IO[bytes], measure: Measure) -> Iterator[bytes]:
    while part := stream.readline(CHUNK):
        measure.add(len(part))
        if part.endswith(b"\n"):
            yield part.rstrip(b"\r\n")
            return
        yield part
