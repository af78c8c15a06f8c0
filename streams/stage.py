"""The one consume → process → produce → acknowledge loop that every agent uses.

A record is acknowledged when everything that came of it has been delivered and every earlier record of
its partition is done. What fails in between is left uncommitted and read again: at least once.

    take      each event of the Faust stream, in order; holds the stream back when too much is held
    dispatch  cuts batches: at once when the stage is idle, after `linger_seconds` when it is busy
    run       one batch: process, deliver, acknowledge; abandoned after `batch_seconds`

Several batches may be in flight, so that a straggler does not idle a pool. Faust's own batching is not
used: `take` acknowledges a batch that failed, `noack_take` wakes for nothing 50 times a second and keeps
records of a lost partition in its buffer.
"""

import asyncio
import logging
import os
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from processors.errors import Reason
from streams import dead_letters, metrics
from streams.acks import Entry, Ledger
from streams.message import Dead, Message, Outcome, Produced, Stage
from streams.patience import Patience
from streams.settings import MIB, Settings

HELD_RECORDS = 1_000  # taken and not acknowledged: what a restart does again at most
HELD_BYTES = 128 * MIB
IDLE_LINGER = 0.001  # lets what has arrived together go together
FRAMING = 64 * 1024  # what Kafka adds to a record, generously

# Exit statuses of a worker, beside 0 (stopped) and 1 (a defect or a lost connection).
ABANDONED = os.EX_TEMPFAIL  # a batch was not done in time, or a dependency is away

Send = Callable[[str, bytes, bytes | None, Mapping[str, bytes]], Awaitable[Awaitable[Any]]]
Leave = Callable[[int, str], Coroutine[Any, Any, None]]

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Taken:
    """A record between its arrival and its acknowledgement."""

    message: Message
    event: Any  # Faust's; acknowledged when it is this record's turn

    @property
    def size(self) -> int:
        return len(self.message.value or b"")


