"""The index stage: enriched stories of wire.stories into Elasticsearch."""

from collections.abc import Sequence

import msgspec
from elasticsearch import AsyncElasticsearch

from processors.errors import Reason
from processors.records import Document
from streams.elastic import indices, sink
from streams.elastic.client import agents_client
from streams.message import Dead, Message, Outcome, Stage
from streams.settings import MIB, Settings
from streams.topics import STORIES, Topic

_decoder = msgspec.json.Decoder(Document)


def stage(settings: Settings) -> Stage:
    return Index(settings)


class Index:
    """Hands each batch to the sink."""

    name: str = "index"
    source: Topic = STORIES
    batch: int = 500
    batch_bytes: int = 8 * MIB
    window: int = 1  # the sink reads a story before it writes it

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: AsyncElasticsearch | None = None

    async def ready(self) -> None:
        """Sets up what is missing. Raises TryLater unless our indices can be written."""
        await indices.make_ready(self._connected(), self._settings)

    async def process(self, messages: Sequence[Message]) -> Sequence[Sequence[Outcome]]:
        """Nothing for what is indexed, a Dead for what cannot be."""
        decoded = [_decode(message) for message in messages]
        documents = [each for each in decoded if isinstance(each, Document)]
        refusals = iter(await sink.write(self._connected(), self._settings, documents))
        return [[each] if isinstance(each, Dead) else _dead(next(refusals)) for each in decoded]

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _connected(self) -> AsyncElasticsearch:
        if self._client is None:  # not before: it belongs to the loop that runs us
            self._client = agents_client(self._settings)
        return self._client


def _decode(message: Message) -> Document | Dead:
    try:
        return _decoder.decode(message.value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Dead(Reason.BAD_RECORD, f"not a document: {error}")


def _dead(refusal: str | None) -> list[Outcome]:
    return [] if refusal is None else [Dead(Reason.REFUSED_BY_INDEX, refusal)]
