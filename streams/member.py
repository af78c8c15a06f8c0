"""A member of a stage's consumer group: the Faust app, with what was learned about it set right.

- raw bytes, as a typed agent stalls silently on a value it cannot decode;
- one agent, concurrency 1, acknowledgements by hand, no tables: the ways to commit past a record in flight;
- no web server (it opens 0.0.0.0), no leader topic, no declaring of topics;
- a static instance id, so that a restarted worker gets its partitions back without a rebalance;
- a rebalance does not wait for batches: what is in flight is read again by whoever gets the partition;
- an idempotent producer that gives up on a request after 30 s (Faust: 1,200 s).
"""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import faust
from faust.transport.drivers import aiokafka as driver
from mode.supervisors import CrashingSupervisor

from streams.message import Stage
from streams.settings import Settings
from streams.stage import Loop

COMMIT_SECONDS = 1.0
HEARTBEAT_SECONDS = 3.0
SESSION_SECONDS = 18.0
REQUEST_SECONDS = 30.0
PRODUCER_BATCH_BYTES = 256 * 1024
BUFFERED_RECORDS = 256


class IdempotentProducer(driver.Producer):
    """Retries double nothing and reorder nothing."""

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True}


class Transport(driver.Transport):
    Producer = IdempotentProducer


class Member:
    """Joins, sends, commits. One a process."""

    def __init__(self, stage: Stage, settings: Settings, data: Path) -> None:
        """`data` is a folder that Faust has to itself."""
        app = faust.App(
            settings.group(stage.name),
            broker=[f"kafka://{address.strip()}" for address in settings.kafka.split(",")],
            datadir=data,
            store="memory://",
            web_enabled=False,
            key_serializer="raw",
            value_serializer="raw",
            topic_allow_declare=False,
            topic_disable_leader=True,
            agent_supervisor=CrashingSupervisor,
            stream_buffer_maxsize=BUFFERED_RECORDS,
            stream_wait_empty=False,
            consumer_group_instance_id=f"{stage.name}-{settings.instance}",
            consumer_auto_offset_reset="earliest",
            consumer_max_fetch_size=settings.record_limit,
            broker_commit_interval=COMMIT_SECONDS,
            broker_heartbeat_interval=HEARTBEAT_SECONDS,
            broker_session_timeout=SESSION_SECONDS,
            broker_request_timeout=REQUEST_SECONDS,
            producer_request_timeout=REQUEST_SECONDS,
            producer_max_request_size=settings.record_limit,
            producer_max_batch_size=PRODUCER_BATCH_BYTES,
        )
        app.producer_transport = Transport(app.conf.broker_producer, app)
        self._app = app
        self._stage = stage
        self._topic = app.topic(stage.source.full_name(settings), key_type=bytes, value_type=bytes)

    async def join(self, loop: Loop, joined: Callable[[], None]) -> None:
        """Starts consuming into the loop; `joined` is called whenever partitions were dealt."""

        async def revoked(*_: Any, **__: Any) -> None:
            loop.revoked()

        async def dealt(*_: Any, **__: Any) -> None:  # before Faust lets records flow again
            loop.assigned()
            joined()

        async def consume(stream: Any) -> None:
            stream.enable_acks = False
            async for event in stream.events():
                await loop.take(event)

        self._app.on_partitions_revoked.connect(revoked)
        self._app.on_rebalance_complete.connect(dealt)
        self._app.agent(self._topic, name=self._stage.name, concurrency=1)(consume)
        await self._app.start()

    async def crashed(self) -> BaseException:
        """Returns when Faust has given up on something: a commit, a connection, the agent."""
        await self._app._crashed.wait()  # noqa: SLF001  (mode has no public way to wait for it)
        return self._app.crash_reason or RuntimeError("Faust crashed")

    def generation(self) -> int:
        return int(self._app.consumer_generation_id)

    async def send(
        self, topic: str, key: bytes, value: bytes | None, headers: Mapping[str, bytes]
    ) -> Awaitable[Any]:
        """Hands the record to the producer; await the result for its delivery to all replicas."""
        return await self._app.producer.send(topic, key, value, None, None, dict(headers) or None)

    async def commit(self) -> None:
        """Commits what has been acknowledged, without waiting for the interval."""
        for _ in range(2):  # the first may only have waited for a commit that was under way
            await self._app.consumer.commit()

    async def behind(self) -> dict[Any, int]:
        """The next offset to fetch of each partition that has more."""
        consumer = self._app.consumer
        partitions = consumer.assignment()
        if not partitions:
            return {}
        ends = await consumer.highwaters(*partitions)
        positions = {partition: await consumer.position(partition) or 0 for partition in partitions}
        return {partition: at for partition, at in positions.items() if at < (ends.get(partition) or 0)}
