"""The alerts: kawat-alerts, a document each, written before the alert is sent and never twice.

The one that was written first is the one that counts: an alert that is rendered again, by whomever, is
sent as it stands here. A kill takes the text out of the alerts of its story; they stay as what was sent.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from elasticsearch import AsyncElasticsearch

from processors import story_life
from processors.decisions import short_id
from processors.errors import TryLater
from processors.records import Alert, Claims
from processors.story_life import Version
from streams.elastic import numbered
from streams.elastic.bulk import REQUEST_BYTES
from streams.elastic.client import pausing, reasons
from streams.elastic.indices import ALERTS
from streams.settings import Settings

Json = dict[str, Any]
PAGE = 500
_BLANK: Json = {"headline": None, "url": None, "evidence": [], "before": [], "killed": True}


class Stored(Alert, kw_only=True):
    """An alert as indexed: with what it takes to list it, to judge it and to blank it."""

    short: str  # what people call it by
    at: datetime  # since when it may be seen
    version: int  # of its story; with `dated`, what a kill goes by
    dated: bool
    claims: list[str]  # claim keys of its group
    killed: bool = False  # its text is gone


def stored(alert: Alert, claims: Claims, keys: Sequence[str]) -> Stored:
    """The document of an alert that a record made; `keys` are the claims of the group."""
    seen = alert.decided if alert.not_before is None else max(alert.decided, alert.not_before)
    fields = {name: getattr(alert, name) for name in Alert.__struct_fields__}
    return Stored(
        **fields,
        short=short_id(alert.id),
        at=seen,
        version=claims.version,
        dated=claims.version_time is not None,
        claims=list(keys),
    )


async def write(
    client: AsyncElasticsearch, settings: Settings, alerts: Sequence[Stored]
) -> dict[str, Stored]:
    """Creates those that are not there; durable when it returns. All of them by id, as they stand.

    Raises TryLater; some may be written then.
    """
    standing = {each.id: each for each in alerts}
    taken: list[str] = []
    for chunk in _chunks([("create", each.id, each) for each in standing.values()]):
        taken += await _bulk(client, settings, chunk)
    for start in range(0, len(taken), PAGE):
        with pausing():
            found = await client.mget(index=settings.named(ALERTS), ids=taken[start : start + PAGE])
        answers = numbered.readable(found["docs"])
        standing |= {each["_id"]: read(each["_source"]) for each in answers if each["found"]}
    return standing


async def blank(client: AsyncElasticsearch, settings: Settings, kills: Sequence[Claims]) -> None:
    """Takes the text out of the alerts of killed versions. Durable when it returns. Raises TryLater."""
    if not kills:
        return
    bounds = {
        story: story_life.kill_among(_version(each) for each in kills if each.id == story)
        for story in {each.id for each in kills}
    }
    told = [each for each in await _of_stories(client, settings, sorted(bounds)) if not each.killed]
    gone = [each for each in told if story_life.is_killed(_told(each), bounds[each.story])]
    blanked = [("index", each.id, msgspec.structs.replace(each, **_BLANK)) for each in gone]
    for chunk in _chunks(blanked):
        await _bulk(client, settings, chunk)


def read(source: Mapping[str, Any]) -> Stored:
    """Of a document's source."""
    return msgspec.convert(source, Stored)


_Action = tuple[str, str, Stored]


async def _of_stories(client: AsyncElasticsearch, settings: Settings, stories: Sequence[str]) -> list[Stored]:
    """All alerts of these stories, those written a moment ago, too."""
    index = settings.named(ALERTS)
    request: Json = {
        "index": index,
        "query": {"terms": {"story": list(stories)}},
        "sort": [{"id": "asc"}],
        "size": PAGE,
    }
    found: list[Stored] = []
    with pausing():
        await client.indices.refresh(index=index)
        while True:
            hits = (await client.search(**request))["hits"]["hits"]
            found += [read(hit["_source"]) for hit in hits]
            if len(hits) < PAGE:
                return found
            request["search_after"] = hits[-1]["sort"]


def _chunks(actions: Sequence[_Action]) -> list[list[tuple[str, bytes, bytes]]]:
    """Requests of at most `REQUEST_BYTES` each, or of one document."""
    chunks: list[list[tuple[str, bytes, bytes]]] = []
    size = REQUEST_BYTES
    for kind, id_, document in actions:
        action = msgspec.json.encode({kind: {"_id": id_}})
        source = msgspec.json.encode(document)
        size += len(action) + len(source)
        if size > REQUEST_BYTES:
            chunks.append([])
            size = len(action) + len(source)
        chunks[-1].append((id_, action, source))
    return chunks


async def _bulk(
    client: AsyncElasticsearch, settings: Settings, chunk: Sequence[tuple[str, bytes, bytes]]
) -> list[str]:
    """Sends one request; the ids that were taken. An alert is ours: Elasticsearch has no ground to refuse."""
    with pausing():
        response = await client.bulk(
            index=settings.named(ALERTS),
            operations=[line for _, action, source in chunk for line in (action, source)],  # type: ignore[misc]
            require_alias=True,
            timeout="20s",
            filter_path="errors,items.*.status,items.*.error",
        )
    results = [next(iter(item.values())) for item in response["items"]]
    for result in results:
        if result["status"] >= 300 and result["status"] != 409:
            raise TryLater(f"Elasticsearch: {result['status']}: {reasons(result['error'])}"[:500])
    return [id_ for (id_, _, _), result in zip(chunk, results, strict=True) if result["status"] == 409]


def _version(claims: Claims) -> Version:
    return Version(
        claims.order,
        claims.version,
        claims.status,
        dated=claims.version_time is not None,
        explicit=claims.provider_status is not None,
    )


def _told(alert: Stored) -> Version:
    return Version(alert.order, alert.version, "usable", dated=alert.dated, explicit=True)
