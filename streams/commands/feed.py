"""`kawat feed`: files, folders and archives into wire.raw."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from processors.errors import TryLater, UsageError

if TYPE_CHECKING:
    from streams.feeds.feeding import Feed, Tally
    from streams.feeds.folder import OnBytes
    from streams.feeds.payload import Refused
    from streams.settings import Settings


@click.command(short_help="send files, folders, archives to the wire")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--source", help="Who sent it; beats what the payloads say.")
@click.option("--format", "format_", help="The wire format; beats recognising it.")
@click.option("--feed", "name", help="The feed's name. [default: the folder's]")
@click.option("--watch", "watching", is_flag=True, help="Stay and feed what comes into the folder.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent; needs no server.")
def feed(
    paths: tuple[str, ...],
    source: str | None,
    format_: str | None,
    name: str | None,
    watching: bool,
    dry_run: bool,
) -> None:
    """Sends files, folders and archives (.zip .tar .tar.gz .tgz .jsonl .jsonl.gz) to the pipeline.

    Every file, member of an archive and line of a .jsonl is one payload. What is too large or cannot be
    read leaves a dead letter (`kawat dead list`) and the rest goes on. Feeding the same again is harmless.
    With --watch only complete files are fed, and after a restart none twice.

    Exit status: 0 all sent, 1 something was refused or Kafka is away, 2 wrong usage.

    \b
    Example: kawat feed ~/wire/2026-11-23 archive.zip --source antara
             kawat feed ~/incoming --watch
    """
    from streams.feeds.feeding import Feed, feed_name
    from streams.settings import settings

    existing = [_existing(path) for path in paths]
    feeds = [(path, Feed(name or feed_name(path), source, format_)) for path in existing]
    if dry_run:
        _show(feeds, settings())
    elif watching:
        _watch(feeds, settings())
    else:
        _feed(feeds, settings())


def _existing(path: str) -> Path:
    if "://" in path:
        raise UsageError(f"{path}: feeding from a URL is not there yet; give files, folders or archives")
    if not Path(path).exists():
        raise UsageError(f"{path}: no such file or folder")
    return Path(path)


def _show(feeds: "Sequence[tuple[Path, Feed]]", settings: "Settings") -> None:
    from streams.feeds.folder import Payload, payloads

    count = size = refused = 0
    for path, feed in feeds:
        for one in payloads(path, settings.payload_limit):
            if isinstance(one, Payload):
                click.echo(f"{len(one.content):>9}  {feed.name}/{one.locator}")
                count += 1
                size += len(one.content)
            else:
                _say_refused(one)
                refused += 1
    click.echo(f"would send {_payloads(count)}, {_bytes(size)}; refuse {refused}", err=True)


def _feed(feeds: "Sequence[tuple[Path, Feed]]", settings: "Settings") -> None:
    from streams.feeds.feeding import Tally, send
    from streams.feeds.folder import payloads
    from streams.kafka_clients import Delivery
    from streams.topics import create_topics

    tally, started = Tally(), time.monotonic()
    create_topics(settings)
    delivery = Delivery(settings)
    try:
        with _interruption() as stop, delivery, _bar([path for path, _ in feeds]) as (on_bytes, say):
            for path, feed in feeds:
                found = payloads(path, settings.payload_limit, on_bytes)
                # takewhile, since an interrupt amid a send would leave it uncounted
                send(takewhile(lambda _: not stop.is_set(), found), feed, delivery, settings, tally, say)
    except TryLater as error:
        raise TryLater(
            f"{error}; {delivery.delivered} of {tally.sent + len(tally.refused)} records had arrived: "
            "feed the same again, nothing doubles"
        ) from error
    click.echo(_summary(tally, time.monotonic() - started, interrupted=stop.is_set()))
    if stop.is_set() or tally.refused:
        sys.exit(1)


@contextmanager
def _interruption() -> Iterator[threading.Event]:
    """Set by the first Ctrl-C or SIGTERM; the second ends the process at once."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, handle)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _bar(paths: Sequence[Path]) -> "Iterator[tuple[OnBytes | None, Callable[[Refused], None]]]":
    """What is told of bytes read and what of refusals; the bar only where a person watches."""
    if not sys.stderr.isatty():
        yield None, _say_refused
        return

    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress("feeding", *columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("feeding", total=_size(paths))

        def say(refused: "Refused") -> None:
            progress.console.print(_refusal(refused), markup=False, highlight=False)

        yield lambda count: progress.advance(task, count), say


def _size(paths: Sequence[Path]) -> int:
    from streams.feeds.folder import File, files

    total = 0
    for path in paths:
        for file in files(path):
            with suppress(OSError):  # gone since: the feed itself will tell
                total += file.path.stat().st_size if isinstance(file, File) else 0
    return total


def _watch(feeds: "Sequence[tuple[Path, Feed]]", settings: "Settings") -> None:
    from streams.feeds.watching import feed_watched

    for path, _ in feeds:
        if not path.is_dir():
            raise UsageError(f"{path}: --watch takes folders")
    started = time.monotonic()
    _note(f"watching {', '.join(str(path) for path, _ in feeds)}: Ctrl-C ends it")
    with _interruption() as stop:
        tally = feed_watched(
            settings,
            feeds,
            stop,
            on_batch=lambda done: _note(_summary(done)),
            on_refused=_say_refused,
            say=_note,
        )
    click.echo(_summary(tally, time.monotonic() - started))


def _note(line: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {line}", err=True)


def _say_refused(refused: "Refused") -> None:
    click.echo(_refusal(refused), err=True)


def _refusal(refused: "Refused") -> str:
    return f"refused {refused.locator}: {refused.reason}: {refused.detail}"


def _summary(tally: "Tally", seconds: float | None = None, interrupted: bool = False) -> str:
    line = f"sent {_payloads(tally.sent)}, {_bytes(tally.bytes)}"
    if seconds is not None:
        line += f" in {seconds:.1f} s"
    if tally.refused:
        line += f"; refused {len(tally.refused)}: see `kawat dead list --stage feed`"
    return f"interrupted: {line}" if interrupted else line


def _payloads(count: int) -> str:
    return f"{count:,} payload" + ("" if count == 1 else "s")


def _bytes(count: int) -> str:
    if count < 1_000:
        return f"{count} bytes"
    return f"{count / 1e3:.1f} kB" if count < 1e6 else f"{count / 1e6:,.1f} MB"
