"""`kawat quotes`: who said what."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from processors.errors import UsageError
from streams.commands.filters import filters, period
from streams.settings import settings

# Elasticsearch's client and Rich are imported where they are used: `kawat --help` stays instant.
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.text import Text

    from streams.elastic.hits import Found, Hit

KINDS = click.Choice(["direct", "indirect", "mixed"])

_CROPPED = 240  # characters of a quote
_BEFORE = 80  # of them before the first place found
_WIDE, _PIPED = 110, 160  # columns


@click.command(short_help="who said what")
@click.argument("words", required=False, default="")
@click.option("--speaker", "speakers", multiple=True, help="Only of this speaker (repeatable).")
@click.option("--about", default="", help="Words of the quote or of its story's headline.")
@click.option("--kind", "kinds", multiple=True, type=KINDS, help="Only of this kind (repeatable).")
@click.option("--story", "stories", multiple=True, metavar="ID", help="Only of this story (repeatable).")
@filters
@click.option("--all", "everything", is_flag=True, help="Quotes of withheld and embargoed stories, too.")
@click.option("--size", type=click.IntRange(min=1), default=20, show_default=True, help="At most.")
@click.option("--json", "as_json", is_flag=True, help="One quote a line; with --cite one citation a line.")
@click.option("--cite", is_flag=True, help="All that it takes to find the quote again and to check it.")
@click.option("--id", "ids", multiple=True, metavar="ID[@ORDER]", help="Cites this quote (repeatable).")
def quotes(
    words: str,
    since: str | None,
    until: str | None,
    ids: Sequence[str],
    as_json: bool,
    cite: bool,
    **chosen: Any,
) -> None:
    """Finds who said what.

    All WORDS must be in the quote itself, in whatever form. "In quotation marks": exactly so. -word:
    without. a | b: either. begin*: by beginning. --about looks in the headline of the story, too; quotes
    that say it themselves come first. Without either: the newest.

    A speaker is any part of a name or of a role (Putin, "juru bicara"), a byname (Jokowi), a country or an
    acronym in any of its forms (AS, PBB), what is printed beside the quote (Menhan), or an id, which is
    exact (per:vladimir-putin).

    --cite checks the words against the body as indexed and says what became of the story: stands, updated,
    corrected, embargoed, withheld or killed. --id does so for what was cited before, also where another
    version has replaced it. Exit status 1 where words are not in the body or Elasticsearch does not answer.

    \b
    Example: kawat quotes --speaker Putin --about senjata --kind indirect --since 30d
             kawat quotes '"gencatan senjata"' --speaker PBB --cite
             kawat quotes --id antara:4417:q2@1795176000123008
    """
    from streams.elastic import quotes as asking
    from streams.elastic.client import commands_client, explaining

    now = datetime.now().astimezone()
    wanted = asking.Search(text=words, **period(since, until, now), **chosen)
    if ids and replace(wanted, everything=False) != asking.Search():
        raise UsageError("--id says which quotes: give no words, filters, order or size besides")
    with explaining(settings()), commands_client(settings()) as client:
        pages = asking.pages(client, settings(), wanted)
        if ids or cite:
            from streams.commands.citing import print_citations
            from streams.elastic import citations

            cited = (
                iter(citations.of_ids(client, settings(), ids, now, everything=wanted.everything))
                if ids
                else citations.of_pages(client, settings(), pages, now)
            )
            print_citations(cited, as_json=as_json)
        elif as_json:
            from streams.commands.showing import print_json

            print_json(chain.from_iterable(page.hits for page in pages))
        else:
            _print_table(list(pages), now)


def _print_table(pages: Sequence[Found], now: datetime) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from streams.commands.showing import showable

    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PIPED
    hits = [hit for page in pages for hit in page.hits]
    if not hits:
        console.print("No quote found.")
        return
    roomy = console.width >= _WIDE
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 1, 0))
    table.add_column("time", no_wrap=roomy, max_width=None if roomy else len("20 Nov 2026"))
    table.add_column("speaker", overflow="fold", max_width=28 if roomy else 16)
    table.add_column("kind", no_wrap=True)
    table.add_column("quote", overflow="fold", ratio=1)
    table.add_column("source", overflow="fold", max_width=20 if roomy else 12)
    for hit in hits:
        said = hit.document
        table.add_row(
            f"{datetime.fromisoformat(said['at']).astimezone(now.tzinfo):%d %b %Y %H:%M}",
            Text(showable(said["speaker"] or "–")),
            said["kind"],
            _quoted(hit),
            Text("\n".join(_source(said, now))),
        )
    console.print(table)
    console.print()
    console.print(Text(f"{len(hits)} of {pages[0].total} quotes", "dim"))


def _quoted(hit: Hit) -> Text:
    """The quote around the first place found; where only the headline has one, the headline besides."""
    from streams.commands.showing import styled
    from streams.elastic.hits import MARK

    text = next(iter(hit.fragments), hit.document["text"])
    shown = styled(_cropped(text, MARK), "", "bold yellow")
    if MARK not in text and MARK in (hit.headline or ""):
        shown.append("\n").append(styled(hit.headline or "", "dim", "not dim bold yellow"))
    return shown


def _cropped(marked: str, mark: str) -> str:
    """At most `_CROPPED` characters of whole words, from a little before the first mark."""
    text = " ".join(marked.split())
    if len(text) <= _CROPPED:
        return text
    at = max(0, text.find(mark) - _BEFORE)
    begin = text.find(" ", at, at + _BEFORE) + 1 if at else 0
    end = begin + _CROPPED
    if end >= len(text):
        return f"… {text[begin:]}"
    space = text.rfind(" ", begin + _BEFORE, end)
    return ("… " if begin else "") + text[begin : space if space > 0 else end] + " …"


def _source(document: dict[str, Any], now: datetime) -> Iterator[str]:
    """Whose story it is, and what is special about it."""
    from streams.commands.showing import source
    from streams.elastic.queries import is_embargoed

    yield from source(document)
    if is_embargoed(document, now):
        yield "EMBARGO"
