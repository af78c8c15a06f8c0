"""Finds direct quotes: which quotations are somebody's words, and which cue says so.

The rules follow the annotation guide: scare quotes, titles, nicknames and single words are no quotes, nor are
fragments inside somebody's reported clause (those belong to mixed quotes).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from processors.quotation_marks import Pair
from processors.words import COMMA, NONE, SENTENCE, Text

Style = Literal["stem", "clitic", "verb", "passive", "introducer", "statement"]

_FINAL = ".?!…"
_MARKS = "\"“”„«»‹›'’‘`"
_LONG = 4  # words that make a quotation without a cue a sentence rather than a title
_SHORT = 2  # the same right after a quotation
_FAR = 300  # characters after which a quotation is no longer just before
_REACH = {":": 25, ",": 14}  # words from an opening mark back to its cue


@dataclass(frozen=True, slots=True)
class Cue:
    """Words `first` to `last`; `after` its quotation or before it."""

    first: int
    last: int
    style: Style
    after: bool


@dataclass(frozen=True, slots=True)
class Direct:
    """A quotation that is speech; `number` counts the text's pairs of marks."""

    pair: Pair
    number: int
    cue: Cue | None


def direct(text: Text) -> list[Direct]:
    """The direct quotes of a text in order."""
    found: list[Direct] = []
    for number, pair in enumerate(text.pairs):
        speaking = bool(found) and "\n" not in text.body[found[-1].pair.close : pair.open][:_FAR]
        quote = _judge(text, number, pair, speaking=speaking and pair.open - found[-1].pair.close < _FAR)
        if quote:
            found.append(quote)
    return found


def _judge(text: Text, number: int, pair: Pair, *, speaking: bool) -> Direct | None:
    """`speaking`: the paragraph has quoted somebody just before."""
    spoken = _Quotation(text, pair)
    if not spoken.words or spoken.is_title():
        return None
    after = spoken.cue_after()
    before = spoken.cue_before()
    if after and before and after.style == "introducer":  # 'X mengatakan, "…", menurut laporan Y'
        after = None
    if after and (
        spoken.begins_clause() or (before and spoken.complete()) or (spoken.upper and spoken.words >= _LONG)
    ):
        return Direct(pair, number, after)
    if before and spoken.complete():
        return Direct(pair, number, before)
    if spoken.begins_clause() and spoken.stands_alone(_SHORT if speaking else _LONG):
        return Direct(pair, number, None)
    return None


