"""What can be asked of the indexed stories, and how it is asked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from elasticsearch import Elasticsearch

from processors.errors import UsageError
from streams.elastic import clauses, clustered, hits, similar
from streams.elastic.clauses import Json, Sort
from streams.elastic.dealt import Deals
from streams.elastic.hits import Found, Hit
from streams.elastic.indices import ARTICLES, LIVE
from streams.settings import Settings

_FRAGMENTS: Json = {"number_of_fragments": 2, "fragment_size": 160}
_FIELDS = {"headline": 3, "body": 1}
_AGO = re.compile(r"(\d{1,4})\s*([mhdw])", re.IGNORECASE)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for. Several values of one filter: any of them; several filters: all of them."""

    text: str = ""  # words (all of them), "phrases", -without, a | b, begin*
    sources: Sequence[str] = ()
    like: Json | None = None  # a story's document: those that speak of the same
    persons: Sequence[str] = ()
    organisations: Sequence[str] = ()
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
    """One page of stories. Raises the client's ApiError and TransportError."""
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
        "highlight": hits.highlight("body", _FRAGMENTS),
        "source_excludes": ["life"],
        **(clustered if wanted.unique else clauses).page(sort, wanted.size, wanted.after),
    }


def index(settings: Settings, wanted: Search) -> str:
    """The alias that is asked."""
    return settings.named(ARTICLES if wanted.everything else LIVE)


def found(response: Mapping[str, Any]) -> Found:
    return hits.found(response, "body")


def query(wanted: Search) -> Json:
    """The query alone: for counts, and for what else is asked about the same stories."""
    must = [clauses.words(wanted.text, _FIELDS)] if wanted.text.strip() else []
    must += [similar.like(wanted.like)] if wanted.like else []
    filters = [
        *clauses.any_of(clauses.term("source", each) for each in wanted.sources),
        *clauses.any_of(_named("PER", each) for each in wanted.persons),
        *clauses.any_of(_named("ORG", each) for each in wanted.organisations),
        *clauses.any_of(_country(each) for each in wanted.countries),
        *clauses.any_of(clauses.language(each) for each in wanted.languages),
        *(wanted.deals.clauses() if wanted.deals else ()),
        *clauses.period(wanted.since, wanted.until),
        *clauses.phrases(wanted.text, _FIELDS),
    ]
    embargoed = [] if wanted.everything else [clauses.EMBARGOED]
    return {"bool": {"must": must, "filter": filters, "must_not": embargoed}}


def moment(text: str, now: datetime, *, end: bool = False) -> datetime:
    """A point in time as people give it: 2026-11-20, 2026-11-20T14:30, 7d, 2h, today, yesterday.

    A day begins where `now`'s time zone says; with `end` a day's end is meant, so that `until` a day
    includes it. Raises UsageError.
    """
    given = text.strip().lower()
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    named = {"now": now, "today": midnight, "yesterday": midnight - timedelta(days=1)}
    day = timedelta(days=1 if end else 0)
    if given in named:
        return named[given] + (day if given != "now" else timedelta())
    if ago := _AGO.fullmatch(given):
        return now - timedelta(**{_UNITS[ago[2].lower()]: int(ago[1])})
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{text!r} is no time: give a date (2026-11-20), a time (2026-11-20T14:30), "
            "7d, 2h, 30m, today or yesterday"
        ) from None
    if len(text.strip()) == len("2026-11-20"):
        at += day
    return at if at.tzinfo else at.replace(tzinfo=now.tzinfo or UTC)


_SORTS: Mapping[str, list[Json]] = {
    "relevance": [{"_score": "desc"}, {"at": "desc"}, {"id": "asc"}],
    "newest": [{"at": "desc"}, {"id": "asc"}],
}


def _named(kind: str, name: str) -> Json:
    """A name as resolved or as printed anywhere in the story."""
    resolved = {"match": {"entities.name.text": {"query": name, "operator": "and"}}}
    printed = {"match_phrase": {"entities.mentions.text": name}}
    return _entity(kind, [resolved, printed])


def _country(name: str) -> Json:
    codes = clauses.country_codes(name)
    if len(name) == 2:
        codes.add(name.upper())
    known = [{"terms": {"entities.id": sorted(codes)}}] if codes else []
    return _entity("LOC", known) if known else _named("LOC", name)


def _entity(kind: str, ways: list[Json]) -> Json:
    one: Json = {"bool": {"filter": [{"term": {"entities.type": kind}}, *clauses.any_of(ways)]}}
    return {"nested": {"path": "entities", "query": one}}
