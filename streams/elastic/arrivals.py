"""The live stories in the order in which they arrived, with what they say of arms deals."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from elasticsearch import Elasticsearch

from processors.claims import claims_of
from processors.records import Claims, Document
from streams.elastic.indices import LIVE
from streams.settings import Settings

Json = dict[str, Any]
PAGE = 500
_NOT_NEEDED = ["life", "body", "entities", "quotes"]


def claims(
    client: Elasticsearch, settings: Settings, since: datetime | None, *, seed: bool = False
) -> Iterator[Claims]:
    """Of each live story with arms deals received since then, also under an embargo.

    Raises the client's ApiError and TransportError.
    """
    request = _request(settings, since)
    while True:
        hits = client.search(**request)["hits"]["hits"]
        for hit in hits:
            document = msgspec.convert(hit["_source"] | {"body": ""}, Document)
            yield claims_of(document, seed=seed)
        if len(hits) < PAGE:
            return
        request["search_after"] = hits[-1]["sort"]


def count(client: Elasticsearch, settings: Settings, since: datetime | None) -> int:
    """How many stories `claims` gives. Lets it find what has been indexed just now."""
    client.indices.refresh(index=settings.named(LIVE))
    return int(client.count(index=settings.named(LIVE), query=_query(since))["count"])


def _request(settings: Settings, since: datetime | None) -> Json:
    return {
        "index": settings.named(LIVE),
        "query": _query(since),
        "sort": [{"received": "asc"}, {"order": "asc"}, {"id": "asc"}],
        "size": PAGE,
        "source_excludes": _NOT_NEEDED,
    }


def _query(since: datetime | None) -> Json:
    mentions = {"nested": {"path": "arms_deals", "query": {"exists": {"field": "arms_deals.act"}}}}
    period = [{"range": {"received": {"gte": since.isoformat()}}}] if since else []
    return {"bool": {"filter": [mentions, *period]}}
