"""Waiting for a dependency: growing pauses, one alarm when it begins, one line when it is over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from processors.errors import TryLater

T = TypeVar("T")
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 3.0

log = logging.getLogger(__name__)


def pauses() -> Iterator[float]:
    """Seconds to wait after the first, second … failure: doubling, bounded, without end."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, LONGEST_PAUSE)


class Patience:
    """Shared by all that wait in this process, so that an outage is told once and its end when all go on."""

    def __init__(self, told: Callable[[str | None], None]) -> None:
        """`told` gets what is being waited for when that changes, and None when nothing is any more."""
        self._told = told
        self._waits: list[str] = []

    @property
    def waiting_for(self) -> str | None:
        return self._waits[0] if self._waits else None

    async def until(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """The attempt's result, tried again for as long as it raises TryLater."""
        waits_for: str | None = None
        try:
            for pause in pauses():
                try:
                    return await attempt()
                except TryLater as later:
                    if waits_for is None:
                        waits_for = str(later)
                        self._change(self._waits.append, waits_for)
                    await asyncio.sleep(pause)
        finally:
            if waits_for is not None:
                self._change(self._waits.remove, waits_for)
        raise AssertionError("pauses() has no end")

    def _change(self, change: Callable[[str], None], what: str) -> None:
        before = self.waiting_for
        change(what)
        now = self.waiting_for
        if now == before:
            return
        if now is None:
            log.warning("no longer waiting: %s", before)
        else:
            log.error("ALARM waiting: %s", now)
        self._told(now)
