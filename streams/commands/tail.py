"""`kawat tail`."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from streams.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from rich.text import Text

    from processors.records import Document
    from processors.wanted import Wanted

_BEGINNING = 90  # characters of a story without a headline
_STYLES = {"canceled": "bold red", "withheld": "bold yellow"}


@click.command(short_help="watch the live feed")
@click.argument("words", nargs=-1)
@click.option("--source", "sources", multiple=True, help="Only of this agency or feed (repeatable).")
@click.option("--language", "languages", multiple=True, help="Only in this language: id, en … (repeatable).")
@click.option("--name", "names", multiple=True, help="Only with this person or organisation (repeatable).")
@click.option("--country", "countries", multiple=True, help="Only with this country (repeatable).")
@click.option("--deals", is_flag=True, help="Only what speaks of arms deals.")
@click.option("--last", type=click.IntRange(0, 1000), default=10, show_default=True, help="Before that.")
@click.option("--json", "as_json", is_flag=True, help="One document a line.")
def tail(
    words: Sequence[str],
    sources: Sequence[str],
    languages: Sequence[str],
    names: Sequence[str],
    countries: Sequence[str],
    deals: bool,
    last: int,
    as_json: bool,
) -> None:
    """Prints stories as they come, until Ctrl-C: each version that stands once, none before its embargo ends.

    WORDS must all occur. What became of a story that was shown is shown, too: its correction, its kill.

    \b
    Example: kawat tail
             kawat tail --deals --language id
             kawat tail korvet --country Italia --json | jq -r .headline
    """
    from processors.wanted import Wanted
    from streams.elastic.clauses import codes_of

    wanted = Wanted(
        words=words,
        sources=sources,
        languages=languages,
        names=names,
        countries=[codes_of(each) for each in countries],
        deals=deals,
    )
    with suppress(KeyboardInterrupt):
        _print(_shown(wanted, last), as_json=as_json)


def _shown(wanted: Wanted, last: int) -> Iterator[Document]:
    from processors.desk import Desk
    from streams.live_feed import stories

    desk = Desk(wanted)
    for batch in stories(settings(), last):
        now = datetime.now(UTC)
        yield from (shown for each in batch if (shown := desk.arrives(each, now)) is not None)
        yield from desk.due(now)


def _print(shown: Iterator[Document], *, as_json: bool) -> None:
    from rich.console import Console

    zone = datetime.now().astimezone().tzinfo
    console = Console(highlight=False, soft_wrap=True)
    for document in shown:
        if as_json:
            sys.stdout.buffer.write(_json(document) + b"\n")
            sys.stdout.flush()
        elif console.is_terminal:
            console.print(styled_line(document, zone))
        else:
            click.echo(styled_line(document, zone).plain)


def _json(document: Document) -> bytes:
    """The document; of a killed one what may be kept."""
    import msgspec

    from processors.story_life import tombstone

    fields = msgspec.structs.asdict(document)
    return msgspec.json.encode(tombstone(fields) if document.status == "canceled" else fields)


def styled_line(document: Document, zone: tzinfo | None) -> Text:
    """When it came, whose it is, what became of it, its headline and what is in it: one line."""
    import msgspec
    from rich.text import Text

    from streams.commands.showing import showable, source

    facts = list(source(msgspec.structs.asdict(document)))
    shown = Text(f"{document.received.astimezone(zone):%H:%M:%S}", "dim")
    shown.append(f"  {facts[0]} {document.language}", "not dim cyan")
    for fact in facts[1:]:
        shown.append(f"  {fact}", f"not dim {_STYLES.get(document.status, 'bold magenta')}")
    if document.status != "usable":
        return shown.append(f"  {showable(document.id)}", "not dim")
    shown.append(f"  {showable(_title(document))}", "not dim bold")
    return shown.append("".join(f"  {each}" for each in _holds(document)))


def _title(document: Document) -> str:
    text = " ".join((document.headline or document.body).split())
    return text if document.headline or len(text) <= _BEGINNING else text[:_BEGINNING] + " …"


def _holds(document: Document) -> Iterator[str]:
    for number, one, several in (
        (len(document.arms_deals), "arms deal", "arms deals"),
        (len(document.quotes), "quote", "quotes"),
    ):
        if number:
            yield f"{number} {one if number == 1 else several}"
