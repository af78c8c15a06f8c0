"""What is known of countries, places, bodies of states and people by their names: data files, read once.

Names are looked up as `gazetteer_key` makes them. Places and persons are in one file for all languages.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale

_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"}  # in CLDR's list of territories


@dataclass(frozen=True, slots=True)
class Acting:
    """The words by which a capital that stands for its state is told from the city."""

    verbs: frozenset[str]  # menuduh
    auxiliaries: frozenset[str]  # telah
    openers: frozenset[str]  # bahwa
    before: frozenset[str]  # oleh
    blows: frozenset[str]  # serangan: what is struck is the city
    places: frozenset[str]  # di
    between: frozenset[str]  # antara
    joins: frozenset[str]  # dan


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """Names of one language, and those that all languages share."""

    territories: Mapping[str, str]  # ISO 3166 code: the name CLDR gives it
    countries: Mapping[str, str]  # name: ISO 3166 code
    nicknames: frozenset[str]  # of countries: Paman Sam
    adjectives: Mapping[str, str]  # Russian: RU
    states: tuple[str, ...]  # before a country's name: republik
    home: str  # the country of the language's press; "": none
    home_endings: frozenset[str]  # RI
    bodies: Mapping[str, str]  # Kemhan: defence-ministry
    body_words: frozenset[str]  # which their names begin with
    organisations: Mapping[str, str]  # name: slug
    forms: frozenset[str]  # PT, Tbk: the company is the same without them
    cities: Mapping[str, str]  # Moskow: moscow
    capitals: Mapping[str, str]  # Moskow: RU
    same: frozenset[str]  # kota: says what a place is, and the place is the same without it
    regencies: frozenset[str]  # kabupaten: so too, but not before the names in `shared`
    shared: frozenset[str]
    beside: frozenset[str]  # desa: the same within an article
    short: Mapping[str, str]  # jateng: jawa tengah
    shorts: re.Pattern[str]  # of them, whole words
    acting: Acting
    spellings: Mapping[str, str]  # wladimir: vladimir
    bynames: Mapping[str, str]  # Jokowi: Joko Widodo
    alone: Mapping[str, str]  # Putin: Vladimir Putin


def gazetteer_key(name: str) -> str:
    """How names are looked up: capitals tell acronyms from words (AS, who), elsewhere case says nothing."""
    name = " ".join(name.split())
    return name if name.isupper() and len(name) <= 3 else name.casefold()


@cache
def registry(language: str) -> Registry:
    """The registry of a language that has a pack, by its ISO 639-1 code."""
    places, all_places, persons = _toml(language, "places"), _toml("", "places"), _toml("", "persons")
    short = {**_toml(language, "bodies")["short"], **places["short"]}
    return Registry(
        territories=territories(language),
        countries=_countries(language),
        nicknames=frozenset(_by_name(countries_listed(language)[1])),
        adjectives=_by_name(_toml(language, "countries").get("adjectives", {})),
        states=tuple(places["states"]),
        home=places["home"],
        home_endings=frozenset(word.casefold() for word in places["home_endings"]),
        bodies=_by_name(_toml(language, "bodies")["bodies"]),
        body_words=frozenset(
            name.split()[0].casefold() for name in _by_name(_toml(language, "bodies")["bodies"])
        ),
        organisations=_organisations(language, places["home"]),
        forms=frozenset(_toml(language, "bodies")["forms"]),
        cities=_by_name(all_places["cities"]),
        capitals=_by_name(all_places["capitals"]),
        same=frozenset(places["same"]),
        regencies=frozenset(places["regencies"]),
        shared=frozenset(places["shared"]),
        beside=frozenset(places["beside"]),
        short=short,
        shorts=_whole_words(short),
        acting=Acting(**{name: frozenset(words) for name, words in places["acting"].items()}),
        spellings={word: group.split()[0] for group in persons["spellings"] for word in group.split()},
        bynames={gazetteer_key(name): full for name, full in persons["bynames"].items()},
        alone={gazetteer_key(name): full for name, full in persons["alone"].items()},
    )


def territories(language: str) -> dict[str, str]:
    """Every territory of ISO 3166, and Kosovo, by its code: CLDR's name in the language."""
    names = Locale(language).territories
    return {code: name for code, name in names.items() if code.isalpha() and code not in _NO_COUNTRIES}


def countries_listed(language: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Names and by-names of countries beside CLDR's, by code."""
    table = _toml(language, "countries")
    return {code: names for code, names in table.items() if isinstance(names, list)}, table["nicknames"]


def organisations_listed(language: str) -> list[str]:
    """All names of organisations and of states' bodies."""
    tables = _toml(language, "organisations"), _toml(language, "bodies")["bodies"]
    return [name for table in tables for names in table.values() for name in names]


@cache
def acting_for() -> Mapping[str, str]:
    """Organisations that act for a state, by their slug: its ISO 3166 code."""
    return {slug: code for code, slugs in _toml("", "states").items() for slug in slugs}


def doubtful() -> frozenset[str]:
    """Names of countries and organisations that are other things as often."""
    return frozenset(_toml("", "persons")["doubtful"])


def _countries(language: str) -> dict[str, str]:
    names, nicknames = countries_listed(language)
    cldr = {gazetteer_key(name): code for code, name in territories(language).items()}
    return cldr | _by_name(nicknames) | _by_name(names)


def _organisations(language: str, home: str) -> dict[str, str]:
    bodies = _by_name(_toml(language, "bodies")["bodies"])
    ours = {name: f"{kind}-{home.lower()}" if home else kind for name, kind in bodies.items()}
    return ours | _by_name(_toml(language, "organisations"))


def _by_name(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {gazetteer_key(name): key for key, names in table.items() for name in names}


def _whole_words(words: Iterable[str]) -> re.Pattern[str]:
    longest = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, longest)) or '(?!)'})(?!\S)")


def _toml(language: str, name: str) -> dict[str, Any]:
    return tomllib.loads((files("processors.languages") / language / f"{name}.toml").read_text("utf8"))
