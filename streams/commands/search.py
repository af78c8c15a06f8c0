"""`kawat search`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from processors.errors import UsageError
from streams.commands.filters import filters, period
from streams.settings import settings

# Elasticsearch's client and Rich are imported where they are used: `kawat --help` stays instant.
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from elasticsearch import Elasticsearch
    from rich.console import Console

    from streams.elastic.clauses import Json
    from streams.elastic.hits import Found, Hit
    from streams.elastic.queries import Search

_BEGINNING = 70  # characters
_PAGE = 500  # stories


@click.command(short_help="find stories")
@click.argument("query", required=False, default="")
@click.option("--person", "persons", multiple=True, help="Only with this person, by name (repeatable).")
@click.option("--org", "organisations", multiple=True, help="Only with this organisation (repeatable).")
@click.option("--country", "countries", multiple=True, help="Only with this country, by ISO code or name.")
@click.option("--deals", is_flag=True, help="Only what mentions an arms deal.")
@click.option(
    "--supplier", "suppliers", multiple=True, help="Only with a deal of this supplier (repeatable)."
)
@click.option("--recipient", "recipients", multiple=True, help="… for this recipient (repeatable).")
@click.option("--goods", multiple=True, help="… of this class or system: missiles, Rafale (repeatable).")
@click.option("--between", nargs=2, multiple=True, metavar="A B", help="… between these two, either way.")
@filters
@click.option("--all", "everything", is_flag=True, help="Withheld, killed and embargoed stories, too.")
@click.option("--unique", is_flag=True, help="Of copies the first only, with their number.")
@click.option("--like", metavar="ID", help="Stories that speak of what this one speaks of.")
@click.option("--size", type=click.IntRange(1, 1000), default=10, show_default=True, help="At most.")
@click.option("--after", metavar="PLACE", help="The next page: the place that the page before names.")
@click.option("--every", is_flag=True, help="All of them, however many: with --json or --csv.")
@click.option("--facets", "as_facets", is_flag=True, help="Who and what they are about, and how often.")
@click.option("--csv", "as_csv", is_flag=True, help="For a spreadsheet.")
@click.option("--json", "as_json", is_flag=True, help="One document a line, with score, highlights.")
def search(
    query: str,
    since: str | None,
    until: str | None,
    like: str | None,
    every: bool,
    after: str | None,
    as_facets: bool,
    as_csv: bool,
    as_json: bool,
    deals: bool,
    suppliers: Sequence[str],
    recipients: Sequence[str],
    goods: Sequence[str],
    between: Sequence[tuple[str, str]],
    **chosen: Any,
) -> None:
    """Finds indexed stories.

    All words must occur, in whatever form. "In quotation marks": exactly so. -word: without. a | b: either.
    begin*: by beginning. word~1: a letter may differ. headline:word, speaker:"full name", -source:antara:
    in a field. Without QUERY: the newest. Exit status 1 where Elasticsearch does not answer.

    \b
    Example: kawat search "kesepakatan senjata" --country KP --since 7d
             kawat search '"arms deal" -missile' --person Putin --json
             kawat search --between Prancis Indonesia --since 30d
             kawat search 'headline:rudal speaker:Crosetto' --since now-1M/d
             kawat search gempa --sort newest --unique
             kawat search rudal --since 30d --facets
             kawat search rudal --since 30d --every --csv > rudal.csv
    """
    from streams.elastic import pages, queries
    from streams.elastic.client import commands_client, explaining
    from streams.elastic.dealt import Deals

    if after is not None and (every or as_facets):
        raise UsageError("--after goes with neither --every nor --facets: they tell of all that is found")
    if every and not (as_json or as_csv):
        raise UsageError("--every is for programs: give --json or --csv with it")
    if as_csv and (as_json or as_facets):
        raise UsageError("--csv goes with neither --json nor --facets")
    now = datetime.now().astimezone()
    if every:
        chosen["size"] = _PAGE
    dealt = Deals(mentioned=deals, suppliers=suppliers, recipients=recipients, goods=goods, between=between)
    place = pages.after(after) if after is not None else None
    wanted = queries.Search(text=query, deals=dealt, after=place, **period(since, until, now), **chosen)
    with explaining(settings()), commands_client(settings()) as client:
        if like is not None:
            wanted = replace(wanted, like=_story(client, like, now))
        if as_facets:
            _print_facets(client, wanted, as_json=as_json)
        elif every:
            _print_all(queries.every(client, settings(), wanted), as_csv=as_csv)
        else:
            found = queries.search(client, settings(), wanted)
            _print_page(found, now, as_json=as_json, as_csv=as_csv)
            if len(found.hits) == wanted.size < found.total:
                click.echo(f"next page: --after {pages.token(found.hits[-1].sort)}", err=True)


def _print_page(found: Found, now: datetime, *, as_json: bool, as_csv: bool) -> None:
    if as_json or as_csv:
        _print_all(found.hits, as_csv=as_csv)
        return
    from rich.console import Console

    print_stories(found, now, Console(highlight=False))


def _story(client: Elasticsearch, id_: str, now: datetime) -> Json:
    """Raises UsageError where no such story may be read."""
    from streams.elastic import queries

    if (document := queries.by_id(client, settings(), id_, now)) is None:
        raise UsageError(f"--like {id_}: no such story: an id is what stands last under a headline")
    return document


def _print_all(found: Iterable[Hit], *, as_csv: bool) -> None:
    from streams.commands.showing import print_csv, print_json

    (print_csv if as_csv else print_json)(found)


def _print_facets(client: Elasticsearch, wanted: Search, *, as_json: bool) -> None:
    """A list for each facet; for programs one object."""
    import msgspec
    from rich.console import Console
    from rich.table import Table

    from streams.commands.showing import showable
    from streams.elastic.facets import facets

    found = facets(client, settings(), wanted)
    if as_json:
        listed = {name: [each._asdict() for each in values] for name, values in found.values.items()}
        click.echo(msgspec.json.encode({"stories": found.total, **listed}))
        return
    table = Table("", "", "", box=None, pad_edge=False, show_header=False)
    for name, values in found.values.items():
        table.add_section()
        for number, value in enumerate(values):
            table.add_row("" if number else name, showable(value.name), f"{value.stories:,}")
    table.columns[0].style = "dim"
    table.columns[2].justify = "right"
    console = Console(highlight=False)
    console.print(table)
    console.print(f"{found.total:,} stories", style="dim")


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
