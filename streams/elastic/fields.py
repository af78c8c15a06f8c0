"""Fields in the words of a search: `headline:korvet -source:antara person:"Kim Jong Un"`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from processors.errors import UsageError
from streams.elastic import clauses
from streams.elastic.clauses import Json

# A phrase is left alone; so are 10:30, a word with nothing behind its colon, and an address.
_TOKEN = re.compile(r'"[^"]*"|(?<!\S)(?P<without>-?)(?P<name>[a-z]{2,}):(?P<value>"[^"]*"|[^\s"|/][^\s"|]*)')


@dataclass(slots=True)
class Asked:
    """The words that are left, and the clauses of the fields."""

    words: str
    scored: list[Json] = field(default_factory=list)
    filters: list[Json] = field(default_factory=list)
    without: list[Json] = field(default_factory=list)


def read(text: str) -> Asked:
    """Raises UsageError on a field that is not known, and on fields among alternatives."""
    asked = Asked("")

    def take(found: re.Match[str]) -> str:
        if found["name"] is None:
            return found[0]
        clause = _clause(found["name"], found["value"], found[0])
        if found["without"]:
            asked.without.append(clause)
        else:
            (asked.scored if found["name"] in _TEXTS else asked.filters).append(clause)
        return ""

    asked.words = " ".join(_TOKEN.sub(take, text).split())
    if "|" in asked.words and (asked.scored or asked.filters or asked.without):
        raise UsageError("a field holds for all that is found, not for one side of |: use two searches")
    return asked


def _clause(name: str, value: str, printed: str) -> Json:
    bare = value.strip('"').strip()
    if not bare:
        raise UsageError(f"{printed}: say what {name} is to be")
    if name in _TEXTS:
        exactly = clauses.phrases(value, [name])
        return {"bool": {"must": [clauses.words(value, {name: 1}), *exactly]}}
    if name in _FIELDS:
        return _FIELDS[name](bare)
    known = ", ".join(sorted([*_TEXTS, *_FIELDS]))
    raise UsageError(f'no field is called {name} ({known}): for the words themselves write "{printed}"')


def named(kind: str, name: str) -> Json:
    """An entity by its name as resolved or as printed anywhere in the story."""
    resolved = {"match": {"entities.name.text": {"query": name, "operator": "and"}}}
    printed = {"match_phrase": {"entities.mentions.text": name}}
    return _entity(kind, [resolved, printed])


def country(name: str) -> Json:
    codes = clauses.country_codes(name)
    if len(name) == 2:
        codes.add(name.upper())
    known = [{"terms": {"entities.id": sorted(codes)}}] if codes else []
    return _entity("LOC", known) if known else named("LOC", name)


def _entity(kind: str, ways: list[Json]) -> Json:
    one: Json = {"bool": {"filter": [{"term": {"entities.type": kind}}, *clauses.any_of(ways)]}}
    return {"nested": {"path": "entities", "query": one}}


def _speaker(name: str) -> Json:
    said = {"match": {"quotes.speaker.text": {"query": name, "operator": "and"}}}
    return {"nested": {"path": "quotes", "query": said}}


def _printed(name: str) -> Callable[[str], Json]:
    return lambda value: {"match": {name: {"query": value, "operator": "and"}}}


def _exactly(name: str) -> Callable[[str], Json]:
    return lambda value: clauses.term(name, value)


_TEXTS = ("body", "headline")
_FIELDS: Mapping[str, Callable[[str], Json]] = {
    "byline": _printed("byline.text"),
    "change": _exactly("change"),
    "cluster": _exactly("cluster_id"),
    "country": country,
    "id": _exactly("id"),
    "keyword": _printed("keywords.text"),
    "language": clauses.language,
    "org": lambda name: named("ORG", name),
    "person": lambda name: named("PER", name),
    "place": _printed("dateline.place.text"),
    "slugline": _printed("slugline.text"),
    "source": _exactly("source"),
    "speaker": _speaker,
    "status": _exactly("status"),
}
