"""What queries are made of: words, filters and orders that the questions about stories and quotes share."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from processors.claims import bodies_of
from processors.errors import UsageError
from processors.languages.pack import LANGUAGES, gazetteer_key, pack

Json = dict[str, Any]
Sort = Literal["relevance", "newest"]

VIEWS = ("", *(f".{code}" for code in LANGUAGES))  # how a text is analysed (`indices`)
EMBARGOED: Json = {"range": {"embargo_until": {"gt": "now"}}}

_FOLDED = 500  # characters
_PHRASE = re.compile(r'(?<![-\w])"([^"]+)"(?!~)')


def words(text: str, fields: Mapping[str, float]) -> Json:
    """All words, in the fields taken together, each at its boost. Each story is asked by the rules of its
    own language; others by their words as they are.
    """
    known = {code: language(code) for code in LANGUAGES}
    ways = [
        {"bool": {"filter": spoken, "must": simple(text, f".{code}", fields)}}
        for code, spoken in known.items()
    ]
    others = {"bool": {"must_not": list(known.values()), "must": simple(text, "", fields)}}
    return either([*ways, others])


def phrases(text: str, fields: Iterable[str]) -> list[Json]:
    """What stands in quotation marks is meant to the letter, not to the stem."""
    if "|" in text:
        return []  # either side may do, the stems have to
    return [
        {"multi_match": {"query": phrase, "type": "phrase", "fields": list(fields)}}
        for phrase in _PHRASE.findall(text)
    ]


def either(ways: Iterable[Json]) -> Json:
    return {"bool": {"should": list(ways), "minimum_should_match": 1}}


def any_of(choices: Iterable[Json]) -> list[Json]:
    """A filter's values as a list of one clause; empty where the filter was not given."""
    alternatives = list(choices)
    return [either(alternatives)] if alternatives else []


def term(name: str, value: str) -> Json:
    """Exactly this value; case says nothing, but in what is too long for Elasticsearch to see so."""
    return {"term": {name: {"value": value, "case_insensitive": len(value) <= _FOLDED}}}


def language(code: str) -> Json:
    """ "id" stands for "id-ID", too."""
    dialects: Json = {"prefix": {"language": {"value": f"{code}-", "case_insensitive": True}}}
    return either([term("language", code), dialects])


def period(since: datetime | None, until: datetime | None) -> list[Json]:
    bounds = {name: at.isoformat() for name, at in (("gte", since), ("lt", until)) if at is not None}
    return [{"range": {"at": bounds}}] if bounds else []


def country_codes(name: str) -> set[str]:
    """The ISO 3166 codes a name or abbreviation of a country stands for, in any of the languages."""
    key = gazetteer_key(name)
    packs = filter(None, map(pack, LANGUAGES))
    return {code for each in packs if (code := each.countries.get(key))}


def codes_of(country: str) -> frozenset[str]:
    """The codes of a country by its name or code. Raises UsageError where none is called so."""
    codes = country_codes(country) | ({country.upper()} if len(country) == 2 else set())
    if not codes:
        raise UsageError(f"{country}: no country is called so: give its name or ISO code")
    return frozenset(codes)


def party_ids(name: str) -> list[str]:
    """The ids that a party to a deal may be meant by: itself, or a country by its code or name.

    With the bodies that act for it: what the Pentagon sells, the United States sell.
    """
    codes = country_codes(name) | ({name.upper()} if len(name) == 2 else set())
    return sorted({name, name.upper(), *codes, *(body for code in codes for body in bodies_of(code))})


def page(sort: Sequence[Json], size: int, after: Sequence[Any] | None) -> Json:
    """The arguments of a `search` that are the same whatever is looked for."""
    asked: Json = {"sort": list(sort), "size": size, "track_scores": True, "track_total_hits": True}
    return asked if after is None else asked | {"search_after": list(after)}


def simple(text: str, view: str, fields: Mapping[str, float], operator: Literal["and", "or"] = "and") -> Json:
    """The words in one view of these fields."""
    views = {view, ""} if re.search(r"[*~]", text) else {view}  # kesepak* begins no stem: that is sepakat
    return {
        "simple_query_string": {
            "query": text,
            "fields": [f"{name}{each}^{boost}" for each in sorted(views) for name, boost in fields.items()],
            "default_operator": operator,
        }
    }
