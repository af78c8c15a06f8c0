"""Loads a language: its word lists, all of them data files beside its code."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale

from processors.wordlists import words

LANGUAGES = ("id", "en")
_NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"}  # in CLDR's list of territories


@dataclass(frozen=True, slots=True)
class LanguagePack:
    """The words of one language that the rules need. Single words are lower case."""

    code: str
    clitic: str  # follows a stem where the subject is understood: nya
    stems: frozenset[str]  # stand before their subject: kata, ujar
    everyday: frozenset[str]  # stems that are ordinary words too
    verbs: frozenset[str]  # stand after their subject: mengatakan
    passives: frozenset[str]
    introducers: frozenset[str]  # menurut
    statements: frozenset[str]  # pernyataan, laporan
    leads: frozenset[str]  # demikian, begitu
    naming: frozenset[str]  # berjudul, bertajuk
    conjunctions: frozenset[str]  # bahwa
    teasers: re.Pattern[str]

    pronouns: frozenset[str]
    plural: frozenset[str]
    demonstratives: frozenset[str]
    indefinite: frozenset[str]
    joins: frozenset[str]
    defining: frozenset[str]  # yang
    called: frozenset[str]  # bernama
    bynaming: frozenset[str]  # disapa, alias
    aliasing: frozenset[str]  # yang akrab disapa
    continuing: frozenset[str]  # seraya, dan
    attributing: frozenset[str]  # dikeluarkan oleh
    verb_prefixes: tuple[str, ...]  # di, me
    relations: frozenset[str]  # istri, pengacara
    prepositions: frozenset[str]
    stops: frozenset[str]
    titles: frozenset[str]
    offices: Mapping[str, str]  # menhan: menteri pertahanan
    organisation_nouns: frozenset[str]
    text_nouns: frozenset[str]
    person_nouns: frozenset[str]
    anonymous: frozenset[str]  # sumber
    describing: frozenset[str]  # petenis, pria

    countries: Mapping[str, str]  # name as `gazetteer_key` makes it: ISO 3166 code
    organisations: Mapping[str, str]  # the same: slug
    certain: Mapping[str, tuple[tuple[str, str], ...]]  # by first word: names and types
    no_names: frozenset[str]  # UMKM, WIB
    government: frozenset[str]  # pemerintah
    descriptions: tuple[str, ...]  # ibu kota
    forms: frozenset[str]  # persero
    spellings: Mapping[str, str]  # wladimir: vladimir
    bynames: Mapping[str, str]  # jokowi: Joko Widodo


def gazetteer_key(name: str) -> str:
    """How names are looked up: capitals tell acronyms from words (AS, who), elsewhere case says nothing."""
    name = " ".join(name.split())
    return name if name.isupper() and len(name) <= 3 else name.casefold()


@cache
def pack(language: str) -> LanguagePack | None:
    """The pack of a language by its ISO 639-1 code; None where Kawat has none."""
    if language not in LANGUAGES:
        return None
    cues, speakers, persons = _toml(language, "cues"), _toml(language, "speakers"), _toml("", "persons")
    names = _toml(language, "names")
    return LanguagePack(
        code=language,
        clitic=cues["clitic"],
        **{name: _words(cues[name]) for name in
           ("stems", "everyday", "verbs", "passives", "introducers", "statements", "leads", "naming",
            "conjunctions")},
        teasers=_teasers(language),
        **{name: _words(speakers[name]) for name in
           ("pronouns", "plural", "demonstratives", "indefinite", "joins", "defining", "called",
            "bynaming",
            "aliasing", "continuing", "attributing", "relations", "prepositions", "stops", "titles")},
        verb_prefixes=tuple(speakers["verb_prefixes"]),
        offices=speakers["offices"],
        organisation_nouns=_words(speakers["kinds"]["organisation"]),
        text_nouns=_words(speakers["kinds"]["text"]),
        person_nouns=_words(speakers["kinds"]["person"]),
        anonymous=_words(speakers["kinds"]["anonymous"]),
        describing=_words(speakers["kinds"]["describing"]),
        countries=_countries(language),
        organisations=_inverted(_toml(language, "organisations")),
        certain=_certain(language),
        no_names=frozenset(words("no_names.txt", language)),
        government=_words(names["government"]),
        descriptions=tuple(names["descriptions"]),
        forms=_words(names["forms"]),
        spellings={word: group.split()[0] for group in persons["spellings"] for word in group.split()},
        bynames=persons["bynames"],
    )  # fmt: skip


def _countries(language: str) -> dict[str, str]:
    names = {gazetteer_key(name): code for code, name in _territories(language).items()}
    return names | _inverted(_toml(language, "countries"))


def _territories(language: str) -> dict[str, str]:
    territories = Locale(language).territories
    return {code: name for code, name in territories.items() if code.isalpha() and code not in _NO_COUNTRIES}


def _certain(language: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Countries of five letters and more, acronyms of three and more, longest first; none `doubtful`."""
    countries = [*_territories(language).values(), *_all_names(_toml(language, "countries"))]
    organisations = _all_names(_toml(language, "organisations"))
    doubtful = set(_toml("", "persons")["doubtful"])
    typed = {name: "LOC" for name in countries if len(name) > 4}
    typed |= {name: "ORG" for name in organisations if len(name) > 2 and (name.isupper() or " " in name)}
    by_first: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(typed.keys() - doubtful, key=len, reverse=True):
        by_first.setdefault(name.split()[0], []).append((name, typed[name]))
    return {word: tuple(names) for word, names in by_first.items()}


def _all_names(table: Mapping[str, list[str]]) -> list[str]:
    return [name for names in table.values() for name in names]


def _inverted(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {gazetteer_key(name): key for key, names in table.items() for name in names}


def _teasers(language: str) -> re.Pattern[str]:
    lines = _read(language, "teasers.txt").splitlines()
    return re.compile("|".join(line for line in lines if line and not line.startswith("#")), re.IGNORECASE)


def _words(value: str | list[str]) -> frozenset[str]:
    return frozenset(value.split() if isinstance(value, str) else value)


def _toml(language: str, name: str) -> dict[str, Any]:
    return tomllib.loads(_read(language, f"{name}.toml"))


def _read(language: str, name: str) -> str:
    return (files("processors.languages") / language / name).read_text("utf8")
