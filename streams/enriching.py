"""Articles to enriched lines without servers: in order, a process a core, memory bounded.

Each process is an executor of its own, so that one that dies takes no other with it: its articles are
tried again one by one, and the one that ends its process twice is given up alone.
"""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from processors.errors import Reason, Rejected
from processors.gazetteer import EMPTY, Gazetteer
from processors.records import Article, Document
from streams.feeds.payload import Sourced
from streams.parent import end_with
from streams.pool import ONE_CORE
from streams.settled import settle

if TYPE_CHECKING:
    from processors.enrich import Enricher

FEW = 8  # articles that are done before another process has loaded its model
BATCH_ARTICLES, BATCH_CHARACTERS = 16, 24_000
AHEAD = 2  # batches in hand a process, so that none waits for the reader


@dataclass(frozen=True, slots=True)
class Line:
    """One enriched document as JSON with its line end."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """What could not be enriched, and why."""

    path: str
    why: Rejected


Result = Line | Failed


def enriched(
    articles: Iterable[Sourced], processes: int, gazetteer: Gazetteer = EMPTY
) -> Generator[Result, None, None]:
    """A result an article, in the order of the articles, read as results are taken.

    A few articles are done in this process. Leaving the iterator ends all processes at once.
    """
    os.environ.update(ONE_CORE)
    articles = iter(articles)
    first = list(islice(articles, FEW + 1))
    if len(first) <= FEW or processes == 1:
        yield from _here([*first], articles, gazetteer)
        return
    pool = Processes(processes, gazetteer)
    try:
        yield from pool.run(batches(_chained(first, articles)))
    finally:
        pool.kill()


def _chained(first: Sequence[Sourced], rest: Iterator[Sourced]) -> Iterator[Sourced]:
    yield from first
    yield from rest


def _here(first: list[Sourced], rest: Iterator[Sourced], gazetteer: Gazetteer) -> Iterator[Result]:
    load(gazetteer)
    for batch in batches(_chained(first, rest)):
        yield from work(batch)


def batches(articles: Iterable[Sourced]) -> Iterator[list[Sourced]]:
    """The articles in order, in lists of what a process takes at once."""
    batch: list[Sourced] = []
    room = BATCH_CHARACTERS
    for one in articles:
        size = len(one.article.body) if isinstance(one.article, Article) else 0
        if batch and (size > room or len(batch) == BATCH_ARTICLES):
            yield batch
            batch, room = [], BATCH_CHARACTERS
        batch.append(one)
        room -= size
    if batch:
        yield batch


class _Process:
    """One process with the model in it, replaced where it died."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._executor = self._start()

    def submit(self, batch: list[Sourced]) -> "_Task":
        # A Ctrl-C of the terminal reaches the children too; theirs is to be ended by us.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return _Task(self._executor, self._executor.submit(work, batch), batch)
        except BrokenProcessPool:
            return _Task(self._executor, None, batch)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def results(self, task: "_Task") -> Iterator[Result]:
        """The results of a task; where the process died over it, those of its articles one by one."""
        if (done := self._result(task)) is not None:
            yield from done
            return
        for one in task.batch:
            yield from self._alone(one)

    def kill(self) -> None:
        for process in list((self._executor._processes or {}).values()):  # noqa: SLF001  (public from 3.14 on)
            process.kill()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _alone(self, one: Sourced) -> list[Result]:
        for _ in range(2):
            if (done := self._result(self.submit([one]))) is not None:
                return done
        why = Rejected(Reason.KILLS_WORKER, "ended its process twice; is there enough memory?")
        return [Failed(one.path, why)]

    def _result(self, task: "_Task") -> list[Result] | None:
        """None: the process died; there is a new one."""
        try:
            if task.future:
                return task.future.result()
        except BrokenProcessPool:
            pass
        if task.executor is self._executor:
            self.kill()
            self._executor = self._start()
        return None

    def _start(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        arguments = (os.getpid(), self._gazetteer)
        return ProcessPoolExecutor(1, context, initializer=_begin, initargs=arguments)


@dataclass(frozen=True, slots=True)
class _Task:
    """A batch with a process; `future` None: the process was dead before it."""

    executor: ProcessPoolExecutor
    future: "Future[list[Result]] | None"
    batch: list[Sourced]


class Processes:
    """Batches go round the processes and come back in order; they may `run` again until they are killed."""

    def __init__(self, count: int, gazetteer: Gazetteer = EMPTY) -> None:
        self._processes = [_Process(gazetteer) for _ in range(count)]

    def run(self, batches: Iterator[list[Sourced]]) -> Iterator[Result]:
        waiting: deque[tuple[_Process, _Task]] = deque()
        for number, batch in enumerate(batches):
            process = self._processes[number % len(self._processes)]
            waiting.append((process, process.submit(batch)))
            if len(waiting) >= AHEAD * len(self._processes):
                yield from _next(waiting)
        while waiting:
            yield from _next(waiting)

    def kill(self) -> None:
        for process in self._processes:
            process.kill()


def _next(waiting: deque[tuple[_Process, _Task]]) -> Iterator[Result]:
    process, task = waiting.popleft()
    yield from process.results(task)


_enricher: "Enricher | None" = None


def _begin(parent: int, gazetteer: Gazetteer) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with(parent)
    load(gazetteer)


def load(gazetteer: Gazetteer = EMPTY) -> None:
    """Loads the model into this process, once, with the user's gazetteer."""
    global _enricher  # noqa: PLW0603  (the one thing a process holds)
    if _enricher is None:
        from processors.enrich import Enricher  # here, as it imports torch

        _enricher = Enricher(threads=1, gazetteer=gazetteer)
        settle()


def work(batch: Sequence[Sourced]) -> list[Result]:
    """A result for each of a batch, in order. One that fails costs no other."""
    articles = [one.article for one in batch if isinstance(one.article, Article)]
    try:
        documents = iter(_documents(articles))
    except Exception as error:  # noqa: BLE001  (whatever it was, each article says it again alone)
        if len(batch) > 1:
            return [result for one in batch for result in work([one])]
        return [Failed(batch[0].path, Rejected(Reason.FAULT, f"{type(error).__name__}: {error}"))]
    return [
        Failed(one.path, one.article)
        if isinstance(one.article, Rejected)
        else _line(one.path, next(documents))
        for one in batch
    ]


def _documents(articles: Sequence[Article]) -> list[Document]:
    if _enricher is None:
        raise RuntimeError("the model was not loaded")
    return _enricher.enrich(articles) if articles else []


def _line(path: str, document: Document) -> Line:
    document.timings.enriched = datetime.now(UTC)
    fields = msgspec.to_builtins(document)
    return Line(msgspec.json.encode({"id": fields.pop("id"), "path": path, **fields}) + b"\n")
