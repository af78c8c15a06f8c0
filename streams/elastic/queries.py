"""What can be asked of the indexed stories, and how it is asked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from elasticsearch import Elasticsearch

from streams.elastic import clauses, clustered, fields, hits, similar
from streams.elastic.clauses import Json, Sort
from streams.elastic.dealt import Deals
from streams.elastic.hits import Found, Hit
from streams.elastic.indices import ARTICLES, LIVE
from streams.settings import Settings

_FRAGMENTS: Json = {"number_of_fragments": 2, "fragment_size": 160}
_FIELDS = {"headline": 3, "body": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for. Several values of one filter: any of them; several filters: all of them."""

    text: str = ""  # words (all of them), "phrases", -without, a | b, begin*, word~1, field:value
    sources: Sequence[str] = ()
    like: Json | None = None  # a story's document: those that speak of the same
    persons: Sequence[str] = ()
    organisations: Sequence[str] = ()
    names: Sequence[str] = ()  # of persons or organisations
    stories: Sequence[str] | None = None  # ids; None: all
    countries: Sequence[str] = ()  # ISO 3166 codes or names
    languages: Sequence[str] = ()
    deals: Deals | None = None
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    everything: bool = False  # withheld, killed and embargoed ones, too
    unique: bool = False  # of each cluster the first in the order asked for; at most 10,000 of them
    sort: Sort = "relevance"
    size: int = 10
    after: Sequence[Any] | None = None  # `Hit.sort` of the last hit of the page before


def search(client: Elasticsearch, settings: Settings, wanted: Search) -> Found:
    """One page of stories. Raises UsageError on a field that is none; the client's errors."""
    response = client.search(**request(settings, wanted)).body
    return clustered.found(found(response), response, wanted.after) if wanted.unique else found(response)


def every(client: Elasticsearch, settings: Settings, wanted: Search) -> Iterator[Hit]:
    """All that is found, page by page. Raises the client's ApiError and TransportError."""
    while page := search(client, settings, wanted).hits:
        yield from page
        if len(page) < wanted.size:
            return
        wanted = replace(wanted, after=page[-1].sort)


def by_id(client: Elasticsearch, settings: Settings, story: str, now: datetime) -> Json | None:
    """A story by its id, read in real time; None where there is none that may be read now.

    A GET through a filtered alias returns what the alias hides, so both conditions are checked here.
    """
    got = client.options(ignore_status=404).get(
        index=settings.named(ARTICLES), id=story, source_excludes=["life"]
    )
    document: Json | None = got.body.get("_source")
    if document is None or not document["live"] or is_embargoed(document, now):
        return None
    return document


def is_embargoed(document: Json, now: datetime) -> bool:
    """Whether a story must not be shown yet; the query says the same of those it leaves out."""
    until = document.get("embargo_until")
    return until is not None and datetime.fromisoformat(until) > now


def request(settings: Settings, wanted: Search) -> Json:
    """The arguments of the client's `search`; any client's, the agents' too."""
    scored = wanted.text.strip() or wanted.like
    sort = _SORTS[wanted.sort if scored else "newest"]
    return {
        "index": index(settings, wanted),
        "query": query(wanted),
        **({"highlight": _marks(wanted)} if scored else {}),
        **(clustered if wanted.unique else clauses).page(sort, wanted.size, wanted.after),
    }


def index(settings: Settings, wanted: Search) -> str:
    """The alias that is asked."""
    return settings.named(ARTICLES if wanted.everything else LIVE)


def found(response: Mapping[str, Any]) -> Found:
    return hits.found(response, "body")


def query(wanted: Search) -> Json:
    """The query alone: for counts, and for what else is asked about the same stories."""
    asked = fields.read(wanted.text)
    must = [clauses.words(asked.words, _FIELDS)] if asked.words else []
    must += [similar.like(wanted.like)] if wanted.like else []
    must += asked.scored
    filters = [
        *asked.filters,
        *clauses.any_of(clauses.term("source", each) for each in wanted.sources),
        *clauses.any_of(fields.named("PER", each) for each in wanted.persons),
        *clauses.any_of(fields.named("ORG", each) for each in wanted.organisations),
        *clauses.any_of(fields.named(kind, each) for each in wanted.names for kind in ("PER", "ORG")),
        *([] if wanted.stories is None else [{"terms": {"id": list(wanted.stories)}}]),
        *clauses.any_of(fields.country(each) for each in wanted.countries),
        *clauses.any_of(clauses.language(each) for each in wanted.languages),
        *(wanted.deals.clauses() if wanted.deals else ()),
        *clauses.period(wanted.since, wanted.until),
        *clauses.phrases(asked.words, _FIELDS),
    ]
    hidden = [] if wanted.everything else [clauses.EMBARGOED]
    return {"bool": {"must": must, "filter": filters, "must_not": [*hidden, *asked.without]}}


def _marks(wanted: Search) -> Json:
    """Marks the words alone where they are all that is scored."""
    if wanted.like and not wanted.text.strip():
        return hits.highlight("body", _FRAGMENTS, views=[similar.view(wanted.like)])
    asked = fields.read(wanted.text)
    return hits.highlight("body", _FRAGMENTS, "" if wanted.like or asked.scored else asked.words)


_SORTS: Mapping[str, list[Json]] = {
    "relevance": [{"_score": "desc"}, {"at": "desc"}, {"id": "asc"}],
    "newest": [{"at": "desc"}, {"id": "asc"}],
}
