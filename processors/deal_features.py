"""What is asked of a sentence to tell whether it speaks of an arms deal: named features, each there or not.

A sentence is seen within its article: "kontrak itu" says little by itself, and much below a sentence that
tells of tanks sold. Features of a class have its name; those with `@` hold only where the article is thick
with deals.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from processors.deal_grammar import moving, sides, tight
from processors.deal_sentences import MOVING, DealSentence
from processors.deal_words import DealWords
from processors.languages.registry import registry
from processors.linear import Linear
from processors.parties import Party
from processors.words import Text

_DIGIT = re.compile(r"\d")
_NEAR = 2  # words between a deal's noun and the word that points back: "kontrak baru itu"
_BEFORE, _BEHIND = 4, 2  # words from an act to arms behind it, from arms to an act behind them
_ECHO = 3  # letters of a word that names goods again
_SHARES = (0.02, 0.08, 0.15, 0.3)  # of strong sentences
_STEPS = (-3, -2, -1, 0, 1, 2, 3, 4, 5, 6.5, 8)  # log-odds
_THICK = (3, 0.12)  # strong sentences of an article that is thick with deals: as many, or of this share


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What sentences see of their article."""

    text: Text
    words: DealWords
    sentences: Sequence[DealSentence]
    strong: frozenset[int]
    echoes: frozenset[str]  # words that name goods in strong sentences
    involved: frozenset[str]  # who is named in strong sentences
    named: Mapping[str, Sequence[Party]]  # everybody who may be a party, by key

    @property
    def thick(self) -> bool:
        return len(self.strong) >= _THICK[0] or (
            len(self.strong) >= 2 and len(self.strong) >= _THICK[1] * len(self.sentences)
        )


def context(text: Text, words: DealWords, sentences: Sequence[DealSentence]) -> Context:
    """What is asked of all sentences at once; in an article without foreign states persons may trade."""
    home = {None, registry(text.pack.code).home}
    if all(party.country in home for s in sentences for party in s.parties):
        sentences = [replace(s, parties=tuple(map(_trading, s.parties))) for s in sentences]
    strong = [sentence for sentence in sentences if sentence.strong]
    return Context(
        text,
        words,
        sentences,
        frozenset(sentence.number for sentence in strong),
        frozenset(echo for sentence in strong for echo in _goods_words(text, sentence)),
        frozenset(party.key for sentence in strong for party in sentence.parties if is_party(party)),
        _by_key(sentences),
    )


def _trading(party: Party) -> Party:
    return replace(party, kind="trader") if party.kind == "person" else party


def _by_key(sentences: Sequence[DealSentence]) -> dict[str, list[Party]]:
    found: dict[str, list[Party]] = {}
    for sentence in sentences:
        for party in filter(is_party, sentence.parties):
            found.setdefault(party.key, []).append(party)
    return found


def is_party(party: Party) -> bool:
    return party.kind in ("country", "body", "organisation", "people", "trader")


def _goods_words(text: Text, sentence: DealSentence) -> Iterator[str]:
    for found in sentence.goods:
        for i in range(text.at(found.start), text.at(found.end)):
            if len(text.low[i]) >= _ECHO and not text.low[i].isdigit():
                yield text.low[i]


def likely(sentence: DealSentence, around: Context, model: Linear) -> float:
    """Log-odds that a sentence is a mention."""
    return model.scores(mention_features(sentence, around), sentence.meaning)[0]


def mention_features(sentence: DealSentence, around: Context) -> list[str]:
    """The features of one sentence, each once."""
    local = list(dict.fromkeys(_local(sentence, around)))
    thick = [f"{name}@" for name in local if not name.startswith("w:")] if around.thick else []
    return [*local, *thick, *_position(sentence, around)]


def _local(sentence: DealSentence, around: Context) -> Iterator[str]:
    acts = {act.name for act in sentence.acts}
    goods = sentence.goods
    for act in sentence.acts:
        yield act.name
        yield f"{act.name}.{act.form}"
    for sign in sentence.signs:
        yield sign.name
    yield f"moving{min(sum(name in MOVING for name in acts), 3)}"
    yield from (f"goods{min(len(goods), 2)}", f"named{sentence.named}")
    if goods:
        yield from _goods(sentence, acts)
    yield from _parties(sentence, around, acts)
    yield from _pairs(sentence, around)
    yield from _direct(sentence, around.text)
    low = around.text.low[sentence.first : sentence.end]
    taken = {i for party in sentence.parties for i in range(party.first, party.last + 1)}
    for i, word in enumerate(low, sentence.first):
        if i not in taken and word.isalpha() and len(word) > 1:
            yield f"w:{word}"
    length = sentence.end - sentence.first
    yield f"length{0 if length < 6 else 1 if length < 12 else 2 if length < 25 else 3}"
    if around.text.quoted[sentence.first] >= 0 or around.text.quoted[sentence.end - 1] >= 0:
        yield "quoted"


def _goods(sentence: DealSentence, acts: set[str]) -> Iterator[str]:
    if any(found.systems for found in sentence.goods):
        yield "system"
    if all(found.generic for found in sentence.goods):
        yield "generic"
    if sentence.named:
        for name in acts:
            yield f"goods&{name}"
        if acts & MOVING:
            yield "strong"
    for found in sentence.goods:
        yield from (f"class:{name}" for name in found.classes)


