"""What can be asked of the alerts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elasticsearch import Elasticsearch

from processors.errors import UsageError
from processors.records import AlertKind
from streams.elastic import alerts, clauses
from streams.elastic.alerts import Stored
from streams.elastic.clauses import Json
from streams.elastic.indices import ALERTS
from streams.settings import Settings

PAGE = 200
_NOT_YET: Json = {"range": {"at": {"gt": "now"}}}
_SHORTEST = 4  # characters of the beginning of a short id


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which alerts. Several values of one filter: any of them; several filters: all of them."""

    kinds: Sequence[AlertKind] = ()
    deals: Sequence[str] = ()  # ids
    rules: Sequence[str] = ()
    parties: Sequence[str] = ()  # ids, countries by code or name, names as printed
    sources: Sequence[str] = ()
    stories: Sequence[str] = ()
    groups: Sequence[str] = ()
    follows: Sequence[str] = ()  # groups
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    everything: bool = False  # embargoed ones, too
    size: int = 20


@dataclass(frozen=True, slots=True)
class Found:
    total: int
    alerts: list[Stored]  # newest first


def search(client: Elasticsearch, settings: Settings, wanted: Search) -> Found:
    """The newest alerts. Raises the client's ApiError and TransportError."""
    total, found = 0, []
    for hits in _pages(client, settings, wanted):
        total = hits["total"]["value"]
        found += [alerts.read(hit["_source"]) for hit in hits["hits"]]
    return Found(total, found)


def by_name(client: Elasticsearch, settings: Settings, name: str) -> Stored:
    """The alert of that id, short id or beginning of one; of a group, the first of its alerts.

    Raises UsageError where there is none or where several begin so; the client's errors.
    """
    got = client.options(ignore_status=404).get(index=settings.named(ALERTS), id=name)
    if got.body.get("found"):
        return alerts.read(got.body["_source"])
    client.indices.refresh(index=settings.named(ALERTS))
    ways: list[Json] = [{"term": {"group": name}}]
    if len(name) >= _SHORTEST:
        ways.append({"prefix": {"short": name}})
    request: Json = {
        "index": settings.named(ALERTS),
        "query": clauses.either(ways),
        "size": 2,
        "sort": _OLDEST,
    }
    hits = [alerts.read(hit["_source"]) for hit in client.search(**request)["hits"]["hits"]]
    if not hits:
        raise UsageError(f"no alert is called {name!r}: `kawat alerts` lists them, the id stands last")
    if len({hit.group for hit in hits}) > 1:
        raise UsageError(f"several alerts are called {name!r}…: give more of the id")
    return hits[0]


def counts_by_rule(client: Elasticsearch, settings: Settings, since: datetime | None) -> dict[str, int]:
    """How many alerts each rule has made."""
    response = client.search(
        index=settings.named(ALERTS),
        query={"bool": {"filter": _period(Search(since=since))}},
        aggregations={"rules": {"terms": {"field": "rule", "size": 10_000}}},
        size=0,
    )
    return {each["key"]: each["doc_count"] for each in response["aggregations"]["rules"]["buckets"]}


def stories(client: Elasticsearch, settings: Settings, most: int = 10_000) -> list[str]:
    """The stories that have made alerts that may be seen, those with the newest first."""
    newest = {"newest": {"max": {"field": "at"}}}
    terms = {"field": "story", "size": most, "order": {"newest": "desc"}}
    response = client.search(
        index=settings.named(ALERTS),
        query=query(Search()),
        aggregations={"stories": {"terms": terms, "aggregations": newest}},
        size=0,
    )
    return [each["key"] for each in response["aggregations"]["stories"]["buckets"]]


def query(wanted: Search) -> Json:
    """The query alone."""
    filters = [
        *_terms("kind", wanted.kinds),
        *_terms("deal.id", wanted.deals),
        *_terms("rule", wanted.rules),
        *_terms("story", wanted.stories),
        *_terms("group", wanted.groups),
        *_terms("follows", wanted.follows),
        *clauses.any_of(clauses.term("source", each) for each in wanted.sources),
        *clauses.any_of(_party(each) for each in wanted.parties),
        *_period(wanted),
    ]
    return {"bool": {"filter": filters, "must_not": [] if wanted.everything else [_NOT_YET]}}


_NEWEST: list[Json] = [{"at": "desc"}, {"decided": "desc"}, {"id": "asc"}]
_OLDEST: list[Json] = [{"decided": "asc"}, {"id": "asc"}]


def _pages(client: Elasticsearch, settings: Settings, wanted: Search) -> Iterator[Json]:
    left, after = wanted.size, None
    while left > 0:
        request = clauses.page(_NEWEST, min(left, PAGE), after)
        response = client.search(index=settings.named(ALERTS), query=query(wanted), **request)
        hits: Json = response["hits"]
        yield hits
        if len(hits["hits"]) < request["size"]:
            return
        left -= len(hits["hits"])
        after = hits["hits"][-1]["sort"]


def _terms(name: str, values: Sequence[Any]) -> list[Json]:
    return [{"terms": {name: list(values)}}] if values else []


def _period(wanted: Search) -> list[Json]:
    bounds = {key: at.isoformat() for key, at in (("gte", wanted.since), ("lt", wanted.until)) if at}
    return [{"range": {"at": bounds}}] if bounds else []


def _party(name: str) -> Json:
    ids = clauses.party_ids(name)
    sides = ("deal.supplier_ids", "deal.recipient_ids")
    printed = ("evidence.supplier.text", "evidence.recipient.text")
    return clauses.either(
        [
            *({"terms": {side: ids}} for side in sides),
            *({"match": {field: {"query": name, "operator": "and"}}} for field in printed),
        ]
    )
