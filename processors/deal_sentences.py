"""An article's sentences as the rules for arms deals see them: their signs, goods, parties and numbers."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from processors import goods
from processors.deal_words import DealWords, Sign
from processors.goods import Goods
from processors.parties import Party
from processors.tagged import Tagged
from processors.words import Text

_REACH = 8  # words between goods and the act that moves them
_NEAR = 6  # words between what may be arms and a word of armies
LONG = 120  # words of a sentence that are looked at: more is a list or a page without stops

# Acts that move goods by themselves; what else there is of acts speaks of them only beside goods.
MOVING = frozenset(
    [
        "sale",
        "offer",
        "purchase",
        "order",
        "supply",
        "transfer",
        "delivery",
        "donation",
        "smuggling",
        "embargo",
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class DealSentence:
    """A sentence in words `first` … `end` - 1 and characters `start` … `stop` - 1."""

    number: int
    first: int
    end: int
    start: int
    stop: int
    acts: tuple[Sign, ...]
    signs: tuple[Sign, ...]  # of the other classes
    goods: tuple[Goods, ...]
    parties: tuple[Party, ...]
    paragraph: int
    named: bool  # goods that are arms by themselves, or doubtful ones right beside words of armies
    strong: bool  # such goods near an act that moves them
    meaning: bytes  # as the tagger gives it

    def has(self, name: str) -> bool:
        return any(sign.name == name for sign in self.signs)


def sentences(text: Text, tagged: Tagged, parties: Sequence[Party], words: DealWords) -> list[DealSentence]:
    """All sentences of an article, in order. `parties` are in order, too."""
    begins = [party.first for party in parties]
    named = goods.find(text.body, 0, len(text.body), text.pack.code)
    starts = [phrase.start for phrase in named]
    found: list[DealSentence] = []
    paragraph, before = 0, 0
    for sentence in tagged.sentences:
        first = text.at(sentence.start)
        end = min(text.at(sentence.end), first + LONG)
        if first >= end:
            continue
        paragraph += "\n" in text.body[before : sentence.start]
        before = sentence.end
        stop = min(sentence.end, text.end[end - 1] + 2)
        signs = tuple(words.signs(text.low, first, end))
        inside = _inside(named, starts, sentence.start, stop)
        near = parties[bisect_left(begins, first) : bisect_left(begins, end)]
        here = tuple(party for party in near if not _is_goods(party, inside, text))
        found.append(
            DealSentence(
                number=len(found),
                first=first,
                end=end,
                start=sentence.start,
                stop=stop,
                acts=tuple(sign for sign in signs if sign.form),
                signs=tuple(sign for sign in signs if not sign.form),
                goods=(phrases := tuple(p for p in inside if not _is_name(p, here, text))),
                parties=here,
                paragraph=paragraph,
                named=(named_here := _named(phrases, signs, text)),
                strong=named_here and _moved(phrases, signs, text),
                meaning=sentence.meaning,
            )
        )
    return found


def _inside(named: Sequence[Goods], starts: Sequence[int], start: int, stop: int) -> tuple[Goods, ...]:
    """The goods of a stretch of the text."""
    near = named[bisect_left(starts, start) : bisect_left(starts, stop)]
    return tuple(phrase for phrase in near if phrase.end <= stop)


def _is_goods(party: Party, phrases: Sequence[Goods], text: Text) -> bool:
    """A name that the tagger took for somebody's, and that is one of arms beyond doubt: "Hellfire"."""
    start, end = text.start[party.first], text.end[party.last]
    return party.kind not in ("country", "body", "people") and any(
        not phrase.needs_context and phrase.start <= start and end <= phrase.end for phrase in phrases
    )


def _is_name(phrase: Goods, parties: Sequence[Party], text: Text) -> bool:
    """A doubtful name of goods that is somebody's or some place's here: Gaza, Patriot."""
    return phrase.needs_context and any(
        text.start[party.first] <= phrase.start < text.end[party.last] for party in parties
    )


def _named(phrases: Sequence[Goods], signs: Sequence[Sign], text: Text) -> bool:
    """Arms by themselves, or what may be arms near a word of armies."""
    if any(not phrase.needs_context for phrase in phrases):
        return True
    armies = [sign.first for sign in signs if sign.name == "military"]
    return any(abs(army - text.at(phrase.start)) <= _NEAR for phrase in phrases for army in armies)


def _moved(phrases: Sequence[Goods], signs: Sequence[Sign], text: Text) -> bool:
    """Does an act that moves goods stand near some?"""
    acts = [sign for sign in signs if sign.form and sign.name in MOVING]
    spans = [(text.at(phrase.start), text.until(phrase.end) - 1) for phrase in phrases]
    return any(max(first - act.last, act.first - last) <= _REACH for act in acts for first, last in spans)
