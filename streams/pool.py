"""Processes for the work that takes a core: each its own, each replaceable.

One single-process executor a slot: when a process dies, its executor breaks and no other. What was in it
is tried again record by record, so that one bad record costs neither its neighbours nor the stage.
"""

import asyncio
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from processors.errors import Reason, ServiceError
from streams import metrics
from streams.message import Dead, Message, Outcome
from streams.parent import end_with
from streams.settled import settle
from streams.topics import Topic

Work = Callable[[Sequence[Message]], Sequence[Sequence[Outcome]]]
Load = Callable[[], Work]  # a function of a module, as it crosses to the other process by name

ONE_CORE = {  # read by the numeric libraries when they are imported
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "16",  # it keeps one of 1,024 shapes: 250 MB that make nothing faster
}
# A worker ends without tidying its pool's semaphores up; their tracker does, and would tell of it.
NO_LEAK = "ignore:resource_tracker:UserWarning"
REBUILD_PAUSE = 1.0

log = logging.getLogger(__name__)


class Lost(Exception):
    """The process died, or was killed at its time limit."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.too_slow = why == "too slow"


class Slot:
    """One process with the work loaded in it."""

    def __init__(self, name: str, load: Load) -> None:
        self._name = name
        self._load = load
        self._executor: ProcessPoolExecutor | None = None

    async def start(self) -> None:
        """Returns when the work is loaded. Raises ServiceError where it cannot be."""
        os.environ.update(ONE_CORE)
        os.environ.setdefault("PYTHONWARNINGS", NO_LEAK)
        self._executor = ProcessPoolExecutor(
            1, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(self._load, os.getpid())
        )
        try:
            await asyncio.wrap_future(self._executor.submit(os.getpid))
        except BrokenProcessPool:
            raise ServiceError(f"a {self._name} process did not start; its log says why") from None

    async def run(self, messages: Sequence[Message], seconds: float) -> Sequence[Sequence[Outcome]]:
        """Raises Lost where the process does not live to the end of it, or does not end in time."""
        if self._executor is None:
            raise Lost("not started")
        try:
            future: Future[Sequence[Sequence[Outcome]]] = self._executor.submit(_do, messages)
        except BrokenProcessPool:
            raise Lost("died") from None
        wrapped = asyncio.wrap_future(future)
        await asyncio.wait({wrapped}, timeout=seconds)
        if not wrapped.done():
            wrapped.cancel()
            raise Lost("too slow")
        try:
            return wrapped.result()
        except BrokenProcessPool:
            raise Lost("died") from None

    def kill(self) -> None:
        executor, self._executor = self._executor, None
        if executor is None:
            return
        for process in list((executor._processes or {}).values()):  # noqa: SLF001  (public from Python 3.14 on)
            process.kill()
        executor.shutdown(wait=False, cancel_futures=True)


class Pool:
    """`process` for a stage whose work is a pure function of its records."""

    def __init__(self, name: str, load: Load, processes: int, seconds: float, chunk_bytes: int) -> None:
        """`seconds` is the limit of one record alone (of several together: half of it);
        `chunk_bytes` is how much goes to a process at once, save that one record always goes.
        """
        self._name, self._seconds, self._chunk_bytes = name, seconds, chunk_bytes
        self._slots = [Slot(name, load) for _ in range(processes)]
        self._idle: asyncio.Queue[Slot] = asyncio.Queue()
        self._rebuilding: set[asyncio.Task[None]] = set()
        self._started = False

    async def start(self) -> None:
        """Starts every process that is not there and returns when all are warm."""
        if self._started:
            return
        await asyncio.gather(*(slot.start() for slot in self._slots))
        self._started = True
        for slot in self._slots:
            self._idle.put_nowait(slot)

    def close(self) -> None:
        for task in self._rebuilding:
            task.cancel()
        for slot in self._slots:
            slot.kill()

    async def process(self, messages: Sequence[Message]) -> list[Sequence[Outcome]]:
        """The outcomes of each message. Never raises for a record: one that cannot be worked is Dead."""
        chunks = balanced(messages, len(self._slots), self._chunk_bytes)
        done = await asyncio.gather(*map(self._chunk, chunks))
        return [outcomes for chunk in done for outcomes in chunk]

    async def _chunk(self, messages: Sequence[Message]) -> Sequence[Sequence[Outcome]]:
        if len(messages) > 1:
            try:
                return await self._attempt(messages, self._seconds / 2)
            except Exception as error:  # noqa: BLE001  (whatever it was, each record says it again alone)
                log.warning("%s: %d records together: %s; now one by one", self._name, len(messages), error)
        return await asyncio.gather(*map(self._alone, messages))

    async def _alone(self, message: Message) -> Sequence[Outcome]:
        for _ in range(2):
            try:
                return (await self._attempt([message], self._seconds))[0]
            except Lost as lost:
                if lost.too_slow:
                    return [Dead(Reason.TOO_SLOW, f"not done in {self._seconds:.0f} s, alone")]
            except Exception as error:
                log.exception("%s: %s[%d]@%d", self._name, message.topic, message.partition, message.offset)
                return [Dead(Reason.FAULT, f"{type(error).__name__}: {error}")]
        return [Dead(Reason.KILLS_WORKER, f"ended its {self._name} process twice", attempts=2)]

    async def _attempt(self, messages: Sequence[Message], seconds: float) -> Sequence[Sequence[Outcome]]:
        slot = await self._idle.get()
        try:
            outcomes = await slot.run(messages, seconds)
        except (Lost, asyncio.CancelledError) as error:  # where cancelled, the process is still at it
            metrics.POOL_LOST.labels(self._name, str(error) or "cancelled").inc()
            self._replace(slot)
            raise
        except Exception:  # the work raised; the process is none the worse
            self._idle.put_nowait(slot)
            raise
        self._idle.put_nowait(slot)
        if len(outcomes) != len(messages):
            raise ValueError(f"{len(messages)} records in, {len(outcomes)} answers out")
        return outcomes

    def _replace(self, slot: Slot) -> None:
        slot.kill()
        task = asyncio.create_task(self._rebuild(slot))
        self._rebuilding.add(task)
        task.add_done_callback(self._rebuilding.discard)

    async def _rebuild(self, slot: Slot) -> None:
        while True:
            try:
                await slot.start()
            except ServiceError as error:
                log.error("%s", error)
                slot.kill()
                await asyncio.sleep(REBUILD_PAUSE)
            else:
                self._idle.put_nowait(slot)
                return


@dataclass(kw_only=True)
class PooledStage:
    """A stage whose whole work is a pure function of its records, done in a pool."""

    name: str
    source: Topic
    batch: int
    batch_bytes: int
    window: int
    pool: Pool

    async def ready(self) -> None:
        await self.pool.start()

    async def process(self, messages: Sequence[Message]) -> Sequence[Sequence[Outcome]]:
        return await self.pool.process(messages)

    async def close(self) -> None:
        self.pool.close()


def balanced(messages: Sequence[Message], processes: int, most: int) -> list[Sequence[Message]]:
    """Cuts the batch, in order, into pieces of like size in bytes: one a process, more where it is much.

    A piece is over `most` bytes only where a single record is.
    """
    sizes = [len(message.value or b"") for message in messages]
    target = max(1, min(most, -(-sum(sizes) // processes)))
    pieces: list[list[Message]] = []
    room = 0
    for message, size in zip(messages, sizes, strict=True):
        if not pieces or size > room:
            pieces.append([])
            room = target
        pieces[-1].append(message)
        room -= size
    return list(pieces)


_work: Work | None = None


def _begin(load: Load, parent: int) -> None:
    """In the new process: its life is its parent's, its signals are its parent's business."""
    global _work  # noqa: PLW0603  (the one thing a process of the pool holds)
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _work = load()
    settle()


def _do(messages: Sequence[Message]) -> Sequence[Sequence[Outcome]]:
    if _work is None:
        raise RuntimeError("the process was not begun")
    return _work(messages)
