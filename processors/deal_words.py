"""The words by which mentions of arms deals are read: `languages/<code>/deals.toml`, read once."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from processors import wordlists

Form = Literal["active", "passive", "noun", "agent"]
FORMS: tuple[Form, ...] = ("active", "passive", "noun", "agent")


@dataclass(frozen=True, slots=True)
class Sign:
    """Words `first` to `last` are of a class: "deny", "from", or of an act and form: "sale", "noun"."""

    first: int
    last: int
    name: str
    form: Form | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DealWords:
    """The phrases of one language by their first word."""

    directions: dict[str, str]  # sale: give
    phrases: dict[str, list[tuple[tuple[str, ...], str, Form | None]]]
    clitics: tuple[str, ...]  # nya
    count: re.Pattern[str]  # "42", "puluhan": how many
    price: re.Pattern[str]  # "1,1 miliar dolar AS"
    ways: frozenset[str]  # prepositions of who gives and who gets: "dari", "ke"
    outlets: re.Pattern[str]  # in names of media: "News", "Reuters"
    groups: dict[str, str]  # kelompok kriminal bersenjata: kkb
    group: re.Pattern[str]  # any of them

    def stem(self, word: str) -> str:
        """A word without its clitic, where it is a known word so: bayarnya, but not hanya."""
        for clitic in self.clitics:
            stem = word.removesuffix(clitic)
            if stem != word and stem in self.phrases and word not in self.phrases:
                return stem
        return word

    def signs(self, low: Sequence[str], first: int, end: int) -> Iterator[Sign]:
        """The signs that begin in words first … end - 1 of a text in small letters, in order."""
        for i in range(first, end):
            for phrase, name, form in self.phrases.get(self.stem(low[i]), ()):
                last = i + len(phrase) - 1
                if last < end and all(self.stem(low[i + k]) == word for k, word in enumerate(phrase) if k):
                    yield Sign(i, last, name, form)


@cache
def deal_words(language: str) -> DealWords:
    """The words of a language that has a pack."""
    path = files("processors.languages") / language / "deals.toml"
    table: dict[str, Any] = tomllib.loads(path.read_text("utf8"))
    phrases: dict[str, list[tuple[tuple[str, ...], str, Form | None]]] = {}
    for phrase, name, form in _entries(table):
        words = tuple(phrase.split())
        phrases.setdefault(words[0], []).append((words, name, form))
    directions = {name: act["direction"] for name, act in table["acts"].items()}
    amounts = {
        name: "|".join(map(re.escape, sorted(listed, key=len, reverse=True)))
        for name, listed in table["amounts"].items()
    }
    ways = frozenset(table["prepositions"]["from"] + table["prepositions"]["to"])
    listed = (*wordlists.words("agencies.txt"), *wordlists.words("outlets.txt"))
    outlets = _whole([*table["words"]["outlet"], *listed])
    groups = {name: slug for slug, names in table["groups"].items() for name in names}
    return DealWords(
        directions=directions,
        phrases=phrases,
        clitics=tuple(table["clitics"]),
        count=_count(amounts),
        price=_price(amounts),
        ways=ways,
        outlets=outlets,
        groups=groups,
        group=_whole(list(groups)),
    )


def _whole(phrases: Sequence[str]) -> re.Pattern[str]:
    """Any of the phrases, in whole words and whatever case."""
    longest = sorted(map(re.escape, phrases), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest)})(?!\w)", re.IGNORECASE)


_DIGITS = r"\d+(?:[.,]\d+)*"


def _count(amounts: dict[str, str]) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w.,$-])(?:{_DIGITS}(?: (?:{amounts['scales']}))?|(?:{amounts['numbers']}))(?![\w-])",
        re.IGNORECASE,
    )


def _price(amounts: dict[str, str]) -> re.Pattern[str]:
    scale = rf"(?:[ -](?:{amounts['scales']}))?"
    signed = rf"(?<!\w)(?:{amounts['signs']})\s?{_DIGITS}{scale}"
    named = rf"(?<![\w.,]){_DIGITS}{scale}[ -](?:[A-Z]\w+ )?(?:{amounts['currencies']})(?: [A-Z]\w+)?"
    return re.compile(rf"{signed}(?!\w)|{named}(?!\w)")


def _entries(table: dict[str, Any]) -> Iterator[tuple[str, str, Form | None]]:
    for name, act in table["acts"].items():
        for form in FORMS:
            for phrase in act.get(form, ()):
                yield phrase, name, form
    for group in ("words", "prepositions"):
        for name, listed in table[group].items():
            for phrase in listed:
                yield phrase, name, None
