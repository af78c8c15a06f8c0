"""What the monitor asks Elasticsearch: a story with all that belongs to it, and searches. By the rules of
`kawat search`; what is still on the board is read there, since it may not be indexed yet.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from elasticsearch import ApiError, Elasticsearch, TransportError

from processors.cards import AlertCard, Card, alert_card, blank, card
from processors.errors import UsageError
from processors.records import Document
from streams.elastic import alert_queries, pages, queries, times
from streams.elastic.alerts import Stored
from streams.elastic.client import commands_client, explaining
from streams.elastic.dealt import Deals
from streams.elastic.indices import VERSIONS
from streams.elastic.queries import Search
from streams.monitor.asked import Asked
from streams.monitor.board import Board
from streams.settings import Settings

PAGE = 50
_SIMILAR = 6
_MANY = 200
_VERSION_FACTS = [
    "version",
    "order",
    "status",
    "change",
    "published",
    "received",
    "headline",
    "embargo_until",
]

Json = dict[str, Any]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    total: int
    cards: list[Card]
    after: str | None  # the next page; None: this is the last


def wanted(asked: Asked, query: Mapping[str, str], now: datetime) -> Search:
    """The search that an address asks for. Raises UsageError."""
    sort = query.get("sort") or "newest"
    if sort not in ("newest", "relevance"):
        raise UsageError(f"sort: {sort} is neither newest nor relevance")
    words = " ".join([query.get("query", ""), *asked.text]).strip()
    since, until = query.get("since"), query.get("until")
    return Search(
        text=words,
        sources=asked.source,
        names=asked.person,
        countries=asked.country,
        languages=asked.language,
        deals=Deals(mentioned=True) if asked.deals else None,
        since=times.moment(since, now) if since else None,
        until=times.moment(until, now, end=True) if until else None,
        sort="relevance" if sort == "relevance" else "newest",
        size=PAGE,
        after=pages.after(query["after"]) if query.get("after") else None,
    )


async def search(settings: Settings, asked: Search, *, alerted: bool) -> Page:
    """Raises ServiceError where Elasticsearch does not answer, UsageError where it cannot read the words."""

    def ask() -> Page:
        with explaining(settings), commands_client(settings) as client:
            stories = asked
            if alerted:
                stories = replace(asked, stories=alert_queries.stories(client, settings))
            found = queries.search(client, settings, stories)
            cards = [_card(hit.document) for hit in found.hits]
            more = len(found.hits) == asked.size
            return Page(
                total=found.total, cards=cards, after=pages.token(found.hits[-1].sort) if more else None
            )

    return await asyncio.to_thread(ask)


async def story(settings: Settings, board: Board, id_: str, now: datetime) -> Json | None:
    """A story in full; None where there is none that may be shown.

    Raises ServiceError where Elasticsearch does not answer for one that is no longer on the board; of one
    that is, its past and its relatives are missing then.
    """
    found = board.find(id_) or await asyncio.to_thread(_archived, settings, id_, now)
    if found is None:
        return None
    shown, raw, versions = found
    document = msgspec.json.decode(raw, type=Document) if raw else None
    past, told, similar = await asyncio.to_thread(_relatives, settings, id_, document, now)
    alerts = {each.id: each for each in told} | {each.id: each for each in board.alerts_of(id_)}
    stands = document is not None
    facts = {name: getattr(document, name, None) for name in _FACTS}
    return {
        "card": shown,
        **facts,
        "versions": _versions(past, versions, stands=stands),
        "alerts": list(alerts.values()),
        "copies": board.cluster(id_),
        "similar": similar,
    }


_FACTS = (
    "body", "dateline", "keywords", "ednote", "usage_terms", "copyright", "credited_sources", "urgency",
    "entities", "quotes", "arms_deals",
)  # fmt: skip


def _archived(settings: Settings, id_: str, now: datetime) -> tuple[Card, bytes, list[Card]] | None:
    """As the board would have it."""
    if not id_ or len(id_.encode()) > 512:  # Elasticsearch refuses a longer id
        return None
    with explaining(settings), commands_client(settings) as client:
        source = queries.by_id(client, settings, id_, now)
    return (_card(source), msgspec.json.encode(source), []) if source else None


def _relatives(
    settings: Settings, id_: str, document: Document | None, now: datetime
) -> tuple[list[Json], list[AlertCard], list[Card]]:
    """The indexed versions, alerts and similar stories; nothing where Elasticsearch is away."""
    with suppress(ApiError, TransportError), commands_client(settings) as client:
        versions = _indexed_versions(client, settings, id_, now)
        told = alert_queries.search(client, settings, alert_queries.Search(stories=[id_], size=_MANY))
        alerts = [_alert(each) for each in told.alerts]
        return versions, alerts, _similar(client, settings, document) if document else []
    return [], [], []


def _indexed_versions(client: Elasticsearch, settings: Settings, id_: str, now: datetime) -> list[Json]:
    response = client.search(
        index=settings.named(VERSIONS),
        query={"term": {"id": id_}},
        sort=[{"order": "desc"}],
        size=_MANY,
        source_includes=_VERSION_FACTS,
    )
    sources = [hit["_source"] for hit in response["hits"]["hits"]]
    return [each for each in sources if not queries.is_embargoed(each, now)]


def _similar(client: Elasticsearch, settings: Settings, document: Document) -> list[Card]:
    like = {each: getattr(document, each) for each in ("id", "language", "headline", "body")}
    found = queries.search(client, settings, Search(like=like, sort="relevance", size=_SIMILAR))
    return [_card(hit.document) for hit in found.hits]


def _versions(indexed: list[Json], seen: list[Card], *, stands: bool) -> list[Json]:
    """Newest first; the words of none where the story does not stand."""
    known = {each["order"]: {name: each.get(name) for name in _VERSION_FACTS} for each in indexed}
    for each in seen:
        known.setdefault(each.order, {name: getattr(each, name) for name in _VERSION_FACTS})
    newest = [known[order] for order in sorted(known, reverse=True)]
    return newest if stands else [each | {"headline": None} for each in newest]


def _alert(stored: Stored) -> AlertCard:
    return blank(alert_card(stored)) if stored.killed else alert_card(stored)


def _card(source: Json) -> Card:
    document = msgspec.convert(source, Document)
    came = document.timings.grouped or document.timings.enriched or document.received
    return card(document, max(came, document.embargo_until or came))
