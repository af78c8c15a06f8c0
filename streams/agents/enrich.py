"""wire.articles → wire.enriched: names, quotes and arms deals are found in the article's text.

It is what costs in the pipeline, so it has a process a core.
"""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import msgspec

from processors.errors import Reason
from processors.gazetteer import Gazetteer
from processors.records import Article, Document
from streams import gazetteer
from streams.message import Dead, Message, Outcome, Produced, Stage
from streams.pool import Pool, PooledStage, Work
from streams.settings import Settings
from streams.topics import ARTICLES, ENRICHED

CHUNK_BYTES = 12 * 1024

Enrich = Callable[[list[Article]], list[Document]]


def stage(settings: Settings) -> Stage:
    processes = settings.enrich_processes or os.cpu_count() or 1
    # Some four articles a process: the three batches in flight stay far from their 40 s on a laden machine.
    work = partial(load, gazetteer.read(settings.gazetteer))
    pool = Pool("enrich", work, processes, seconds=settings.enrich_seconds, chunk_bytes=CHUNK_BYTES)
    return PooledStage(
        name="enrich",
        source=ARTICLES,
        batch=16 * processes,
        batch_bytes=CHUNK_BYTES * processes,
        window=3,
        pool=pool,
    )


def load(known: Gazetteer) -> Work:
    from processors.enrich import Enricher  # here, so that only the pool's processes load the model

    enricher = Enricher(threads=1, gazetteer=known)
    return lambda messages: outcomes(messages, enricher.enrich)


def outcomes(messages: Sequence[Message], enrich: Enrich) -> Sequence[Sequence[Outcome]]:
    """A document an article; they are enriched together, as the model is faster so."""
    read = [_article(message) for message in messages]
    documents = iter(enrich([one for one in read if isinstance(one, Article)]))
    return [[_produced(next(documents)) if isinstance(one, Article) else one] for one in read]


def _article(message: Message) -> Article | Dead:
    try:
        return msgspec.json.decode(message.value or b"", type=Article)
    except msgspec.MsgspecError as error:
        return Dead(Reason.BAD_RECORD, f"no article: {error}")


def _produced(document: Document) -> Produced:
    document.timings.enriched = datetime.now(UTC)
    return Produced(ENRICHED, document.id.encode(), msgspec.json.encode(document))
