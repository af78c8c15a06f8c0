"""What a search brings: documents, the places found in marks, and what the next page goes on from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from streams.elastic.clauses import VIEWS, Json, simple

# Highlights are marked by characters that no text has; whoever shows them turns them into its own marks.
MARK, END_MARK = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True)
class Hit:
    document: Json
    score: float | None
    headline: str | None  # with MARKs
    fragments: list[str]  # of the text that was searched, with MARKs
    sort: list[Any]
    copies: int | None = None  # further hits of its cluster that it stands for; None: not asked


@dataclass(frozen=True, slots=True)
class Found:
    total: int
    hits: list[Hit]
    copies: int = 0  # that are not among the total, since others stand for them


def found(response: Mapping[str, Any], text: str) -> Found:
    """The answer to a search whose fragments are of the field `text`."""
    return Found(response["hits"]["total"]["value"], [_hit(each, text) for each in response["hits"]["hits"]])


def highlight(text: str, shown: Json, words: str = "", views: Sequence[str] = VIEWS) -> Json:
    """Asks for marks in the whole headline and, as `shown` says, in the field `text`.

    `views`: those that the query asks, since each costs time, hit by hit.

    With `words` each field is marked by its own query of them alone: where a word may differ, the whole query
    costs Elasticsearch an automaton for each of its parts, hit by hit.
    """
    ways = {"headline": {"number_of_fragments": 0}, text: shown}
    fields = {
        f"{name}{view}": way | ({"highlight_query": simple(words, view, {name: 1}, "or")} if words else {})
        for name, way in ways.items()
        for view in views
    }
    return {
        "type": "unified",
        "order": "score",
        "pre_tags": [MARK],
        "post_tags": [END_MARK],
        "fields": fields,
    }


def _hit(raw: Json, text: str) -> Hit:
    document = raw["_source"]
    document.pop("life", None)  # the sink's own; leaving it out there costs a parse a hit
    marked = raw.get("highlight", {})
    return Hit(
        document=document,
        score=raw.get("_score"),
        headline=next(iter(_marked(marked, "headline")), document.get("headline")),
        fragments=_marked(marked, text),
        sort=raw["sort"],
    )


def _marked(marked: Json, name: str) -> list[str]:
    """Of the view the story was found by: the others, where they have marks, have fewer."""
    views = [marked.get(f"{name}{view}", []) for view in VIEWS]
    best: list[str] = max(views, key=lambda view: sum(fragment.count(MARK) for fragment in view))
    return best
