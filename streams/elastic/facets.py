"""What the stories of a search are about: their sources, languages, people, organisations and countries."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from elasticsearch import Elasticsearch

from streams.elastic import queries
from streams.elastic.clauses import Json
from streams.elastic.queries import Search
from streams.settings import Settings

MOST = 10  # values of a facet
_CODE = "[A-Z]{2}"  # a country's id; other places are no countries


class Value(NamedTuple):
    id: str
    name: str  # for people
    stories: int


class Facets(NamedTuple):
    total: int  # stories
    values: dict[str, list[Value]]  # by facet, the most frequent first


def facets(client: Elasticsearch, settings: Settings, wanted: Search) -> Facets:
    """Of all stories that are found, not of one page. Raises the client's ApiError and TransportError."""
    response = client.search(**request(settings, wanted)).body
    return Facets(response["hits"]["total"]["value"], dict(_read(response["aggregations"])))


def request(settings: Settings, wanted: Search) -> Json:
    """The arguments of the client's `search`."""
    return {
        "index": queries.index(settings, wanted),
        "query": queries.query(wanted),
        "size": 0,
        "track_total_hits": True,
        "aggregations": {
            "sources": _terms("source"),
            "languages": _terms("language"),
            "persons": _entities("PER"),
            "organisations": _entities("ORG"),
            "countries": _entities("LOC", include=_CODE),
        },
    }


def _terms(field: str, **more: Any) -> Json:
    return {"terms": {"field": field, "size": MOST} | more}


def _entities(kind: str, **more: Any) -> Json:
    named = _terms("entities.id", **more) | {"aggregations": {"name": _terms("entities.name", size=1)}}
    of_kind = {"filter": {"term": {"entities.type": kind}}, "aggregations": {"ids": named}}
    return {"nested": {"path": "entities"}, "aggregations": {"of_kind": of_kind}}


def _read(answers: Mapping[str, Any]) -> list[tuple[str, list[Value]]]:
    return [
        (name, [_value(bucket) for bucket in (answer.get("of_kind", {}).get("ids") or answer)["buckets"]])
        for name, answer in answers.items()
    ]


def _value(bucket: Json) -> Value:
    names = bucket.get("name", {}).get("buckets", [])
    return Value(bucket["key"], names[0]["key"] if names else bucket["key"], bucket["doc_count"])
