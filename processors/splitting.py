"""Words and sentences of a text by rule, in linear time and without a model.

A line's end always ends a sentence. Inside a line only a stop can, and what it does is judged by what stands
before it (an abbreviation, an initial, a number of a list), by the marks that close behind it and by what
comes next. A stop that belongs to an abbreviation is part of its word ("Dr.", "S.H.", "dll."), but for the
last of a sentence ("… beras, dll", "."). Addresses are one word: kompas.com, https://…, redaksi@….

What a stop means behind a word is data: `languages/<code>/stops.toml` and `sentence_starters.txt`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from processors.wordlists import LANGUAGES, table, words

Span = tuple[int, int]
Kind = Literal["never", "numbered", "final", "open"]  # the keys of stops.toml
KINDS: tuple[Kind, ...] = ("open", "final", "numbered", "never")  # the last that lists a word counts

# Characters that belong to the letter before them: accents, vowel signs, joiners, variation selectors.
_MARKS = "\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f"
_MARKS += "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
_LETTER = rf"(?:[^\W_]|[{_MARKS}])"
_WORD = re.compile(
    r"[Rr][Pp](?=\d)"  # Rp42 is two words
    rf"|\d++(?:[.,:/]\d++)*+(?!{_LETTER})"  # 2,5  12.30  7/10/2025
    rf"|[a-zß-öø-ÿ]++(?:-[a-zß-öø-ÿ]++)++(?!{_LETTER})"  # negara-negara, but Prabowo-Gibran is three words
    rf"|(?P<half>[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]++)-(?i:(?P=half))(?!{_LETTER})"  # Undang-Undang
    rf"|{_LETTER}++(?:['’]{_LETTER}++)*+"
    r"|[^\w\s]|\w"
)
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
# A sentence begins here although no gap is printed.
GAP = re.compile(
    r"(?<=[a-zß-öø-ÿ\d)][.!?])(?=[\"“]?[A-Z])"  # dia.Sementara
    r"|(?<=[A-Z]{2}[.!?])(?=[\"“]?[A-Z][a-z])"  # AS.Menurut
    r"|(?<=[.!?]”)(?=[A-Z])"
)
_TLD = "com|net|org|info|biz|edu|gov|co|id|my|sg|au|uk|eu|ru|cn|jp|kr|tv|fm|io|ai|news|online"
_WHOLE = re.compile(
    r"(?:https?://|www\.)[^\s\"“”<>]*[\w/=&%#-]"
    r"|(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++"
    rf"|(?<![\w.@-])(?:[\w-]++\.)+(?:{_TLD}|{_TLD.upper()}|Com|Co\.Id)(?![\w-])(?:/[^\s\"“”<>]*[\w/])?"
    r"|(?<![\w.-])(?:[a-z]\.)+[a-z](?!\w)\.?"  # a.m.  s.d.
    r"|(?<![\w.-])(?:[A-Z]\.)+(?:[A-Z](?!\w)\.?|(?<=[A-Z]\.[A-Z]\.)(?=[A-Z][a-z]))"  # A.H.  U.S  J.K.Rowling
)
_JOINT = re.compile(r"\w[.@:][\w/]")  # no address or dotted abbreviation is without one
_INITIALS = re.compile(r"(?:[A-Za-z]\.)*[A-Za-z]")
_ENDERS = frozenset(".!?…")
_OPENERS, _BRACKETS = frozenset("([{"), frozenset(")]}")
_OPENING_QUOTES, _CLOSING_QUOTES = frozenset("“„‟«‘"), frozenset("”»’'")
_QUOTES = _OPENING_QUOTES | _CLOSING_QUOTES | {'"'}
_GOING_ON = _ENDERS | _BRACKETS | frozenset(",;:/")  # no sentence begins with one of these
_BEFORE_ITEM = _BRACKETS | frozenset(":;”»")
_LINKS = frozenset("-–/&")
_YEAR = 4  # figures of a number that is none of a list
_LONG = 5  # letters of a word that is no abbreviation, whatever follows it
_LOOK = 6  # words looked at for the first with a letter or figure


def word_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The words and marks of text[start:end] by rule, as (start, end): all characters but white space."""
    for match in _WORD.finditer(text, start, len(text) if end is None else end):
        yield match.span()


