"""How the wire beats: stories a minute, how long they take to the desk, what waits before each stage."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

_MINUTES = 30
_RECENT = timedelta(minutes=10)
_MOST = 5_000  # latencies are kept


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from the wire to the desk; None where nothing has come of late."""

    p50: int | None
    p99: int | None


class Beat(msgspec.Struct, frozen=True):
    per_minute: list[int]  # of the last half hour, oldest first
    latency_ms: Latency
    lag: Mapping[str, int] | None  # None: not known
    feed: str  # live, or waiting for Kafka
    now: datetime


class Pulse:
    """Only the newest are kept; times may come in any order."""

    def __init__(self) -> None:
        self._minutes: Counter[int] = Counter()
        self._latencies: deque[tuple[datetime, int]] = deque(maxlen=_MOST)
        self.lag: Mapping[str, int] | None = None
        self.waiting = False

    def counts(self, shown: datetime) -> None:
        """A version of a story that was shown then."""
        self._minutes[_minute(shown)] += 1

    def took(self, latency_ms: int, now: datetime) -> None:
        """A story that came live."""
        self._latencies.append((now, latency_ms))

    def beat(self, now: datetime) -> Beat:
        this = _minute(now)
        self._minutes = Counter(
            {minute: count for minute, count in self._minutes.items() if minute > this - _MINUTES}
        )
        recent = sorted(ms for at, ms in self._latencies if now - at < _RECENT)
        return Beat(
            per_minute=[self._minutes[minute] for minute in range(this - _MINUTES + 1, this + 1)],
            latency_ms=Latency(_percentile(recent, 50), _percentile(recent, 99)),
            lag=self.lag,
            feed="waiting" if self.waiting else "live",
            now=now,
        )


def _minute(at: datetime) -> int:
    return int(at.timestamp() // 60)


def _percentile(ordered: Sequence[int], share: int) -> int | None:
    """The smallest that at least so many in a hundred do not exceed."""
    return ordered[-(-len(ordered) * share // 100) - 1] if ordered else None
