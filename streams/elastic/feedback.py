"""What the watchers say of alerts: kawat-feedback, append-only, who said what when.

The number of an entry is its `_id`; nothing is ever changed. What is taken back is another entry.
"""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

import msgspec
from elasticsearch import AsyncElasticsearch, ConflictError, Elasticsearch

from processors.errors import ServiceError
from processors.feedback import Feedback
from streams.elastic import numbered
from streams.elastic.indices import FEEDBACK
from streams.settings import Settings

_ATTEMPTS = 50


class Entry(Feedback, frozen=True, kw_only=True):
    """One entry with its place in the log; `id` is its number, too."""

    number: int


def add(client: Elasticsearch, settings: Settings, **said: Any) -> Entry:
    """Appends what was said; `said` are Feedback's fields but the id.

    Raises ServiceError where others keep being first, and the client's errors.
    """
    client.indices.refresh(index=settings.named(FEEDBACK))
    number = numbered.number_of(client.search(**numbered.highest(settings, FEEDBACK)).body)
    for _ in range(_ATTEMPTS):
        number += 1
        entry = Entry(id=str(number), number=number, **said)
        try:
            client.create(**numbered.creation(settings, FEEDBACK, number, entry))
        except ConflictError:
            continue  # somebody else's; the next
        return entry
    raise ServiceError("others keep adding feedback at the same time: try again")


async def everything(client: AsyncElasticsearch, settings: Settings) -> AsyncIterator[Entry]:
    """All entries that a search finds, in order. Raises TryLater."""
    async for document in numbered.everything(client, settings, FEEDBACK):
        yield entry(document)


async def following(client: AsyncElasticsearch, settings: Settings, number: int) -> list[Entry]:
    """The entries after this number, read in real time: cheap where there is none. Raises TryLater."""
    found = await numbered.following(client, settings, {FEEDBACK: number})
    return [entry(each) for each in found[FEEDBACK]]


def all_entries(client: Elasticsearch, settings: Settings) -> list[Entry]:
    """All entries, for the command line. Raises the client's errors."""
    return [entry(each) for each in numbered.all_of(client, settings, FEEDBACK)]


def mutes(entries: Iterable[Entry], now: datetime) -> list[Entry]:
    """The mutes that hold, oldest first. Of several of one deal, rule or source the last counts."""
    latest = {(each.deal, each.rule, each.source): each for each in entries if each.action == "mute"}
    return sorted(
        (each for each in latest.values() if each.until is not None and each.until > now),
        key=lambda each: each.number,
    )


def entry(document: numbered.Json) -> Entry:
    """Of a document's source."""
    return msgspec.convert(document, Entry)
