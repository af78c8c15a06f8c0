"""A text as words with the breaks between them: what the rules for quotes and speakers walk along."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from processors.languages.pack import LanguagePack
from processors.quotation_marks import Pair, pairs

NONE, COMMA, COLON, SENTENCE, PARAGRAPH = range(5)  # how strongly a word is cut off from the one before it

_WORD = re.compile(r"\d+(?:[.,:/]\d+)*[^\W\d_]*|[^\W_]+(?:(?:[-'’]|\.(?=[a-z]))[^\W_]+)*")
_BREAK = re.compile(r"[^\s\"“”„«»‹›'’‘`]")
_STRENGTH = {
    **dict.fromkeys(",()[]–—-/", COMMA),
    **dict.fromkeys(":;", COLON),
    **dict.fromkeys(".!?…", SENTENCE),
}


class Text:
    """Words by number. `quoted[i]`: which pair of quotation marks word i is in, -1: none."""

    def __init__(self, body: str, pack: LanguagePack, names: Sequence[tuple[int, int]] = ()) -> None:
        self.body = body
        self.pack = pack
        self.pairs: list[Pair] = pairs(body)
        spans = [match.span() for match in _WORD.finditer(body)]
        self.start = [start for start, _ in spans]
        self.end = [end for _, end in spans]
        self.low = [body[start:end].casefold() for start, end in spans]
        self.quoted = self._quoted()
        self.breaks = [self._break(i) for i in range(len(spans))]
        for start, end in names:  # "M. Hasbullah", "Kim Jong-un": nothing breaks inside a name
            for i in range(self.at(start) + 1, self.at(end)):
                self.breaks[i] = NONE

    def __len__(self) -> int:
        return len(self.start)

    def at(self, position: int) -> int:
        """The first word that begins at or after a character."""
        return bisect_left(self.start, position)

    def until(self, position: int) -> int:
        """The first word that ends after a character: words before it end at or before it."""
        return bisect_right(self.end, position)

    def upper(self, i: int) -> bool:
        """Does word i begin with a capital?"""
        return self.body[self.start[i]].isupper()

    def slice(self, first: int, last: int) -> str:
        """The text from the first to the last of these words, both included."""
        return self.body[self.start[first] : self.end[last]]

    def _quoted(self) -> list[int]:
        quoted = [-1] * len(self.start)
        for number, pair in enumerate(self.pairs):
            for i in range(self.at(pair.start), self.at(pair.end)):
                quoted[i] = number
        return quoted

    def _break(self, i: int) -> int:
        if i == 0:
            return PARAGRAPH
        gap = self.body[self.end[i - 1] : self.start[i]]
        if gap in (" ", "-"):
            return NONE
        if "\n" in gap:
            return PARAGRAPH
        if gap[:1] == "." and self._abbreviated(i - 1):
            return NONE
        return max((_STRENGTH.get(mark, COMMA) for mark in _BREAK.findall(gap)), default=NONE)

    def _abbreviated(self, i: int) -> bool:
        length = self.end[i] - self.start[i]
        return (length == 1 and self.upper(i)) or (length <= 5 and self.low[i] in self.pack.titles)