class Loop:
    """Runs one stage. Not tied to Faust but by the events it is given and the functions below."""

    def __init__(
        self, stage: Stage, settings: Settings, patience: Patience, *,
        send: Send, generation: Callable[[], int], leave: Leave, careful: int = 0,
    ) -> None:  # fmt: skip
        """`send` hands a record to the producer and returns what to await for its delivery;
        `generation` is the consumer group's now; `leave` ends the process, uncommitted;
        `careful` is how many records to take one by one, after an earlier run came to grief.
        """
        self._stage, self._settings, self._patience = stage, settings, patience
        self._send, self._generation, self._leave = send, generation, leave
        self._careful = careful
        self._ledger: Ledger[Taken] = Ledger()
        self._held_bytes = 0
        self._pending: deque[Entry[Taken]] = deque()
        self._last: dict[tuple[str, int], int] = {}  # offset that arrived last, in this assignment
        self._running: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(stage.window)
        self._arrived, self._full, self._room = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._open = False  # partitions are ours and the worker is not stopping
        self.taken = 0
        metrics.begin(stage.name)

    @property
    def idle(self) -> bool:
        return not self._ledger and not self._running

    # ── partitions come and go ────────────────────────────────────────────────────────────────────

    def assigned(self) -> None:
        self._open = True
        self._room.set()

    def revoked(self) -> None:
        """What is in flight goes on to its end and is acknowledged no more; the rest is dropped."""
        self._open = False
        self._ledger.forget()
        self._held_bytes = 0
        self._pending.clear()
        self._last.clear()
        self._room.set()

    async def drain(self, seconds: float) -> None:
        """Takes no more and lets what is in flight end, `seconds` at most."""
        self._open = False
        self._pending.clear()
        if self._running and self._patience.waiting_for is None:
            await asyncio.wait(self._running, timeout=seconds)

    # ── take ──────────────────────────────────────────────────────────────────────────────────────

    async def take(self, event: Any) -> None:
        message = _message(event)
        while self._open and self._crowded:
            self._room.clear()
            await self._room.wait()
        if not self._open or event.message.generation_id != self._generation():
            return  # of an assignment that is over: whoever has the partition reads it again
        await self._refuse_hole(message)
        metrics.CONSUMED.labels(self._stage.name).inc()
        self.taken += 1
        entry = self._ledger.arrive((message.topic, message.partition), Taken(message, event))
        self._held_bytes += entry.item.size
        self._gauge()
        if message.value is None:
            metrics.SKIPPED.labels(self._stage.name, "tombstone").inc()
            self._acknowledge(entry)
            return
        self._pending.append(entry)
        self._arrived.set()
        if len(self._pending) >= self._stage.batch:
            self._full.set()

    @property
    def _crowded(self) -> bool:
        return len(self._ledger) >= HELD_RECORDS or self._held_bytes >= HELD_BYTES

    async def _refuse_hole(self, message: Message) -> None:
        """A record that Faust passed over would be committed unread: read again from the last commit."""
        partition = (message.topic, message.partition)
        last = self._last.get(partition)
        if last is not None and message.offset != last + 1:
            reason = f"{message.topic}[{message.partition}] went from offset {last} to {message.offset}"
            await self.drain(self._settings.batch_seconds)
            await self._leave(ABANDONED, reason)
        self._last[partition] = message.offset

    # ── dispatch ──────────────────────────────────────────────────────────────────────────────────

    async def dispatch(self) -> None:
        """Hands out batches for as long as the process lives."""
        while True:
            await self._slots.acquire()
            while not self._pending or (self._careful and self._running):
                self._arrived.clear()
                await self._arrived.wait()
            await self._linger()
            batch = self._cut()
            task = asyncio.create_task(self._run(batch))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()
        self._arrived.set()

    async def _linger(self) -> None:
        """A busy stage lets a batch gather; an idle one serves whoever comes."""
        self._full.clear()
        if len(self._pending) >= self._stage.batch:
            return
        seconds = self._settings.linger_seconds if self._running else IDLE_LINGER
        try:
            await asyncio.wait_for(self._full.wait(), seconds)
        except TimeoutError:
            return

    def _cut(self) -> list[Entry[Taken]]:
        most = 1 if self._careful else self._stage.batch
        batch: list[Entry[Taken]] = []
        size = 0
        while self._pending and len(batch) < most:
            size += self._pending[0].item.size
            if batch and size > self._stage.batch_bytes:
                break
            batch.append(self._pending.popleft())
        self._careful = max(0, self._careful - len(batch))
        return batch

    # ── run ───────────────────────────────────────────────────────────────────────────────────────

    async def _run(self, batch: list[Entry[Taken]]) -> None:
        if not batch:
            return
        messages = [entry.item.message for entry in batch]
        try:
            with metrics.BATCH_SECONDS.labels(self._stage.name).time():
                async with asyncio.timeout(self._settings.batch_seconds):
                    outcomes = await self._patience.until(lambda: self._stage.process(messages))
                    await self._deliver(messages, outcomes)
        except TimeoutError:
            metrics.ABANDONED.labels(self._stage.name).inc()
            what = self._patience.waiting_for or f"a batch of {len(batch)}"
            await self._leave(ABANDONED, f"not done in {self._settings.batch_seconds:.0f} s: {what}")
        except Exception as error:
            log.exception("batch of %d from %s", len(batch), _place(messages[0]))
            await self._leave(1, f"{type(error).__name__}: {error}")
        for entry in batch:
            self._acknowledge(entry)

    async def _deliver(self, messages: Sequence[Message], outcomes: Sequence[Sequence[Outcome]]) -> None:
        records = [
            self._record(message, outcome)
            for message, its_outcomes in zip(messages, outcomes, strict=True)
            for outcome in its_outcomes
        ]
        deliveries = [
            await self._send(record.topic.full_name(self._settings), record.key, record.value, record.headers)
            for record in records
        ]
        await asyncio.gather(*deliveries)
        for record in records:
            metrics.PRODUCED.labels(self._stage.name, record.topic.name).inc()
        now = datetime.now(UTC)
        for message in messages:
            metrics.AGE_SECONDS.labels(self._stage.name).observe((now - message.timestamp).total_seconds())

    def _record(self, message: Message, outcome: Outcome) -> Produced:
        if isinstance(outcome, Produced):
            size = len(outcome.key) + len(outcome.value or b"")
            if size + FRAMING <= self._settings.record_limit:
                return outcome
            outcome = Dead(Reason.TOO_LARGE, f"its record for {outcome.topic.name} has {size} bytes")
        metrics.DEAD.labels(self._stage.name, outcome.reason).inc()
        log.warning("dead letter: %s: %s: %s", _place(message), outcome.reason, outcome.detail)
        return dead_letters.record(self._stage.name, message, outcome, datetime.now(UTC))

    def _acknowledge(self, entry: Entry[Taken]) -> None:
        """Acknowledges the record and those behind it that were waiting for it."""
        for taken in self._ledger.finish(entry):
            self._held_bytes -= taken.size
            taken.event.ack()
            metrics.DONE.labels(self._stage.name).inc()
        self._gauge()
        if not self._crowded:
            self._room.set()

    def _gauge(self) -> None:
        metrics.HELD.labels(self._stage.name).set(len(self._ledger))


def _message(event: Any) -> Message:
    record = event.message
    return Message(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=datetime.fromtimestamp(record.timestamp or 0.0, UTC),
        key=record.key,
        value=record.value,
        headers=dict(record.headers or ()),
    )


def _place(message: Message) -> str:
    return f"{message.topic}[{message.partition}]@{message.offset}"
