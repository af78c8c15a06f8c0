"""What a stage takes from Kafka and what it hands back for each record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from processors.errors import Reason
from streams.topics import Topic


@dataclass(frozen=True, slots=True)
class Message:
    """One consumed record. `topic` is Kafka's name of it, namespace included; `timestamp` is UTC."""

    topic: str
    partition: int
    offset: int
    timestamp: datetime
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Produced:
    """A record to send; the message is acknowledged only after its delivery."""

    topic: Topic
    key: bytes
    value: bytes | None
    headers: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dead:
    """The message, or one item of it, goes to the dead letters with its original bytes."""

    reason: Reason
    detail: str
    item: str | None = None  # which item of a package; None: the whole message
    attempts: int = 1


Outcome = Produced | Dead


class Stage(Protocol):
    """One step of the pipeline: what is special about it and no more. `streams.stage` runs it."""

    name: str  # also the consumer group: parse, enrich, group, index
    source: Topic
    batch: int  # most messages handed over at once
    batch_bytes: int  # most bytes of values handed over at once; a bigger message goes alone
    window: int  # batches in flight at once; they are acknowledged in order

    async def ready(self) -> None:
        """Returns when the stage's dependencies answer; raises TryLater while they do not."""

    async def process(self, messages: Sequence[Message]) -> Sequence[Sequence[Outcome]]:
        """The outcomes of each message, in order; effects of its own are durable when it returns.

        Raises TryLater where a dependency is away (nothing is acknowledged). Never raises for a
        record's own fault: that is a `Dead`.
        """

    async def close(self) -> None:
        """Lets go of processes and connections."""