def split(text: str, language: str = "id") -> list[list[Span]]:
    """The sentences of a text, each a list of the (start, end) of its tokens in code points.

    The tokens cover all but white space, in order; none is empty, and no sentence is. `language`: ISO 639-1;
    of one without word lists all lists are used.
    """
    stops = _stops(language if language in LANGUAGES else None)
    lines = (match.span() for match in _LINE.finditer(text))
    return [sentence for start, end in lines for sentence in _Line(text, start, end, stops).sentences()]


@dataclass(frozen=True, slots=True)
class _Stops:
    """The word lists of stops.toml and sentence_starters.txt; `folded` is for lines in one case."""

    kinds: dict[str, Kind]
    folded: dict[str, Kind]
    labels: frozenset[str]
    starters: frozenset[str]
    degrees: re.Pattern[str]


@cache
def _stops(language: str | None) -> _Stops:
    lists = table("stops.toml")
    kinds: dict[str, Kind] = {word: kind for kind in KINDS for word in lists[kind]}
    parts = "|".join([*sorted(lists["degrees"], key=len, reverse=True), "[A-Z]"])
    return _Stops(
        kinds=kinds,
        folded={word.casefold(): kind for word, kind in kinds.items()},
        labels=frozenset(lists["labels"]),
        starters=frozenset(words("sentence_starters.txt", language)),
        degrees=re.compile(rf"(?<![\w.-])(?:[SMABD]|Ph|Sp)\.(?:{parts})(?:\.(?:{parts}))*(?!\w)\.?"),
    )


@dataclass(frozen=True, slots=True)
class _Stop:
    """Word `first` ends with a stop, more stand up to `last`, closing marks up to `final`."""

    first: int
    last: int
    final: int
    word: str  # what the first stop stands behind, without a gap
    kind: Kind | None
    head: int  # the first word with a letter or figure behind all marks; -1: a sentence can't begin here


