"""wire.raw → wire.articles: the bytes of a payload become articles with an identity.

Done in a process of its own, so that a payload on which a parser hangs or dies is a dead letter too.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from processors.errors import Reason, Rejected
from processors.records import Article, Origin
from streams import raw
from streams.message import Dead, Message, Outcome, Produced, Stage
from streams.pool import Pool, PooledStage, Work
from streams.settings import MIB, Settings
from streams.topics import ARTICLES, RAW

Parse = Callable[[bytes, Origin], list[Article | Rejected]]


def stage(settings: Settings) -> Stage:
    pool = Pool("parse", load, processes=1, seconds=settings.enrich_seconds, chunk_bytes=MIB)
    return PooledStage(name="parse", source=RAW, batch=64, batch_bytes=4 * MIB, window=2, pool=pool)


def load() -> Work:
    from processors.parse import articles  # here, so that only the pool's process loads the formats

    return lambda messages: [outcomes(message, articles) for message in messages]


def outcomes(message: Message, parse: Parse) -> Sequence[Outcome]:
    """An article a record; the children of a package succeed or die one by one."""
    try:
        read = parse(message.value or b"", raw.origin(message))
    except Rejected as rejected:
        return [Dead(rejected.reason, rejected.detail)]
    if not read:
        return [Dead(Reason.EMPTY, "no article in it")]
    return [_outcome(one, number, len(read)) for number, one in enumerate(read, start=1)]


def _outcome(one: Article | Rejected, number: int, of: int) -> Outcome:
    if isinstance(one, Rejected):
        return Dead(one.reason, one.detail, item=str(number) if of > 1 else None)
    one.parsed = datetime.now(UTC)
    return Produced(ARTICLES, one.id.encode(), msgspec.json.encode(one))
