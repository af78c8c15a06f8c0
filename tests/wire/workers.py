"""For the tests: stages as real processes on a real Kafka, and what they make of what is fed to them."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psutil

from streams import kafka_clients, status
from streams.settings import Settings
from streams.supervisor import environment
from streams.topics import Topic, create_topics

DEADLINE = 60.0  # a laden machine takes its time
PAYLOAD = {"schema": b"1", "feed": b"test", "locator": b"test"}


def until(condition: Callable[[], Any], what: str, seconds: float = DEADLINE) -> Any:
    """The condition's first true value. Fails the test after the deadline."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.02)
    return value


class Worker:
    """`python -m streams.worker ROLE`, without a supervisor."""

    def __init__(self, settings: Settings, role: str) -> None:
        self.settings, self.role = settings, role
        self.log = settings.home / f"{role}.log"
        self.process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "streams.worker", self.role],
                env={**os.environ, **environment(self.settings)}, stdout=log, stderr=log,
            )  # fmt: skip

    @property
    def state(self) -> str | None:
        found = status.read(self.settings, self.role.rpartition(".")[2])
        return found.state if found and found.pid == self.process.pid else None

    def ready(self) -> "Worker":
        until(lambda: self.state == "running" or self.ended, f"{self.role} runs; {self.said()}")
        assert self.state == "running", self.said()
        return self

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def leaves(self, seconds: float = DEADLINE) -> int:
        """The exit status, which the worker is expected to come to by itself."""
        return self.process.wait(seconds)

    def again(self) -> "Worker":
        assert self.ended
        self.process = self._spawn()
        return self

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(DEADLINE)

    def said(self) -> str:
        return self.log.read_text()


@contextmanager
def worker(settings: Settings, role: str) -> Iterator[Worker]:
    started = Worker(settings, role)
    try:
        yield started
    finally:
        started.kill()


def feed(
    settings: Settings, topic: Topic, values: Iterable[bytes | None], partition: int | None = None
) -> None:
    """Sends each value under a key that says its place in the row."""
    from kafka import KafkaProducer

    producer = KafkaProducer(bootstrap_servers=settings.kafka, acks="all", linger_ms=5)
    headers = list(PAYLOAD.items())
    name = topic.full_name(settings)
    for number, value in enumerate(values):
        producer.send(name, key=b"%d" % number, value=value, headers=headers, partition=partition)
    producer.flush()
    producer.close()


class Tap:
    """Everything that has come out on a topic, in the order of each partition."""

    def __init__(self, settings: Settings, topic: Topic) -> None:
        from kafka import TopicPartition

        create_topics(settings)
        self.records: list[Any] = []
        self._consumer = kafka_clients.consumer(settings)
        partitions = [
            TopicPartition(topic.full_name(settings), number)
            for number in range(topic.partition_count(settings))
        ]
        self._consumer.assign(partitions)
        self._consumer.seek_to_beginning(*partitions)

    def look(self, milliseconds: int = 100) -> "Tap":
        for records in self._consumer.poll(timeout_ms=milliseconds).values():
            self.records += records
        return self

    def all(self) -> "Tap":
        """Looks until everything that is on the topic now has come: a look brings 500 records at most."""
        ends = self._consumer.end_offsets(self._consumer.assignment())

        def reached() -> bool:
            self.look()
            return all(self._consumer.position(partition) >= end for partition, end in ends.items())

        until(reached, "the topic's end")
        return self

    @property
    def values(self) -> list[bytes]:
        return [record.value for record in self.records]

    @property
    def counts(self) -> Counter[bytes]:
        return Counter(record.key for record in self.records)

    def holds(self, number: int) -> bool:
        """Whether so many different records have come; looks once."""
        return len(self.look().counts) >= number

    def close(self) -> None:
        self._consumer.close()


@contextmanager
def tap(settings: Settings, topic: Topic) -> Iterator[Tap]:
    opened = Tap(settings, topic)
    try:
        yield opened
    finally:
        opened.close()


def committed(settings: Settings, stage: str) -> dict[int, int]:
    """The committed offset of each partition of the stage's group."""
    with kafka_clients.admin(settings) as admin:
        group = settings.group(stage)
        offsets = admin.list_group_offsets([group])[group]
    return {partition.partition: offset.offset for partition, offset in offsets.items()}


def alive(pids: Iterable[int]) -> list[int]:
    """Those that have not ended."""
    found = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
    return found
