"""Follows stories and alerts on Kafka and puts on the board what the desk may see, when it may."""

import asyncio
import heapq
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count

from processors.desk import Desk
from processors.errors import TryLater
from processors.records import Alert, Document
from streams import live_feed
from streams.monitor.board import Board
from streams.monitor.pulse import Pulse
from streams.patience import pauses
from streams.settings import Settings

STORIES = 2_000  # are read at the start, the newest
ALERTS = 200
_LOOK_SECONDS = 0.25  # between two looks for what an embargo has held back

log = logging.getLogger(__name__)


class Bell:
    """Wakes everybody who waits."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Until the next ring, or so long."""
        try:
            await asyncio.wait_for(self._rung.wait(), seconds)
        except TimeoutError:
            return


class Following:
    """Belongs to the running event loop; only the reading of Kafka is done in threads of its own."""

    def __init__(self, settings: Settings, board: Board, pulse: Pulse, bell: Bell) -> None:
        self._settings = settings
        self._board = board
        self._pulse = pulse
        self._bell = bell
        self._desk = Desk(lambda _: True)
        self._held: list[tuple[datetime, int, Alert]] = []
        self._counter = count()
        self._begun: set[str] = set()
        self.live = asyncio.Event()  # what Kafka held at the start has been read

    async def follow(self) -> None:
        """Does not return. Raises what ends the reading for good."""
        loop = asyncio.get_running_loop()
        failed: asyncio.Future[None] = loop.create_future()

        def fail(error: BaseException) -> None:
            if not failed.done():
                failed.set_exception(error)

        def read(name: str, batches: Callable[[], Iterator[list[object]]], take: Callable[..., None]) -> None:
            try:
                for batch in _patiently(batches):
                    loop.call_soon_threadsafe(take, name, batch)
            except BaseException as error:  # noqa: BLE001  (told to the loop, which ends the process)
                loop.call_soon_threadsafe(fail, error)

        for name, batches, take in (
            ("stories", lambda: live_feed.stories(self._settings, STORIES), self._take_stories),
            ("alerts", lambda: live_feed.alerts(self._settings, ALERTS), self._take_alerts),
        ):
            threading.Thread(target=read, args=(name, batches, take), name=name, daemon=True).start()
        while not failed.done():
            self._let_go(datetime.now(UTC))
            await asyncio.wait([failed], timeout=_LOOK_SECONDS)
        failed.result()

    def _take_stories(self, name: str, batch: list[Document]) -> None:
        now = datetime.now(UTC)
        live = name in self._begun
        self._begins(name)
        for document in batch:
            if shown := self._desk.arrives(document, now):
                self._show(shown, now if live else _came(shown), live=live)
        if batch:
            self._bell.ring()

    def _take_alerts(self, name: str, batch: list[Alert]) -> None:
        self._begins(name)
        now = datetime.now(UTC)
        for alert in batch:
            if alert.not_before is not None and alert.not_before > now:
                heapq.heappush(self._held, (alert.not_before, next(self._counter), alert))
            else:
                self._board.alert(alert)
        if batch:
            self._bell.ring()

    def _begins(self, name: str) -> None:
        self._begun.add(name)
        if {"stories", "alerts"} <= self._begun:
            self.live.set()

    def _let_go(self, now: datetime) -> None:
        """Shows what an embargo has held back until now."""
        before = self._board.number
        for document in self._desk.due(now):
            self._show(document, now, live=True)
        while self._held and self._held[0][0] <= now:
            self._board.alert(heapq.heappop(self._held)[2])
        if self._board.number != before:
            self._bell.ring()

    def _show(self, document: Document, at: datetime, *, live: bool) -> None:
        card = self._board.story(document, at)
        self._pulse.counts(at)
        if live:
            self._pulse.took(card.latency_ms, at)


def _came(document: Document) -> datetime:
    """When a desk that had been watching would have seen it."""
    came = document.timings.grouped or document.timings.enriched or document.received
    return max(came, document.embargo_until or came)


def _patiently(batches: Callable[[], Iterator[list[object]]]) -> Iterator[list[object]]:
    """The batches, begun again from the newest ones when Kafka went away; who takes them knows repeats."""
    wait = threading.Event().wait
    waits = pauses()
    while True:
        try:
            for batch in batches():
                waits = pauses()
                yield batch
        except TryLater as later:
            log.warning("waiting: %s", later)
            wait(next(waits))
