"""wire.enriched → wire.stories: decides what is a copy of what, in one order on one partition.

Every document is its own story for now.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from processors.errors import Reason
from processors.records import Document
from streams.message import Dead, Message, Outcome, Produced, Stage
from streams.settings import MIB, Settings
from streams.topics import ENRICHED, STORIES, Topic


def stage(_settings: Settings) -> Stage:
    return Group()


class Group:
    name: str = "group"
    source: Topic = ENRICHED
    batch: int = 200
    batch_bytes: int = 4 * MIB
    window: int = 1  # one order

    async def ready(self) -> None:
        """Depends on nothing but Kafka."""

    async def process(self, messages: Sequence[Message]) -> Sequence[Sequence[Outcome]]:
        return [[_story(message)] for message in messages]

    async def close(self) -> None:
        """Holds nothing."""


def _story(message: Message) -> Outcome:
    try:
        document = msgspec.json.decode(message.value or b"", type=Document)
    except msgspec.MsgspecError as error:
        return Dead(Reason.BAD_RECORD, f"no enriched document: {error}")
    document.cluster_id = document.id
    document.timings.grouped = datetime.now(UTC)
    return Produced(STORIES, document.id.encode(), msgspec.json.encode(document))
