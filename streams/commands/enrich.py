"""`kawat enrich`: wire files to enriched documents, one JSON line each; no servers."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from processors.errors import Reason, Rejected, UsageError

if TYPE_CHECKING:
    from streams.enriching import Sourced
    from streams.feeds.payload import Payload, Refused

STDIN = "-"
Say = Callable[[str], None]


@click.command(short_help="files to enriched documents, no servers")
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@click.option("--source", help="Who sent it; beats what the payloads say.")
@click.option("--format", "format_", help="The wire format; beats recognising it.")
@click.option("--processes", type=click.IntRange(min=1), help="How many work at it. [default: one a core]")
def enrich(paths: tuple[str, ...], source: str | None, format_: str | None, processes: int | None) -> None:
    """Prints the enriched document of every article: names, quotes and speakers, one JSON line each.

    Takes files, folders and archives (.zip .tar .tar.gz .tgz .jsonl .jsonl.gz); - is the standard input.
    Needs no servers. Lines come in the order of the input. What cannot be read or parsed is reported on
    the standard error and the rest still comes.

    Exit status: 0 all done, 1 something could not be enriched, 2 wrong usage.

    \b
    Example: kawat enrich story.txt | jq '.quotes[] | {speaker, text}'
             kawat enrich ~/wire/2026-11-23 archive.zip > enriched.jsonl
    """
    from streams.enriching import Failed, enriched

    if not any(path == STDIN or Path(path).exists() for path in paths):
        raise UsageError(f"{paths[0]}: no such file or folder")
    failed = 0
    with _progress() as (done, say):
        results = enriched(_articles(paths, source, format_), processes or os.cpu_count() or 1)
        try:
            for result in results:
                if isinstance(result, Failed):
                    failed += 1
                    say(f"kawat: {result.path}: {result.why}")
                else:
                    sys.stdout.buffer.write(result.content)
                    sys.stdout.buffer.flush()
                done()
        finally:
            results.close()
    if failed:
        sys.exit(1)


def _articles(paths: Sequence[str], source: str | None, format_: str | None) -> "Iterator[Sourced]":
    """The articles of all paths in order; what cannot be read or parsed stands in its place."""
    from processors.parse import articles
    from processors.records import Origin
    from streams.enriching import Sourced
    from streams.feeds.feeding import feed_name
    from streams.feeds.payload import Refused

    for path in paths:
        feed = "stdin" if path == STDIN else feed_name(Path(path))
        for payload in _payloads(path):
            shown = _shown(path, payload.path, payload.locator)
            if isinstance(payload, Refused):
                yield Sourced(shown, Rejected(payload.reason, payload.detail))
                continue
            origin = Origin(
                feed=feed, locator=payload.locator, received=payload.modified, source=source, format=format_
            )
            try:
                found = articles(payload.content, origin)
            except Rejected as rejected:
                found = [rejected]
            except Exception as error:  # noqa: BLE001  (a fault in one file costs no other)
                found = [Rejected(Reason.FAULT, f"{type(error).__name__}: {error}")]
            for article in found:
                yield Sourced(shown, article)


def _payloads(path: str) -> "Iterator[Payload | Refused]":
    from streams.feeds.folder import payloads
    from streams.feeds.payload import Payload, Refused
    from streams.settings import settings

    limit = settings().payload_limit
    if path != STDIN:
        yield from payloads(Path(path), limit)
        return
    content = sys.stdin.buffer.read(limit + 1)
    if len(content) > limit:
        yield Refused(STDIN, Path(STDIN), Reason.TOO_LARGE, f"over {limit} bytes")
    else:
        yield Payload(STDIN, Path(STDIN), content, datetime.now(UTC))


def _shown(given: str, file: Path, locator: str) -> str:
    """The file as the user named it, with the member of an archive or the line behind it."""
    if given == STDIN:
        return given
    _, found, member = locator.rpartition(file.name)
    return f"{file}{member}" if found else str(file)


@contextmanager
def _progress() -> Iterator[tuple[Callable[[], None], Say]]:
    """What is told of each article done and of what a person should read; a count where one watches."""
    if not sys.stderr.isatty():
        yield lambda: None, lambda line: click.echo(line, err=True)
        return

    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("enriched {task.completed} articles"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("enriching", total=None)

        def say(line: str) -> None:
            progress.console.print(line, markup=False, highlight=False, soft_wrap=True)

        yield lambda: progress.advance(task), say
