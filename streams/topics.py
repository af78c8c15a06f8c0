"""Every topic: its name, key, record, partitions and retention; and how they are created."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from processors.errors import ServiceError, TryLater
from streams.settings import MIB, Settings

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Topic:
    """`partitions` 0 stands for the setting; retention -1 keeps for ever."""

    name: str
    key: str
    record: str
    partitions: int = 0
    retention_ms: int = 7 * DAY_MS
    compacted: bool = False

    def full_name(self, settings: Settings) -> str:
        """Kafka's name of the topic, the namespace included."""
        return settings.named(self.name)

    def partition_count(self, settings: Settings) -> int:
        return self.partitions or settings.partitions


RAW = Topic(
    "wire.raw",
    key="feed and locator",
    record="original bytes; Origin in the headers",
    retention_ms=30 * DAY_MS,
)
ARTICLES = Topic("wire.articles", key="Article.id", record="Article")
ENRICHED = Topic("wire.enriched", key="Article.id", record="Document", partitions=1)
STORIES = Topic("wire.stories", key="Article.id", record="Document")
MENTIONS = Topic("wire.mentions", key="Article.id", record="Claims", partitions=1)
ALERTS = Topic("wire.alerts", key="Alert.group", record="Alert", partitions=1, retention_ms=30 * DAY_MS)
DEAD_LETTERS = Topic(
    "wire.dead-letters",
    key="stage:topic:partition:offset[:item]",
    record="original bytes; reason in the headers",
    partitions=1,
    retention_ms=-1,
    compacted=True,
)
TOPICS = (RAW, ARTICLES, ENRICHED, STORIES, MENTIONS, ALERTS, DEAD_LETTERS)

SETTLE_SECONDS = 0.1
UNKNOWN_TOPIC, TIMED_OUT, EXISTS, INVALID_PARTITIONS, NOT_CONTROLLER, REASSIGNMENT = 3, 7, 36, 37, 41, 60
# Kafka's error codes for what another process did first and what the next look will settle.
UNDERWAY = frozenset({UNKNOWN_TOPIC, TIMED_OUT, EXISTS, INVALID_PARTITIONS, NOT_CONTROLLER, REASSIGNMENT})


def create_topics(settings: Settings, within: float = 30.0) -> None:
    """Creates what is missing and returns when every topic has a leader for each partition.

    Safe to repeat and to run from several processes at once. An existing topic gets more partitions
    and a higher record limit where the settings ask for them, and compaction where it must have it;
    its retention stays as the operator set it. Raises TryLater where Kafka does not answer or is not
    done `within` seconds, ServiceError where it refuses or a topic has more partitions than it may.
    """
    from streams import kafka_clients  # the client is heavy and most importers want only the names

    deadline = time.monotonic() + within
    wanted = {topic.full_name(settings): topic for topic in TOPICS}
    with kafka_clients.admin(settings) as admin, kafka_clients.answering(settings):
        while not _all_there(admin, wanted, settings):
            if time.monotonic() > deadline:
                raise TryLater(f"Kafka at {settings.kafka} did not create the topics within {within:.0f} s")
            time.sleep(SETTLE_SECONDS)
        _raise_limits(admin, wanted, settings)


def _all_there(admin: Any, wanted: Mapping[str, Topic], settings: Settings) -> bool:
    """True when all topics are ready; otherwise has asked for what was missing and is to be called again."""
    described = {topic["name"]: topic for topic in admin.describe_topics(list(wanted))}
    codes = {name: described.get(name, {}).get("error_code", UNKNOWN_TOPIC) for name in wanted}
    counts = {name: len(described[name]["partitions"]) for name, code in codes.items() if code == 0}
    _refuse_too_many(counts, wanted)

    missing = {name: topic for name, topic in wanted.items() if codes[name] == UNKNOWN_TOPIC}
    if missing:
        _create(admin, missing, settings)
    growing = {
        name: wanted[name].partition_count(settings)
        for name, count in counts.items()
        if count < wanted[name].partition_count(settings)
    }
    if growing:
        _grow(admin, growing)
    return (
        not missing
        and not growing
        and not any(codes.values())
        and all(_has_leaders(described[name]) for name in wanted)
    )


def _has_leaders(described: Mapping[str, Any]) -> bool:
    return all(partition["leader_id"] >= 0 for partition in described["partitions"])


def _refuse_too_many(counts: Mapping[str, int], wanted: Mapping[str, Topic]) -> None:
    for name, count in counts.items():
        allowed = wanted[name].partitions
        if allowed and count > allowed:
            raise ServiceError(
                f"topic {name} has {count} partitions and must have {allowed}, since one worker decides "
                "there in one order: delete it or choose another KAWAT_NAMESPACE"
            )


def _create(admin: Any, topics: Mapping[str, Topic], settings: Settings) -> None:
    plans = {
        name: {
            "num_partitions": topic.partition_count(settings),
            "replication_factor": settings.replication,
            "configs": configuration(topic, settings),
        }
        for name, topic in topics.items()
    }
    for result in admin.create_topics(plans, raise_errors=False)["topics"]:
        _check(result["name"], result["error_code"], result["error_message"])


def _grow(admin: Any, counts: Mapping[str, int]) -> None:
    for result in admin.create_partitions(dict(counts), raise_errors=False).results:
        _check(result.name, result.error_code, result.error_message)


def _check(name: str, code: int, message: str | None) -> None:
    if code and code not in UNDERWAY:
        raise ServiceError(f"Kafka refused topic {name}: {message or f'error {code}'}")


def configuration(topic: Topic, settings: Settings) -> dict[str, str]:
    """Kafka's configuration of a topic; a record of `record_limit` bytes fits."""
    common = {
        "max.message.bytes": str(settings.record_limit),
        "retention.ms": str(topic.retention_ms),
        # acks=all means two copies where there are three
        "min.insync.replicas": str(max(1, settings.replication - 1)),
    }
    if topic.compacted:  # the newest segment is never compacted: small ones, or dropped letters stay for long
        return common | {"cleanup.policy": "compact", "segment.bytes": str(64 * MIB)}
    return common | {"cleanup.policy": "delete"}


def _raise_limits(admin: Any, wanted: Mapping[str, Topic], settings: Settings) -> None:
    from kafka.admin import ConfigResource, ConfigResourceType

    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in wanted]
    current = admin.describe_configs(resources, config_filter="all")["topic"]
    changes = []
    for name, topic in wanted.items():
        plan = configuration(topic, settings)
        short = {
            key: plan[key]
            for key, falls_short in FALLS_SHORT.items()
            if falls_short(current[name][key]["value"], plan[key])
        }
        if short:
            changes.append(ConfigResource(ConfigResourceType.TOPIC, name, short))
    if not changes:
        return
    for name, result in admin.alter_configs(changes)["topic"].items():
        if result != "OK":
            raise ServiceError(f"Kafka refused the configuration of topic {name}: {result}")


FALLS_SHORT: Mapping[str, Callable[[str, str], bool]] = {
    "max.message.bytes": lambda have, want: int(have) < int(want),
    "cleanup.policy": lambda have, want: have != want,
}
