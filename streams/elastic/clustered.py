"""Searches that bring of each cluster of copies one story: the first in the order asked for.

Elasticsearch cannot go on after a sort value where it collapses, so the pages of such a search are counted:
`Hit.sort` is the number of a hit from the beginning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from streams.elastic.clauses import Json
from streams.elastic.hits import Found

REACH = 10_000  # Elasticsearch's: hits from the beginning
_PRECISION = 40_000  # clusters, up to which their number is (nearly) exact


def page(sort: Sequence[Json], size: int, after: Sequence[Any] | None) -> Json:
    """As `clauses.page`."""
    begin = _begin(after)
    return {
        "sort": list(sort),
        "from_": min(begin, REACH),
        "size": max(0, min(size, REACH - begin)),
        "track_scores": True,
        "track_total_hits": True,
        "collapse": {"field": "cluster_id", "inner_hits": {"name": "copies", "size": 0}},
        "aggregations": {
            "clusters": {"cardinality": {"field": "cluster_id", "precision_threshold": _PRECISION}}
        },
    }


def found(plain: Found, response: Mapping[str, Any], after: Sequence[Any] | None) -> Found:
    """The page, with the number of copies; the total is that of the clusters."""
    begin = _begin(after)
    hits = [
        replace(
            hit,
            sort=[begin + n],
            copies=raw["inner_hits"]["copies"]["hits"]["total"]["value"] - 1,
        )
        for n, (hit, raw) in enumerate(zip(plain.hits, response["hits"]["hits"], strict=True), start=1)
    ]
    clusters = min(response["aggregations"]["clusters"]["value"], plain.total)
    return Found(total=clusters, hits=hits, copies=plain.total - clusters)


def _begin(after: Sequence[Any] | None) -> int:
    return after[0] if after else 0
