"""`kawat search` and `kawat setup`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from streams.commands.filters import filters, period
from streams.settings import settings

# Elasticsearch's client and Rich are imported where they are used: `kawat --help` stays instant.
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from streams.elastic.hits import Found, Hit
    from streams.settings import Settings

_BEGINNING = 70  # characters


@click.command(short_help="find stories")
@click.argument("query", required=False, default="")
@click.option("--person", "persons", multiple=True, help="Only with this person, by name (repeatable).")
@click.option("--org", "organisations", multiple=True, help="Only with this organisation (repeatable).")
@click.option("--country", "countries", multiple=True, help="Only with this country, by ISO code or name.")
@filters
@click.option("--all", "everything", is_flag=True, help="Withheld, killed and embargoed stories, too.")
@click.option("--unique", is_flag=True, help="Of copies the first only, with their number.")
@click.option("--size", type=click.IntRange(1, 1000), default=10, show_default=True, help="At most.")
@click.option("--json", "as_json", is_flag=True, help="One document a line, with score, highlights.")
def search(query: str, since: str | None, until: str | None, as_json: bool, **chosen: Any) -> None:
    """Finds indexed stories.

    All words must occur, in whatever form. "In quotation marks": exactly so. -word: without. a | b: either.
    begin*: by beginning. Without QUERY: the newest. Exit status 1 where Elasticsearch does not answer.

    \b
    Example: kawat search "kesepakatan senjata" --country KP --since 7d
             kawat search '"arms deal" -missile' --person Putin --json
             kawat search gempa --sort newest --unique
    """
    from streams.elastic import queries
    from streams.elastic.client import commands_client, explaining

    now = datetime.now().astimezone()
    wanted = queries.Search(text=query, **period(since, until, now), **chosen)
    with explaining(settings()), commands_client(settings()) as client:
        found = queries.search(client, settings(), wanted)
    if as_json:
        from streams.commands.showing import print_json

        print_json(found.hits)
    else:
        from rich.console import Console

        print_stories(found, now, Console(highlight=False))


@click.command(short_help="create topics, indices, aliases")
def setup() -> None:
    """Creates topics, indices, mappings and aliases. Safe to repeat; the workers do it too.

    \b
    Example: kawat up && kawat setup
    """
    import asyncio

    from streams.topics import TOPICS, create_topics

    create_topics(settings())
    click.echo(f"topics:  {', '.join(topic.full_name(settings()) for topic in TOPICS)}")
    aliases = asyncio.run(_set_up_indices(settings()))
    click.echo(f"indices: {', '.join(aliases)}")


async def _set_up_indices(settings: Settings) -> list[str]:
    from streams.elastic import indices
    from streams.elastic.client import agents_client, explaining

    with explaining(settings):
        async with agents_client(settings) as client:
            await indices.set_up(client, settings)
    return [alias for index in indices.INDICES for alias in index.aliases(settings)]


def print_stories(found: Found, now: datetime, console: Console) -> None:
    """The hits for people: headline, facts and the places found, in marks."""
    from rich.padding import Padding
    from rich.text import Text

    from streams.commands.showing import styled

    if not found.hits:
        console.print("No story found.")
        return
    for hit in found.hits:
        console.print(styled(hit.headline or _beginning(hit), "bold", "bold reverse"))
        console.print(Padding(Text(" · ".join(_facts(hit, now)), "dim"), (0, 0, 0, 2)))
        for fragment in hit.fragments:
            console.print(Padding(styled(" ".join(fragment.split()), "", "bold yellow"), (0, 0, 0, 2)))
        console.print()
    left_out = f", without {found.copies} copies" if found.copies else ""
    console.print(Text(f"{len(found.hits)} of {found.total} stories{left_out}", "dim"))


def _beginning(hit: Hit) -> str:
    """What stands for a headline where there is none."""
    return " ".join(hit.document["body"][:_BEGINNING].split()) + " …" if hit.document["body"] else "(no text)"


def _facts(hit: Hit, now: datetime) -> Iterator[str]:
    """When, by whom, what is special about it, and the id."""
    from streams.commands.showing import showable, source
    from streams.elastic.queries import is_embargoed

    document = hit.document
    at = datetime.fromisoformat(document["at"])
    yield f"{at.astimezone(now.tzinfo):%d %b %Y %H:%M}"
    yield from source(document)
    if is_embargoed(document, now):
        yield f"EMBARGO {document['embargo_until']}"
    if hit.copies:
        yield f"+{hit.copies} {'copy' if hit.copies == 1 else 'copies'}"
    yield showable(document["id"])
