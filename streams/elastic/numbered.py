"""Logs of numbered documents: `_id` is the number, the next one is created only where nobody has it.

Who adds number n has therefore read all before it, and a reader finds what is new by asking for the
number after the last it knows: reads by id do not wait for a refresh.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from elasticsearch import AsyncElasticsearch, ConflictError, Elasticsearch

from processors.errors import TryLater
from streams.elastic.client import pausing, reasons
from streams.settings import Settings

Json = dict[str, Any]
PAGE = 200  # documents
_LOOKAHEAD = 50


async def append(
    client: AsyncElasticsearch, settings: Settings, log: str, number: int, document: object
) -> bool:
    """Durable when it returns True; False where the number is taken. Raises TryLater; it may be done then."""
    with pausing():
        try:
            await client.create(**creation(settings, log, number, document))
        except ConflictError:
            return False
    return True


async def following(
    client: AsyncElasticsearch, settings: Settings, after: Mapping[str, int]
) -> dict[str, list[Json]]:
    """For each log, all documents after the number given with it, in order. One request where none is new.

    Raises TryLater.
    """
    found: dict[str, list[Json]] = {log: [] for log in after}
    ahead, asked = 1, dict(after)
    while asked:
        for log, documents in (await _ahead(client, settings, asked, ahead)).items():
            found[log] += documents
            asked[log] += len(documents)
            if len(documents) < ahead:
                del asked[log]
        ahead = _LOOKAHEAD
    return found


async def by_number(
    client: AsyncElasticsearch, settings: Settings, log: str, numbers: Sequence[int]
) -> list[Json]:
    """Those of the numbers that there are. Raises TryLater."""
    if not numbers:
        return []
    with pausing():
        response = await client.mget(index=settings.named(log), ids=[str(number) for number in numbers])
    return [each["_source"] for each in readable(response["docs"]) if each["found"]]


def readable(answers: Sequence[Json]) -> Sequence[Json]:
    """The answers to a multi-get. Raises TryLater where one is neither found nor missing."""
    for answer in answers:
        if "error" in answer:
            raise TryLater(f"Elasticsearch: {reasons(answer['error'])}"[:500])
    return answers


async def last(client: AsyncElasticsearch, settings: Settings, log: str) -> int:
    """The highest number, 0 where there is none; refreshes first. Raises TryLater."""
    await refresh(client, settings, log)
    with pausing():
        response = await client.search(**highest(settings, log))
    return number_of(response.body)


async def refresh(client: AsyncElasticsearch, settings: Settings, log: str) -> None:
    """Lets searches find what has been written. Raises TryLater."""
    with pausing():
        await client.indices.refresh(index=settings.named(log))


async def everything(
    client: AsyncElasticsearch,
    settings: Settings,
    log: str,
    query: Json | None = None,
    without: Sequence[str] = (),
) -> AsyncIterator[Json]:
    """All documents, or those of a query, by number, less some fields. Refresh before. Raises TryLater."""
    request = scan(settings, log, query) | {"source_excludes": list(without)}
    while True:
        with pausing():
            response = await client.search(**request)
        hits = response["hits"]["hits"]
        for hit in hits:
            yield hit["_source"]
        if len(hits) < PAGE:
            return
        request["search_after"] = hits[-1]["sort"]


def all_of(client: Elasticsearch, settings: Settings, log: str) -> Iterator[Json]:
    """As `everything`, for the command line; refreshes first. Raises the client's errors."""
    client.indices.refresh(index=settings.named(log))
    request = scan(settings, log, None)
    while True:
        hits = client.search(**request)["hits"]["hits"]
        yield from (hit["_source"] for hit in hits)
        if len(hits) < PAGE:
            return
        request["search_after"] = hits[-1]["sort"]


def creation(settings: Settings, log: str, number: int, document: object) -> Json:
    """The arguments of the client's `create`."""
    return {
        "index": settings.named(log),
        "id": str(number),
        "document": msgspec.to_builtins(document),
        "require_alias": True,  # else a missing index comes into being without its mapping
    }


def highest(settings: Settings, log: str) -> Json:
    """The arguments of a `search` whose answer `number_of` reads."""
    return {"index": settings.named(log), "sort": [{"number": "desc"}], "size": 1, "source": ["number"]}


def number_of(response: Mapping[str, Any]) -> int:
    hits = response["hits"]["hits"]
    return int(hits[0]["_source"]["number"]) if hits else 0


def scan(settings: Settings, log: str, query: Json | None) -> Json:
    """The arguments of the `search` for a first page."""
    return {
        "index": settings.named(log),
        "query": query or {"match_all": {}},
        "sort": [{"number": "asc"}],
        "size": PAGE,
    }


async def _ahead(
    client: AsyncElasticsearch, settings: Settings, after: Mapping[str, int], count: int
) -> dict[str, list[Json]]:
    """At most `count` documents of each log, those that follow without a gap."""
    wanted = [
        {"_index": settings.named(log), "_id": str(number)}
        for log, last_known in after.items()
        for number in range(last_known + 1, last_known + 1 + count)
    ]
    with pausing():
        response = await client.mget(docs=wanted)
    answers = iter(readable(response["docs"]))
    return {log: _until_missing([next(answers) for _ in range(count)]) for log in after}


def _until_missing(answers: Sequence[Json]) -> list[Json]:
    found: list[Json] = []
    for answer in answers:
        if not answer["found"]:
            break
        found.append(answer["_source"])
    return found
