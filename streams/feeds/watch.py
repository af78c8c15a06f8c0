"""A watched folder: its files as they become complete, those already there first.

A file is complete when nobody has it open for writing and it has not changed for a moment; where the
system cannot tell who has it open, when it has not changed for longer. Names under which programs
write what is not complete (see `names`) are never looked at.
"""

import fcntl
import math
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from watchfiles import watch

from streams.feeds.folder import File, Refused, files
from streams.feeds.names import is_passed_over, printable

SETTLED_SECONDS = 0.3
SETTLED_UNSEEN_SECONDS = 3.0  # where writers cannot be seen: network mounts, files of other users
RESCAN_SECONDS = 30.0  # catches what no notice came for: links, network mounts, folders made in a hurry
WAKE_MS = 200


@dataclass(frozen=True, slots=True)
class Root:
    """A watched folder and the name of its feed."""

    path: Path
    feed: str


@dataclass(frozen=True, slots=True)
class Complete:
    """A file ready to be fed, or one that cannot be; `stamp` changes with its content."""

    root: Root
    file: File | Refused
    stamp: str


Known = Callable[[str, str, str], bool]  # feed, locator, stamp


def complete_files(roots: Sequence[Root], known: Known, stop: threading.Event) -> Iterator[list[Complete]]:
    """Batches of complete files that are not known, in the order of their locators, until `stop` is set.

    May give an empty batch. A file that is not known after its batch was taken comes again.
    """
    waiting = _Waiting(known)
    scanned = -math.inf
    for changed in _changes([root.path.absolute() for root in roots], stop):
        if time.monotonic() - scanned > RESCAN_SECONDS:
            scanned = time.monotonic()
            for root in roots:
                waiting.look(root, root.path.absolute())
        for path in changed:
            for root in roots:
                waiting.look(root, path)
        yield waiting.take()


def _changes(paths: Sequence[Path], stop: threading.Event) -> Iterator[list[Path]]:
    """Changed paths, at least every WAKE_MS, the first at once."""
    notices = watch(
        *paths,
        watch_filter=None,
        debounce=100,
        step=50,
        stop_event=stop,
        rust_timeout=WAKE_MS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    for changes in notices:
        yield [Path(path) for _, path in changes]


class _Waiting:
    """Files seen and not complete yet: their stamp and since when they have had it."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._seen: dict[tuple[Root, str], tuple[File | Refused, str, float]] = {}

    def look(self, root: Root, path: Path) -> None:
        """Takes in a path, and all that is below it, if it lies in the root."""
        for file in _files_at(root, path):
            stamp = _stamp(file)
            if stamp and not self._known(root.feed, file.locator, stamp):
                self._seen.setdefault((root, file.locator), (file, stamp, time.monotonic()))

    def take(self) -> list[Complete]:
        """What has become complete since."""
        taken = []
        for (root, locator), (file, stamp, since) in sorted(self._seen.items(), key=lambda seen: seen[0][1]):
            now = _stamp(file)
            if now is None:  # gone again
                del self._seen[root, locator]
            elif now != stamp:
                self._seen[root, locator] = (file, now, time.monotonic())
            elif _is_complete(file, time.monotonic() - since):
                del self._seen[root, locator]
                taken.append(Complete(root, file, stamp))
        return taken


def _files_at(root: Root, path: Path) -> Iterator[File | Refused]:
    top = root.path.absolute()
    if not path.is_relative_to(top) or (path != top and not path.exists()):
        return
    parts = path.relative_to(top).parts
    if any(is_passed_over(part) for part in parts):
        return
    if path.is_dir():
        prefix = "".join(f"{printable(part)}/" for part in parts)
        yield from files(path, prefix)
    else:
        yield File("/".join(printable(part) for part in parts), path)


def _stamp(file: File | Refused) -> str | None:
    if isinstance(file, Refused):
        return file.detail
    try:
        status = file.path.stat()
    except OSError:
        return None
    return f"{status.st_mtime_ns}:{status.st_size}"


def _is_complete(file: File | Refused, unchanged_seconds: float) -> bool:
    if isinstance(file, Refused):
        return unchanged_seconds >= SETTLED_UNSEEN_SECONDS
    written_to = _is_open_for_writing(file.path)
    if written_to is None:
        return unchanged_seconds >= SETTLED_UNSEEN_SECONDS
    return not written_to and unchanged_seconds >= SETTLED_SECONDS


def _is_open_for_writing(path: Path) -> bool | None:
    """Linux grants a read lease only where no process has the file open for writing. None: cannot tell."""
    if not hasattr(fcntl, "F_SETLEASE"):
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        # a writer that comes in between is told by this signal, which by default does nothing
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:  # another user's file, or a file system without leases
        return None
    else:
        return False
    finally:
        os.close(descriptor)
