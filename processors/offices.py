"""Who holds which office in an article: 'Menhan' is the Ingrid Solberg that it calls defence minister."""

from bisect import bisect_left
from collections.abc import Sequence

from processors.subjects import Names, Span
from processors.words import COMMA, NONE, Text

_BEFORE, _BEHIND = 10, 12  # words of an office before a name, and of one between commas behind it
_LOOKED_AT = 300  # holders of offices, on each side of a phrase


class Offices:
    """The words that stand before each person's name and, between commas, behind it."""

    def __init__(self, text: Text, names: Names) -> None:
        self._text = text
        self._spans: list[Span] = []
        self._held: list[set[str]] = []
        for span in names.spans:
            held = self._around(span) if span.type == "PER" else set()
            if held:
                self._spans.append(span)
                self._held.append(held)
        self._first = [span.first for span in self._spans]

    def holder(self, words: Sequence[str], i: int) -> Span | None:
        """Who the words at word i mean if they are an office: who was called so last, else who is next."""
        wanted = self._long(words) if self._is_office(words) else set()
        if not wanted:
            return None
        at = bisect_left(self._first, i)
        earlier = range(at - 1, max(-1, at - _LOOKED_AT), -1)
        later = range(at, min(len(self._held), at + _LOOKED_AT))
        return next((self._spans[n] for n in (*earlier, *later) if wanted <= self._held[n]), None)

    def _is_office(self, words: Sequence[str]) -> bool:
        pack = self._text.pack
        if words[0] in pack.organisation_nouns:
            return False
        nouns = pack.titles | pack.person_nouns | pack.offices.keys()
        return not nouns.isdisjoint(words) or " ".join(self._kept(words)) in pack.offices

    def _around(self, name: Span) -> set[str]:
        text, first, last = self._text, name.first, name.last + 1
        while first > 0 and name.first - first < _BEFORE and self._goes_on(first, name.first):
            first -= 1
        held = self._long(text.low[first : name.first])
        if last < len(text) and text.breaks[last] == COMMA:
            reach = range(last + 1, min(last + _BEHIND, len(text)))
            end = next((j for j in reach if text.breaks[j] > NONE), last)
            held |= self._long(text.low[last:end])
        return held

    def _goes_on(self, first: int, name: int) -> bool:
        """May the word before `first` still be part of the office before a name?"""
        text, pack = self._text, self._text.pack
        if text.breaks[first] > (COMMA if first == name else NONE):
            return False
        others = (pack.verbs, pack.passives, pack.prepositions, pack.pronouns)
        return not any(text.low[first - 1] in listed for listed in others)

    def _long(self, words: Sequence[str]) -> set[str]:
        """The words of an office, its short names spelt out: menhan is menteri pertahanan."""
        offices, kept = self._text.pack.offices, self._kept(words)
        byname = offices.get(" ".join(kept))
        return set((byname or " ".join(offices.get(word, word) for word in kept)).split())

    def _kept(self, words: Sequence[str]) -> list[str]:
        pack = self._text.pack
        skipped = (pack.demonstratives, pack.indefinite, pack.prepositions, pack.joins, pack.defining)
        return [word for word in words if not any(word in listed for listed in skipped)]
