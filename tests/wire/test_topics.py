"""The topics are made once, by whoever comes first, and grow with the settings."""

import re
import subprocess
import sys
import time
from typing import Any

import pytest

from processors.errors import ServiceError, TryLater
from streams import kafka_clients
from streams.settings import Settings
from streams.topics import DEAD_LETTERS, ENRICHED, RAW, TOPICS, create_topics
from tests.servers import free_ports
from tests.wire.command import environment
from tests.wire.workers import until


def described(settings: Settings) -> dict[str, dict[str, Any]]:
    """Partition count and configuration by topic."""
    from kafka.admin import ConfigResource, ConfigResourceType

    names = [topic.full_name(settings) for topic in TOPICS]
    with kafka_clients.admin(settings) as admin:
        found = admin.describe_configs(
            [ConfigResource(ConfigResourceType.TOPIC, name) for name in names], config_filter="all"
        )["topic"]
        return {
            topic["name"]: {"partitions": len(topic["partitions"])}
            | {key: value["value"] for key, value in found[topic["name"]].items()}
            for topic in admin.describe_topics(names)
        }


def test_every_topic_has_its_partitions_limits_and_retention(wire: Settings) -> None:
    create_topics(wire)

    topics = described(wire)
    assert {
        name.removeprefix(f"{wire.namespace}-"): topic["partitions"] for name, topic in topics.items()
    } == {
        "wire.raw": 8,
        "wire.articles": 8,
        "wire.enriched": 1,
        "wire.stories": 8,
        "wire.mentions": 1,
        "wire.alerts": 1,
        "wire.dead-letters": 1,
    }
    assert {topic["max.message.bytes"] for topic in topics.values()} == {str(16 << 20)}
    raw, dead = topics[RAW.full_name(wire)], topics[DEAD_LETTERS.full_name(wire)]
    assert (raw["cleanup.policy"], raw["retention.ms"]) == ("delete", str(30 * 24 * 3_600_000))
    assert (dead["cleanup.policy"], dead["retention.ms"]) == ("compact", "-1")


def test_several_processes_at_once_all_succeed(wire: Settings) -> None:
    code = "from streams.topics import create_topics as c; from streams.settings import settings as s; c(s())"
    processes = [subprocess.Popen([sys.executable, "-c", code], env=environment(wire)) for _ in range(4)]

    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    assert len(described(wire)) == len(TOPICS)


def test_partitions_and_limits_grow_and_never_shrink(wire: Settings) -> None:
    create_topics(wire.model_copy(update={"partitions": 4, "record_limit": 1 << 20}))
    create_topics(wire)
    create_topics(wire.model_copy(update={"partitions": 2, "record_limit": 2 << 20}))

    raw = described(wire)[RAW.full_name(wire)]
    assert (raw["partitions"], raw["max.message.bytes"]) == (8, str(16 << 20))


def test_retention_stays_as_the_operator_set_it(wire: Settings) -> None:
    from kafka.admin import ConfigResource, ConfigResourceType

    create_topics(wire)
    with kafka_clients.admin(wire) as admin:
        name = RAW.full_name(wire)
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, {"retention.ms": "60000"})])
    until(lambda: described(wire)[name]["retention.ms"] == "60000", "the operator's retention")
    create_topics(wire)

    assert described(wire)[name]["retention.ms"] == "60000"


def test_a_topic_that_must_have_one_partition_is_not_used_with_more(wire: Settings) -> None:
    with kafka_clients.admin(wire) as admin:
        admin.create_topics({ENRICHED.full_name(wire): {"num_partitions": 3, "replication_factor": 1}})

    with pytest.raises(ServiceError, match=re.escape(f"{ENRICHED.full_name(wire)} has 3 partitions")):
        create_topics(wire)


def test_what_kafka_refuses_is_told_in_one_line(wire: Settings) -> None:
    with pytest.raises(ServiceError, match=r"Kafka refused topic .*replication factor") as refused:
        create_topics(wire.model_copy(update={"replication": 3}))

    assert "\n" not in str(refused.value)


def test_kafka_away_is_told_at_once(wire: Settings) -> None:
    away = f"127.0.0.1:{free_ports(1)[0]}"
    began = time.monotonic()

    with pytest.raises(TryLater, match=f"Kafka at {away} does not answer: start it with `kawat up`"):
        create_topics(wire.model_copy(update={"kafka": away}))

    assert time.monotonic() - began < 5
