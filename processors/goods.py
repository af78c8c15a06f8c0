"""Military goods in a text: where they are named, of which class, and which named system.

A phrase is a run of words of the lexicon with nothing between them: nouns, systems and what extends them, in
the order of the language. What stands alone and may be another thing (Patriot, komponen) needs context.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from processors.languages.lexicon import ATOM, JOINTS, Entry, Kind, Lexicon, Node, lexicon, printed_as
from processors.records import GoodsClass

_GAPS = frozenset(("", " ", "-", "\u00a0", "\u2010", "\u2011", "–"))  # between the words of a phrase
_NAMES = frozenset((Kind.SYSTEM, Kind.DOUBTFUL, Kind.ATTACHED))
_HEADS = frozenset((Kind.NOUN, Kind.WEAK))
_STARTS = _HEADS | _NAMES
_MARKS = frozenset("\"'“”‘’")
_NONE = Entry(Kind.MODIFIER)
_PREFIX = 5  # letters of a designator
_LONGEST_NAME = 3  # words behind "buatan", "kelas"
_KEPT = 8  # texts whose goods are remembered: one is asked for sentence by sentence

# F-16V, F-16C/D, T-50i, Su-30SME; Gripen E/F, Mistral 3; Block 70, Mk II
_OF_NUMBER = re.compile(r"-?(?:[A-Z]{1,3}\d{0,2}s?|[a-z](?![a-z]))(?:/[A-Z]{1,3})*(?!\w)")
_OF_NAME = re.compile(r"-\d{1,3}(?!\w)| (?:[A-HJ-Z]\d?(?:/[A-Z]\d?)*|[2-9])(?![\w.,]?\w)(?! unit)")
_MARK = re.compile(
    r"\+|[ -](?:Blo(?:ck|k)|M[kK]|Mark|Batch|Tranche|Flight|Increment)[ -]?(?:\d+[A-Za-z+]?|[IVX]+)\b"
)
_DESIGNATOR = re.compile(r"[A-Z][A-Za-z]{0,4}-?\d{1,4}(?:[A-Z]{1,3}\d?|[a-z](?![a-z]))?(?!\w)")


@dataclass(frozen=True, slots=True)
class Goods:
    """One phrase that names goods: `body[start:end] == text`, offsets in code points."""

    start: int
    end: int
    text: str  # as printed, as an annotator would write it in "goods"
    classes: tuple[GoodsClass, ...]  # sorted; empty: generic ("senjata")
    systems: tuple[str, ...]  # ids of named systems: "su-35", "himars"
    generic: bool  # of no class: arms, weapons, military aid
    needs_context: bool  # goods only where other words of the sentence or article are of arms


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry of the lexicon, a calibre or a designator in the text. `first`, `last`: its atoms."""

    kind: Kind
    first: int
    last: int
    start: int
    end: int
    entry: Entry
    bracketed: bool = False  # "(UAV)" behind what it says again


def find(body: str, start: int, end: int, language: str) -> list[Goods]:
    """The goods named within `body[start:end]`: longest phrases, not overlapping, in text order.

    The whole body is read (once for all its sentences): a doubtful name is a system wherever it stands
    where the article puts it beside a noun of arms ("panser Anoa … Anoa itu"). Offsets are those of `body`.
    A language without a lexicon has no goods.
    """
    return [goods for goods in _all(body, language) if start <= goods.start and goods.end <= end]


@lru_cache(maxsize=_KEPT)
def _all(body: str, language: str) -> tuple[Goods, ...]:
    words = lexicon(language)
    if words is None:
        return ()
    runs = list(_Text(body, words).runs())
    sure = {item.entry.system for run in runs for item in run if item.kind in _NAMES and _headed(item, run)}
    return tuple(goods for run in runs if (goods := _goods(body, run, sure, words.nouns_first)))


def _headed(name: _Item, run: Sequence[_Item]) -> bool:
    """Is it plain that this is a system: by its own name or by a noun of arms beside it?"""
    return name.kind == Kind.SYSTEM or bool(_of_kind(run, Kind.NOUN))


def _goods(body: str, run: Sequence[_Item], sure: set[str], nouns_first: bool) -> Goods | None:
    named = [item for item in run if item.kind in _NAMES]
    heads = _of_kind(run, Kind.NOUN) or _of_kind(run, Kind.WEAK)
    if not heads and not _named_alone(named, sure):
        return None
    classed = [item for item in heads if item.entry.classes]
    of_head = classed[0 if nouns_first else -1].entry.classes if classed else frozenset()
    of_names = frozenset(name for item in named for name in item.entry.classes)
    classes = of_head if "ammunition" in of_head else of_head | of_names
    start, end = run[0].start, run[-1].end + (run[-1].bracketed and len(run) > 1)
    return Goods(
        start=start,
        end=end,
        text=body[start:end],
        classes=tuple(sorted(classes)),
        systems=tuple(dict.fromkeys(item.entry.system for item in named)),
        generic=not classes,
        needs_context=not _certain(run, named, sure) or (not named and _quoted(body, start, end)),
    )


