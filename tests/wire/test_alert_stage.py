"""The alert stage: each news once, whatever dies in between and whoever else is at it."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from elasticsearch import AsyncElasticsearch

from processors import alert_rules, alerts
from processors.alerts import State
from processors.decisions import Decision
from processors.errors import Reason, TryLater, UsageError
from processors.records import Alert, Claims
from streams import alert_memory
from streams.agents.alert import Alerting, stage
from streams.elastic import feedback, numbered
from streams.elastic.client import agents_client, commands_client
from streams.elastic.indices import ALERTS, DECISIONS
from streams.local import LocalServers
from streams.message import Dead, Message, Produced
from streams.patience import Patience
from streams.settings import Settings
from streams.topics import ALERTS as ALERTS_TOPIC
from streams.topics import MENTIONS
from tests.wire.elastic_stories import everything
from tests.wire.told_alerts import NOON, WORDS, claims, mention
from tests.wire.workers import Tap, committed, feed, tap, until, worker

SALE = claims("1", 0, mention())
COPY = claims("2", 1, mention(), source="elang", id="elang:2")
DENIAL = claims("3", 2, mention(status="denied", claimant_kind="government", claimant_country="RU"))
KILL = claims("1", 3, version=2, status="canceled")
TWO_RULES = """
[[rule]]
name = "arms-deals"
channels = ["stdout"]