def _parties(sentence: DealSentence, around: Context, acts: set[str]) -> Iterator[str]:
    keys = {party.key for party in sentence.parties if is_party(party)}
    yield f"parties{min(len(keys), 3)}"
    yield f"involved{min(len(keys & around.involved), 2)}"
    if len(keys) > 1 and acts & MOVING:
        yield "parties&moving"
        if sentence.named:
            yield "parties&strong"
    told = grammar(sentence, around)
    yield from told
    if sentence.strong:
        yield from (f"{side}&strong" for side in told)


def grammar(sentence: DealSentence, around: Context) -> list[str]:
    """What grammar says of a sentence's parties and goods: who gives and gets, goods beside the act."""
    found: dict[str, set[str]] = {"gives": set(), "gets": set()}
    for party in filter(is_party, sentence.parties):
        for side in sides(party, sentence, around.text, around.words):
            found[side].add(party.key)
    told = [side for side, keys in found.items() if keys]
    if len(found["gives"] | found["gets"]) > 1 and len(told) == 2:
        told.append("both")
    if sentence.named and tight(sentence, around.text):
        told += ["tight", *(f"{side}&tight" for side in told)]
    return told


def _pairs(sentence: DealSentence, around: Context) -> Iterator[str]:
    """Signs that mean something together: what is spoken of again, numbers with what they count."""
    text, low = around.text, around.text.low
    anaphors = [sign.first for sign in sentence.signs if sign.name == "anaphor"]
    for sign in sentence.signs:
        if sign.name not in ("deal", "claim"):
            continue
        if any(0 < anaphor - sign.last <= _NEAR or 0 < sign.first - anaphor <= _NEAR for anaphor in anaphors):
            yield f"{sign.name}&anaphor"
    in_goods = {i for found in sentence.goods for i in range(text.at(found.start), text.at(found.end))}
    echoes = sum(low[i] in around.echoes for i in range(sentence.first, sentence.end) if i not in in_goods)
    yield f"echo{min(echoes, 2)}"
    for i in range(sentence.first, sentence.end):
        if _DIGIT.match(low[i]):
            near = {
                sign.name
                for sign in sentence.signs
                if -1 <= sign.first - i <= 1 and sign.name in ("unit", "money")
            }
            yield from (f"number&{name}" for name in near)
            if any(0 < text.at(found.start) - i <= 1 for found in sentence.goods):
                yield "number&goods"
    if echoes and any(act.name in MOVING for act in sentence.acts):
        yield "echo&moving"


def _direct(sentence: DealSentence, text: Text) -> Iterator[str]:
    """An act right beside the arms it moves: "membeli 12 rudal", "impor senjata", "rudal yang dipasok"."""
    acts = moving(sentence)
    for phrase in sentence.goods:
        if phrase.needs_context:
            continue
        first, end = text.at(phrase.start), text.until(phrase.end)
        for act in acts:
            word = f"w:direct:{' '.join(text.low[act.first : act.last + 1])}"
            if 0 < first - act.last <= _BEFORE:
                kind = "system" if phrase.systems else "generic" if phrase.generic else "class"
                yield from ("direct", f"direct:{act.name}.{act.form}", f"direct:{kind}", word)
            elif act.form == "passive" and 0 <= act.first - end <= _BEHIND:
                yield from (f"direct:{act.name}.passive", word)


def _position(sentence: DealSentence, around: Context) -> Iterator[str]:
    count, number = len(around.strong), sentence.number
    yield f"article:strong{min(count, 6)}"
    share = count / max(1, len(around.sentences))
    yield f"article:share{bisect_right(_SHARES, share)}"
    others = count - (number in around.strong)
    if not others:
        yield "article:no-other"
    yield f"place{0 if number == 0 else 1 if number < 3 else 2}"
    before, after = number - 1 in around.strong, number + 1 in around.strong
    yield f"beside{before:d}{after:d}"
    near = sum(number + step in around.strong for step in (-3, -2, -1, 1, 2, 3))
    yield f"near{min(near, 4)}"
    if any(n in around.strong for n in (0, 1)):
        yield "article:lead"


def article_features(scores: Sequence[float], around: Context) -> list[str]:
    """The features of an article, from what its sentences score as mentions (log-odds)."""
    best = sorted(scores, reverse=True)[:3]
    found = [f"best{n}>{step}" for n, score in enumerate(best) for step in _STEPS if score > step]
    likely = sum(score > 0 for score in scores)
    found += (f"likely>{step}" for step in (0, 1, 2, 3, 5) if likely > step)
    found += (f"strong>{step}" for step in (0, 1, 2, 4) if len(around.strong) > step)
    whole = sum(_whole(sentence, around) for sentence in around.sentences)
    return [*found, f"whole{min(whole, 2)}", *_matter(around)]


def _matter(around: Context) -> Iterator[str]:
    """What the article is about besides: armies, or trade, crime and other things that only sound so."""
    for name in ("military", "civil", "crime", "use", "rebels"):
        share = sum(sentence.has(name) for sentence in around.sentences) / max(1, len(around.sentences))
        yield f"{name}:share{bisect_right(_SHARES, share)}"
    strong = [sentence for sentence in around.sentences if sentence.strong]
    if any(phrase.systems for sentence in strong for phrase in sentence.goods):
        yield "strong:system"
    if all(sentence.has("civil") or sentence.has("crime") for sentence in strong):
        yield "strong:other-matter"
    if any(sentence.has("military") for sentence in strong):
        yield "strong:military"


def _whole(sentence: DealSentence, around: Context) -> bool:
    """Goods beside an act that moves them, and by grammar who gives and who gets."""
    return sentence.number in around.strong and "both&tight" in grammar(sentence, around)
