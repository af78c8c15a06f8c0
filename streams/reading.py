"""Reading a topic from its beginning to the end it has now, without a consumer group."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from kafka import TopicPartition

from streams import kafka_clients
from streams.message import Message
from streams.settings import Settings

SILENCE_SECONDS = 20.0


def to_the_end(
    settings: Settings, topic: str, start: int | None = None, last: int | None = None
) -> Iterator[Message]:
    """Every record of a topic (Kafka's name of it) up to the end offsets of this moment.

    Partitions come mixed, each in its order; a topic that does not exist is empty. `start` is the first
    offset wanted, for all partitions; `last` is the number of records wanted at most of each partition, its
    last ones. Raises TryLater where Kafka does not answer.
    """
    with kafka_clients.consumer(settings) as consumer, kafka_clients.answering(settings):
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        if not partitions:
            return
        ends = {partition: end for partition, end in consumer.end_offsets(partitions).items() if end}
        begins = consumer.beginning_offsets(partitions)
        consumer.assign(list(ends))
        for partition, end in ends.items():
            consumer.seek(partition, max(start or 0, begins[partition], end - last if last else 0))
        yield from _read(consumer, ends, settings)


def _read(consumer: Any, ends: dict[TopicPartition, int], settings: Settings) -> Iterator[Message]:
    heard = time.monotonic()
    while any(consumer.position(partition) < end for partition, end in ends.items()):
        batches = consumer.poll(timeout_ms=500)
        if batches:
            heard = time.monotonic()
        elif time.monotonic() - heard > SILENCE_SECONDS:
            raise kafka_clients.away(settings)
        for partition, records in batches.items():
            yield from (message(record) for record in records if record.offset < ends[partition])


def message(record: Any) -> Message:
    """kafka-python's record as ours."""
    return Message(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=datetime.fromtimestamp(max(record.timestamp, 0) / 1000, UTC),
        key=record.key,
        value=record.value,
        headers={name: value or b"" for name, value in record.headers},
    )