[[rule]]
name = "rudal"
goods = ["missiles"]
channels = ["stdout"]
"""


@pytest.fixture
async def client(wire: Settings) -> AsyncIterator[AsyncElasticsearch]:
    async with agents_client(wire) as client:
        yield client


@pytest.fixture
async def alert(wire: Settings) -> AsyncIterator[Alerting]:
    made = await ready(wire)
    yield made
    await made.close()


async def ready(settings: Settings) -> Alerting:
    made = stage(settings)
    assert isinstance(made, Alerting)
    await made.ready()
    return made


def messages(*records: Claims | bytes) -> list[Message]:
    values = [each if isinstance(each, bytes) else msgspec.json.encode(each) for each in records]
    return [Message("wire.mentions", 0, n, NOON, b"key", value) for n, value in enumerate(values)]


async def told(made: Alerting, *records: Claims) -> list[list[Alert]]:
    """The alerts of each record, in one batch."""
    return [
        [
            msgspec.json.decode(each.value or b"", type=Alert)
            for each in outcomes
            if isinstance(each, Produced)
        ]
        for outcomes in await made.process(messages(*records))
    ]


def kinds(of_records: Sequence[Sequence[Alert]]) -> list[list[str]]:
    return [[each.kind for each in of_one] for of_one in of_records]


async def indexed(client: AsyncElasticsearch, settings: Settings) -> dict[str, dict[str, object]]:
    return await everything(client, settings, ALERTS)


async def pages(client: AsyncElasticsearch, settings: Settings) -> list[list[str]]:
    """The ids of the decisions on each page of the log."""
    await numbered.refresh(client, settings, DECISIONS)
    return [page["ids"] async for page in numbered.everything(client, settings, DECISIONS)]


# ── once ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_deal_alerts_a_copy_does_not_and_a_denial_is_a_development(
    alert: Alerting, client: AsyncElasticsearch, wire: Settings
) -> None:
    said = await told(alert, SALE, COPY, DENIAL)
    assert kinds(said) == [["new"], [], ["development"]]
    assert said[2][0].first_alert == said[0][0].group
    documents = await indexed(client, wire)
    assert set(documents) == {said[0][0].id, said[2][0].id}
    assert documents[said[0][0].id]["headline"] == SALE.headline
    assert documents[said[0][0].id]["claims"] == [f"{said[0][0].deal.id}:media:reported"]


async def test_the_key_of_an_alert_s_record_is_its_group(alert: Alerting) -> None:
    [[produced]] = await alert.process(messages(SALE))
    assert isinstance(produced, Produced)
    assert (produced.topic.name, produced.key) == (
        "wire.alerts",
        msgspec.json.decode(produced.value or b"", type=Alert).group.encode(),
    )


async def test_a_record_that_comes_again_gives_the_same_alerts_and_decides_nothing(
    alert: Alerting, client: AsyncElasticsearch, wire: Settings
) -> None:
    first = await told(alert, SALE, DENIAL)
    assert await told(alert, SALE, DENIAL) == first
    assert await told(alert, SALE, COPY, SALE) == [first[0], [], first[0]]
    assert len(await pages(client, wire)) == 2


async def test_nothing_is_written_for_what_says_nothing_of_deals(
    alert: Alerting, client: AsyncElasticsearch, wire: Settings
) -> None:
    assert await told(alert, claims("7"), claims("8", 1)) == [[], []]
    assert await pages(client, wire) == []


async def test_what_is_no_record_of_claims_is_dead_and_the_others_flow(alert: Alerting) -> None:
    [bad], [good] = await alert.process(messages(b"{", SALE))
    assert isinstance(bad, Dead)
    assert bad.reason is Reason.BAD_RECORD
    assert isinstance(good, Produced)


async def test_a_record_that_the_code_does_not_bear_is_dead_alone(
    alert: Alerting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decide(state: State, story: Claims, now: datetime) -> Decision | None:
        if story.id == COPY.id:
            raise ZeroDivisionError("a defect")
        return sound(state, story, now)

    sound = alerts.decide
    monkeypatch.setattr(alerts, "decide", decide)
    [[new], [dead], [development]] = await alert.process(messages(SALE, COPY, DENIAL))
    assert dead == Dead(Reason.FAULT, "ZeroDivisionError: a defect")
    assert isinstance(new, Produced)
    assert isinstance(development, Produced)


# ── again after a fall ────────────────────────────────────────────────────────────────────────────────


async def test_a_worker_that_starts_remembers_what_another_decided(alert: Alerting, wire: Settings) -> None:
    assert kinds(await told(alert, SALE)) == [["new"]]
    other = await ready(wire)
    assert kinds(await told(other, COPY, DENIAL)) == [[], ["development"]]
    await other.close()


async def test_a_memory_read_from_the_log_is_the_one_that_wrote_it(
    alert: Alerting, client: AsyncElasticsearch, wire: Settings
) -> None:
    await told(alert, SALE, COPY)
    mark(wire, "false", (await told(alert, SALE))[0][0])
    await told(alert, DENIAL, KILL)
    assert alert._memory
    read = await alert_memory.recalled(client, wire, timedelta(days=30), datetime.now(UTC))
    assert (read.page, read.feedback) == (2, 1)
    assert read.state == alert._memory.state


async def test_what_never_spoke_of_deals_is_remembered_apart_and_for_days_only(
    alert: Alerting, client: AsyncElasticsearch, wire: Settings
) -> None:
    silent, newer = claims("9", 0, version=2, change="update"), claims("8", 0, version=2, change="update")
    assert await told(alert, silent, SALE, newer) != []
    assert kinds(await told(alert, claims("9", -1, mention("IT", "ID")))) == [[]], "an older version is late"
    now = datetime.now(UTC)
    for days, known in ((0, {"garuda:1", "garuda:8", "garuda:9"}), (4, {"garuda:1"}), (91, set())):
        read = await alert_memory.recalled(client, wire, timedelta(days=30), now + timedelta(days=days))
        assert set(read.state.stories) == known
        assert (read.page, read.page_of(SALE), read.page_of(newer)) == (
            2,
            1 if days < 90 else None,
            None if days else 1,
        )


async def test_alerts_that_a_fall_kept_from_being_written_are_written_with_the_same_ids(
    alert: Alerting, client: AsyncElasticsearch, wire: Settings
) -> None:
    first = await told(alert, SALE)
    await client.delete(index=wire.named(ALERTS), id=first[0][0].id)  # the page is there, its alert is not
    other = await ready(wire)
    assert await told(other, SALE) == first
    assert set(await indexed(client, wire)) == {first[0][0].id}
    await other.close()


async def test_a_rule_added_later_does_not_alert_of_what_was_decided_before(
    alert: Alerting, wire: Settings, tmp_path: Path
) -> None:
    first = await told(alert, SALE)
    (tmp_path / "rules.toml").write_text(TWO_RULES)
    other = await ready(wire.model_copy(update={"rules": tmp_path / "rules.toml"}))
    assert await told(other, SALE) == first
    assert [each.rule for each in (await told(other, DENIAL))[0]] == ["arms-deals", "rudal"]
    await other.close()


async def test_a_mistake_in_the_rules_file_is_told_before_anything_is_read(
    wire: Settings, tmp_path: Path
) -> None:
    (tmp_path / "rules.toml").write_text('[[rule]]\nname = "rudal"\nsuplier = ["RU"]\n')
    with pytest.raises(UsageError, match=r"rules\.toml:3: .*suplier"):
        stage(wire.model_copy(update={"rules": tmp_path / "rules.toml"}))
    with pytest.raises(UsageError, match=r"missing\.toml: No such file"):
        stage(wire.model_copy(update={"rules": tmp_path / "missing.toml"}))


# ── two at it ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_worker_that_was_away_knows_what_another_has_decided_since(
    alert: Alerting, wire: Settings
) -> None:
    other = await ready(wire)
    assert kinds(await told(other, SALE)) == [["new"]]
    assert kinds(await told(alert, COPY)) == [[]]
    assert kinds(await told(other, DENIAL, COPY)) == [["development"], []]
    await other.close()


async def test_of_workers_that_decide_at_the_same_time_one_alerts(
    alert: Alerting, client: AsyncElasticsearch, wire: Settings
) -> None:
    others = [await ready(wire) for _ in range(3)]
    stories = [claims(str(n), n, mention(), source=f"s{n}", id=f"s{n}:{n}") for n in range(4)]
    said = await asyncio.gather(
        *(told(each, story) for each, story in zip([alert, *others], stories, strict=True))
    )
    assert sorted(kind for each in said for [*of_one] in kinds(each) for kind in of_one) == ["new"]
    assert len(await indexed(client, wire)) == 1
    assert len(await pages(client, wire)) == 4
    for each in others:
        await each.close()


async def test_of_workers_that_have_the_same_records_both_say_the_same(
    alert: Alerting, wire: Settings
) -> None:
    other = await ready(wire)
    one, another = await asyncio.gather(told(alert, SALE, DENIAL), told(other, SALE, DENIAL))
    assert one == another
    await other.close()


# ── killed, embargoed, marked ─────────────────────────────────────────────────────────────────────────


async def test_a_kill_is_told_and_leaves_no_word_of_the_story_in_the_index(
    alert: Alerting, client: AsyncElasticsearch, wire: Settings
) -> None:
    first = await told(alert, SALE)
    [[retraction]] = await told(alert, KILL)
    assert (retraction.kind, retraction.follows, retraction.evidence) == ("retraction", first[0][0].group, [])
    documents = await indexed(client, wire)
    assert len(documents) == 2
    left = msgspec.json.encode(documents).decode()
    assert WORDS not in left
    assert SALE.headline
    assert SALE.headline not in left
    [[again]] = await told(alert, SALE)
    assert (again.id, again.evidence, again.headline) == (first[0][0].id, [], None)


async def test_story_and_kill_in_one_batch_leave_no_word_either(
    alert: Alerting, client: AsyncElasticsearch, wire: Settings
) -> None:
    assert kinds(await told(alert, SALE, KILL)) == [["new"], ["retraction"]]
    assert WORDS not in msgspec.json.encode(await indexed(client, wire)).decode()


async def test_a_kill_that_comes_again_leaves_the_words_of_a_later_version_alone(
    alert: Alerting, client: AsyncElasticsearch, wire: Settings
) -> None:
    back = claims("1", 5, mention(), version=3)
    await told(alert, SALE, KILL, back, claims("1", 6, mention(recipient="IR"), version=4))
    await told(alert, KILL)
    of_versions = {each["version"]: each for each in (await indexed(client, wire)).values() if each["rule"]}
    assert (of_versions[1]["killed"], of_versions[4]["killed"]) == (True, False)


async def test_an_alert_under_embargo_says_when_it_may_be_told(alert: Alerting, wire: Settings) -> None:
    until_when = datetime.now(UTC) + timedelta(hours=1)
    [[embargoed]] = await told(alert, msgspec.structs.replace(SALE, embargo_until=until_when))
    assert embargoed.not_before == until_when
    [overtaken] = await told(alert, COPY)
    assert {each.kind for each in overtaken} == {"new", "retraction"}


async def test_claims_marked_false_alert_no_more_from_the_next_batch_on(
    alert: Alerting, wire: Settings
) -> None:
    [[first]] = await told(alert, SALE)
    mark(wire, "false", first)
    await told(alert, KILL)  # nobody says so any more: told again it would be new
    assert kinds(await told(alert, COPY)) == [[]]


def mark(settings: Settings, action: str, about: Alert) -> None:
    with commands_client(settings) as client:
        feedback.add(
            client, settings, at=datetime.now(UTC), who="test", action=action, alert=about.id,
            group=about.group, deal=about.deal.id, claims=(f"{about.deal.id}:media:reported",),
        )  # fmt: skip


async def test_seeded_stories_are_known_and_alert_nobody(alert: Alerting) -> None:
    assert kinds(await told(alert, msgspec.structs.replace(SALE, seed=True), COPY, DENIAL)) == [
        [],
        [],
        ["development"],
    ]


# ── servers and processes that fall ───────────────────────────────────────────────────────────────────


async def test_it_is_not_ready_while_elasticsearch_is_away(wire: Settings, unused_tcp_port: int) -> None:
    away = stage(wire.model_copy(update={"elasticsearch": f"http://127.0.0.1:{unused_tcp_port}"}))
    with pytest.raises(TryLater):
        await away.ready()
    await away.close()


async def test_after_an_outage_it_says_what_it_would_have_said(
    alert: Alerting, wire: Settings, local_servers: LocalServers
) -> None:
    assert kinds(await told(alert, SALE)) == [["new"]]
    await asyncio.to_thread(local_servers.kill, "elasticsearch")
    with pytest.raises(TryLater):
        await told(alert, DENIAL)
    await asyncio.to_thread(local_servers.start, "elasticsearch")
    outcomes = await Patience(lambda _: None).until(lambda: alert.process(messages(DENIAL, COPY)))
    assert [len(each) for each in outcomes] == [1, 0]


KILLS = 6
PARTIES = ("RU", "KP", "CN", "IR", "US", "ID", "IN", "TR", "FR", "IT")


def busy_wire(seed: int) -> list[Claims]:
    """New deals, copies, denials and kills, many of them twice, in an order of their own."""
    chance = random.Random(seed)  # noqa: S311
    stories: list[Claims] = []
    for n in range(120):
        supplier, recipient = chance.sample(PARTIES[:6], 2)
        status = chance.choice(["reported", "reported", "denied", "alleged"])
        deal = mention(supplier, recipient, f"Kalimat {n}", status=status)
        stories.append(claims(str(n), n, deal, source=f"s{n % 7}", id=f"s{n % 7}:{n}"))
        if chance.random() < 0.2:
            killed = chance.choice(stories)
            stories.append(
                claims(
                    killed.item_id, n + 0.5, version=2, status="canceled", source=killed.source, id=killed.id
                )
            )
        if chance.random() < 0.5:
            stories.append(chance.choice(stories))
    return stories


def expected(stories: Sequence[Claims]) -> dict[str, str]:
    """Kinds of alerts by id, as the pure rules have them."""
    state, rules = alerts.State(), alert_rules.default()
    said: dict[str, str] = {}
    for story in stories:
        decision = alerts.decide(state, story, datetime.now(UTC))
        if decision is not None:
            alerts.apply(state, decision)
            said |= {each.id: each.kind for each in alerts.render(decision, story, rules)}
    return said


async def test_cut_off_at_any_moment_it_goes_on_to_the_same_end(
    client: AsyncElasticsearch, wire: Settings
) -> None:
    stories = busy_wire(11)
    batches = [stories[start : start + 6] for start in range(0, len(stories), 6)]
    cut = 0
    made = await ready(wire)
    for n, batch in enumerate(batches):
        running = asyncio.create_task(made.process(messages(*batch)))
        done, _ = await asyncio.wait([running], timeout=0.001 * (n % 20))
        if not done:
            cut += 1
            running.cancel()
            await asyncio.wait([running])
        await made.process(messages(*batch))
    assert cut > len(batches) // 2
    assert {id_: each["kind"] for id_, each in (await indexed(client, wire)).items()} == expected(stories)
    decided = [id_ for page in await pages(client, wire) for id_ in page]
    assert len(decided) == len(set(decided))
    await made.close()


def test_killed_again_and_again_the_worker_alerts_each_news_once(wire: Settings) -> None:
    stories = busy_wire(7)
    wanted = expected(stories)
    assert {"new", "development", "retraction"} <= set(wanted.values())
    values = [msgspec.json.encode(each) for each in stories]
    step = len(values) // KILLS
    with worker(wire, "alert") as alerting, tap(wire, ALERTS_TOPIC) as out:
        for n in range(KILLS):
            alerting.ready()
            feed(wire, MENTIONS, values[n * step : (n + 1) * step])
            time.sleep(n * 0.01)  # falls before a batch, in it, after it
            alerting.kill()
            alerting.again()
        feed(wire, MENTIONS, values[KILLS * step :])
        until(lambda: committed(wire, "alert").get(0) == len(values), f"all done; {alerting.said()}", 120)
        until(lambda: len(sent_once(out)) >= len(wanted), "all told")
        sent = sent_once(out)
    assert {id_: each["kind"] for id_, each in sent.items()} == wanted


def sent_once(out: Tap) -> dict[str, dict[str, object]]:
    """What has been sent by id; where it was sent several times it was the same."""
    sent: dict[str, dict[str, object]] = {}
    for value in out.look().values:
        each = msgspec.json.decode(value)
        before = sent.setdefault(each["id"], each)
        assert before["decided"] == each["decided"], "it was decided twice"
    return sent
