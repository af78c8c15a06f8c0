"""Archives as streams of payloads: .zip, .tar, .tar.gz, .tgz, .jsonl, .jsonl.gz. Nothing is unpacked to disk.

Locators: `wire.zip!dir/a.txt`, `wire.jsonl:17` (lines count from 1), `wire.zip!dir/wire.jsonl:17`.
A line of a .jsonl is a payload, blank ones are passed over. What is damaged gives a `Refused`, and
whatever else can be read still comes.
"""

import gzip
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, cast

from processors.errors import Reason
from streams.feeds.bounded import Bomb, Measure, TooLarge, line, whole
from streams.feeds.names import is_passed_over, printable
from streams.feeds.payload import Payload, Refused
from streams.settings import MIB

Found = Iterator[Payload | Refused]

# What the standard library raises for damaged, encrypted or unsupported archives.
DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # encrypted; NotImplementedError: a compression Python does not know
    ValueError,
    OverflowError,
)
UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Reading:
    """One file on disk being read; `nested` inside an archive."""

    path: Path
    modified: datetime
    limit: int  # bytes of one payload
    measure: Measure
    nested: bool = False

    def payload(self, locator: str, content: bytes | TooLarge) -> Payload | Refused:
        if isinstance(content, bytes):
            return Payload(locator, self.path, content, self.modified)
        detail = f"{content.size} bytes, the limit is {self.limit}"
        return Refused(locator, self.path, Reason.TOO_LARGE, detail, content.size, content.sha256)

    def refused(self, locator: str, detail: str, error: BaseException | None = None) -> Refused:
        said = f"{detail}: {_said(error)}" if error else detail
        return Refused(locator, self.path, Reason.UNREADABLE, said)


def _said(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return printable(str(error)) or type(error).__name__


def archive(stream: IO[bytes], locator: str, reading: Reading) -> Found:
    """The payloads of an archive, which it is by its name: `is_archive(locator)`. Raises Bomb."""
    reader = _reader(locator)
    assert reader  # noqa: S101
    if reading.nested and reader not in LINES:
        yield reading.refused(locator, "an archive inside an archive: unpack the outer one first")
    else:
        yield from reader(stream, locator, reading)


def is_archive(name: str) -> bool:
    return _reader(name) is not None


def _zip(stream: IO[bytes], locator: str, reading: Reading) -> Found:
    try:
        opened = zipfile.ZipFile(stream)
    except DAMAGE as error:
        yield reading.refused(locator, "damaged archive", error)
        return
    with opened:
        for info in opened.infolist():
            if info.filename.endswith("/") or _is_passed_over(info.filename):  # a damaged name may be empty
                continue
            inside = f"{locator}!{printable(info.filename)}"
            try:
                with opened.open(info) as member:
                    yield from _member(member, inside, reading)
            except DAMAGE as error:
                yield reading.refused(inside, "damaged in the archive", error)


def _tar(stream: IO[bytes], locator: str, reading: Reading) -> Found:
    bounded = cast("IO[bytes]", _Bounded(stream, reading.measure))
    try:
        with tarfile.open(fileobj=bounded, mode="r:") as opened:
            while info := opened.next():
                opened.members.clear()  # type: ignore[attr-defined]  # or it remembers every one
                yield from _tar_member(opened, info, locator, reading)
            if not _ends_well(bounded, opened.offset):
                yield reading.refused(locator, "damaged archive: it ends without its end mark")
    except DAMAGE as error:
        yield reading.refused(locator, "damaged archive", error)


def _tar_member(opened: tarfile.TarFile, info: tarfile.TarInfo, locator: str, reading: Reading) -> Found:
    if info.isdir() or _is_passed_over(info.name):
        return
    inside = f"{locator}!{printable(info.name)}"
    member = opened.extractfile(info) if info.isreg() else None
    if member is None:
        yield reading.refused(inside, "a link or device in an archive")
        return
    with member:
        yield from _member(member, inside, reading)


def _ends_well(stream: IO[bytes], offset: int) -> bool:
    """A tar ends in a block of zeros; Python's reader takes garbage there for the end as well."""
    stream.seek(offset)
    block = stream.read(tarfile.BLOCKSIZE)
    return len(block) == tarfile.BLOCKSIZE and not any(block)


class _Bounded:
    """What tarfile reads from: no single header fills the memory, no gap is skipped beyond the measure."""

    def __init__(self, stream: IO[bytes], measure: Measure) -> None:
        self._stream = stream
        self._measure = measure

    def read(self, size: int) -> bytes:
        if size > 64 * MIB:
            raise Bomb(f"has a header of {size} bytes")
        return self._stream.read(size)

    def seek(self, position: int) -> int:
        self._measure.reach(position)
        return self._stream.seek(position)

    def tell(self) -> int:
        return self._stream.tell()


def _tar_gz(stream: IO[bytes], locator: str, reading: Reading) -> Found:
    with gzip.GzipFile(fileobj=stream) as unpacked:
        yield from _tar(cast("IO[bytes]", unpacked), locator, reading)


def _jsonl(stream: IO[bytes], locator: str, reading: Reading) -> Found:
    number = 0
    try:
        while (content := line(stream, reading.limit, reading.measure)) is not None:
            number += 1
            if isinstance(content, bytes) and number == 1:
                content = content.removeprefix(UTF8_MARK)
            if isinstance(content, TooLarge) or content.strip():
                yield reading.payload(f"{locator}:{number}", content)
    except DAMAGE as error:
        yield reading.refused(f"{locator}:{number + 1}", f"damaged after line {number}", error)


def _jsonl_gz(stream: IO[bytes], locator: str, reading: Reading) -> Found:
    with gzip.GzipFile(fileobj=stream) as unpacked:
        yield from _jsonl(cast("IO[bytes]", unpacked), locator, reading)


def _member(stream: IO[bytes], locator: str, reading: Reading) -> Found:
    if is_archive(locator):
        yield from archive(stream, locator, replace(reading, nested=True))
    else:
        yield reading.payload(locator, whole(stream, reading.limit, reading.measure))


def _is_passed_over(name: str) -> bool:
    return any(is_passed_over(part) or part == "__MACOSX" for part in PurePosixPath(name).parts)


Reader = Callable[[IO[bytes], str, Reading], Found]
LINES: tuple[Reader, ...] = (_jsonl, _jsonl_gz)
READERS: dict[str, Reader] = {
    ".zip": _zip,
    ".tar": _tar,
    ".tar.gz": _tar_gz,
    ".tgz": _tar_gz,
    ".jsonl": _jsonl,
    ".jsonl.gz": _jsonl_gz,
}


def _reader(name: str) -> Reader | None:
    lower = name.lower()
    return next((reader for suffix, reader in READERS.items() if lower.endswith(suffix)), None)
