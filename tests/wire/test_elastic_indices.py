"""Setting up: repeated, by several at once, after a change, over an index that cannot take it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from elasticsearch import AsyncElasticsearch

from processors.errors import ServiceError
from processors.records import ArmsDeal, Document, Quote
from streams.elastic import indices
from streams.elastic.client import agents_client
from streams.elastic.indices import ARTICLES, INDICES, LIVE, LIVE_QUOTES
from streams.settings import Settings


@pytest.fixture
async def client(wire: Settings) -> AsyncIterator[AsyncElasticsearch]:
    async with agents_client(wire) as client:
        yield client


def test_every_field_of_a_document_a_quote_and_an_arms_deal_has_its_place_in_the_mapping() -> None:
    articles, _, quotes, mentions, *_ = (index.properties for index in INDICES)
    assert set(Document.__struct_fields__) <= set(articles)
    assert set(Quote.__struct_fields__) <= set(articles["quotes"]["properties"])
    assert set(Quote.__struct_fields__) <= set(quotes)
    assert set(ArmsDeal.__struct_fields__) <= set(articles["arms_deals"]["properties"])
    assert set(ArmsDeal.__struct_fields__) <= set(mentions)


async def test_several_set_up_at_once_and_again_and_all_is_there(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    assert not await indices.is_set_up(client, wire)
    await asyncio.gather(*(indices.set_up(client, wire) for _ in range(4)))
    await indices.set_up(client, wire)
    assert await indices.is_set_up(client, wire)
    aliases = await client.indices.get_alias(index=wire.named(f"{ARTICLES}-1"))
    assert aliases[wire.named(f"{ARTICLES}-1")]["aliases"] == {
        wire.named(ARTICLES): {},
        wire.named(LIVE): {"filter": {"term": {"live": True}}},
    }


async def test_an_index_made_before_takes_new_fields_settings_and_aliases(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    name = wire.named(f"{ARTICLES}-1")
    await client.indices.create(index=name, mappings={"properties": {"id": indices._KEYWORD}})
    assert not await indices.is_set_up(client, wire)
    await indices.set_up(client, wire)
    assert await indices.is_set_up(client, wire)
    properties = (await client.indices.get_mapping(index=name))[name]["mappings"]["properties"]
    assert set(INDICES[0].properties) == set(properties)
    set_to = (await client.indices.get_settings(index=name))[name]["settings"]["index"]
    assert set_to["refresh_interval"] == "1s"


async def test_an_alias_that_was_lost_comes_back(client: AsyncElasticsearch, wire: Settings) -> None:
    await indices.set_up(client, wire)
    await client.indices.delete_alias(index=wire.named("kawat-quotes-1"), name=wire.named(LIVE_QUOTES))
    assert not await indices.is_set_up(client, wire)
    await indices.set_up(client, wire)
    assert await indices.is_set_up(client, wire)


async def test_a_mapping_that_cannot_change_in_place_is_one_line_that_names_the_index(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    name = wire.named(f"{ARTICLES}-1")
    await client.indices.create(index=name, mappings={"properties": {"headline": {"type": "keyword"}}})
    with pytest.raises(ServiceError, match=rf"{name}.*headline"):
        await indices.set_up(client, wire)


async def test_an_elasticsearch_without_the_analyzers_is_told_by_name(
    client: AsyncElasticsearch, wire: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = {"body": {"type": "text", "analyzer": "indonesian_of_old"}}
    monkeypatch.setattr(indices, "INDICES", (replace(INDICES[0], properties=missing),))
    with pytest.raises(ServiceError, match="indonesian_of_old"):
        await indices.set_up(client, wire)


async def test_fields_nobody_mapped_are_kept_and_never_become_part_of_the_mapping(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    await indices.set_up(client, wire)
    strange = {"id": "a:1", "live": True, "payload": {f"field{n}": {"deep": n} for n in range(2000)}}
    await client.index(index=wire.named(ARTICLES), id="a:1", document=strange)
    name = wire.named(f"{ARTICLES}-1")
    mapping = (await client.indices.get_mapping(index=name))[name]["mappings"]
    assert "payload" not in mapping["properties"]
    assert (await client.get(index=name, id="a:1"))["_source"] == strange
