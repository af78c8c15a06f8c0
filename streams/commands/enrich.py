"""`kawat enrich`: wire files to enriched documents, one JSON line each; no servers."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from processors.errors import UsageError

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
    the standard error and the rest still comes. KAWAT_GAZETTEER names a CSV file of your own names and ids.

    Exit status: 0 all done, 1 something could not be enriched, 2 wrong usage.

    \b
    Example: kawat enrich story.txt | jq '.quotes[] | {speaker, text}'
             kawat enrich ~/wire/2026-11-23 archive.zip > enriched.jsonl
    """
    from streams import gazetteer
    from streams.enriching import Failed, enriched
    from streams.feeds.articles import STDIN, sourced
    from streams.settings import settings

    if not any(path == STDIN or Path(path).exists() for path in paths):
        raise UsageError(f"{paths[0]}: no such file or folder")
    limit, known = settings().payload_limit, gazetteer.read(settings().gazetteer)
    articles = (found for path in paths for found in sourced(path, limit, source=source, format=format_))
    failed = 0
    with _progress() as (done, say):
        results = enriched(articles, processes or os.cpu_count() or 1, known)
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
