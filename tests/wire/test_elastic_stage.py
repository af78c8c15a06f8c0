"""The index stage against Elasticsearch as it comes and goes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

import msgspec
import pytest

from processors.errors import Reason, TryLater
from processors.records import Document
from streams.agents.index import Index, stage
from streams.elastic.client import agents_client
from streams.elastic.indices import ARTICLES, LIVE, QUOTES, VERSIONS
from streams.local import LocalServers
from streams.message import Dead, Message
from streams.patience import Patience
from streams.settings import Settings
from tests.wire.elastic_stories import everything, story

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
async def index(wire: Settings) -> AsyncIterator[Index]:
    index = stage(wire)
    assert isinstance(index, Index)
    yield index
    await index.close()


def messages(*documents: Document | bytes) -> list[Message]:
    values = [each if isinstance(each, bytes) else msgspec.json.encode(each) for each in documents]
    return [Message("wire.stories", 0, n, NOW, b"key", value) for n, value in enumerate(values)]


async def test_ready_sets_up_and_process_indexes(index: Index, wire: Settings) -> None:
    await index.ready()
    assert await index.process(messages(story(quotes=["satu"]), story("urn:garuda:2"))) == [[], []]
    async with agents_client(wire) as client:
        assert len(await everything(client, wire, LIVE)) == 2


async def test_what_is_no_document_is_dead_and_the_others_flow(index: Index, wire: Settings) -> None:
    await index.ready()
    outcomes = await index.process(messages(b"{", story(), b'{"id": 7}', b"\xff", story("urn:garuda:2")))
    assert [len(each) for each in outcomes] == [1, 0, 1, 1, 0]
    reasons = [one.reason for each in outcomes for one in each if isinstance(one, Dead)]
    assert reasons == [Reason.BAD_RECORD] * 3


async def test_a_refused_document_is_dead_with_the_index_s_reason(index: Index, wire: Settings) -> None:
    await index.ready()
    outcomes = await index.process(messages(story(quotes=["x"] * 50_001, body="x"), story("urn:garuda:2")))
    dead = outcomes[0][0]
    assert isinstance(dead, Dead)
    assert dead.reason == Reason.REFUSED_BY_INDEX
    assert "nested" in dead.detail
    assert outcomes[1] == []


async def test_it_is_not_ready_while_elasticsearch_is_away(wire: Settings, unused_tcp_port: int) -> None:
    index = stage(wire.model_copy(update={"elasticsearch": f"http://127.0.0.1:{unused_tcp_port}"}))
    with pytest.raises(TryLater):
        await index.ready()
    await index.close()


async def test_killed_under_load_and_started_again_elasticsearch_has_every_version_once(
    index: Index, wire: Settings, local_servers: LocalServers
) -> None:
    await index.ready()
    versions = [
        story(f"urn:garuda:{n}", minute, minute + 1, quotes=["satu", "dua"][: 2 - minute])
        for minute in range(2)
        for n in range(300)
    ]
    batches = [versions[start : start + 20] for start in range(0, len(versions), 20)]
    waits: list[str | None] = []
    down, noticed = asyncio.Event(), asyncio.Event()

    def told(what: str | None) -> None:
        waits.append(what)
        noticed.set()

    async def feed() -> None:
        for number, batch in enumerate(batches):
            if number == len(batches) // 3:
                asyncio.get_running_loop().call_soon(down.set)
            await _settled(index, told, batch)

    async def crash() -> None:
        await down.wait()
        await asyncio.to_thread(local_servers.kill, "elasticsearch")
        await noticed.wait()
        await asyncio.to_thread(local_servers.start, "elasticsearch")

    await asyncio.gather(feed(), crash())
    assert any(waits), "the stage noticed"
    async with agents_client(wire) as client:
        live = await everything(client, wire, LIVE)
        assert (len(live), {each["version"] for each in live.values()}) == (300, {2})
        assert len(await everything(client, wire, VERSIONS)) == 600
        assert sum(each["live"] for each in (await everything(client, wire, QUOTES)).values()) == 300
        assert len(await everything(client, wire, ARTICLES)) == 300


async def _settled(index: Index, told: Callable[[str | None], None], batch: Sequence[Document]) -> None:
    """As the stage loop does it: again until it does not ask to be tried later."""
    outcomes = await Patience(told).until(lambda: index.process(messages(*batch)))
    assert outcomes == [[]] * len(batch)
