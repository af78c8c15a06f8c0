"""The stories of wire.stories as they come, from all partitions, without a consumer group."""

import time
from collections.abc import Iterator
from typing import Any

import msgspec
from kafka import TopicPartition

from processors.records import Document
from streams import kafka_clients
from streams.settings import Settings
from streams.topics import STORIES, create_topics

POLL_MS = 250
LOOK_SECONDS = 10.0  # between two looks for new partitions

_decoder = msgspec.json.Decoder(Document)


def stories(settings: Settings, last: int) -> Iterator[list[Document]]:
    """First the last ones that have come, `last` at most and the oldest first; then what comes, in batches.

    A batch is empty where nothing has come for a moment. A record that is no document is left to the stages,
    whose dead letters tell of it. Raises TryLater where Kafka does not answer at first.
    """
    create_topics(settings)
    with kafka_clients.consumer(settings) as consumer, kafka_clients.answering(settings):
        topic = STORIES.full_name(settings)
        partitions = _partitions(consumer, topic)
        ends: dict[TopicPartition, int] = consumer.end_offsets(partitions)
        begins: dict[TopicPartition, int] = consumer.beginning_offsets(partitions)
        consumer.assign(partitions)
        for partition, end in ends.items():
            consumer.seek(partition, max(begins[partition], end - last))
        recent = [each for batch in _until(consumer, ends) for each in batch]
        recent.sort(key=lambda record: record.timestamp)
        yield _documents(recent[-last:] if last else [])
        yield from _coming(consumer, topic)


def _until(consumer: Any, ends: dict[TopicPartition, int]) -> Iterator[list[Any]]:
    """The records before these offsets; what comes after them is left for the next look."""
    while any(consumer.position(partition) < end for partition, end in ends.items()):
        for partition, records in consumer.poll(timeout_ms=POLL_MS).items():
            yield [record for record in records if record.offset < ends[partition]]
            if records[-1].offset >= ends[partition]:
                consumer.seek(partition, ends[partition])


def _coming(consumer: Any, topic: str) -> Iterator[list[Document]]:
    looked = time.monotonic()
    while True:
        batches = consumer.poll(timeout_ms=POLL_MS).values()
        yield _documents([record for records in batches for record in records])
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


def _documents(records: list[Any]) -> list[Document]:
    return [document for record in records if (document := _document(record.value)) is not None]


def _document(value: bytes | None) -> Document | None:
    try:
        return _decoder.decode(value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
