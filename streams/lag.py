"""How many records wait before each stage: the end of its topic less what its group has committed."""

from importlib import import_module
from typing import Any

from kafka import TopicPartition

from streams import kafka_clients
from streams.agents import ROLES
from streams.settings import Settings


def lag(settings: Settings) -> dict[str, int]:
    """Stage → records not yet acknowledged; before a stage that never ran, all of its topic waits.

    Raises TryLater where Kafka does not answer.
    """
    with (
        kafka_clients.answering(settings),
        kafka_clients.admin(settings) as admin,
        kafka_clients.consumer(settings) as consumer,
    ):
        return {role: _behind(role, settings, admin, consumer) for role in ROLES}


def _behind(role: str, settings: Settings, admin: Any, consumer: Any) -> int:
    topic = import_module(f"streams.agents.{role}").stage(settings).source.full_name(settings)
    partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    group = settings.group(role)
    committed = admin.list_group_offsets({group: partitions})[group]
    ends = consumer.end_offsets(partitions)
    begins = consumer.beginning_offsets(partitions)
    return sum(
        ends[each] - max(begins[each], committed[each].offset if each in committed else 0)
        for each in partitions
    )
