"""`kawat search` and `kawat setup`."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from processors.errors import UsageError
from streams.settings import settings

# Elasticsearch's client and Rich are imported where they are used: `kawat --help` stays instant.
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.text import Text

    from streams.elastic.queries import Found, Hit
    from streams.settings import Settings

_BEGINNING = 70  # characters
_UNSHOWABLE = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


@click.command(short_help="find stories")
@click.argument("query", required=False, default="")
@click.option("--source", "sources", multiple=True, help="Only of this agency or feed (repeatable).")
@click.option("--person", "persons", multiple=True, help="Only with this person, by name (repeatable).")
@click.option("--org", "organisations", multiple=True, help="Only with this organisation (repeatable).")
@click.option("--country", "countries", multiple=True, help="Only with this country, by ISO code or name.")
@click.option("--language", "languages", multiple=True, help="Only in this language: id, en … (repeatable).")
@click.option("--since", metavar="TIME", help="Published since: 2026-11-20, 7d, 2h, today, yesterday.")
@click.option("--until", metavar="TIME", help="Published until; a day includes its end.")
@click.option("--all", "everything", is_flag=True, help="Withheld, killed and embargoed stories, too.")
@click.option("--sort", type=click.Choice(["relevance", "newest"]), default="relevance", show_default=True)
@click.option("--size", type=click.IntRange(1, 1000), default=10, show_default=True, help="At most.")
@click.option("--json", "as_json", is_flag=True, help="One document a line, with score, highlights.")
def search(query: str, since: str | None, until: str | None, as_json: bool, **filters: Any) -> None:
    """Finds indexed stories.

    All words must occur, in whatever form. "In quotation marks": exactly so. -word: without. a | b: either.
    begin*: by beginning. Without QUERY: the newest. Exit status 1 where Elasticsearch does not answer.

    \b
    Example: kawat search "kesepakatan senjata" --country KP --since 7d
             kawat search '"arms deal" -missile' --person Putin --json
    """
    from streams.elastic import queries
    from streams.elastic.client import commands_client, explaining

    now = datetime.now().astimezone()
    wanted = queries.Search(
        text=query,
        since=queries.moment(since, now) if since else None,
        until=queries.moment(until, now, end=True) if until else None,
        **filters,
    )
    if wanted.since and wanted.until and wanted.since >= wanted.until:
        raise UsageError("--since is not before --until")
    with explaining(settings()), commands_client(settings()) as client:
        found = queries.search(client, settings(), wanted)
    if as_json:
        _print_json(found)
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


# ── for programs ──────────────────────────────────────────────────────────────────────────────────────


def _print_json(found: Found) -> None:
    import msgspec

    for hit in found.hits:
        line = hit.document | {
            "score": hit.score,
            "highlights": [_tagged(each) for each in (hit.headline or "", *hit.fragments) if each],
        }
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.flush()


def _tagged(marked: str) -> str:
    from streams.elastic.queries import END_MARK, MARK

    return marked.replace(MARK, "<em>").replace(END_MARK, "</em>")


# ── for people ────────────────────────────────────────────────────────────────────────────────────────


def print_stories(found: Found, now: datetime, console: Console) -> None:
    """The hits for people: headline, facts and the places found, in marks."""
    from rich.padding import Padding
    from rich.text import Text

    if not found.hits:
        console.print("No story found.")
        return
    for hit in found.hits:
        console.print(_marked(hit.headline or _beginning(hit), "bold", "bold reverse"))
        console.print(Padding(Text(" · ".join(_facts(hit, now)), "dim"), (0, 0, 0, 2)))
        for fragment in hit.fragments:
            console.print(Padding(_marked(" ".join(fragment.split()), "", "bold yellow"), (0, 0, 0, 2)))
        console.print()
    console.print(Text(f"{len(found.hits)} of {found.total} stories", "dim"))


def _beginning(hit: Hit) -> str:
    """What stands for a headline where there is none."""
    return " ".join(hit.document["body"][:_BEGINNING].split()) + " …" if hit.document["body"] else "(no text)"


def _facts(hit: Hit, now: datetime) -> Iterator[str]:
    """When, by whom, what is special about it, and the id."""
    from streams.elastic.queries import is_embargoed

    document = hit.document
    at = datetime.fromisoformat(document["at"])
    yield f"{at.astimezone(now.tzinfo):%d %b %Y %H:%M}"
    yield _showable(document["source"])
    if document["status"] != "usable":
        yield document["status"].upper()
    elif document["change"] != "new":
        yield document["change"]
    if is_embargoed(document, now):
        yield f"EMBARGO {document['embargo_until']}"
    yield _showable(document["id"])


def _marked(text: str, style: str, mark_style: str) -> Text:
    from rich.text import Text

    from streams.elastic.queries import END_MARK, MARK

    shown = Text(style=style)
    for part in _showable(text).split(MARK):
        marked, found, rest = part.partition(END_MARK)
        shown.append(marked, mark_style if found else None)
        shown.append(rest)
    return shown


def _showable(text: str) -> str:
    """Without what a terminal would obey."""
    return text.translate(_UNSHOWABLE)
