"""Acknowledgements strictly in offset order, whatever the order in which the work gets done.

Kafka's committed offset says "all before this is done", so a record may be acknowledged only when
every earlier one of its partition is. Faust does not see to it (acknowledging 1-19 while 0 was in
flight committed 20), hence this ledger.
"""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True, eq=False)
class Entry(Generic[T]):
    """One record on its way through the stage."""

    lane: Hashable
    item: T
    done: bool = False


@dataclass(slots=True)
class Ledger(Generic[T]):
    """Lanes (partitions) of records in the order of their arrival."""

    _lanes: dict[Hashable, deque[Entry[T]]] = field(default_factory=dict)
    _held: int = 0

    def __len__(self) -> int:
        """How many records have arrived and may not be acknowledged yet."""
        return self._held

    def arrive(self, lane: Hashable, item: T) -> Entry[T]:
        entry = Entry(lane, item)
        self._lanes.setdefault(lane, deque()).append(entry)
        self._held += 1
        return entry

    def finish(self, entry: Entry[T]) -> list[T]:
        """Notes that the record's work is done; returns what may now be acknowledged, in order.

        A record of a forgotten lane releases nothing: whoever has its partition now reads it again.
        """
        entry.done = True
        lane = self._lanes.get(entry.lane, deque())
        released = []
        while lane and lane[0].done:
            released.append(lane.popleft().item)
        self._held -= len(released)
        return released

    def forget(self) -> None:
        """Drops everything: the partitions were taken away or dealt anew."""
        self._lanes.clear()
        self._held = 0
