"""What is inside a story as documents of their own, since nested fields do not chart: quotes, arms deals.

The children live and die with their story: they carry its order as version, their ids are numbers behind
its id, and where a version has fewer than one before, the rest become tombstones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from streams.elastic.indices import MENTIONS, QUOTES

Fields = dict[str, Any]

_STORY_TAKES = (
    "source",
    "item_id",
    "version",
    "order",
    "status",
    "change",
    "language",
    "headline",
    "byline",
    "url",
    "credited_sources",
    "translated",
    "at",
    "published",
    "received",
    "version_time",
    "embargo_until",
    "cluster_id",
    "live",
    "schema",
)
_GONE_TAKES = ("source", "item_id", "order", "received")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of children."""

    index: str
    inside: str  # the field of the article that lists them
    letter: str  # of their ids: "<story>:q1"
    document: Callable[[Fields, Fields], Fields]  # of what they take from the story, and one of the list


def _quote(story: Fields, quote: Fields) -> Fields:
    mention: Fields | None = quote.get("speaker_mention")
    return story | quote | {"speaker_printed": mention["text"] if mention else None}


def _mention(story: Fields, deal: Fields) -> Fields:
    """`status` is the deal's: alleged, denied … The story's goes by its own name."""
    return story | {"story_status": story["status"]} | deal | {"parties": parties(deal)}


KINDS = (Kind(QUOTES, "quotes", "q", _quote), Kind(MENTIONS, "arms_deals", "m", _mention))


def highest(article: Fields, before: Mapping[str, int]) -> dict[str, int]:
    """The highest number of each kind any version of the story had."""
    return {
        kind.inside: max(len(article.get(kind.inside) or ()), before.get(kind.inside, 0)) for kind in KINDS
    }


def documents(kind: Kind, article: Fields) -> list[Fields]:
    """One for each that the article has, and a tombstone for each that an earlier version had beyond."""
    story = article["id"]
    shared = {name: article.get(name) for name in _STORY_TAKES} | {"story": story}
    gone = {name: article.get(name) for name in _GONE_TAKES} | {"story": story, "live": False}
    found: list[Fields] = article.get(kind.inside) or []
    beyond = [gone] * (article["life"][kind.inside] - len(found))
    children = [kind.document(shared, each) for each in found] + beyond
    return [each | {"id": f"{story}:{kind.letter}{n}", "n": n} for n, each in enumerate(children, start=1)]


def parties(deal: Fields) -> list[str]:
    """Who supplies whom, a value a pair, for charts: "RU → KP", "RU → ?"; without a direction "KP – RU"."""
    suppliers = deal.get("supplier_ids") or deal.get("supplier") or []
    recipients = deal.get("recipient_ids") or deal.get("recipient") or []
    if not suppliers and not recipients:
        return []
    if deal.get("directed", True):
        return [f"{one} → {other}" for one, other in product(suppliers or ["?"], recipients or ["?"])]
    return [" – ".join(sorted({*suppliers, *recipients}))]
