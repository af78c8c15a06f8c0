"""Files, folders and archives as payloads: `payloads(path)`."""

import io
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from processors.errors import Reason
from streams.feeds.archives import Found, Reading, archive, is_archive
from streams.feeds.bounded import Bomb, Measure, whole
from streams.feeds.names import is_passed_over, printable
from streams.feeds.payload import Payload, Refused
from streams.settings import MIB

if TYPE_CHECKING:
    from typing_extensions import Buffer  # collections.abc has it from Python 3.12 on

__all__ = ["File", "Payload", "Refused", "contents", "files", "payloads"]

OnBytes = Callable[[int], None]


class File(NamedTuple):
    """A file of a feed; `locator` is its path relative to the feed's root, or the name of a single file."""

    locator: str
    path: Path


def payloads(path: Path, limit: int = 8 * MIB, on_bytes: OnBytes | None = None) -> Found:
    """Everything a file, a folder (recursive, sorted by name) or an archive holds, in a stable order.

    Hidden and temporary files of a folder are passed over. What cannot be read, is damaged or over
    `limit` bytes comes as a `Refused`, and the rest still comes. Memory: one payload of at most
    `limit`, however large the archive. `on_bytes` is told of bytes read from disk, for a progress bar.
    """
    for file in files(path):
        if isinstance(file, Refused):
            yield file
        else:
            yield from contents(file, limit, on_bytes)


def files(path: Path, prefix: str = "") -> Iterator[File | Refused]:
    """The files of a feed without their contents; a folder that cannot be listed is a Refused.

    `prefix` is the locator of a folder within its feed, with a slash after it.
    """
    if path.is_dir():
        yield from _walk(path, prefix, ())
    elif path.is_file():
        yield File(printable(path.name), path)
    else:
        yield _no_file(printable(path.name), path)


def contents(file: File, limit: int = 8 * MIB, on_bytes: OnBytes | None = None) -> Found:
    """The payloads of one file: itself, or what is in it where it is an archive."""
    try:
        stream = io.BufferedReader(_Told(file.path, on_bytes), 256 * 1024)
    except OSError as error:
        yield _unreadable(file.locator, file.path, error)
        return
    with stream:
        status = os.fstat(stream.fileno())
        modified = datetime.fromtimestamp(status.st_mtime, UTC)
        reading = Reading(file.path, modified, limit, Measure(status.st_size))
        try:
            if is_archive(file.locator):
                yield from archive(stream, file.locator, reading)
            else:
                yield reading.payload(file.locator, whole(stream, limit, reading.measure))
        except Bomb as bomb:
            yield reading.refused(file.locator, str(bomb))
        except OSError as error:
            yield _unreadable(file.locator, file.path, error)


def _walk(folder: Path, prefix: str, above: tuple[tuple[int, int], ...]) -> Iterator[File | Refused]:
    try:
        status = folder.stat()
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield _unreadable(prefix.rstrip("/") or ".", folder, error)
        return
    identity = (status.st_dev, status.st_ino)
    if identity in above:  # a link to a folder above itself
        return
    for entry in entries:
        if is_passed_over(entry.name):
            continue
        locator, path = prefix + printable(entry.name), Path(entry.path)
        if entry.is_dir():
            yield from _walk(path, f"{locator}/", (*above, identity))
        elif entry.is_file():
            yield File(locator, path)
        else:
            yield _no_file(locator, path)


def _no_file(locator: str, path: Path) -> Refused:
    detail = "not a file" if path.exists() else "no such file"
    return Refused(locator, path, Reason.UNREADABLE, detail)


def _unreadable(locator: str, path: Path, error: OSError) -> Refused:
    return Refused(locator, path, Reason.UNREADABLE, error.strerror or str(error))


class _Told(io.FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, path: Path, on_bytes: OnBytes | None) -> None:
        super().__init__(path)
        self._on_bytes = on_bytes

    def readinto(self, buffer: "Buffer") -> int:
        count = cast("int", super().readinto(buffer))
        if self._on_bytes:
            self._on_bytes(count)
        return count
