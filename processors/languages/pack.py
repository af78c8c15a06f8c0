"""Loads a language: its word lists, all of them data files beside its code."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

from processors.languages import registry
from processors.languages.registry import gazetteer_key
from processors.wordlists import words

__all__ = ["LANGUAGES", "LanguagePack", "gazetteer_key", "pack"]

LANGUAGES = ("id", "en")

# The lists of cues.toml and of speakers.toml that are plain words, by the names of their fields.
# fmt: off
_OF_CUES = (
    "stems", "everyday", "verbs", "passives", "agentless", "auxiliaries", "introducers", "silent", "purposes",
    "complaints", "authorities", "directions", "crediting", "statements", "leads", "naming", "conjunctions",
)
_OF_SPEAKERS = (
    "pronouns", "plural", "demonstratives", "same", "adverbs", "articles", "indefinite", "groups", "joins",
    "defining", "called", "bynaming", "aliasing", "continuing", "attributing", "relations", "prepositions",
    "addressing", "linking", "opening", "stops", "titles",
)
# fmt: on


@dataclass(frozen=True, slots=True)
class LanguagePack:
    """The words of one language that the rules need. Single words are lower case."""

    code: str
    clitic: str  # follows a stem where the subject is understood: nya
    stems: frozenset[str]  # stand before their subject: kata, ujar
    everyday: frozenset[str]  # stems that are ordinary words too
    verbs: frozenset[str]  # stand after their subject: mengatakan
    passives: frozenset[str]
    agentless: frozenset[str]  # passives whose subject is whom it is about: dinilai, dilaporkan
    auxiliaries: frozenset[str]  # was, before an agentless cue; empty: it needs none
    introducers: frozenset[str]  # menurut
    silent: frozenset[str]  # verbs that are no cues: memutuskan, terbukti
    purposes: frozenset[str]  # before a cue: nothing is said: untuk memastikan
    complaints: frozenset[str]  # melaporkan X ke polisi
    authorities: frozenset[str]
    directions: frozenset[str]  # ke
    crediting: frozenset[str]  # dikutip dari, melansir
    statements: frozenset[str]  # pernyataan, laporan
    leads: frozenset[str]  # demikian, begitu
    naming: frozenset[str]  # berjudul, bertajuk
    conjunctions: frozenset[str]  # bahwa
    teasers: re.Pattern[str]

    pronouns: frozenset[str]
    plural: frozenset[str]
    demonstratives: frozenset[str]
    same: frozenset[str]  # "sumber yang sama"
    adverbs: frozenset[str]  # between a cue and its subject: juga
    articles: frozenset[str]  # the
    possessives: tuple[str, ...]  # South Korea's
    indefinite: frozenset[str]
    groups: frozenset[str]  # para, sejumlah
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
    addressing: frozenset[str]  # kepada
    stops: frozenset[str]
    linking: frozenset[str]  # stops that a description goes on behind: "yang dekat dengan"
    opening: frozenset[str]  # meskipun, bahwa
    titles: frozenset[str]
    offices: Mapping[str, str]  # menhan: menteri pertahanan
    organisation_nouns: frozenset[str]
    outlet_nouns: frozenset[str]  # kantor berita, harian
    text_nouns: frozenset[str]
    documents: frozenset[str]  # of them those that bodies write
    person_nouns: frozenset[str]
    anonymous: frozenset[str]  # sumber
    describing: frozenset[str]  # petenis, pria

    countries: Mapping[str, str]  # name as `gazetteer_key` makes it: ISO 3166 code
    organisations: Mapping[str, str]  # the same: slug
    certain: Mapping[str, tuple[tuple[str, str], ...]]  # by first word: names and types
    no_names: frozenset[str]  # UMKM, WIB
    government: frozenset[str]  # pemerintah
    descriptions: tuple[str, ...]  # ibu kota
    ranks: frozenset[str]  # before a person's name only: dr, brigjen
    forms: frozenset[str]  # persero
    spellings: Mapping[str, str]  # wladimir: vladimir
    bynames: Mapping[str, str]  # jokowi: Joko Widodo


@cache
def pack(language: str) -> LanguagePack | None:
    """The pack of a language by its ISO 639-1 code; None where Kawat has none."""
    if language not in LANGUAGES:
        return None
    cues, speakers = _toml(language, "cues"), _toml(language, "speakers")
    names, known = _toml(language, "names"), registry.registry(language)
    return LanguagePack(
        code=language,
        clitic=cues["clitic"],
        **{name: _words(cues[name]) for name in _OF_CUES},
        teasers=_teasers(language),
        **{name: _words(speakers[name]) for name in _OF_SPEAKERS},
        verb_prefixes=tuple(speakers["verb_prefixes"]),
        possessives=tuple(speakers["possessives"]),
        offices=speakers["offices"],
        organisation_nouns=_words(speakers["kinds"]["organisation"]),
        outlet_nouns=_words(speakers["kinds"]["outlet"]),
        text_nouns=_words(speakers["kinds"]["text"]),
        documents=_words(speakers["kinds"]["documents"]),
        person_nouns=_words(speakers["kinds"]["person"]),
        anonymous=_words(speakers["kinds"]["anonymous"]),
        describing=_words(speakers["kinds"]["describing"]),
        countries=known.countries,
        organisations=known.organisations,
        certain=_certain(language),
        no_names=frozenset(words("no_names.txt", language)),
        government=_words(names["government"]),
        descriptions=tuple(names["descriptions"]),
        ranks=frozenset(names["ranks"]),
        forms=_words(names["forms"]),
        spellings=known.spellings,
        bynames=known.bynames,
    )


def _certain(language: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Countries of five letters and more, acronyms of three and more, longest first; none `doubtful`."""
    names, nicknames = registry.countries_listed(language)
    countries = [*registry.territories(language).values(), *chain(*names.values(), *nicknames.values())]
    organisations = registry.organisations_listed(language)
    typed = {name: "LOC" for name in countries if len(name) > 4}
    typed |= {name: "ORG" for name in organisations if len(name) > 2 and (name.isupper() or " " in name)}
    by_first: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(typed.keys() - registry.doubtful(), key=len, reverse=True):
        by_first.setdefault(name.split()[0], []).append((name, typed[name]))
    return {word: tuple(names) for word, names in by_first.items()}


def _teasers(language: str) -> re.Pattern[str]:
    lines = _read(language, "teasers.txt").splitlines()
    return re.compile("|".join(line for line in lines if line and not line.startswith("#")), re.IGNORECASE)


def _words(value: str | list[str]) -> frozenset[str]:
    return frozenset(value.split() if isinstance(value, str) else value)


def _toml(language: str, name: str) -> dict[str, Any]:
    return tomllib.loads(_read(language, f"{name}.toml"))


def _read(language: str, name: str) -> str:
    return (files("processors.languages") / language / name).read_text("utf8")
