"""Stories and alerts as they come, from all partitions of their topics, without a consumer group."""

import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
from kafka import TopicPartition

from processors.records import Alert, Document
from streams import kafka_clients
from streams.settings import Settings
from streams.topics import ALERTS, STORIES, Topic, create_topics

POLL_MS = 250
LOOK_SECONDS = 10.0  # between two looks for new partitions

T = TypeVar("T")


def stories(settings: Settings, last: int) -> Iterator[list[Document]]:
    """The versions of stories on wire.stories; see `_follow`."""
    return _follow(settings, STORIES, Document, last)


def alerts(settings: Settings, last: int) -> Iterator[list[Alert]]:
    """The alerts on wire.alerts, a repeated one again; see `_follow`."""
    return _follow(settings, ALERTS, Alert, last)


def _follow(settings: Settings, topic: Topic, record: type[T], last: int) -> Iterator[list[T]]:
    """First the last ones that have come, `last` at most and the oldest first; then what comes, in batches.

    A batch is empty where nothing has come for a moment. A record that is no document is left to the stages,
    whose dead letters tell of it. Raises TryLater where Kafka does not answer at first.
    """
    create_topics(settings)
    decoder = msgspec.json.Decoder(record)
    with kafka_clients.consumer(settings) as consumer, kafka_clients.answering(settings):
        name = topic.full_name(settings)
        partitions = _partitions(consumer, name)
        ends: dict[TopicPartition, int] = consumer.end_offsets(partitions)
        begins: dict[TopicPartition, int] = consumer.beginning_offsets(partitions)
        consumer.assign(partitions)
        for partition, end in ends.items():
            consumer.seek(partition, max(begins[partition], end - last))
        recent = [each for batch in _until(consumer, ends) for each in batch]
        recent.sort(key=lambda record: record.timestamp)
        yield _decoded(decoder, recent[-last:] if last else [])
        for records in _coming(consumer, name):
            yield _decoded(decoder, records)


def _until(consumer: Any, ends: dict[TopicPartition, int]) -> Iterator[list[Any]]:
    """The records before these offsets; what comes after them is left for the next look."""
    while any(consumer.position(partition) < end for partition, end in ends.items()):
        for partition, records in consumer.poll(timeout_ms=POLL_MS).items():
            yield [record for record in records if record.offset < ends[partition]]
            if records[-1].offset >= ends[partition]:
                consumer.seek(partition, ends[partition])


def _coming(consumer: Any, topic: str) -> Iterator[list[Any]]:
    looked = time.monotonic()
    while True:
        batches = consumer.poll(timeout_ms=POLL_MS).values()
        yield [record for records in batches for record in records]
        if time.monotonic() - looked > LOOK_SECONDS:
            looked = time.monotonic()
            known = consumer.assignment()
            if new := [each for each in _partitions(consumer, topic) if each not in known]:
                places = {each: consumer.position(each) for each in known} | dict.fromkeys(new, 0)
                consumer.assign(list(places))
                for partition, place in places.items():
                    consumer.seek(partition, place)


def _partitions(consumer: Any, topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]


def _decoded(decoder: msgspec.json.Decoder[T], records: list[Any]) -> list[T]:
    found = []
    for record in records:
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            found.append(decoder.decode(record.value or b""))
    return found
