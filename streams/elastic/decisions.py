"""The log of the alert stage: kawat-decisions.

A page holds what one batch decided. Its number is its `_id`, created only where nobody has it: whoever
writes a page has read every page before, so the decisions of all workers there ever were make one order.
A page whose number is taken was decided without knowing another's: it is thrown away and decided again.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import msgspec
from elasticsearch import AsyncElasticsearch

from processors.decisions import Decision
from streams.elastic import numbered
from streams.elastic.indices import DECISIONS
from streams.settings import Settings


class Page(msgspec.Struct, kw_only=True):
    """The decisions of one batch. No word of any article is in it."""

    number: int
    at: datetime
    feedback: int  # number of the last entry of kawat-feedback that was heard before
    ids: list[str]  # of all its decisions
    stories: list[str]
    alerts: list[str]  # ids of the alerts that came of it, by the rules of that time
    speaks: bool  # it has `decisions`
    decisions: list[Decision]
    silent: list[Decision] = []  # about stories that never spoke of a deal: of use for some days only
    schema: int = 1

    def in_order(self) -> list[Decision]:
        """All its decisions, as they were made."""
        return sorted((*self.decisions, *self.silent), key=lambda decision: decision.seq)


async def append(client: AsyncElasticsearch, settings: Settings, page: Page) -> bool:
    """Durable when it returns True; False where another wrote this number. Raises TryLater."""
    return await numbered.append(client, settings, DECISIONS, page.number, page)


async def between(
    client: AsyncElasticsearch, settings: Settings, since: datetime, silent_since: datetime, last: int
) -> AsyncIterator[Page]:
    """The pages written since then up to this number, in order; refresh before. Raises TryLater.

    What is silent is left out where it was written before `silent_since`.
    """
    log = {"range": {"number": {"lte": last}}}
    older = {"range": {"at": {"gte": since.isoformat(), "lt": silent_since.isoformat()}}}
    recent = {"range": {"at": {"gte": silent_since.isoformat()}}}
    speaking = {"bool": {"filter": [log, older, {"term": {"speaks": True}}]}}
    async for document in numbered.everything(client, settings, DECISIONS, speaking, without=["silent"]):
        yield page(document)
    async for document in numbered.everything(
        client, settings, DECISIONS, {"bool": {"filter": [log, recent]}}
    ):
        yield page(document)


async def pages(client: AsyncElasticsearch, settings: Settings, numbers: Sequence[int]) -> list[Page]:
    """Those pages, read in real time. Raises TryLater."""
    return [page(each) for each in await numbered.by_number(client, settings, DECISIONS, numbers)]


def page(document: numbered.Json) -> Page:
    """Of a document's source."""
    return msgspec.convert(document, Page)
