"""Stories written into a real Elasticsearch: lives, duplicates, disorder, faults."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
import pytest
from elasticsearch import AsyncElasticsearch

from processors.errors import TryLater
from processors.records import Document, Pipeline, Status
from streams.elastic import indices, sink
from streams.elastic.client import agents_client
from streams.elastic.indices import ARTICLES, LIVE, LIVE_MENTIONS, LIVE_QUOTES, MENTIONS, QUOTES, VERSIONS
from streams.settings import Settings
from tests.wire.elastic_stories import deal, everything, sequence_numbers, story, text_anywhere

ID = "garuda:urn:garuda:1"
BLOCKED, OPEN = {"index.blocks.write": True}, {"index.blocks.write": False}
ALIASES = (ARTICLES, VERSIONS, QUOTES, MENTIONS)


@pytest.fixture
async def client(wire: Settings) -> AsyncIterator[AsyncElasticsearch]:
    async with agents_client(wire) as client:
        await indices.set_up(client, wire)
        yield client


async def deliver(client: AsyncElasticsearch, wire: Settings, *documents: Document) -> None:
    """One batch, of which nothing is refused."""
    assert await sink.write(client, wire, documents) == [None] * len(documents)


# ── the life of a story ───────────────────────────────────────────────────────────────────────────────


async def test_a_story_is_live_under_its_order_and_each_version_and_quote_is_a_document(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    first = story(minute=0, quotes=["Kami sepakat", "Tahun depan"])
    await deliver(client, wire, first)
    live = await everything(client, wire, LIVE)
    assert live[ID]["_version"] == first.order
    assert live[ID]["body"] == first.body
    assert set(await everything(client, wire, VERSIONS)) == {f"{ID}@{first.order}"}
    quotes = await everything(client, wire, LIVE_QUOTES)
    assert {each: (quotes[each]["text"], quotes[each]["_version"]) for each in quotes} == {
        f"{ID}:q1": ("Kami sepakat", first.order),
        f"{ID}:q2": ("Tahun depan", first.order),
    }
    assert quotes[f"{ID}:q1"]["story"] == ID
    assert quotes[f"{ID}:q1"]["speaker"] == "Rini Soemarno"


async def test_a_newer_version_replaces_the_story_and_all_of_its_quotes(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    await deliver(client, wire, story(minute=0, quotes=["satu", "dua", "tiga"]))
    update = story(minute=5, version=2, quotes=["empat"])
    await deliver(client, wire, update)
    quotes = await everything(client, wire, QUOTES)
    assert {each: (quotes[each]["live"], quotes[each].get("text")) for each in quotes} == {
        f"{ID}:q1": (True, "empat"),
        f"{ID}:q2": (False, None),
        f"{ID}:q3": (False, None),
    }
    assert {each["_version"] for each in quotes.values()} == {update.order}
    assert len(await everything(client, wire, VERSIONS)) == 2


async def test_a_story_fed_again_changes_nothing_though_its_undated_order_is_that_of_the_second_arrival(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    first = story(minute=0, dated=False, quotes=["satu"], body="Kata dia, satu.", fingerprint="a1")
    again = story(minute=9, dated=False, quotes=["satu"], body="Kata dia, satu.", fingerprint="a1")
    await deliver(client, wire, first, again)
    before = {alias: await sequence_numbers(client, wire, alias) for alias in ALIASES}
    await deliver(client, wire, again)
    assert {alias: await sequence_numbers(client, wire, alias) for alias in ALIASES} == before
    assert set(await everything(client, wire, VERSIONS)) == {f"{ID}@{first.order}"}


async def test_a_killed_story_fed_again_with_its_kill_changes_nothing(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    def fed(minute: int) -> list[Document]:
        return [
            story(minute=minute, dated=False, fingerprint="a1"),
            story(minute=minute, dated=False, status="canceled", fingerprint="b2"),
        ]

    await deliver(client, wire, *fed(0))
    before = {alias: await sequence_numbers(client, wire, alias) for alias in ALIASES}
    await deliver(client, wire, *fed(9))
    assert {alias: await sequence_numbers(client, wire, alias) for alias in ALIASES} == before


async def test_the_same_story_enriched_by_another_model_takes_the_place_of_the_first(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    await deliver(client, wire, story(fingerprint="a1"))
    await deliver(client, wire, story(fingerprint="a1", pipeline=Pipeline(schema=1, model="better")))
    assert (await everything(client, wire, LIVE))[ID]["pipeline"]["model"] == "better"


async def test_an_old_version_is_kept_but_never_overwrites_a_newer_one(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    new, old = story(minute=5, version=2, quotes=["baru"]), story(minute=0, quotes=["lama", "usang"])
    await deliver(client, wire, new)
    await deliver(client, wire, old)
    assert (await everything(client, wire, LIVE))[ID]["body"] == new.body
    assert [each["text"] for each in (await everything(client, wire, LIVE_QUOTES)).values()] == ["baru"]
    assert len(await everything(client, wire, VERSIONS)) == 2


async def test_the_newest_of_several_versions_in_one_batch_stands_whatever_their_order(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    first, second, third = (story(minute=minute, version=minute + 1) for minute in range(3))
    await deliver(client, wire, second, third, first, third)
    assert (await everything(client, wire, LIVE))[ID]["body"] == third.body
    assert len(await everything(client, wire, VERSIONS)) == 3


async def test_the_same_again_changes_nothing(client: AsyncElasticsearch, wire: Settings) -> None:
    batch = [story(minute=0, quotes=["satu"]), story("urn:garuda:2"), story(minute=9, status="canceled")]
    await deliver(client, wire, *batch)
    before = [await everything(client, wire, each) for each in ALIASES]
    await deliver(client, wire, *batch)
    for one in batch:
        await deliver(client, wire, one)
    assert [await everything(client, wire, each) for each in ALIASES] == before


async def test_the_same_version_enriched_anew_replaces_what_was_there(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    await deliver(client, wire, story(quotes=["satu", "dua"]))
    await deliver(client, wire, story(quotes=["dua"]))
    assert [each["text"] for each in (await everything(client, wire, LIVE_QUOTES)).values()] == ["dua"]


async def test_a_kill_leaves_not_a_word_of_the_story_in_any_index(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    await deliver(client, wire, story(minute=0, body="Rahasia pertama.", quotes=["Rahasia"]))
    await deliver(client, wire, story(minute=1, version=2, body="Rahasia kedua.", headline="Rahasia besar"))
    kill = story(minute=2, version=3, status="canceled", headline="Rahasia besar", body="Rahasia dicabut.")
    await deliver(client, wire, kill)
    assert await text_anywhere(client, wire, "Rahasia") == []
    assert await everything(client, wire, LIVE) == {}
    assert await everything(client, wire, LIVE_QUOTES) == {}
    tombstone = (await everything(client, wire, ARTICLES))[ID]
    assert (tombstone["status"], tombstone["change"], tombstone["live"]) == ("canceled", "kill", False)
    assert tombstone["_version"] == kill.order
    assert len(await everything(client, wire, VERSIONS)) == 3


async def test_a_usable_copy_that_arrives_after_the_kill_of_its_version_stays_killed(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    await deliver(client, wire, story(minute=3, status="canceled", dated=False, body=""))
    copy = story(minute=8, dated=False, body="Rahasia pertama.", quotes=["Rahasia"])
    await deliver(client, wire, copy)
    assert await everything(client, wire, LIVE) == {}
    assert await text_anywhere(client, wire, "Rahasia") == []
    assert f"{ID}@{copy.order}" in await everything(client, wire, VERSIONS)


async def test_a_kill_and_the_version_it_kills_in_one_batch_leave_the_tombstone(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    await deliver(client, wire, story(status="canceled", body=""), story(body="Rahasia pertama."))
    assert await everything(client, wire, LIVE) == {}
    assert await text_anywhere(client, wire, "Rahasia") == []


async def test_a_later_version_that_says_it_is_usable_restores_a_killed_story_and_an_update_follows(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    await deliver(client, wire, story(minute=0), story(minute=1, version=2, status="canceled"))
    await deliver(client, wire, story(minute=2, version=3, explicit=False))
    assert await everything(client, wire, LIVE) == {}
    await deliver(client, wire, story(minute=3, version=4, quotes=["kembali"]))
    assert (await everything(client, wire, LIVE))[ID]["change"] == "restored"
    assert [each["text"] for each in (await everything(client, wire, LIVE_QUOTES)).values()] == ["kembali"]
    await deliver(client, wire, story(minute=4, version=5, explicit=False, change="update"))
    assert (await everything(client, wire, LIVE))[ID]["change"] == "update"


async def test_a_revival_that_comes_late_brings_up_the_update_that_came_before_it(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    update = story(minute=9, version=4, explicit=False, quotes=["terbaru"], change="update")
    await deliver(client, wire, story(minute=1, version=2, status="canceled"))
    await deliver(client, wire, update)
    assert await everything(client, wire, LIVE) == {}
    await deliver(client, wire, story(minute=5, version=3))
    assert (await everything(client, wire, LIVE))[ID]["body"] == update.body
    assert [each["text"] for each in (await everything(client, wire, LIVE_QUOTES)).values()] == ["terbaru"]


async def test_a_held_story_is_hidden_with_its_quotes_until_a_newer_version_is_usable(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    await deliver(client, wire, story(minute=0, quotes=["satu"]))
    await deliver(client, wire, story(minute=1, status="withheld", quotes=["satu"]))
    assert await everything(client, wire, LIVE) == {}
    assert await everything(client, wire, LIVE_QUOTES) == {}
    assert (await everything(client, wire, ARTICLES))[ID]["body"] != "", "held, not killed"
    await deliver(client, wire, story(minute=2, version=2, explicit=False, quotes=["satu"]))
    assert set(await everything(client, wire, LIVE)) == {ID}
    assert set(await everything(client, wire, LIVE_QUOTES)) == {f"{ID}:q1"}


async def test_quotes_beyond_the_new_count_go_even_if_the_writer_died_between_article_and_quotes(
    client: AsyncElasticsearch, wire: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deliver(client, wire, story(minute=0, quotes=["satu", "dua", "tiga"]))
    update = story(minute=1, version=2, quotes=["satu"])
    await client.indices.put_settings(index=wire.named(f"{QUOTES}-1"), settings=BLOCKED)
    with pytest.raises(TryLater):
        await sink.write(client, wire, [update])
    await client.indices.put_settings(index=wire.named(f"{QUOTES}-1"), settings=OPEN)
    await deliver(client, wire, update)
    assert set(await everything(client, wire, LIVE_QUOTES)) == {f"{ID}:q1"}


# ── mentions of arms deals ────────────────────────────────────────────────────────────────────────────


async def test_each_mention_of_an_arms_deal_is_a_document_with_its_story_and_its_parties(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    body = "Indonesia membeli Rafale dari Prancis. Moskow dan Pyongyang berunding soal rudal."
    bought = deal(body, "Indonesia membeli Rafale dari Prancis")
    talks = deal(
        body, "Moskow dan Pyongyang berunding", act="talks", status="alleged", directed=False,
        supplier=["Moskow", "Pyongyang"], supplier_ids=["RU", "KP"], recipient=[], recipient_ids=[],
    )  # fmt: skip
    first = story(body=body, arms_deals=[bought, talks], cluster_id="antara:9")
    await deliver(client, wire, first)
    mentions = await everything(client, wire, LIVE_MENTIONS)
    assert set(mentions) == {f"{ID}:m1", f"{ID}:m2"}
    one, other = mentions[f"{ID}:m1"], mentions[f"{ID}:m2"]
    assert one["_version"] == first.order
    assert (one["evidence"], one["act"], one["n"]) == ("Indonesia membeli Rafale dari Prancis", "purchase", 1)
    assert (one["status"], one["story_status"], one["story"]) == ("reported", "usable", ID)
    assert (one["cluster_id"], one["headline"], one["live"]) == ("antara:9", first.headline, True)
    assert (one["parties"], other["parties"]) == (["FR → ID"], ["KP – RU"])


async def test_a_version_with_fewer_mentions_leaves_tombstones_and_quotes_are_counted_apart(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    three = [deal("", f"bukti {n}") for n in range(3)]
    await deliver(client, wire, story(minute=0, arms_deals=three, quotes=["satu"]))
    update = story(minute=5, version=2, arms_deals=[deal("", "bukti baru")], quotes=["satu", "dua"])
    await deliver(client, wire, update)
    mentions = await everything(client, wire, MENTIONS)
    assert {each: (mentions[each]["live"], mentions[each].get("evidence")) for each in mentions} == {
        f"{ID}:m1": (True, "bukti baru"),
        f"{ID}:m2": (False, None),
        f"{ID}:m3": (False, None),
    }
    assert set(await everything(client, wire, LIVE_QUOTES)) == {f"{ID}:q1", f"{ID}:q2"}
    await deliver(client, wire, story(minute=9, version=3, arms_deals=three))
    assert len(await everything(client, wire, LIVE_MENTIONS)) == 3


async def test_a_kill_leaves_no_mention_and_a_hold_hides_them(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    told = [deal("", "Rahasia jet tempur", goods=["Rahasia"])]
    await deliver(client, wire, story(minute=0, arms_deals=told))
    await deliver(client, wire, story(minute=1, status="withheld", arms_deals=told))
    assert await everything(client, wire, LIVE_MENTIONS) == {}
    assert len(await everything(client, wire, MENTIONS)) == 1
    await deliver(client, wire, story(minute=2, version=2, status="canceled", body=""))
    assert await text_anywhere(client, wire, "Rahasia") == []


async def test_a_story_indexed_before_there_were_mentions_gets_them_with_its_next_version(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    await deliver(client, wire, story(minute=0, quotes=["satu", "dua"]))
    current = (await everything(client, wire, ARTICLES))[ID]
    version = current.pop("_version")
    old = current | {"life": {"kill": None, "quotes": 2}}
    await client.index(
        index=wire.named(ARTICLES), id=ID, document=old, version=version, version_type="external_gte"
    )
    await deliver(client, wire, story(minute=1, version=2, arms_deals=[deal("", "bukti")], quotes=["satu"]))
    assert set(await everything(client, wire, LIVE_MENTIONS)) == {f"{ID}:m1"}
    assert set(await everything(client, wire, LIVE_QUOTES)) == {f"{ID}:q1"}


def history(seed: int) -> list[Document]:
    """A story's versions of all sorts, some of them twice."""
    dice = random.Random(seed)  # noqa: S311
    kinds: list[Status] = ["usable", "usable", "usable", "withheld", "canceled"]
    versions = [
        story(
            f"urn:garuda:{seed}", minute, dice.randint(1, 4), dice.choice(kinds),
            dated=dice.random() < 0.5, explicit=dice.random() < 0.6,
            quotes=["a", "b", "c"][: dice.randint(0, 3)],
            arms_deals=[deal("", each) for each in ["d", "e", "f"][: dice.randint(0, 3)]],
        )
        for minute in range(dice.randint(2, 6))
    ]  # fmt: skip
    return versions + dice.sample(versions, k=len(versions) // 2)


def comparable(documents: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    """Without what may differ: the external version, and tombstones of children that never were live here."""
    kept = {
        each: source
        for each, source in documents.items()
        if source["live"] or each.rpartition(":")[2][0] not in "qm"
    }
    return {
        each: {name: value for name, value in source.items() if name not in ("_version", "life")}
        for each, source in kept.items()
    }


async def test_forty_stories_end_alike_whatever_the_order_of_arrival_the_batches_and_the_duplicates(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    histories = [history(seed) for seed in range(40)]
    ends = []
    for run in range(3):
        dice = random.Random(run)  # noqa: S311
        arrivals = [version for one in histories for version in one]
        dice.shuffle(arrivals)
        while arrivals:
            cut = dice.randint(1, 60)
            batch, arrivals = arrivals[:cut], arrivals[cut:]
            await deliver(client, wire, *batch)
        ends.append([comparable(await everything(client, wire, each)) for each in ALIASES])
        for index in indices.INDICES:
            await client.indices.delete(index=wire.named(index.physical))
        await indices.set_up(client, wire)
    assert len(ends[0][0]) == 40
    assert {each["live"] for each in ends[0][0].values()} == {True, False}
    assert ends[0] == ends[1] == ends[2]


async def test_two_writers_of_the_same_stories_at_once_end_like_one(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    versions = [story(f"urn:garuda:{n}", minute, minute + 1) for n in range(40) for minute in range(5)]
    one, other = versions[:], versions[::-1]

    async def run(batches: list[Document]) -> None:
        for start in range(0, len(batches), 50):
            await deliver(client, wire, *batches[start : start + 50])

    await asyncio.gather(run(one), run(other))
    live = await everything(client, wire, LIVE)
    assert {each["version"] for each in live.values()} == {5}
    assert len(live) == 40


# ── whose fault ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_document_the_index_refuses_is_named_and_the_others_are_indexed(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    good = story("urn:garuda:2")
    swarm = story("urn:garuda:3", quotes=["x"] * 50_001, body="x")
    refusals = await sink.write(client, wire, [swarm, good])
    assert refusals[1] is None
    assert refusals[0] is not None
    assert "nested documents" in refusals[0]
    assert set(await everything(client, wire, LIVE)) == {good.id}


async def test_where_the_newest_version_of_a_batch_is_refused_the_one_before_it_stands(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    good, bad = story(minute=0), story(minute=1, version=2, quotes=["x"] * 50_001, body="x")
    refusals = await sink.write(client, wire, [good, bad])
    assert refusals[0] is None
    assert refusals[1] is not None
    assert (await everything(client, wire, LIVE))[ID]["order"] == good.order


@pytest.mark.parametrize(
    "hostile",
    [{"id": "x" * 600}, {"id": ""}, {"order": -1}, {"order": 1 << 63}, {"version": 10**30}],
    ids=["long id", "no id", "negative order", "huge order", "huge version"],
)
async def test_a_hostile_record_never_stalls_the_others(
    client: AsyncElasticsearch, wire: Settings, hostile: dict[str, object]
) -> None:
    good = story("urn:garuda:2")
    bad = msgspec.structs.replace(story(), **hostile)
    refusals = await sink.write(client, wire, [bad, good])
    assert refusals[1] is None
    assert good.id in await everything(client, wire, LIVE)
    assert refusals[0] is not None or "version" in hostile, "a strange number is kept unindexed"


async def test_strange_text_is_indexed_as_it_is(client: AsyncElasticsearch, wire: Settings) -> None:
    strange = story(
        headline="𝕂ata \u0000 kosong",
        body="a" * 40_000 + " selesai",
        slugline="s" * 40_000,
        keywords=["k" * 40_000, "bebek"],
        url="https://garuda.example/" + "u" * 40_000,
        published=datetime(1, 1, 1, tzinfo=UTC),
        embargo_until=datetime(9999, 12, 31, tzinfo=UTC),
    )
    await deliver(client, wire, strange)
    found = await everything(client, wire, LIVE)
    assert found[ID]["keywords"] == strange.keywords


async def test_a_batch_beyond_the_size_of_a_request_goes_in_several(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    batch = [story(f"urn:garuda:{n}", body=f"kata {n} " * 300_000) for n in range(5)]
    await deliver(client, wire, *batch)
    assert len(await everything(client, wire, LIVE)) == 5


async def test_a_write_block_pauses_and_what_was_refused_then_is_indexed_later(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    name = wire.named(f"{ARTICLES}-1")
    await client.indices.put_settings(index=name, settings=BLOCKED)
    with pytest.raises(TryLater, match="403"):
        await sink.write(client, wire, [story()])
    await client.indices.put_settings(index=name, settings=OPEN)
    await deliver(client, wire, story())
    assert set(await everything(client, wire, LIVE)) == {ID}


async def test_a_missing_index_pauses_and_none_is_made_up_for_it(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    for index in indices.INDICES:
        await client.indices.delete(index=wire.named(index.physical))
    with pytest.raises(TryLater):
        await sink.write(client, wire, [story()])
    assert not await client.indices.exists(index=wire.named(ARTICLES))
    await indices.set_up(client, wire)
    await client.indices.delete(index=wire.named(f"{VERSIONS}-1"))
    with pytest.raises(TryLater, match="404"):
        await sink.write(client, wire, [story()])
    assert not await client.indices.exists(index=wire.named(VERSIONS))


async def test_a_closed_index_pauses(client: AsyncElasticsearch, wire: Settings) -> None:
    await client.indices.close(index=wire.named(f"{ARTICLES}-1"))
    with pytest.raises(TryLater):
        await sink.write(client, wire, [story()])
    await client.indices.open(index=wire.named(f"{ARTICLES}-1"))


async def test_no_answer_pauses(wire: Settings, unused_tcp_port: int) -> None:
    away = wire.model_copy(update={"elasticsearch": f"http://127.0.0.1:{unused_tcp_port}"})
    async with agents_client(away) as client:
        with pytest.raises(TryLater, match="Connection"):
            await sink.write(client, away, [story()])
