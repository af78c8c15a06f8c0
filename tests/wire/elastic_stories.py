"""Stories to index, written for the tests, and what the indices say of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from elasticsearch import AsyncElasticsearch

from processors.records import ArmsDeal, Document, Entity, Mention, Pipeline, Quote, Status, Timings
from streams.elastic.indices import ARTICLES, MENTIONS, QUOTES, VERSIONS
from streams.settings import Settings

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
RANK: dict[Status, int] = {"usable": 0, "withheld": 2, "canceled": 3}


def story(
    item_id: str = "urn:garuda:1",
    minute: int = 0,
    version: int = 1,
    status: Status = "usable",
    *,
    dated: bool = True,
    explicit: bool = True,
    headline: str = "Indonesia beli jet tempur",
    body: str | None = None,
    quotes: Sequence[str] = (),
    **more: Any,
) -> Document:
    """A version of a story `minute` minutes after noon; every text names the version it belongs to."""
    at = NOON + timedelta(minutes=minute)
    text = body if body is not None else f"Pemerintah mengumumkan pembelian itu pada menit {minute}."
    fields: dict[str, Any] = {
        "id": f"garuda:{item_id}", "source": "garuda", "item_id": item_id, "format": "ninjs",
        "version": version, "order": int(at.timestamp()) * 1_000_000 + min(version, 99) * 8 + RANK[status],
        "version_time": at if dated else None,
        "status": status, "provider_status": status if explicit else None, "live": status == "usable",
        "change": {"usable": "new", "withheld": "hold", "canceled": "kill"}[status],
        "language": "id", "headline": headline, "body": text, "published": at, "received": at,
        "quotes": [quote(text, each) for each in quotes],
        "timings": Timings(received=at), "pipeline": Pipeline(schema=1, model="test"),
    }  # fmt: skip
    return Document(**(fields | more))


def quote(body: str, said: str) -> Quote:
    start = body.index(said) if said in body else 0
    return Quote(text=said, start=start, end=start + len(said), kind="direct", speaker="Rini Soemarno")


def deal(body: str, evidence: str, **more: Any) -> ArmsDeal:
    start = body.index(evidence) if evidence in body else 0
    fields: dict[str, Any] = {
        "start": start, "end": start + len(evidence), "evidence": evidence, "act": "purchase",
        "status": "reported", "supplier": ["Prancis"], "supplier_ids": ["FR"], "recipient": ["Indonesia"],
        "recipient_ids": ["ID"], "goods": ["Rafale"], "goods_classes": ["combat_aircraft"], "grade": "A",
    }  # fmt: skip
    return ArmsDeal(**fields | more)


def person(name: str, *printed: str) -> Entity:
    mentions = [Mention(start=0, end=len(each), text=each) for each in printed or (name,)]
    return Entity(id=name.casefold(), name=name, type="PER", mentions=mentions)


def place(code: str, name: str) -> Entity:
    return Entity(id=code, name=name, type="LOC", mentions=[Mention(start=0, end=len(name), text=name)])


async def everything(client: AsyncElasticsearch, settings: Settings, alias: str) -> dict[str, Any]:
    """All documents behind an alias by their id, read after a refresh."""
    await client.indices.refresh(index=settings.named(alias))
    response = await client.search(index=settings.named(alias), size=1000, version=True)
    return {hit["_id"]: hit["_source"] | {"_version": hit["_version"]} for hit in response["hits"]["hits"]}


async def sequence_numbers(
    client: AsyncElasticsearch, settings: Settings, alias: str
) -> dict[str, tuple[int, int]]:
    """When each document behind an alias was last written: (version, sequence number) by id."""
    await client.indices.refresh(index=settings.named(alias))
    response = await client.search(
        index=settings.named(alias), size=1000, version=True, seq_no_primary_term=True, source=False
    )
    return {hit["_id"]: (hit["_version"], hit["_seq_no"]) for hit in response["hits"]["hits"]}


async def text_anywhere(client: AsyncElasticsearch, settings: Settings, words: str) -> list[str]:
    """Ids of the documents, in any index, whose source has the words, indexed or not."""
    found: list[str] = []
    for alias in (ARTICLES, VERSIONS, QUOTES, MENTIONS):
        documents = await everything(client, settings, alias)
        found += [each for each, source in documents.items() if words in msgspec.json.encode(source).decode()]
    return found