class _Line:
    """A line's words and how far its sentences have been read."""

    def __init__(self, text: str, start: int, end: int, stops: _Stops) -> None:
        self.text, self.stops = text, stops
        self.words = list(word_spans(text, start, end))
        line = text[start:end]
        self.small = line.islower()
        self.one_case = self.small or line.isupper()
        if _JOINT.search(line):
            self.words = _merged(self.words, self._wholes(start, end))
        self.closing = self._straight_marks() if '"' in line else {}
        self.begun = 0  # the first word of the sentence
        self.listed = 0  # the number of the last item of a list

    def sentences(self) -> Iterator[list[Span]]:
        """The tokens of the line, a list a sentence."""
        tokens: list[Span] = []
        n = cut = 0  # `cut`: the first word that is not yet among the tokens
        while n < len(self.words):
            if self.text[self.words[n][1] - 1] not in _ENDERS:
                n += 1
                continue
            stop = self._stop(n)
            n = stop.last + 1
            if stop.head >= 0 and self._is_end(stop):
                n = self.begun = stop.final + 1
                yield [*tokens, *self.words[cut:n]]
                tokens, cut = [], n
            elif self._is_part(stop):
                tokens += self.words[cut : n - 2]
                tokens.append((self.words[n - 2][0], self.words[n - 1][1]))
                cut = n
        if tokens or self.words[cut:]:
            yield [*tokens, *self.words[cut:]]

    # --- words ---

    def _wholes(self, start: int, end: int) -> list[Span]:
        """Addresses and dotted abbreviations, in order; they may overlap."""
        patterns = (_WHOLE, self.stops.degrees)
        spans = [match.span() for found in patterns for match in found.finditer(self.text, start, end)]
        return sorted(spans, key=lambda span: (span[0], -span[1]))

    def _word(self, n: int) -> str:
        return self.text[slice(*self.words[n])]

    def _mark(self, n: int) -> str:
        """The first character of word n, empty beyond the line."""
        return self.text[self.words[n][0]] if 0 <= n < len(self.words) else ""

    def _is_glued(self, n: int) -> bool:
        """Whether word n follows another without a gap."""
        return 0 < n < len(self.words) and self.words[n - 1][1] == self.words[n][0]

    # --- closing marks ---

    def _straight_marks(self) -> dict[int, bool]:
        """Of every straight double mark whether it closes: by what it stands next to, else in turn."""
        closing: dict[int, bool] = {}
        is_open = False
        for n in range(len(self.words)):
            if self._mark(n) == '"':
                side = self._side(n)
                closing[n] = is_open if side is None else side
                is_open = not closing[n]
        return closing

    def _side(self, n: int) -> bool | None:
        """Whether mark n closes, by the gaps around it; None if they don't tell."""
        following = self._mark(n + 1)
        before = self._is_glued(n) and self._mark(n - 1) not in _OPENERS
        after = self._is_glued(n + 1) and (
            following.isalnum() or following in _OPENERS or following in _QUOTES
        )
        return before if before != after else None

    def _closes(self, n: int) -> bool:
        """Whether word n is a mark that closes a bracket or a quotation."""
        mark = self._mark(n)
        if mark == '"':
            return self.closing[n]
        if mark not in _OPENING_QUOTES and mark not in _CLOSING_QUOTES:
            return mark in _BRACKETS
        side = self._side(n) if self.words[n][1] - self.words[n][0] == 1 else False
        return mark in _CLOSING_QUOTES if side is None else side

    # --- stops ---

    def _stop(self, n: int) -> _Stop:
        """The stops that begin with word n, and what is around them."""
        start, end = self.words[n]
        last = n
        while self._is_glued(last + 1) and self._mark(last + 1) in _ENDERS:
            last += 1
        final = last
        while self._closes(final + 1):
            final += 1
        word = self.text[start : end - 1] or (self._word(n - 1) if self._is_glued(n) else "")
        kind = None if self._is_tail(n - 1) else self._kind(word)
        return _Stop(n, last, final, word, kind, self._head(final + 1))

    def _is_tail(self, n: int) -> bool:
        """Whether word n is the end of a longer one: MER-C, 21-17."""
        return self._is_glued(n) and self._mark(n - 1) in _LINKS

    def _head(self, follow: int) -> int:
        """The first word from `follow` on, -1 if there is none or the sentence goes on."""
        if self._mark(follow) in _GOING_ON:
            return -1
        near = range(follow, min(follow + _LOOK, len(self.words)))
        return next((n for n in near if self._mark(n).isalnum()), -1)

    def _kind(self, word: str) -> Kind | None:
        """What kind of abbreviation a word is, if it is one. Degrees are `final`, initials are `open`."""
        kind = self.stops.kinds.get(word)
        if kind is None and self.one_case:
            kind = self.stops.folded.get(word.casefold())
        if kind is None and _INITIALS.fullmatch(word):
            return "open"
        if kind is None and "." in word and self.stops.degrees.fullmatch(word):
            return "final"
        return kind

    def _is_part(self, stop: _Stop) -> bool:
        """Whether a full stop that ends no sentence belongs to the word before it: "Dr.", "J."."""
        if stop.kind is None or stop.last > stop.first or not self._is_glued(stop.first):
            return False
        if self._word(stop.first) != "." or (stop.word.islower() and len(stop.word) == 1):
            return False
        if stop.final + 1 == len(self.words):
            return stop.kind == "never" and stop.final > stop.last  # (Purn.)
        return stop.kind != "numbered" or stop.word[0].isupper() or self._mark(stop.final + 1).isdecimal()

    def _is_end(self, stop: _Stop) -> bool:
        """Whether a sentence ends with these stops and the closing marks behind them."""
        if self._is_glued(stop.final + 1) and stop.final == stop.last and not self._lacks_gap(stop):
            return False
        if self._is_bracketed(stop):
            return False
        if self._is_small(stop.head):
            return stop.final == stop.last and self._ends_before_small(stop)
        mark = self.text[self.words[stop.last][1] - 1]
        figure = self._mark(stop.head).isdecimal()
        if mark in "?!":
            return True
        if mark == "…" or stop.last > stop.first:
            return not figure
        if stop.word[:1].isdecimal():
            return self._ends_after_number(stop, figure=figure)
        return stop.kind is None or self._ends_after_abbreviation(stop, stop.kind, figure=figure)

    def _lacks_gap(self, stop: _Stop) -> bool:
        """Whether the gap behind a stop is only not printed."""
        if GAP.match(self.text, self.words[stop.final][1]):
            return True
        clear = stop.last > stop.first or not stop.word[-1:].isalnum()  # aja!!Sawer  14%.Jika  Dekat'.Menurut
        return clear and self._word(stop.last) != "…" and self._mark(stop.final + 1).isupper()

    def _is_bracketed(self, stop: _Stop) -> bool:
        """Whether brackets hold no more than the stop, or one abbreviation: (?)  [...]  (Bl.)  “...Baby"""
        before = self._mark(stop.first - 1) if stop.word else ""
        if before in ("(", "[") or (before in _QUOTES and not self._closes(stop.first - 1)):
            return True
        return self._mark(stop.first - 2) in ("(", "[") and self._mark(stop.last + 1) in _BRACKETS

    def _is_small(self, n: int) -> bool:
        """Whether word n begins with a small letter; names like iPhone don't count."""
        start, end = self.words[n]
        return self.text[start].islower() and not self.text[start + 1 : end][:1].isupper()

    def _ends_before_small(self, stop: _Stop) -> bool:
        """Whether a sentence ends though a small letter follows: all are small, or it is a slip."""
        word, mark = stop.word, self.text[self.words[stop.last][1] - 1]
        if mark in "?!":
            return self.small
        if stop.kind or stop.last > stop.first or mark == "…":
            return False
        if self._mark(stop.final + 1) in _OPENERS:  # (ant/roc)
            return True
        if self.small:
            return not self._is_item(stop)
        quoted = self._mark(stop.final + 1) in _QUOTES
        if stop.head > stop.final + 1 + quoted:
            return False
        return word in _BRACKETS or (word.isalpha() and word.islower() and len(word) >= _LONG)

    def _ends_after_number(self, stop: _Stop, *, figure: bool) -> bool:
        in_list = self._is_item(stop)
        return len(stop.word) == _YEAR if figure else not in_list

    def _is_item(self, stop: _Stop) -> bool:
        """Whether the number or letter before the stop marks an item of a list: "1. …", "2. …"."""
        at = stop.first - 1
        number = int(stop.word) if stop.word.isdecimal() and len(stop.word) < _YEAR else 0
        if self._is_tail(at) or not (number or len(stop.word) == 1):
            return False
        opens = at == self.begun or self._precedes_item(at)
        goes_on = 1 < number == self.listed + 1 and not self._starts(stop.head)
        if opens or goes_on:
            self.listed = number
        return opens or goes_on

    def _precedes_item(self, n: int) -> bool:
        """Whether an item of a list can begin with word n, inside a sentence or where a gap is missing."""
        mark = self._mark(n - 1)
        if mark in _ENDERS:  # selengkapnya.1. Polisi, but not No.5. Polisi
            return self._is_glued(n) and self._kind(self._word(n - 2)) is None
        return mark in _BEFORE_ITEM

    def _ends_after_abbreviation(self, stop: _Stop, kind: Kind, *, figure: bool) -> bool:
        if kind == "never" or self._mark(stop.final + 1) in _OPENERS:
            return False
        if kind == "final":
            following = self._kind(self._word(stop.head).rstrip("."))
            return stop.final > stop.last or following not in ("final", "open")
        if figure:
            return False
        if kind == "numbered" and stop.word.islower():
            return True
        if len(stop.word) == 1 and self._is_item(stop):
            return False
        return self._starts(stop.head) or self._is_label(stop)

    def _starts(self, n: int) -> bool:
        """Whether word n is one that opens sentences and no name."""
        return self._word(n).partition("-")[0].capitalize() in self.stops.starters

    def _is_label(self, stop: _Stop) -> bool:
        """Whether a single letter names a kind or is a unit: "vitamin C.", "1447 H."."""
        if len(stop.word) > 1 or stop.first < 2:
            return False
        before = self._word(stop.first - 2).casefold()
        return before in self.stops.labels or before.isdecimal()


def _merged(spans: Sequence[Span], wholes: Sequence[Span]) -> list[Span]:
    """The spans with those that a whole touches made one."""
    if not wholes:
        return list(spans)
    found: list[Span] = []
    whole = 0
    joining = False
    for start, end in spans:
        while whole < len(wholes) and wholes[whole][1] <= start:
            whole += 1
            joining = False
        inside = whole < len(wholes) and end > wholes[whole][0]
        if inside and joining:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
        joining = inside
    return found
