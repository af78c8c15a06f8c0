"""What can be asked of the indexed stories, and how it is asked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from elasticsearch import Elasticsearch

from processors.errors import UsageError
from processors.languages.pack import LANGUAGES, gazetteer_key, pack
from streams.elastic.indices import ARTICLES, LIVE
from streams.settings import Settings

Json = dict[str, Any]

# Highlights are marked by characters that no text has; whoever shows them turns them into its own marks.
MARK, END_MARK = "\ue000", "\ue001"

_FRAGMENT = 160  # characters
_AGO = re.compile(r"(\d{1,4})\s*([mhdw])", re.IGNORECASE)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_PHRASE = re.compile(r'(?<![-\w])"([^"]+)"(?!~)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for. Several values of one filter: any of them; several filters: all of them."""

    text: str = ""  # words (all of them), "phrases", -without, a | b, begin*
    sources: Sequence[str] = ()
    persons: Sequence[str] = ()
    organisations: Sequence[str] = ()
    countries: Sequence[str] = ()  # ISO 3166 codes or names
    languages: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    everything: bool = False  # withheld, killed and embargoed ones, too
    sort: Literal["relevance", "newest"] = "relevance"
    size: int = 10
    after: Sequence[Any] | None = None  # `Hit.sort` of the last hit of the page before


@dataclass(frozen=True, slots=True)
class Hit:
    document: Json  # the enriched document
    score: float | None
    headline: str | None  # with MARKs
    fragments: list[str]  # of the body, with MARKs
    sort: list[Any]


@dataclass(frozen=True, slots=True)
class Found:
    total: int
    hits: list[Hit]


def search(client: Elasticsearch, settings: Settings, wanted: Search) -> Found:
    """One page of stories. Raises the client's ApiError and TransportError."""
    return found(client.search(**request(settings, wanted)).body)


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
    asked: Json = {
        "index": settings.named(ARTICLES if wanted.everything else LIVE),
        "query": query(wanted),
        "highlight": _highlight(),
        "sort": _SORTS["newest" if not wanted.text.strip() else wanted.sort],
        "size": wanted.size,
        "source_excludes": ["life"],
        "track_scores": True,
        "track_total_hits": True,
    }
    return asked if wanted.after is None else asked | {"search_after": list(wanted.after)}


def found(response: Mapping[str, Any]) -> Found:
    return Found(response["hits"]["total"]["value"], [_hit(each) for each in response["hits"]["hits"]])


def query(wanted: Search) -> Json:
    """The query alone: for counts, and for what else is asked about the same stories."""
    must = [_words(wanted.text)] if wanted.text.strip() else []
    filters = [
        *_any(_term("source", each) for each in wanted.sources),
        *_any(_named("PER", each) for each in wanted.persons),
        *_any(_named("ORG", each) for each in wanted.organisations),
        *_any(_country(each) for each in wanted.countries),
        *_any(_language(each) for each in wanted.languages),
        *_period(wanted.since, wanted.until),
        *_phrases(wanted.text),
    ]
    embargoed = [] if wanted.everything else [{"range": {"embargo_until": {"gt": "now"}}}]
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


def _words(text: str) -> Json:
    """Each story is asked by the rules of its own language; others by their words as they are."""
    known = {code: _language(code) for code in LANGUAGES}
    ways = [{"bool": {"filter": spoken, "must": _simple(text, f".{code}")}} for code, spoken in known.items()]
    others = {"bool": {"must_not": list(known.values()), "must": _simple(text, "")}}
    return {"bool": {"should": [*ways, others], "minimum_should_match": 1}}


def _simple(text: str, view: str) -> Json:
    views = {view, ""} if "*" in text else {view}  # kesepak* is no beginning of a stem: that is sepakat
    return {
        "simple_query_string": {
            "query": text,
            "fields": [name for each in sorted(views) for name in (f"headline{each}^3", f"body{each}")],
            "default_operator": "and",
        }
    }


def _phrases(text: str) -> list[Json]:
    """What stands in quotation marks is meant to the letter, not to the stem."""
    if "|" in text:
        return []  # either side may do, the stems have to
    return [
        {"multi_match": {"query": phrase, "type": "phrase", "fields": ["headline", "body"]}}
        for phrase in _PHRASE.findall(text)
    ]


def _any(choices: Any) -> list[Json]:
    alternatives = list(choices)
    return [{"bool": {"should": alternatives, "minimum_should_match": 1}}] if alternatives else []


def _term(name: str, value: str) -> Json:
    return {"term": {name: {"value": value, "case_insensitive": True}}}


def _language(code: str) -> Json:
    """ "id" stands for "id-ID", too."""
    dialects: Json = {"prefix": {"language": {"value": f"{code}-", "case_insensitive": True}}}
    return {"bool": {"should": [_term("language", code), dialects], "minimum_should_match": 1}}


def _named(kind: str, name: str) -> Json:
    """A name as resolved or as printed anywhere in the story."""
    resolved = {"match": {"entities.name.text": {"query": name, "operator": "and"}}}
    printed = {"match_phrase": {"entities.mentions.text": name}}
    return _entity(kind, [resolved, printed])


def _country(name: str) -> Json:
    codes = {code for each in LANGUAGES if (code := _country_code(each, name))}
    if len(name) == 2:
        codes.add(name.upper())
    known = [{"terms": {"entities.id": sorted(codes)}}] if codes else []
    return _entity("LOC", known) if known else _named("LOC", name)


def _country_code(language: str, name: str) -> str | None:
    words = pack(language)
    return words.countries.get(gazetteer_key(name)) if words else None


def _entity(kind: str, ways: list[Json]) -> Json:
    one: Json = {"bool": {"filter": [{"term": {"entities.type": kind}}, *_any(ways)]}}
    return {"nested": {"path": "entities", "query": one}}


def _period(since: datetime | None, until: datetime | None) -> list[Json]:
    bounds = {name: at.isoformat() for name, at in (("gte", since), ("lt", until)) if at is not None}
    return [{"range": {"at": bounds}}] if bounds else []


def _highlight() -> Json:
    views = ["", *(f".{code}" for code in LANGUAGES)]
    whole = {f"headline{view}": {"number_of_fragments": 0} for view in views}
    parts = {f"body{view}": {"number_of_fragments": 2, "fragment_size": _FRAGMENT} for view in views}
    return {
        "type": "unified",
        "order": "score",
        "pre_tags": [MARK],
        "post_tags": [END_MARK],
        "fields": whole | parts,
    }


def _hit(raw: Json) -> Hit:
    document = raw["_source"]
    marked = raw.get("highlight", {})
    return Hit(
        document=document,
        score=raw.get("_score"),
        headline=next(iter(_marked(marked, "headline")), document.get("headline")),
        fragments=_marked(marked, "body"),
        sort=raw["sort"],
    )


def _marked(highlight: Json, name: str) -> list[str]:
    """Of the view the story was found by: the others, where they have marks, have fewer."""
    views = [highlight.get(f"{name}{view}", []) for view in ("", *(f".{code}" for code in LANGUAGES))]
    best: list[str] = max(views, key=lambda view: sum(fragment.count(MARK) for fragment in view))
    return best
