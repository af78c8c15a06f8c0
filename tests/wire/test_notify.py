"""The notify stage on a real Elasticsearch, its webhooks at a real receiver."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from elasticsearch import AsyncElasticsearch

from processors.alert_rules import Channel
from processors.errors import Reason, TryLater
from processors.identity import UNTIL_FURTHER_NOTICE
from processors.records import Alert
from streams.agents.notify import Notify
from streams.elastic import indices, sink
from streams.elastic.client import agents_client
from streams.elastic.indices import FEEDBACK
from streams.local import LocalServers
from streams.message import Dead, Message
from streams.notify import sending
from streams.notify.deliveries import Deliveries, Delivery, State, delivery_id
from streams.patience import Patience
from streams.settings import Settings
from tests.notified import alert, delivery, follow_up
from tests.receiver import Receiver, receiver
from tests.wire.command import kawat
from tests.wire.elastic_stories import story
from tests.wire.notifying import channel, rules

SECONDS = 60.0  # a laden machine takes its time


@pytest.fixture
def desk() -> Iterator[Receiver]:
    with receiver() as opened:
        yield opened


@pytest.fixture
def mail() -> Iterator[Receiver]:
    with receiver() as opened:
        yield opened


@pytest.fixture
async def client(wire: Settings) -> AsyncIterator[AsyncElasticsearch]:
    async with agents_client(wire) as opened:
        await indices.make_ready(opened, wire)
        yield opened


@pytest.fixture
def deliveries(client: AsyncElasticsearch, wire: Settings) -> Deliveries:
    return Deliveries(client, wire)


@asynccontextmanager
async def notify(settings: Settings, *channels: Channel) -> AsyncIterator[Notify]:
    stage = Notify(settings, rules(*channels), {})
    await stage.ready()
    try:
        yield stage
    finally:
        await stage.close()


async def tell(stage: Notify, *alerts: Alert) -> None:
    assert await stage.process(messages(*alerts)) == [[]] * len(alerts)


def messages(*alerts: Alert | bytes) -> list[Message]:
    values = [each if isinstance(each, bytes) else msgspec.json.encode(each) for each in alerts]
    return [Message("wire.alerts", 0, n, datetime.now(UTC), b"k", value) for n, value in enumerate(values)]


async def until(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {SECONDS:.0f} s: {what}"
        await asyncio.sleep(0.01)
    return value


async def state(deliveries: Deliveries, of: Alert, where: str = "desk") -> Delivery | None:
    id_ = delivery_id(of.id, where)
    found = (await deliveries.get([id_])).get(id_)
    return found.delivery if found else None


async def becomes(deliveries: Deliveries, of: Alert, wanted: State | None, where: str = "desk") -> Delivery:
    deadline = time.monotonic() + SECONDS
    while True:
        found = await state(deliveries, of, where)
        if found is not None and found.state == wanted:
            return found
        assert time.monotonic() < deadline, f"{of.id} is {found and found.state}, not {wanted}"
        await asyncio.sleep(0.02)


# ── an alert leaves ───────────────────────────────────────────────────────────────────────────────────


async def test_an_alert_leaves_at_once_for_each_of_its_channels(
    wire: Settings, deliveries: Deliveries, desk: Receiver, mail: Receiver
) -> None:
    told = alert(channels=["desk", "mail"])
    async with notify(wire, channel("desk", desk.url), channel("mail", mail.url)) as stage:
        await tell(stage, told)
        await until(lambda: desk.posts and mail.posts, "both heard")
        sent = await becomes(deliveries, told, "sent")
    assert (sent.attempts, sent.status, sent.record) == (1, 204, None)
    assert desk.posts[0].key == sent.id != mail.posts[0].key


async def test_the_same_alert_again_is_sent_once_whatever_its_rule_says_by_then(
    wire: Settings, deliveries: Deliveries, desk: Receiver, mail: Receiver
) -> None:
    async with notify(wire, channel("desk", desk.url), channel("mail", mail.url)) as stage:
        await tell(stage, alert(), alert())
        await tell(stage, alert(channels=["desk", "mail"]))
        await tell(stage, alert(2, channels=["mail"]), alert(2))
        await becomes(deliveries, alert(2), "sent", "mail")
        await becomes(deliveries, alert(), "sent")
    assert desk.order() == [alert().id]
    assert len(desk.posts) == len(mail.posts) == 1


async def test_what_is_no_alert_is_dead_and_the_others_flow(
    wire: Settings, client: AsyncElasticsearch, desk: Receiver
) -> None:
    async with notify(wire, channel("desk", desk.url)) as stage:
        outcomes = await stage.process(messages(b"{", alert(), b"\xff"))
        await until(lambda: desk.posts, "the alert came")
    assert [[type(one) for one in each] for each in outcomes] == [[Dead], [], [Dead]]
    assert [each.reason for each in (outcomes[0][0], outcomes[2][0]) if isinstance(each, Dead)] == [
        Reason.BAD_RECORD
    ] * 2


async def test_alerts_come_in_their_order(wire: Settings, client: AsyncElasticsearch, desk: Receiver) -> None:
    async with notify(wire, channel("desk", desk.url)) as stage:
        await tell(stage, *(alert(number) for number in range(20)))
        await until(lambda: len(desk.posts) == 20, "all came")
    assert desk.order() == [alert(number).id for number in range(20)]


async def test_under_an_embargo_nothing_leaves_before_its_end(
    wire: Settings, deliveries: Deliveries, desk: Receiver
) -> None:
    end = datetime.now(UTC) + timedelta(seconds=2.5)
    async with notify(wire, channel("desk", desk.url)) as stage:
        await tell(stage, alert(not_before=end), alert(2))
        await becomes(deliveries, alert(2), "sent")
        await becomes(deliveries, alert(), "sent")
    assert desk.order() == [alert(2).id, alert().id]
    assert desk.posts[1].at >= end.timestamp()


async def test_a_channel_nobody_has_opened_keeps_its_deliveries_until_it_is(
    wire: Settings, deliveries: Deliveries, desk: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    unset = Channel(name="chat", type="webhook", url_env="TEST_NOT_SET")
    async with notify(wire, channel("desk", desk.url), unset) as stage:
        await tell(stage, alert(channels=["chat", "desk"]))
        await becomes(deliveries, alert(), "sent")
        await becomes(deliveries, alert(), "pending", "chat")
    assert "set the environment variable TEST_NOT_SET" in caplog.text
    async with notify(wire, channel("chat", desk.url)):
        await becomes(deliveries, alert(), "sent", "chat")


# ── trouble ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_channel_that_hangs_or_fails_holds_up_no_other(
    wire: Settings, deliveries: Deliveries, desk: Receiver, mail: Receiver
) -> None:
    mail.hanging.set()
    broken = channel("broken", "http://127.0.0.1:1/")
    async with notify(wire, channel("desk", desk.url), channel("mail", mail.url), broken) as stage:
        for number in range(5):
            await tell(stage, alert(number, channels=["broken", "mail", "desk"]))
        await becomes(deliveries, alert(4), "sent")
        assert len(desk.posts) == 5
        failed = await until_tried(deliveries, alert(0), "broken")
        assert (failed.state, failed.error, failed.maybe) == ("pending", "cannot connect", False)
        mail.hanging.clear()
        await becomes(deliveries, alert(4), "sent", "mail")
    assert mail.order() == [alert(number).id for number in range(5)]


async def until_tried(deliveries: Deliveries, of: Alert, where: str) -> Delivery:
    deadline = time.monotonic() + SECONDS
    while not ((found := await state(deliveries, of, where)) and found.attempts and found.state == "pending"):
        assert time.monotonic() < deadline, f"nobody tried {of.id}"
        await asyncio.sleep(0.02)
    return found


async def test_what_fails_comes_again_under_its_key_and_in_its_turn(
    wire: Settings, deliveries: Deliveries, desk: Receiver
) -> None:
    desk.answer = 503
    async with notify(wire, channel("desk", desk.url)) as stage:
        await tell(stage, alert(1), alert(2))
        await until(lambda: desk.posts, "an attempt")
        desk.answer = 204
        sent = await becomes(deliveries, alert(1), "sent")
        await becomes(deliveries, alert(2), "sent")
    assert sent.attempts >= 2
    assert desk.order() == [alert(1).id, alert(2).id]
    assert {len(keys) for keys in desk.keys_by_alert().values()} == {1}


async def test_what_the_receiver_will_never_take_fails_at_once(
    wire: Settings, deliveries: Deliveries, desk: Receiver
) -> None:
    desk.answer = 422
    async with notify(wire, channel("desk", desk.url)) as stage:
        await tell(stage, alert())
        failed = await becomes(deliveries, alert(), "failed")
    assert (failed.attempts, failed.status, failed.error) == (1, 422, "answered 422 Unprocessable Entity")
    assert failed.record is not None, "so that it can be sent again"


async def test_what_has_failed_for_days_is_given_up(
    wire: Settings, deliveries: Deliveries, desk: Receiver
) -> None:
    desk.answer = 500
    old = datetime.now(UTC) - sending.GIVE_UP - timedelta(hours=1)
    await deliveries.create([delivery(alert(), since=old, due=old)])
    async with notify(wire, channel("desk", desk.url)):
        assert (await becomes(deliveries, alert(), "failed")).attempts == 1


async def test_what_a_dead_worker_had_in_its_hands_is_taken_over_when_its_lease_is_over(
    wire: Settings, deliveries: Deliveries, desk: Receiver
) -> None:
    lease = datetime.now(UTC) + timedelta(seconds=2)
    await deliveries.create([delivery(alert(), state="sending", lease=lease, owner="dead", attempts=1)])
    async with notify(wire, channel("desk", desk.url)):
        sent = await becomes(deliveries, alert(), "sent")
    assert desk.posts[0].at >= lease.timestamp()
    assert (sent.attempts, desk.posts[0].key) == (2, sent.id)


async def test_a_channel_that_is_not_to_repeat_gets_nothing_that_may_have_got_through(
    wire: Settings, deliveries: Deliveries, capsys: pytest.CaptureFixture[str]
) -> None:
    over = datetime.now(UTC) - timedelta(seconds=1)
    await deliveries.create([delivery(alert(), state="sending", lease=over, owner="dead", attempts=1)])
    async with notify(wire, Channel(name="desk", type="stdout", repeat="never")) as stage:
        failed = await becomes(deliveries, alert(), "failed")
        assert failed.maybe
        await tell(stage, follow_up(alert(), "retraction"))  # heard, as far as we know
        await becomes(deliveries, follow_up(alert(), "retraction"), "sent")
    out = capsys.readouterr().out
    assert "RETRACTED" in out
    assert "NEW" not in out


async def test_two_workers_send_nothing_twice(wire: Settings, deliveries: Deliveries, desk: Receiver) -> None:
    hook = channel("desk", desk.url)
    await deliveries.create([delivery(alert(number), rank=number) for number in range(30)])
    async with notify(wire, hook), notify(wire, hook):
        for number in range(30):
            await becomes(deliveries, alert(number), "sent")
    assert len(desk.posts) == len(desk.order()) == 30


async def test_while_elasticsearch_is_away_nothing_is_lost_and_nothing_sent_under_two_keys(
    wire: Settings, deliveries: Deliveries, desk: Receiver, local_servers: LocalServers
) -> None:
    desk.seconds = 0.05
    alerts = [alert(number) for number in range(40)]
    async with notify(wire, channel("desk", desk.url)) as stage:
        await tell(stage, *alerts[:30])
        await until(lambda: len(desk.posts) > 5, "some came")
        await asyncio.to_thread(local_servers.kill, "elasticsearch")
        with pytest.raises(TryLater):
            await stage.process(messages(*alerts[30:]))
        await asyncio.to_thread(local_servers.start, "elasticsearch")
        outcomes = await Patience(lambda _: None).until(lambda: stage.process(messages(*alerts[20:])))
        assert outcomes == [[]] * 20
        await until(lambda: len(desk.order()) == 40, "all came")
        await becomes(deliveries, alerts[-1], "sent")
    assert {len(keys) for keys in desk.keys_by_alert().values()} == {1}
    assert len(desk.posts) <= 41, "one attempt was under way"


# ── follow-ups ────────────────────────────────────────────────────────────────────────────────────────


async def test_what_follows_a_sent_alert_follows_it_on_its_channels(
    wire: Settings, deliveries: Deliveries, desk: Receiver, mail: Receiver
) -> None:
    correction = follow_up(alert(), "correction")
    async with notify(wire, channel("desk", desk.url), channel("mail", mail.url)) as stage:
        await tell(stage, alert(), alert(2, channels=["mail"]))
        await becomes(deliveries, alert(), "sent")
        await tell(stage, correction)
        await tell(stage, correction)
        await becomes(deliveries, correction, "sent")
        await becomes(deliveries, alert(2), "sent", "mail")
    assert desk.order() == [alert().id, correction.id]
    assert len(desk.posts) == 2
    assert mail.order() == [alert(2).id]


async def test_one_batch_may_hold_an_alert_and_all_that_follows_it(
    wire: Settings, deliveries: Deliveries, desk: Receiver
) -> None:
    held, back = follow_up(alert(), "on_hold"), follow_up(alert(), "restored", 2)
    async with notify(wire, channel("desk", desk.url)) as stage:
        await tell(stage, alert(), held, back, alert(2))
        await becomes(deliveries, alert(2), "sent")
        await becomes(deliveries, alert(), "sent")
    order = desk.order()
    told = [held.id, back.id] if held.id in order else []  # it may have left before the hold came
    assert [each for each in order if each != alert(2).id] == [alert().id, *told]


async def test_a_kill_takes_back_what_waits_and_what_was_heard(
    wire: Settings, deliveries: Deliveries, desk: Receiver
) -> None:
    kill = follow_up(alert(), "retraction")
    told = alert(channels=["desk", "later"])
    async with notify(wire, channel("desk", desk.url)) as stage:
        await tell(stage, told)
        await becomes(deliveries, told, "sent")
        await tell(stage, kill)
        await becomes(deliveries, kill, "sent")
        waiting = await becomes(deliveries, told, "cancelled", "later")
    assert waiting.record is None
    assert desk.order() == [told.id, kill.id]
    assert "Su-35" not in desk.posts[1].content.decode()


async def test_a_follow_up_of_what_is_being_sent_waits_for_how_that_ends(
    wire: Settings, deliveries: Deliveries, desk: Receiver
) -> None:
    desk.hanging.set()
    kill = follow_up(alert(), "retraction")
    async with notify(wire, channel("desk", desk.url)) as stage:
        await tell(stage, alert())
        await until(lambda: desk.posts, "an attempt")
        await tell(stage, kill)
        assert (await state(deliveries, alert())).then == "cancelled"  # type: ignore[union-attr]
        desk.hanging.clear()
        sent = await becomes(deliveries, alert(), "sent")
        await becomes(deliveries, kill, "sent")
    assert sent.then is None
    assert desk.order() == [alert().id, kill.id]


async def test_of_a_story_that_was_killed_since_no_word_is_sent(
    wire: Settings, deliveries: Deliveries, client: AsyncElasticsearch, desk: Receiver
) -> None:
    killed = story("k1", status="canceled")
    assert await sink.write(client, wire, [killed]) == [None]
    await deliveries.create([delivery(alert(story=killed.id))])
    async with notify(wire, channel("desk", desk.url)):
        await becomes(deliveries, alert(), "sent")
    assert "Su-35" not in desk.posts[0].content.decode()


async def test_what_waited_while_its_story_came_under_an_embargo_waits_on(
    wire: Settings, deliveries: Deliveries, client: AsyncElasticsearch, desk: Receiver
) -> None:
    end = datetime.now(UTC) + timedelta(days=1)
    under = story("e1", embargo_until=end)
    assert await sink.write(client, wire, [under]) == [None]
    before = datetime.now(UTC) - timedelta(seconds=10)
    await deliveries.create([delivery(alert(story=under.id), due=before, made=before)])
    async with notify(wire, channel("desk", desk.url)):
        await put_off(deliveries, alert())
    assert desk.posts == []


async def test_an_embargo_without_an_end_ends_with_a_newer_version(
    wire: Settings, deliveries: Deliveries, client: AsyncElasticsearch, desk: Receiver
) -> None:
    under = story("e2", embargo_until=UNTIL_FURTHER_NOTICE)
    lifted = story("e2", minute=5, version=2)
    told = alert(story=under.id, order=under.order, not_before=UNTIL_FURTHER_NOTICE)
    before = datetime.now(UTC) - timedelta(seconds=10)
    assert await sink.write(client, wire, [under]) == [None]
    await deliveries.create([delivery(told, due=before, made=before)])
    async with notify(wire, channel("desk", desk.url)):
        await put_off(deliveries, told)
        assert desk.posts == []
    assert await sink.write(client, wire, [lifted]) == [None]
    [waiting] = (await deliveries.get([delivery_id(told.id, "desk")])).values()
    waiting.delivery.due = before
    await deliveries.replace([waiting])
    async with notify(wire, channel("desk", desk.url)):
        await becomes(deliveries, told, "sent")


async def put_off(deliveries: Deliveries, of: Alert) -> None:
    deadline = time.monotonic() + SECONDS
    while (found := await state(deliveries, of)) is None or found.due <= datetime.now(UTC):
        assert time.monotonic() < deadline, "it was not put off"
        await asyncio.sleep(0.02)
    assert found.state == "pending"


# ── mutes, limits, digests ────────────────────────────────────────────────────────────────────────────


async def muted(client: AsyncElasticsearch, wire: Settings, number: int, **what: Any) -> None:
    now = datetime.now(UTC)
    entry = {"id": str(number), "number": number, "at": now, "who": "rina", "action": "mute", **what}
    await client.create(index=wire.named(FEEDBACK), id=str(number), document=entry)


@pytest.mark.parametrize("what", [{"deal": "d1"}, {"rule": "all"}, {"source": "antara"}])
async def test_what_is_muted_is_recorded_and_not_sent_nor_what_follows_it(
    wire: Settings, deliveries: Deliveries, client: AsyncElasticsearch, desk: Receiver, what: dict[str, str]
) -> None:
    until_tomorrow = datetime.now(UTC) + timedelta(days=1)
    await muted(client, wire, 1, until=until_tomorrow, **what)
    other = alert(2, rule="other", source="lentera")
    async with notify(wire, channel("desk", desk.url)) as stage:
        await tell(stage, alert(), follow_up(alert(), "retraction"), other)
        await becomes(deliveries, other, "sent")
        mute = await becomes(deliveries, alert(), "muted")
    assert (mute.by, mute.record) == ("1", None)
    assert desk.order() == [other.id]


async def test_who_heard_an_alert_hears_its_end_though_the_deal_is_muted_by_then(
    wire: Settings, deliveries: Deliveries, client: AsyncElasticsearch, desk: Receiver
) -> None:
    async with notify(wire, channel("desk", desk.url)) as stage:
        await tell(stage, alert())
        await becomes(deliveries, alert(), "sent")
        await muted(client, wire, 1, deal="d1", until=datetime.now(UTC) + timedelta(days=1))
        await tell(stage, follow_up(alert(), "retraction"))
        await becomes(deliveries, follow_up(alert(), "retraction"), "sent")


async def test_beyond_its_hourly_limit_alerts_wait_and_follow_ups_pass(
    wire: Settings, deliveries: Deliveries, desk: Receiver
) -> None:
    kill = follow_up(alert(0), "retraction")
    async with notify(wire, channel("desk", desk.url, per_hour=3)) as stage:
        await tell(stage, *(alert(number) for number in range(60)))
        await becomes(deliveries, alert(2), "sent")
        await tell(stage, kill)
        await becomes(deliveries, kill, "sent")
    async with notify(wire, channel("desk", desk.url, per_hour=4)):
        await becomes(deliveries, alert(3), "sent")
    assert desk.order() == [alert(0).id, alert(1).id, alert(2).id, kill.id, alert(3).id]


async def test_a_digest_is_one_message_for_each_rule_with_all_that_is_due(
    wire: Settings, deliveries: Deliveries, desk: Receiver
) -> None:
    due = datetime.now(UTC) - timedelta(minutes=1)
    weekly: dict[str, Any] = {"digest": "weekly mon 07:00", "due": due, "since": due}
    later = weekly | {"due": due + timedelta(days=7)}
    await deliveries.create([delivery(alert(n), rank=n, **weekly) for n in range(3)])
    await deliveries.create([delivery(alert(7), rank=7, **later), delivery(alert(8, rule="own"), **weekly)])
    async with notify(wire, channel("desk", desk.url)):
        await becomes(deliveries, alert(8, rule="own"), "sent")
        await becomes(deliveries, alert(2), "sent")
        await becomes(deliveries, alert(7), "pending")
    assert sorted(post.alerts for post in desk.posts) == [
        [alert(0).id, alert(1).id, alert(2).id],
        [alert(8, rule="own").id],
    ]
    assert {post.body["type"] for post in desk.posts} == {"digest"}


async def test_a_digest_that_failed_comes_again_as_it_was_under_its_key(
    wire: Settings, deliveries: Deliveries, desk: Receiver
) -> None:
    due = datetime.now(UTC) - timedelta(minutes=1)
    hourly: dict[str, Any] = {"digest": "hourly", "due": due, "since": due}
    desk.answer = 503
    await deliveries.create([delivery(alert(n), rank=n, **hourly) for n in range(2)])
    async with notify(wire, channel("desk", desk.url)):
        await until(lambda: desk.posts, "an attempt")
        await deliveries.create([delivery(alert(5), rank=5, **hourly)])
        desk.answer = 204
        await becomes(deliveries, alert(5), "sent")
        await becomes(deliveries, alert(1), "sent")
    assert {tuple(post.alerts) for post in desk.posts} == {(alert(0).id, alert(1).id), (alert(5).id,)}
    assert {len(keys) for keys in desk.keys_by_alert().values()} == {1}


async def test_it_takes_a_tenth_of_a_second(wire: Settings, deliveries: Deliveries, desk: Receiver) -> None:
    took: list[float] = []
    async with notify(wire, channel("desk", desk.url)) as stage:
        for number in range(20):
            begun = time.time()
            await tell(stage, alert(number))
            await becomes(deliveries, alert(number), "sent")
            took.append(desk.posts[-1].at - begun)
    print(f"alert to webhook: p50 {sorted(took)[10] * 1000:.0f} ms, most {max(took) * 1000:.0f} ms")
    assert sorted(took)[10] < 0.5


# ── the command ───────────────────────────────────────────────────────────────────────────────────────


async def test_the_command_shows_what_failed_and_lets_it_be_sent_again(
    wire: Settings, deliveries: Deliveries, desk: Receiver
) -> None:
    desk.answer = 404
    async with notify(wire, channel("desk", desk.url)) as stage:
        await tell(stage, alert(), alert(2))
        await becomes(deliveries, alert(2), "failed")
        desk.answer = 204
        await tell(stage, alert(3))
        await becomes(deliveries, alert(3), "sent")
        again = await asyncio.to_thread(kawat, wire, "deliveries", "retry", "--channel", "desk")
        assert again.stdout == b"2 to be sent again\n"
        await becomes(deliveries, alert(), "sent")
        await becomes(deliveries, alert(2), "sent")
    assert {len(keys) for keys in desk.keys_by_alert().values()} == {1}
    shown = await asyncio.to_thread(kawat, wire, "deliveries", "list", "--json", "--state", "sent")
    assert [json.loads(line)["alert"] for line in shown.stdout.splitlines()] == [
        alert(number).id for number in (3, 2, 1)
    ]
    table = await asyncio.to_thread(kawat, wire, "deliveries", "list")
    assert table.stderr == b"desk: 3 sent\n"
    assert "transfer: RU → ID: combat_aircraft" in " ".join(table.stdout.decode().split())
    none = await asyncio.to_thread(kawat, wire, "deliveries", "retry", "nosuch")
    assert (none.returncode, none.stderr.decode()) == (
        2,
        "kawat: no failed delivery has the id nosuch: see `kawat deliveries list`\n",
    )
