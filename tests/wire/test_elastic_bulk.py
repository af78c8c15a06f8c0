"""Whose fault a failed bulk write is, told by a real Elasticsearch and by gateways before it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from elasticsearch import AsyncElasticsearch

from processors.errors import TryLater
from streams.elastic import bulk, indices, sink
from streams.elastic.bulk import Write
from streams.elastic.client import agents_client
from streams.elastic.indices import ARTICLES, LIVE, VERSIONS
from streams.patience import Patience
from streams.settings import Settings
from tests.wire.elastic_stories import everything, story
from tests.wire.gateway import Rule, gateway


@pytest.fixture
async def client(wire: Settings) -> AsyncIterator[AsyncElasticsearch]:
    async with agents_client(wire) as client:
        await indices.set_up(client, wire)
        yield client


def write(wire: Settings, name: str, source: bytes = b'{"live":true}', version: int = 1) -> Write:
    return Write(wire.named(ARTICLES), name, version, source)


async def outcomes(client: AsyncElasticsearch, writes: list[Write]) -> list[str]:
    return [each.outcome for each in await bulk.write(client, writes)]


async def test_a_document_that_cannot_be_parsed_is_refused_alone(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    sources = [b'{"live":true}', b'{"live":"maybe"}', b"{ no json", b"{}"]
    results = await bulk.write(client, [write(wire, str(n), source) for n, source in enumerate(sources)])
    assert [each.outcome for each in results] == ["written", "refused", "refused", "written"]
    assert "document_parsing_exception" in results[1].detail
    assert "boolean" in results[1].detail


async def test_a_request_that_fails_for_one_document_is_split_until_that_stands_alone(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    writes = [write(wire, f"s{n}") for n in range(10)]
    writes[3] = write(wire, "x" * 600)  # each of these two fails the whole request
    writes[8] = write(wire, "s8", version=-1)
    found = await outcomes(client, writes)
    assert [position for position, outcome in enumerate(found) if outcome == "refused"] == [3, 8]
    assert set(found) == {"refused", "written"}
    assert len(await everything(client, wire, ARTICLES)) == 8


async def test_a_lower_version_is_stale_and_an_equal_one_is_written(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    assert await outcomes(client, [write(wire, "a", version=5)]) == ["written"]
    again = [write(wire, "a", version=4), write(wire, "a", version=5)]
    assert await outcomes(client, again) == ["stale", "written"]


async def test_chunks_keep_to_the_limit_unless_one_write_alone_is_beyond_it(wire: Settings) -> None:
    sizes = [100, 100, 5000, 100]
    writes = [write(wire, str(n), b"x" * size) for n, size in enumerate(sizes)]
    chunks = [[each.id for each in chunk] for chunk in bulk.chunks(writes, limit=700)]
    assert chunks == [["0", "1"], ["2"], ["3"]]
    assert list(bulk.chunks([])) == []


async def test_a_gateway_that_limits_requests_gets_smaller_ones_and_only_what_is_too_large_alone_is_refused(
    client: AsyncElasticsearch, wire: Settings, unused_tcp_port: int
) -> None:
    def limit(_: web.Request, body: bytes) -> web.Response | None:
        return web.Response(status=413, text="Request Entity Too Large") if len(body) > 20_000 else None

    async with gateway(wire.elasticsearch, unused_tcp_port, limit) as url:
        behind = wire.model_copy(update={"elasticsearch": url})
        batch = [story(f"urn:garuda:{n}", body=f"kata {n} " * 400) for n in range(20)]
        batch[7] = story("urn:garuda:7", body="panjang sekali " * 2000)
        async with agents_client(behind) as limited:
            refusals = await sink.write(limited, behind, batch)
    assert [position for position, why in enumerate(refusals) if why] == [7]
    assert refusals[7] is not None
    assert "413" in refusals[7]
    assert len(await everything(client, wire, LIVE)) == 19
    assert len(await everything(client, wire, VERSIONS)) == 19


async def test_what_is_nobody_s_document_s_fault_pauses_and_refuses_none(
    client: AsyncElasticsearch, wire: Settings, unused_tcp_port: int
) -> None:
    for status in (400, 401, 403, 404, 408, 429, 500, 502, 503, 504):
        answer = web.Response(status=status, text="gateway")

        def refuse(request: web.Request, _: bytes, answer: web.Response = answer) -> web.Response | None:
            return answer if request.path.endswith("_bulk") else None

        await _pauses(wire, unused_tcp_port, refuse, match=str(status))
    assert await everything(client, wire, ARTICLES) == {}


async def test_the_limit_on_shards_pauses_though_it_is_a_400(
    client: AsyncElasticsearch, wire: Settings, unused_tcp_port: int
) -> None:
    answer = {
        "error": {
            "type": "validation_exception",
            "reason": "Validation Failed: 1: this action would add [2] shards, but there are [1000]/[1000];",
        },
        "status": 400,
    }

    def refuse(request: web.Request, _: bytes) -> web.Response | None:
        product = {"X-Elastic-Product": "Elasticsearch"}
        bulk_request = request.path.endswith("_bulk")
        return web.json_response(answer, status=400, headers=product) if bulk_request else None

    await _pauses(wire, unused_tcp_port, refuse, match="validation_exception")
    assert await everything(client, wire, ARTICLES) == {}


async def test_an_answer_that_is_lost_pauses_and_trying_again_leaves_each_story_once(
    client: AsyncElasticsearch, wire: Settings, unused_tcp_port: int
) -> None:
    batch = [story(f"urn:garuda:{n}", quotes=["satu"]) for n in range(5)]
    waits: list[str | None] = []
    async with gateway(wire.elasticsearch, unused_tcp_port, lambda *_: None, lose_answers=7) as url:
        behind = wire.model_copy(update={"elasticsearch": url})
        async with agents_client(behind) as losing:
            refusals = await Patience(waits.append).until(lambda: sink.write(losing, behind, batch))
    assert refusals == [None] * 5
    assert "ConnectionError" in str(waits[0])
    assert len(await everything(client, wire, LIVE)) == 5
    assert len(await everything(client, wire, VERSIONS)) == 5


async def _pauses(wire: Settings, port: int, rule: Rule, match: str) -> None:
    async with gateway(wire.elasticsearch, port, rule) as url:
        behind = wire.model_copy(update={"elasticsearch": url})
        async with agents_client(behind) as refused:
            with pytest.raises(TryLater, match=match):
                await sink.write(refused, behind, [story(), story("urn:garuda:2")])
