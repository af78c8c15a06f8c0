"""What the wire claims: its payloads parsed and enriched, as the group stage sends them on."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime

from processors import parse
from processors.claims import claims_of
from processors.enrich import Enricher
from processors.records import Article, Claims, Origin
from tests.replay.wire import BEGIN, Sent, wire

FAR = datetime(2126, 3, 2, tzinfo=UTC)  # an embargo that does not end


def claims_on_the_wire() -> list[Claims]:
    """A record for each payload, in the order of the wire."""
    documents = Enricher(threads=1).enrich([_article(sent) for sent in wire(FAR)])
    return [claims_of(document) for document in documents]


def shuffled(claims: Sequence[Claims], seed: int) -> list[Claims]:
    return random.Random(seed).sample(claims, len(claims))  # noqa: S311 - repeatable on purpose


def _article(sent: Sent) -> Article:
    origin = Origin(
        feed="replay", locator=sent.locator, source=sent.locator.partition("/")[0], received=BEGIN
    )
    [read] = parse.articles(sent.payload, origin)
    assert isinstance(read, Article), read
    return read
