"""What can be asked of the indexed quotes: who said what, about what, when, in which story."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from elasticsearch import Elasticsearch

from processors import organisations
from processors.languages.pack import LANGUAGES, LanguagePack, gazetteer_key, pack
from processors.languages.registry import registry
from processors.records import QuoteKind
from processors.spelling import fold
from streams.elastic import clauses, hits
from streams.elastic.clauses import Json, Sort
from streams.elastic.hits import Found
from streams.elastic.indices import LIVE_QUOTES, QUOTES
from streams.settings import Settings

PAGE = 200  # quotes
_WORDS = {"text": 1}
_TOPIC = {"text": 3, "headline": 1}
_OWN_WORDS_FIRST = 1000  # beyond any score that words earn
_WHOLE: Json = {"number_of_fragments": 0}
_LONGEST = 64  # characters of a word of a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which quotes. Several values of one filter: any of them; several filters: all of them.

    `text` and `about` take words (all of them), "phrases", -without, a | b, begin*.
    """

    text: str = ""  # in the quote itself
    about: str = ""  # in the quote or its story's headline; quotes that say it themselves come first
    speakers: Sequence[str] = ()  # parts of names or roles, ids, bynames, acronyms, countries
    kinds: Sequence[QuoteKind] = ()
    stories: Sequence[str] = ()
    sources: Sequence[str] = ()
    languages: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    everything: bool = False  # of withheld and embargoed stories, too; killed ones have no words left
    sort: Sort = "relevance"
    size: int = 20
    after: Sequence[Any] | None = None  # `Hit.sort` of the last hit of the page before

    @property
    def asks_for_words(self) -> bool:
        return bool(self.text.strip() or self.about.strip())


def search(client: Elasticsearch, settings: Settings, wanted: Search) -> Found:
    """One page of quotes. Raises the client's ApiError and TransportError."""
    return hits.found(client.search(**request(settings, wanted)).body, "text")


def pages(client: Elasticsearch, settings: Settings, wanted: Search) -> Iterator[Found]:
    """`wanted.size` quotes, as many as there are, in pages of at most `PAGE`; the first one may be empty."""
    left = wanted.size
    while left > 0:
        found = search(client, settings, replace(wanted, size=min(left, PAGE)))
        yield found
        left -= len(found.hits)
        if len(found.hits) < PAGE:
            return
        wanted = replace(wanted, after=found.hits[-1].sort)


def request(settings: Settings, wanted: Search) -> Json:
    """The arguments of the client's `search`."""
    sort = _SORTS[wanted.sort if wanted.asks_for_words else "newest"]
    return {
        "index": settings.named(QUOTES if wanted.everything else LIVE_QUOTES),
        "query": query(wanted),
        **({"highlight": hits.highlight("text", _WHOLE)} if wanted.asks_for_words else {}),
        **clauses.page(sort, wanted.size, wanted.after),
    }


def query(wanted: Search) -> Json:
    """The query alone."""
    must = [clauses.words(wanted.text, _WORDS)] if wanted.text.strip() else []
    must += [_about(wanted.about)] if wanted.about.strip() else []
    filters = [
        {"exists": {"field": "kind"}},  # a tombstone has none
        *clauses.any_of(speaker(each) for each in wanted.speakers),
        *clauses.any_of({"term": {"kind": each}} for each in wanted.kinds),
        *clauses.any_of({"term": {"story": each}} for each in wanted.stories),
        *clauses.any_of(clauses.term("source", each) for each in wanted.sources),
        *clauses.any_of(clauses.language(each) for each in wanted.languages),
        *clauses.period(wanted.since, wanted.until),
        *clauses.phrases(wanted.text, _WORDS),
        *clauses.phrases(wanted.about, _TOPIC),
    ]
    embargoed = [] if wanted.everything else [clauses.EMBARGOED]
    return {"bool": {"must": must, "filter": filters, "must_not": embargoed}}


def speaker(name: str) -> Json:
    """Whoever is called that: by id, by any part of the resolved name, or printed just so beside the quote.

    What is printed counts as a whole only: the words of "juru bicara Putin", resolved, are not Putin's.
    """
    packs = [each for each in map(pack, LANGUAGES) if each]
    names = {name, *(full for each in packs if (full := each.bynames.get(gazetteer_key(name))))}
    ids = clauses.country_codes(name) | {known for each in packs for known in _organisations(name, each)}
    exactly = [clauses.term("speaker_id", name), clauses.term("speaker_printed", name)]
    return clauses.either(
        [
            *exactly,
            {"terms": {"speaker_id": sorted(ids)}},
            *({"match": {"speaker.text": {"query": each, "operator": "and"}}} for each in sorted(names)),
            *(_id_of(each, packs[0]) for each in sorted(names)),
        ]
    )


_SORTS: Mapping[str, list[Json]] = {
    "relevance": [{"_score": "desc"}, {"at": "desc"}, {"story": "asc"}, {"n": "asc"}],
    "newest": [{"at": "desc"}, {"story": "asc"}, {"n": "asc"}],
}


def _about(text: str) -> Json:
    said = {"constant_score": {"filter": clauses.words(text, _WORDS), "boost": _OWN_WORDS_FIRST}}
    return {"bool": {"must": clauses.words(text, _TOPIC), "should": [said]}}


def _organisations(name: str, words: LanguagePack) -> set[str]:
    """Of an acronym or a name; "Kemhan Rusia" is Russia's defence ministry."""
    slug = words.organisations.get(gazetteer_key(name))
    known = organisations.known(name, registry(words.code))
    return {*([f"org:{slug}"] if slug else []), *([known] if known else [])}


def _id_of(name: str, words: LanguagePack) -> Json:
    """Ids are made of the words of names in one spelling (Wladimir, Vladimir), without accents."""
    parts = [part for part in fold(name, words) if part.isalnum() and len(part) <= _LONGEST]
    if not parts:
        return {"match_none": {}}
    return {
        "bool": {
            "filter": [{"regexp": {"speaker_id": f"(per|org|loc):(.*-)?{part}(-.*)?"}} for part in parts]
        }
    }
