"""`kawat parse`: wire files to articles, one JSON line each; no servers."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from processors.errors import Rejected, UsageError

if TYPE_CHECKING:
    from processors.records import Article


@click.command(short_help="files to articles, no servers")
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@click.option("--source", help="Who sent it; beats what the payloads say.")
@click.option("--format", "format_", help="The wire format (text, ninjs, jsontext); beats recognising it.")
def parse(paths: tuple[str, ...], source: str | None, format_: str | None) -> None:
    """Prints every article as the pipeline takes it in: cleaned and identified, one JSON line each.

    Takes files, folders and archives (.zip .tar .tar.gz .tgz .jsonl .jsonl.gz); - is the standard input.
    Needs no servers. What cannot be read or parsed is reported on the standard error, one line each, and
    the rest still comes.

    Exit status: 0 all done, 1 something could not be parsed, 2 wrong usage.

    \b
    Example: kawat parse story.txt | jq '{headline, dateline, language}'
             kawat parse ~/wire/2026-11-23 archive.zip > articles.jsonl
    """
    from processors.formats import FORMATS
    from streams.feeds.articles import STDIN, sourced
    from streams.settings import settings

    if format_ and format_ not in FORMATS:
        raise UsageError(f"no format is named {format_!r}; there are {', '.join(FORMATS)}")
    if not any(path == STDIN or Path(path).exists() for path in paths):
        raise UsageError(f"{paths[0]}: no such file or folder")
    limit = settings().payload_limit
    failed = False
    for path in paths:
        for found in sourced(path, limit, source=source, format=format_):
            if isinstance(found.article, Rejected):
                failed = True
                click.echo(f"kawat: {found.path}: {found.article}", err=True)
            else:
                sys.stdout.buffer.write(_line(found.path, found.article))
        sys.stdout.buffer.flush()
    if failed:
        sys.exit(1)


def _line(path: str, article: "Article") -> bytes:
    """The article as JSON, its id and path first."""
    import msgspec

    fields = msgspec.to_builtins(article)
    return msgspec.json.encode({"id": fields.pop("id"), "path": path, **fields}) + b"\n"