class _Quotation:
    """One pair of marks with its surroundings."""

    def __init__(self, text: Text, pair: Pair) -> None:
        self.text = text
        self.pair = pair
        self.first, self.next = text.at(pair.start), text.at(pair.close)
        self.words = text.at(pair.end) - self.first
        body = text.body
        self.upper = body[pair.start].isupper() or not body[pair.start].isalpha()
        self.final = body[pair.start : pair.end].rstrip(_MARKS + " ")[-1:]
        self.gap_after = (
            body[pair.close : text.start[self.next]] if self.next < len(text) else body[pair.close :]
        )
        self.gap_before = body[text.end[self.first - 1] : pair.open] if self.first else body[: pair.open]

    def begins_clause(self) -> bool:
        """Nothing of an unfinished sentence stands before the opening mark."""
        gap = self.gap_before.strip()
        return not self.first or "\n" in self.gap_before or bool(gap)

    def complete(self) -> bool:
        """A sentence, or what may stand for one, rather than a fragment of somebody else's."""
        stopped_after = self.gap_after.strip()[:1] in (*_FINAL, "") and self._ends()
        closed = self.final in (*_FINAL, ",") or stopped_after
        return closed and (self.upper or (self.words >= _LONG and self.final in _FINAL))

    def stands_alone(self, least: int) -> bool:
        """A whole sentence by itself: whoever spoke last speaks on."""
        if self.words < least or self.gap_before.strip()[-1:] in (",", "(", "-"):
            return False
        return self.complete() and (self.final == "," or self._ends())

    def is_title(self) -> bool:
        """The title of a video or story that the text advertises, or a name."""
        before = self.text.body[max(0, self.pair.open - 90) : self.pair.open]
        if self.text.pack.teasers.search(before.rsplit("\n", 1)[-1]):
            return True
        return (
            self.first > 0
            and not self.gap_before.strip()
            and self.text.low[self.first - 1] in self.text.pack.naming
        )

    def cue_after(self) -> Cue | None:
        i, text, pack = self.next, self.text, self.text.pack
        if not self._attributes():
            return None
        first = i
        while (
            i < len(text)
            and i < first + 2
            and text.low[i] in pack.leads
            and text.breaks[i + 1 : i + 2] != [SENTENCE]
        ):
            i += 1
        if i == len(text) or (i > first and text.breaks[i] > COMMA):
            return None
        style = self._style(i)
        if style:
            return Cue(i, i, style, after=True)
        if self.final != "." or "," in self.gap_after:
            verb = self._verb_ahead(i)
            return Cue(verb, verb, "verb", after=True) if verb is not None else None
        return None

    def _attributes(self) -> bool:
        """Can what follows the closing mark say who spoke?"""
        if self.next == len(self.text) or "\n\n" in self.gap_after:
            return False
        if set(self.gap_after) & set(_FINAL + ":;()"):
            return False
        return self.final in (*_FINAL, ",", "-", "—") or "," in self.gap_after or self.words >= _LONG

    def _style(self, i: int) -> Style | None:
        """What kind of cue word i is, right after a quotation."""
        text, pack, word = self.text, self.text.pack, self.text.low[i]
        stopped = self.final in (*_FINAL, ",") or "," in self.gap_after
        if word in pack.stems and (stopped or word not in pack.everyday):
            return "stem"
        if self.final == "," and pack.clitic and _unknown_before_name(text, i):
            return "stem"
        stem = word.removesuffix(pack.clitic) if pack.clitic else word
        if stem != word and (stem in pack.stems or (stopped and self.final != "." and _unknown(text, i))):
            return "clitic"
        if word in pack.introducers or (stem != word and stem in pack.introducers):
            return "introducer"
        if i > self.next or stopped:
            if word in pack.statements and i > self.next:
                return "statement"
            if word in pack.passives:
                return "passive"
        return None

    def _verb_ahead(self, i: int) -> int | None:
        """'"…," X menambahkan': the verb after its subject."""
        text = self.text
        verbs = text.pack.verbs
        for j in range(i, min(i + 12, len(text))):
            if text.quoted[j] >= 0 or (j > i and text.breaks[j] > COMMA):
                return None
            if text.low[j] in verbs and j > i:
                return j if self.final == "," or _clause_ends(text, j) else None
        return None

    def cue_before(self) -> Cue | None:
        text = self.text
        gap = self.gap_before.strip()
        if not self.first or set(gap) & set(_FINAL) or ("\n" in self.gap_before and ":" not in gap):
            return None
        if not gap:
            return self._cue_at_mark()
        reach = _REACH.get(gap[-1], 0)
        for j in range(self.first - 1, max(-1, self.first - 1 - reach), -1):
            style = _kind(text, j) if text.quoted[j] < 0 else None
            if style:
                return Cue(j, j, style, after=False)
            if text.breaks[j] >= SENTENCE:
                return None
        return None

    def _cue_at_mark(self) -> Cue | None:
        """'X mengatakan "Saya …"', 'mengatakan bahwa "…"'."""
        text = self.text
        for j in range(self.first - 1, max(-1, self.first - 3), -1):
            style = _kind(text, j)
            if style:
                return Cue(j, j, style, after=False)
            if text.low[j] not in ("bahwa", "that") or text.breaks[j] > NONE:
                return None
        return None

    def _ends(self) -> bool:
        """Is the sentence over after the closing mark?"""
        text, i = self.text, self.next
        if i == len(text) or text.breaks[i] >= SENTENCE or "\n" in self.gap_after:
            return True
        return text.upper(i) or bool(set(self.gap_after) & set(_MARKS))


def _kind(text: Text, j: int) -> Style | None:
    """What kind of cue word j is before a quotation."""
    pack, word = text.pack, text.low[j]
    if word in pack.verbs:
        return "verb"
    if word in pack.passives:
        return "passive"
    stem = word.removesuffix(pack.clitic) if pack.clitic else word
    if stem != word and stem in pack.stems:
        return "clitic"
    if word in pack.stems - pack.everyday:
        return "stem"
    return None


def _unknown(text: Text, i: int) -> bool:
    return len(text.low[i]) > 6 and (i + 1 == len(text) or text.breaks[i + 1] >= COMMA)


def _unknown_before_name(text: Text, i: int) -> bool:
    """'…," tegur Tomsi': a word no list has, where only a cue can stand."""
    pack, word = text.pack, text.low[i]
    ordinary = word in pack.stops or word in pack.prepositions or word in pack.joins or word in pack.leads
    if ordinary or word in pack.titles or word in pack.introducers or text.upper(i) or not word.isalpha():
        return False
    return i + 1 < len(text) and text.breaks[i + 1] == NONE and text.upper(i + 1) and text.quoted[i + 1] < 0


def _clause_ends(text: Text, j: int) -> bool:
    return j + 1 == len(text) or text.breaks[j + 1] >= COMMA or text.low[j + 1] in text.pack.stops


def spans(quotes: list[Direct]) -> Iterator[tuple[int, int]]:
    """What is said, as characters."""
    for quote in quotes:
        yield quote.pair.start, quote.pair.end
