"""The lexicon of military goods: nouns, what extends them, named systems and what only looks like them.

Data: `<code>/goods.toml` and `systems.toml`, read once, put into one trie of a text's atoms. An atom is a run
of letters or of digits in lower case, so that F-16, F16 and "F 16" are one name.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from importlib.resources import files
from typing import Any, cast

from processors.languages.pack import LANGUAGES
from processors.languages.registry import registry
from processors.records import GoodsClass

ATOM = re.compile(r"[^\W\d_]+|\d+")
JOINTS = frozenset(("", " ", "-", "\u00a0", "\u2010", "\u2011", "–", "/", ".", "'", "’"))  # inside a name
_ACRONYM = 4  # letters: up to so many are an acronym, which is a word in small letters


class Kind(IntEnum):
    """What an entry is; where one stands under several the first is meant."""

    TRAP = 0  # another thing
    NOUN = 1
    SYSTEM = 2
    DOUBTFUL = 3  # a system only among words of arms: Patriot
    ATTACHED = 4  # a system only beside a noun: Khan
    WEAK = 5  # a noun of goods only among others: komponen
    TELLING = 6  # a modifier that makes a weak noun one of arms: militer
    MODIFIER = 7  # any other: ringan
    NAMING = 8  # kelas, before a name
    CLASS = 9  # class, behind a name
    CALIBRE = 10  # kaliber, before a number
    LINK = 11  # untuk
    DESIGNATOR = 12  # letters and a number that no list has
    OWN_NAME = 13  # a name that no list has, behind "kelas"
    MAKING = 14  # buatan, before a country


_SINGLE_WORDS = {
    "naming": Kind.NAMING,
    "making": Kind.MAKING,
    "classes": Kind.CLASS,
    "calibre_words": Kind.CALIBRE,
    "links": Kind.LINK,
}


@dataclass(frozen=True, slots=True)
class Entry:
    kind: Kind
    classes: frozenset[GoodsClass] = frozenset()
    system: str = ""  # its id
    spelling: str = ""  # of nouns and systems: its capitals count


@dataclass(slots=True)
class Node:
    """The entries that end at an atom, first kinds first, and the atoms that may follow."""

    entries: list[Entry] = field(default_factory=list)
    next: dict[str, "Node"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    nouns_first: bool  # what extends a noun stands behind it
    root: Mapping[str, Node]
    endings: tuple[tuple[str, str], ...]  # of a last word, and what stands for it: ies, y
    calibre: re.Pattern[str]  # 155 mm
    makers: frozenset[str]  # countries and their adjectives, in lower case


@cache
def lexicon(language: str) -> Lexicon | None:
    """The lexicon of a language by its ISO 639-1 code; None where Kawat has none."""
    if language not in LANGUAGES:
        return None
    goods, known = _toml(f"{language}/goods.toml"), registry(language)
    root = Node()
    for name, entry in (*_words(goods), *_systems(_toml("systems.toml"))):
        _add(root, name, entry)
    return Lexicon(
        nouns_first=goods["nouns_first"],
        root=root.next,
        endings=tuple(goods["endings"].items()),
        calibre=_calibre(goods),
        makers=frozenset(name.casefold() for name in (*known.countries, *goods["makers"])),
    )


def printed_as(atoms: Iterable[str], spelling: str) -> bool:
    """Are a name's capitals as they should be? Names begin with one, acronyms have no other letters."""
    for atom, spelt in zip(atoms, ATOM.findall(spelling), strict=True):
        if spelt[0].isupper() and not atom[0].isupper():
            return False
        if spelt == spelling and 1 < len(spelt) <= _ACRONYM and spelt.isupper() and not atom.isupper():
            return False
    return True


def _words(goods: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    for table, kind in (("nouns", Kind.NOUN), ("weak", Kind.WEAK)):
        for name, words in goods[table].items():
            classes = frozenset() if name == "generic" else frozenset({cast("GoodsClass", name)})
            yield from ((word, Entry(kind, classes, spelling=word)) for word in _listed(words))
    modifiers = dict.fromkeys(_listed(goods["modifiers"]["words"]), Kind.MODIFIER)
    telling = dict.fromkeys(_listed(goods["modifiers"]["telling"]), Kind.TELLING)
    yield from ((word, Entry(kind)) for word, kind in (modifiers | telling).items())
    yield from ((word, Entry(Kind.TRAP)) for word in _listed(goods["traps"]["phrases"]))
    for name, kind in _SINGLE_WORDS.items():
        yield from ((word, Entry(kind)) for word in goods[name])


def _systems(table: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, Entry]]:
    tiers = {"?": Kind.DOUBTFUL, "+": Kind.ATTACHED}
    for name, countries in table.items():
        for line in "".join(countries.values()).splitlines():
            spellings = _listed(line)
            system = "-".join(atom for atom in re.split(r"[\W_]+", spellings[0].casefold()) if atom)
            for spelling in spellings:
                kind = tiers.get(spelling[-1], Kind.SYSTEM)
                plain = spelling.rstrip("?+")
                yield plain, Entry(kind, frozenset({cast("GoodsClass", name)}), system, plain)


def _add(root: Node, name: str, entry: Entry) -> None:
    node = root
    for atom in ATOM.findall(name.casefold()):
        node = node.next.setdefault(atom, Node())
    for i, other in enumerate(node.entries):
        if (other.kind, other.system) == (entry.kind, entry.system):  # of two classes
            node.entries[i] = Entry(entry.kind, other.classes | entry.classes, entry.system, entry.spelling)
            return
    node.entries.append(entry)
    node.entries.sort(key=lambda entry: entry.kind)


def _calibre(goods: Mapping[str, Any]) -> re.Pattern[str]:
    number = r"\.?\d+(?:[.,x]\d+)*"
    units, joins, words = ("|".join(goods[name]) for name in ("calibres", "calibre_joins", "calibre_words"))
    measured = rf"{number}(?:(?: (?:{joins}) |-){number})?[ \u00a0-]?(?:{units})\b"
    return re.compile(rf"(?:(?:{words}) )?{measured}|(?:{words}) {number}", re.IGNORECASE)


def _listed(text: str) -> list[str]:
    return [word.strip() for word in re.split(r"[,\n]", text) if word.strip()]


def _toml(path: str) -> dict[str, Any]:
    return tomllib.loads(files("processors.languages").joinpath(path).read_text("utf8"))
