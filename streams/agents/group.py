"""wire.enriched → wire.stories, wire.mentions: decides what is a copy of what, in one order on one partition.

What the decisions rest on is in memory and goes along with each record of wire.mentions, in a header. A
worker reads it there before it consumes, and again when another has decided in between; so a restart
anywhere decides what would have been decided without it. All of it depends on the records alone: the time
of a document is that of its record.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from processors.claims import claims_of
from processors.clusters import Clusters, Remembered
from processors.errors import Reason
from processors.records import Document
from streams import reading
from streams.message import Dead, Message, Outcome, Produced, Stage
from streams.settings import MIB, Settings
from streams.topics import ENRICHED, MENTIONS, STORIES, Topic

MEMORY = "memory"  # the header

_documents = msgspec.json.Decoder(Document)
_memories = msgspec.json.Decoder(Remembered)

log = logging.getLogger(__name__)


def stage(settings: Settings) -> Stage:
    return Group(settings)


class Group:
    name: str = "group"
    source: Topic = ENRICHED
    batch: int = 200
    batch_bytes: int = 4 * MIB
    window: int = 1  # one order

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._clusters: Clusters | None = None
        self._read = 0  # offset of wire.mentions up to which the memory has been read
        self._next: int | None = None  # offset of wire.enriched that follows what was decided here

    async def ready(self) -> None:
        """Remembers. Raises TryLater where Kafka does not answer."""
        await asyncio.to_thread(self._catch_up)

    async def process(self, messages: Sequence[Message]) -> Sequence[Sequence[Outcome]]:
        """Of each document its story and its claims, a Dead of what is none."""
        if messages[0].offset != self._next:
            # the partition comes from another worker, or from ourselves before a rebalance
            await asyncio.to_thread(self._catch_up)
        self._next = messages[-1].offset + 1
        return [outcomes(self._remembered(), message) for message in messages]

    async def close(self) -> None:
        """Holds no connection."""

    def _remembered(self) -> Clusters:
        if self._clusters is None:  # not before: it takes memory, and some only ask what the stage is like
            self._clusters = Clusters(self._settings.group_stories)
        return self._clusters

    def _catch_up(self) -> None:
        clusters, room = self._remembered(), self._settings.group_stories
        topic = MENTIONS.full_name(self._settings)
        for message in reading.to_the_end(self._settings, topic, start=self._read, last=room):
            self._read = message.offset + 1
            _recall(clusters, message)
        log.info("%d stories remembered", len(clusters))


def _recall(clusters: Clusters, message: Message) -> None:
    memory = message.headers.get(MEMORY)
    if memory is None:  # claims that were not made here
        return
    try:
        clusters.recall((message.key or b"").decode(), _memories.decode(memory))
    except (msgspec.MsgspecError, ValueError) as error:  # another Kawat's
        log.warning("what %s[%d] remembers is left out: %s", message.topic, message.offset, error)


def outcomes(clusters: Clusters, message: Message) -> list[Outcome]:
    """The story and the claims of a record, or why it makes none."""
    try:
        document = _documents.decode(message.value or b"")
        document.cluster_id, remembered = clusters.place(document, _milliseconds(message.timestamp))
    except (msgspec.MsgspecError, ValueError) as error:
        return [Dead(Reason.BAD_RECORD, f"no enriched document: {error}")]
    document.timings.grouped = datetime.now(UTC)
    key, memory = document.id.encode(), {MEMORY: msgspec.json.encode(remembered)}
    return [
        Produced(STORIES, key, msgspec.json.encode(document)),
        Produced(MENTIONS, key, msgspec.json.encode(claims_of(document)), memory),
    ]


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
