"""Indirect and mixed quotes: what the quotes head marks, beside the direct quotes that the marks decide.

The roles head says where speaker and cue are; whom the words mean in the article is for `speakers` to say.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from processors.tagged import Passage, Tagged
from processors.words import COMMA, Text

KINDS: dict[str, Literal["indirect", "mixed"]] = {"INDIRECT": "indirect", "MIXED": "mixed"}
Chars = tuple[int, int]  # start and end
_SHARED = 0.3  # of a passage inside direct quotes: more, and it is theirs
_QUOTED = 3  # words in quotation marks that make an indirect quote mixed
_LATIN = "\u0250"  # letters of other scripts come behind: verses, prayers
_EDGES = " \t\n,.;:-–—"


@dataclass(frozen=True, slots=True)
class Reported:
    """A content clause at body[start:end]; its speaker's mention and its cue, where the article has them."""

    start: int
    end: int
    kind: Literal["indirect", "mixed"]
    mention: tuple[int, int] | None
    cue: tuple[int, int] | None


def reported(text: Text, tagged: Tagged, direct: Iterable[tuple[int, int]]) -> list[Reported]:
    """The reported quotes of a text in order; `direct`: where its direct quotes are, in order."""
    taken = list(direct)
    roles = _Roles(text, tagged)
    found = []
    for passage in tagged.quotes:
        span = _trimmed(text, passage)
        if passage.type not in KINDS or not span or _shared(span, taken) > _SHARED:
            continue
        mention, cue = roles.beside(span)
        if cue and _says(text, cue, span):
            found.append(Reported(*span, _kind(text, span), mention, cue))
    return found


def _trimmed(text: Text, passage: Passage) -> tuple[int, int] | None:
    """The clause without a conjunction (bahwa, that) before it and marks around it."""
    start, end = passage.start, passage.end
    while start < end and text.body[start] in _EDGES:
        start += 1
    first = _behind_addressee(text, start, end)
    if first < len(text) and text.low[first] in text.pack.conjunctions:
        first += 1
    if text.at(start) < first < len(text):
        start = max(start, text.start[first])
        while text.body[start - 1] in "\"“‘'":
            start -= 1
    while end > start and text.body[end - 1] in _EDGES:
        end -= 1
    return (start, end) if start < end else None


def _behind_addressee(text: Text, start: int, end: int) -> int:
    """The clause's first word; the conjunction behind 'kepada koroner bahwa …'."""
    first, pack = text.at(start), text.pack
    if first == len(text) or text.low[first] not in pack.addressing:
        return first
    return next((i for i in range(first, text.at(end)) if text.low[i] in pack.conjunctions), first)


def _says(text: Text, cue: Chars, clause: Chars) -> bool:
    """Is something said? Not in "tanpa menyebut jumlah", "melaporkan Budi ke polisi", a verdict."""
    pack, first, last = text.pack, text.at(cue[0]), text.until(cue[1]) - 1
    words = text.low[first : last + 1]
    if not pack.silent.isdisjoint(words) or (first > 0 and text.low[first - 1] in pack.purposes):
        return False
    content = range(text.at(clause[0]), text.at(clause[1]))
    if not content or text.low[content[0]] in pack.directions or text.low[content[0]] > _LATIN:
        return False
    complains = not pack.complaints.isdisjoint(words)
    return not complains or not any(
        text.low[i] in pack.authorities and text.low[i - 1] in pack.directions for i in content
    )


def _shared(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> float:
    """The part of a span that lies in others, which are in order and apart."""
    start, end = span
    near = taken[max(0, bisect_left(taken, span) - 1) : bisect_left(taken, (end, end))]
    return sum(max(0, min(end, b) - max(start, a)) for a, b in near) / (end - start)


def _kind(text: Text, span: tuple[int, int]) -> Literal["indirect", "mixed"]:
    first, last = text.at(span[0]), text.at(span[1])
    quoted = sum(number >= 0 for number in text.quoted[first:last])
    return "mixed" if quoted >= _QUOTED else "indirect"


class _Roles:
    """The mentions of speakers and the cues of a text, by sentence."""

    def __init__(self, text: Text, tagged: Tagged) -> None:
        self.text = text
        self._starts = [sentence.start for sentence in tagged.sentences]
        self._ends = [sentence.end for sentence in tagged.sentences]
        speakers = [_span(role) for role in tagged.roles if role.type == "SPEAKER"]
        self._mentions = [span for span in speakers if not self._addressed(span)]
        self._cues = [_span(role) for role in tagged.roles if role.type == "CUE"]

    def beside(self, clause: Chars) -> tuple[Chars | None, Chars | None]:
        """The mention and the cue of a clause: both in its sentence, the mention beside the cue."""
        low, high = self._sentence(clause)
        if credit := self._credit(low, clause[0]):
            return credit
        first = self.text.at(clause[0])
        joined = first > 0 and self.text.low[first - 1] in self.text.pack.conjunctions
        start = self.text.start[first - 1] if joined else clause[0]  # "bahwa" parts no cue from its clause
        cue = _nearest((start, clause[1]), _within(self._cues, low, high))
        return self._mention(cue or clause, _within(self._mentions, low, high)), cue

    def _credit(self, low: int, start: int) -> tuple[Chars, Chars] | None:
        """'Dikutip dari Harian Fajar, …': who opens a sentence so owns what has no cue of its own."""
        text, first = self.text, self.text.at(low)
        if first == len(text) or text.low[first] not in text.pack.crediting:
            return None
        behind = next((i for i in range(first + 1, text.at(start) + 1) if text.breaks[i] == COMMA), first)
        own = _within(self._cues, text.start[behind], start)
        sources = _within(self._mentions, low, text.start[behind])
        return None if own or not sources else (sources[0], (text.start[first], text.end[first]))

    def _sentence(self, clause: Chars) -> Chars:
        """The sentences that a clause lies in."""
        first = max(0, bisect_right(self._starts, clause[0]) - 1)
        last = min(bisect_left(self._ends, clause[1]), len(self._ends) - 1)
        return self._starts[first], self._ends[last]

    def _addressed(self, mention: Chars) -> bool:
        """'mengatakan kepada X': who is told does not speak."""
        first = self.text.at(mention[0])
        return first > 0 and self.text.low[first - 1] in self.text.pack.addressing

    def _mention(self, cue: Chars, mentions: Sequence[Chars]) -> Chars | None:
        """The nearest mention on the side of the cue where its subject stands, else on the other."""
        at, pack = self.text.at(cue[0]), self.text.pack
        word = self.text.low[at] if at < len(self.text) else ""  # a mark at the text's end
        before = [mention for mention in mentions if mention[0] <= cue[0]]
        after = [mention for mention in mentions if mention[0] >= cue[0]]
        if word in pack.verbs:
            return _nearest(cue, before) or _nearest(cue, after)
        if word in pack.stems or word in pack.introducers:
            return _nearest(cue, after) or _nearest(cue, before)
        return _nearest(cue, mentions)


def _span(role: Passage) -> Chars:
    return role.start, role.end


def _within(spans: Sequence[Chars], low: int, high: int) -> Sequence[Chars]:
    """Of spans in order, those between two characters."""
    return spans[bisect_left(spans, (low, low)) : bisect_left(spans, (high, high))]


def _nearest(to: Chars, spans: Sequence[Chars]) -> Chars | None:
    return min(spans, key=lambda span: max(to[0] - span[1], span[0] - to[1]), default=None)
