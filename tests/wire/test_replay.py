"""The replay: 350 payloads about 25 deals, twice over, through workers that are killed again and again.

What comes out is what the reference model says of that order of arrival, and the receiver of the alerts can
tell no two messages apart that are about the same thing.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
import pytest
from elasticsearch import Elasticsearch

from processors.records import Alert, Claims
from streams.elastic.client import commands_client
from streams.elastic.indices import DECISIONS, DELIVERIES
from streams.settings import Settings
from streams.topics import ALERTS, MENTIONS, create_topics
from tests.receiver import Receiver, receiver
from tests.reference.alerts import Told, Watch
from tests.replay.claims import claims_on_the_wire
from tests.replay.told import Tellings
from tests.wire.workers import Tap, Worker, committed, feed, tap, until, worker

KILLS = 5
KILLED: Any = {"headline": None, "url": None, "evidence": [], "before": []}
RULES = """
[channels.desk]
type = "webhook"
url = "{url}"

[[rule]]
name = "all"
channels = ["desk"]
"""

Order = Callable[[Sequence[Claims]], list[Claims]]


def as_sent(claims: Sequence[Claims]) -> list[Claims]:
    return [*claims, *claims]


def shuffled(claims: Sequence[Claims]) -> list[Claims]:
    return random.Random(20260302).sample(as_sent(claims), 2 * len(claims))  # noqa: S311


@pytest.fixture(scope="module")
def replayed() -> list[Claims]:
    return claims_on_the_wire()


@pytest.fixture
def desk() -> Iterator[Receiver]:
    with receiver() as opened:
        yield opened


@pytest.fixture
def watching(wire: Settings, desk: Receiver) -> Settings:
    rules = wire.home / "rules.toml"
    rules.write_text(RULES.format(url=desk.url), "utf8")
    return wire.model_copy(update={"rules": rules})


@pytest.fixture
def index(watching: Settings) -> Iterator[Elasticsearch]:
    with commands_client(watching) as client:
        yield client


@pytest.mark.parametrize("order", [as_sent, shuffled])
def test_what_comes_out_is_what_the_model_says_though_the_workers_die_five_times_each(
    watching: Settings, desk: Receiver, index: Elasticsearch, replayed: list[Claims], order: Order
) -> None:
    create_topics(watching)
    arrivals = order(replayed)
    expected = told_by_the_model(arrivals)
    with (
        tap(watching, ALERTS) as out,
        worker(watching, "alert") as alert,
        worker(watching, "notify") as notify,
    ):
        portions = iter(in_portions(arrivals, KILLS + 1))
        for kill in range(KILLS):
            feed_and_kill(alert, index, kill, out, next(portions))
            until(partial(has_got, desk, 12 * (kill + 1)), f"deliveries; {notify.said()}")
            notify.kill()
            notify.again()
        feed(watching, MENTIONS, next(portions))
        until(lambda: committed(watching, "alert").get(0) == len(arrivals), alert.said())
        until(lambda: committed(watching, "notify").get(0) == end_of(out), notify.said())
        until(lambda: not open_deliveries(index, watching), f"nothing waits; {notify.said()}")
        assert alert.stop() == notify.stop() == 0
        alerts = each_once(out)

    assert Counter(Tellings().told(alerts)) == Counter(expected)
    assert_delivered(alerts, deliveries(index, watching), desk)
    print(f"{len(arrivals)} arrivals, {len(alerts)} alerts, sent {len(out.values)} times")
    print(f"{len(desk.order())} received in {len(desk.posts)} requests")


# ── the run ───────────────────────────────────────────────────────────────────────────────────────────


def told_by_the_model(arrivals: Sequence[Claims]) -> list[Told]:
    watch, now = Watch(), datetime.now(UTC)
    return [told for claims in arrivals for told in watch.arrives(claims, now)]


def in_portions(arrivals: Sequence[Claims], number: int) -> Iterator[list[bytes]]:
    size = -(-len(arrivals) // number)
    for first in range(0, len(arrivals), size):
        yield [msgspec.json.encode(each) for each in arrivals[first : first + size]]


def feed_and_kill(alert: Worker, index: Elasticsearch, kill: int, out: Tap, portion: Sequence[bytes]) -> None:
    """Every other time as soon as decisions are written, before their alerts are; else when some came."""
    before, came = pages(index, alert.settings), len(out.look(0).values)
    feed(alert.settings, MENTIONS, portion)
    if kill % 2:
        until(lambda: len(out.look().values) > came, f"alerts; {alert.said()}")
    else:
        until(lambda: pages(index, alert.settings) > before, f"decisions; {alert.said()}")
    alert.kill()
    alert.again()


def pages(index: Elasticsearch, settings: Settings) -> int:
    """The number of the last page of decisions; reads by id, so that it is known at once."""
    name, number = settings.named(DECISIONS), 0
    while index.options(ignore_status=(404, 503)).exists(index=name, id=str(number + 1)):
        number += 1
    return number


def has_got(desk: Receiver, number: int) -> bool:
    return len(desk.posts) >= number


def end_of(out: Tap) -> int:
    return max((record.offset + 1 for record in out.look().records), default=0)


def each_once(out: Tap) -> list[Alert]:
    """In the order in which they came out first; one that came again is the same, or has lost its text."""
    alerts: dict[str, Alert] = {}
    for value in out.look().values:
        alert = msgspec.json.decode(value, type=Alert)
        first = alerts.setdefault(alert.id, alert)
        assert alert in (first, msgspec.structs.replace(first, **KILLED))
    return list(alerts.values())


# ── the deliveries ────────────────────────────────────────────────────────────────────────────────────


def deliveries(index: Elasticsearch, settings: Settings) -> list[dict[str, Any]]:
    name = settings.named(DELIVERIES)
    index.indices.refresh(index=name)
    found = index.search(index=name, size=10_000, query={"exists": {"field": "channel"}})
    return [each["_source"] for each in found["hits"]["hits"] if each["_source"]["state"] != "routed"]


def open_deliveries(index: Elasticsearch, settings: Settings) -> list[dict[str, Any]]:
    """Those that are due; an embargo that lasts for a hundred years is none of our business."""
    now = datetime.now(UTC).isoformat()
    return [
        each
        for each in deliveries(index, settings)
        if each["state"] == "sending" or (each["state"] == "pending" and each["since"] <= now)
    ]


def assert_delivered(alerts: Sequence[Alert], made: Sequence[dict[str, Any]], desk: Receiver) -> None:
    received, keys = set(desk.order()), desk.keys_by_alert()
    states = {each["alert"]: each["state"] for each in made}
    assert len(states) == len(made), "one delivery for each alert"
    assert {len(of_alert) for of_alert in keys.values()} == {1}, "each under one key"
    assert len({key for of_alert in keys.values() for key in of_alert}) == len(keys), "none shared"
    # Its worker was killed in the midst of it and a follow-up ended it: nobody knows whether it went.
    unsure = {each["alert"] for each in made if each["state"] in ("cancelled", "held") and each.get("maybe")}
    assert received - unsure == {id_ for id_, state in states.items() if state == "sent"}

    followed = {alert.follows for alert in alerts if alert.follows}
    first = [alert for alert in alerts if alert.follows is None]
    for alert in first:
        if alert.not_before is not None:
            assert alert.id not in received, "not before its time"
        elif alert.id not in received:  # taken back before it was sent
            assert states[alert.id] in ("cancelled", "held")
            assert alert.group in followed
    heard = {alert.group for alert in first if alert.id in received | unsure}
    aware = set(heard)  # of what became of an alert, too: some follow-ups take the place of what was not sent
    place = {id_: number for number, id_ in enumerate(desk.order())}
    of_group = {alert.group: alert for alert in first}
    for alert in alerts:
        if alert.follows is None or alert.id not in received:
            continue
        if alert.kind in ("weakened", "correction", "restored"):
            aware.add(alert.follows)
        assert alert.follows in aware, "only who got the alert, or what took its place"
        if (followed_alert := of_group[alert.follows].id) in received:
            assert place[followed_alert] < place[alert.id], "after what it follows"
    told = [alert for alert in alerts if alert.follows in heard and alert.news != ["overtaken"]]
    last = {alert.follows: alert.id for alert in told}
    stops = {
        alert.follows for alert in told if alert.kind in ("on_hold", "retraction") and alert.id in received
    }
    for alert in told:
        # None: the alert still waited and waited on, so that nobody had heard what was put on hold
        unsent = states.get(alert.id) in (None, "cancelled", "held")
        stopped = unsent and alert.id != last[alert.follows]
        unheard = alert.kind == "restored" and alert.follows not in stops  # nothing was taken back
        assert alert.id in received or stopped or unheard, "all who got the alert"