def _of_kind(run: Sequence[_Item], kind: Kind) -> list[_Item]:
    return [item for item in run if item.kind == kind]


def _named_alone(named: Sequence[_Item], sure: set[str]) -> bool:
    return any(item.kind != Kind.ATTACHED or item.entry.system in sure for item in named)


def _certain(run: Sequence[_Item], named: Sequence[_Item], sure: set[str]) -> bool:
    kinds = {item.kind for item in run}
    if kinds & {Kind.NOUN, Kind.SYSTEM} or any(item.entry.system in sure for item in named):
        return True
    return Kind.WEAK in kinds and (Kind.TELLING in kinds or Kind.DOUBTFUL in kinds)


def _quoted(body: str, start: int, end: int) -> bool:
    """A phrase between quotation marks may be an image: "Bank sentral punya 'amunisi'"."""
    return body[max(start - 1, 0) : start] in _MARKS and body[end : end + 1] in _MARKS


class _Text:
    """A body as atoms, and the phrases found along them."""

    def __init__(self, body: str, words: Lexicon) -> None:
        self.body = body
        self.words = words
        self.spans = [match.span() for match in ATOM.finditer(body)]
        self.low = [body[start:end].casefold() for start, end in self.spans]

    def runs(self) -> Iterator[Sequence[_Item]]:
        """Phrases: items that adjoin, without what extends nothing, parted where a link is none."""
        run: list[_Item] = []
        for item in self._items():
            joined = self._joined(run[-1], item) if run else None
            if joined is None:
                yield from _phrases(run, self.words.nouns_first)
                run = []
            run.append(joined or item)
        yield from _phrases(run, self.words.nouns_first)

    def _joined(self, before: _Item, item: _Item) -> _Item | None:
        """The item as it goes on after another one, None where it does not: also "UAV)" in brackets."""
        if item.first != before.last + 1:
            return None
        gap = self.body[before.end + before.bracketed : item.start]
        if gap in _GAPS:
            return item
        if gap == " (" and item.kind in _STARTS and self.body[item.end : item.end + 1] == ")":
            return replace(item, bracketed=True)
        return None

    def _items(self) -> Iterator[_Item]:
        i, last, root = 0, -1, self.words.root
        endings = tuple(ending for ending, _ in self.words.endings)
        while i < len(self.low):
            word = self.low[i]
            if word in root or word.endswith(endings) or word[0].isdecimal() or self._designates(i):
                item = self._item(i)
                if item is not None:
                    if item.kind != Kind.TRAP:
                        yield item if item.first > last else replace(item, first=i, start=self.spans[i][0])
                    i = last = item.last
            i += 1

    def _designates(self, i: int) -> bool:
        start, end = self.spans[i]
        return end - start <= _PREFIX and self.body[start].isupper() and self._next_is_number(i)

    def _next_is_number(self, i: int) -> bool:
        if i + 1 == len(self.low) or not self.low[i + 1][0].isdecimal():
            return False
        return self.body[self.spans[i][1] : self.spans[i + 1][0]] in ("", "-")

    def _item(self, i: int) -> _Item | None:
        found, last = self._entry_at(i)
        if found is None or found.kind == Kind.CALIBRE:
            return self._measured(i)
        if found.kind == Kind.NAMING:
            return self._named(i, last)
        if found.kind == Kind.MAKING:
            return self._made_in(i, last)
        if found.kind == Kind.CLASS:
            return self._of_class(i)
        if found.kind not in _NAMES:
            return self._spanning(found.kind, i, last, found)
        return self._variant(found, i, last)

    def _entry_at(self, i: int) -> tuple[Entry | None, int]:
        """The longest entry that begins at an atom, and its last atom."""
        best: tuple[Entry | None, int] = None, i
        nodes = self.words.root
        for j in range(i, len(self.low)):
            if j > i and self.body[self.spans[j - 1][1] : self.spans[j][0]] not in JOINTS:
                break
            node = nodes.get(self.low[j])
            entry = self._printed(node, i, j) or self._ended(nodes, i, j)
            if entry is not None:
                best = entry, j
            if node is None:
                break
            nodes = node.next
        return best

    def _printed(self, node: Node | None, first: int, last: int) -> Entry | None:
        if node is None:
            return None
        for entry in node.entries:
            if not entry.spelling:
                return entry
            atoms = [self.body[start:end] for start, end in self.spans[first : last + 1]]
            if printed_as(atoms, entry.spelling):
                return entry
        return None

    def _ended(self, nodes: Mapping[str, Node], first: int, last: int) -> Entry | None:
        word = self.low[last]
        for ending, stead in self.words.endings:
            if word.endswith(ending) and len(word) > len(ending) + 1:
                entry = self._printed(nodes.get(word[: -len(ending)] + stead), first, last)
                if entry is not None:
                    return entry
        return None

    def _variant(self, entry: Entry, first: int, last: int) -> _Item:
        """A system with its variant: Su-30SME, Gripen E, F-16C/D Block 70."""
        start, end = self.spans[first][0], self.spans[last][1]
        kind = Kind.DOUBTFUL if entry.kind == Kind.SYSTEM and self._loose(entry, first, last) else entry.kind
        suffix = _OF_NUMBER if self.low[last][0].isdecimal() else _OF_NAME
        for pattern in (suffix, _OF_NUMBER, _MARK):
            if match := pattern.match(self.body, end):
                end = match.end()
        return _Item(kind, first, self._until(last, end), start, end, entry)

    def _loose(self, entry: Entry, first: int, last: int) -> bool:
        """Is a short number written without the hyphen it has: P3, CH4, "F 16", which many things are?"""
        letters, number = self.low[first], self.low[last]
        if last - first != 1 or len(letters) > 2 or not number.isdecimal():
            return False
        text = self.body[self.spans[first][0] : self.spans[last][1]]
        return text[: len(entry.spelling)] != entry.spelling and (len(number) == 1 or " " in text)

    def _measured(self, i: int) -> _Item | None:
        if not self.low[i][0].isdecimal() and self.low[i] not in self.words.root and not self._designates(i):
            return None
        start = self.spans[i][0]
        if self.body[start - 1 : start] == "." and self.body[start - 2 : start - 1].isspace():
            start -= 1  # ".50"
        if match := self.words.calibre.match(self.body, start):
            return self._spanning(Kind.CALIBRE, i, self._until(i, match.end()))
        if match := _DESIGNATOR.match(self.body, self.spans[i][0]):
            return self._spanning(Kind.DESIGNATOR, i, self._until(i, match.end()))
        return None

    def _named(self, first: int, last: int) -> _Item | None:
        """ "kelas Pohang", "type 054": as many names as follow, or a number, unless they are a system's."""
        if last + 1 < len(self.low) and (known := self._entry_at(last + 1)[0]) and known.kind in _NAMES:
            return self._spanning(Kind.MODIFIER, first, last)
        end = last
        while end - last < _LONGEST_NAME and self._goes_on(end) and self._capital(end + 1):
            end += 1
        if end == last and self._goes_on(end) and self.low[end + 1][0].isdecimal():
            end += 1
        return self._spanning(Kind.OWN_NAME, first, end) if end > last else None

    def _made_in(self, first: int, last: int) -> _Item | None:
        """ "buatan Amerika Serikat"."""
        end, best = last, last
        while end - last < _LONGEST_NAME and self._goes_on(end) and self._capital(end + 1):
            end += 1
            if " ".join(self.low[last + 1 : end + 1]) in self.words.makers:
                best = end
        return self._spanning(Kind.OWN_NAME, first, best) if best > last else None

    def _goes_on(self, i: int) -> bool:
        return i + 1 < len(self.low) and self.body[self.spans[i][1] : self.spans[i + 1][0]] in _GAPS

    def _capital(self, i: int) -> bool:
        return self.body[self.spans[i][0]].isupper()

    def _of_class(self, i: int) -> _Item | None:
        """ "Pohang-class": the name before it."""
        if i == 0 or self.body[self.spans[i - 1][1] : self.spans[i][0]] != "-":
            return None
        return self._spanning(Kind.OWN_NAME, i - 1, i) if self.body[self.spans[i - 1][0]].isupper() else None

    def _until(self, i: int, end: int) -> int:
        """The last atom that begins before a character."""
        while i + 1 < len(self.spans) and self.spans[i + 1][0] < end:
            i += 1
        return i

    def _spanning(self, kind: Kind, first: int, last: int, entry: Entry = _NONE) -> _Item:
        return _Item(kind, first, last, self.spans[first][0], self.spans[last][1], entry)


def _phrases(run: Sequence[_Item], nouns_first: bool) -> Iterator[Sequence[_Item]]:
    """The parts of a run between words that link nothing, without what extends nothing at their ends."""
    first = 0
    for i in range(len(run) + 1):
        if i < len(run) and (run[i].kind != Kind.LINK or _links(run, i)):
            continue
        start, end = first, i
        while start < end and nouns_first and _idle(run, start, end):
            start += 1
        while start < end and not nouns_first and run[end - 1].kind not in _STARTS:
            end -= 1
        if start < end:
            yield run[start:end]
        first = i + 1


def _idle(run: Sequence[_Item], start: int, end: int) -> bool:
    """Does an item extend nothing: a modifier before its noun, a name before what it is no name of?"""
    return run[start].kind not in _STARTS or (run[start].kind == Kind.ATTACHED and end - start > 1)


def _links(run: Sequence[_Item], i: int) -> bool:
    """Is the word at i between a part and its whole: "suku cadang untuk Su-35", "rounds of ammunition"?"""
    if not 0 < i < len(run) - 1:
        return False
    return run[i - 1].kind == Kind.WEAK or "ammunition" in run[i - 1].entry.classes
