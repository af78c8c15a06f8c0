"""kafka-python's clients, configured from the settings, and Kafka's errors in our terms.

The command line uses them (topics, feeding, dead letters); the stages have Faust's.
"""

import logging
import socket
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError

from processors.errors import KawatError, ServiceError, TryLater
from streams.message import Produced
from streams.settings import MIB, Settings

PROBE_SECONDS = 3.0
BOOTSTRAP_MS = 8_000
REQUEST_MS = 15_000
CLOSE_SECONDS = 5.0
DELIVERY_MS = 30_000  # Faust's default is 1,200 s: a feeder that hangs tells nobody
WINDOW_BYTES = 64 * MIB  # kafka-python buffers without bound: what is in flight is counted here
WINDOW_RECORDS = 10_000

# What matters reaches the user as one line; a handler of the program's own still gets the rest.
logging.getLogger("kafka").addHandler(logging.NullHandler())


def away(settings: Settings) -> TryLater:
    return TryLater(f"Kafka at {settings.kafka} does not answer: start it with `kawat up`")


def _translated(error: KafkaError, settings: Settings) -> KawatError:
    if error.retriable:
        return away(settings)
    return ServiceError(f"Kafka at {settings.kafka} refused: {str(error).splitlines()[0]}")


@contextmanager
def answering(settings: Settings) -> Iterator[None]:
    """Raises TryLater where Kafka does not answer within, ServiceError where it refuses."""
    try:
        yield
    except KafkaError as error:
        raise _translated(error, settings) from error


def admin(settings: Settings) -> Any:
    """A KafkaAdminClient, a context manager. Raises TryLater where Kafka does not answer."""
    return _connected(KafkaAdminClient, settings, {})


def consumer(settings: Settings) -> Any:
    """A KafkaConsumer without a group, for `assign`; a context manager. Raises TryLater as above."""
    options = {
        "group_id": None,
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "allow_auto_create_topics": False,
        "max_partition_fetch_bytes": settings.record_limit,
        "fetch_max_bytes": max(settings.record_limit, 48 * MIB),
        "metrics_enabled": False,
    }
    return _connected(KafkaConsumer, settings, options)


class _Producer(KafkaProducer):  # type: ignore[misc]
    """Closes for good also where Kafka is away: kafka-python's `close` stops at a flush that fails."""

    def flush(self, timeout: float | None = None) -> None:
        with suppress(KafkaTimeoutError):  # what failed is raised where its future is awaited
            super().flush(timeout)


def _producer(settings: Settings) -> Any:
    options = {
        "enable_idempotence": True,
        "acks": "all",
        "delivery_timeout_ms": DELIVERY_MS,
        "max_block_ms": REQUEST_MS,
        "max_request_size": settings.record_limit,
        "batch_size": 256 * 1024,
        "linger_ms": 5,
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
    }
    return _connected(_Producer, settings, options)


def _connected(client: Any, settings: Settings, options: Mapping[str, Any]) -> Any:
    servers = [server.strip() for server in settings.kafka.split(",") if server.strip()]
    if not any(_listens(server) for server in servers):
        raise away(settings)  # at once: the client's own bootstrap would wait in silence
    with answering(settings):
        return client(
            bootstrap_servers=servers,
            bootstrap_timeout_ms=BOOTSTRAP_MS,
            request_timeout_ms=REQUEST_MS,
            **options,
        )


def _listens(server: str) -> bool:
    host, _, port = server.rpartition(":")
    if not host or not port.isdigit():
        host, port = server, "9092"  # the client's default port
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=PROBE_SECONDS).close()
    except (OSError, OverflowError):  # refused, unknown host, no such port
        return False
    return True


class Delivery:
    """An idempotent producer with a bounded window; leaving the `with` block flushes it.

    `delivered` counts the records Kafka acknowledged (acks=all). Every method raises TryLater where
    Kafka is away for 30 s and ServiceError where it refuses a record.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer = _producer(settings)
        self._flying: deque[tuple[Any, int]] = deque()
        self._bytes = 0
        self.delivered = 0

    def send(self, produced: Produced) -> None:
        """Takes a record; waits while the window is full."""
        self.send_to(produced.topic.full_name(self._settings), produced.key, produced.value, produced.headers)

    def send_to(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Mapping[str, bytes]
    ) -> None:
        """Like `send`, to a topic by Kafka's name of it. Key and value are not both None."""
        size = len(value or b"")
        while self._flying and (self._flying[0][0].is_done or self._is_full(size)):
            self._await_oldest()
        with answering(self._settings):
            future = self._producer.send(topic, key=key, value=value, headers=list(headers.items()))
        self._flying.append((future, size))
        self._bytes += size

    def flush(self) -> None:
        """Returns when all that was sent is acknowledged."""
        while self._flying:
            self._await_oldest()

    def _is_full(self, size: int) -> bool:
        return self._bytes + size > WINDOW_BYTES or len(self._flying) >= WINDOW_RECORDS

    def _await_oldest(self) -> None:
        future, size = self._flying[0]  # popped when done: Ctrl-C in `get` must not lose it
        try:
            with answering(self._settings):
                future.get(timeout=DELIVERY_MS / 1000 + 5)
            self.delivered += 1
        finally:
            if future.is_done:
                self._flying.popleft()
                self._bytes -= size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.flush()
        finally:
            self.close()

    def close(self) -> None:
        """Lets go of the connection; what is still in flight has a few seconds to arrive."""
        self._producer.close(timeout=CLOSE_SECONDS)
