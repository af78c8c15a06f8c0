"""What grammar alone says of a sentence's parties: who gives and who gets, beside an act that moves goods.

"X menjual … kepada Y", "Y membeli … dari X", "dipasok oleh X", "penjualan … ke Y", "bantuan X untuk Y".
"""

from collections.abc import Iterator, Sequence

from processors.deal_sentences import MOVING, DealSentence
from processors.deal_words import DealWords, Sign
from processors.parties import Party
from processors.words import COMMA, SENTENCE, Text

PREPOSITIONS = ("via", "from", "to", "by", "with", "in")
ARTICLES = frozenset(("the", "a", "an", "its"))

_SUBJECT = 8  # words from a subject to its verb
_OBJECT = 14  # words from an act to the name behind its preposition
_TIGHT = 4  # words between an act and its goods


def preposition(party: Party, sentence: DealSentence, text: Text) -> str:
    """The class of the preposition before a name, "bare" without; offices may stand between."""
    skipped = {i for sign in sentence.signs if sign.name == "of" for i in range(sign.first, sign.last + 1)}
    i = party.first - 1
    while i >= sentence.first and i > party.first - 4 and (i in skipped or text.low[i] in ARTICLES):
        i -= 1
    names = {sign.name for sign in sentence.signs if sign.last == i}
    return next((name for name in PREPOSITIONS if name in names), "bare")


def sides(party: Party, sentence: DealSentence, text: Text, words: DealWords) -> Iterator[str]:
    """ "gives", "gets": what a party does by the acts around it."""
    before = preposition(party, sentence, text)
    for act in sentence.acts:
        if act.name not in MOVING or act.form == "agent":
            continue
        gives = words.directions[act.name] == "give"
        if _behind(act, party, text):
            if before == "to" and gives:
                yield "gets"
            elif before == "from":
                yield "gives"
            elif before == "by" or (
                before == "bare" and act.form == "passive" and party.first == act.last + 1
            ):
                yield "gives" if gives else "gets"
        elif _subject(act, party, text) and before == "bare" and _done_by(act, party, sentence):
            yield "gives" if gives else "gets"


def _done_by(act: Sign, subject: Party, sentence: DealSentence) -> bool:
    """ "X menjual", "X menyepakati penjualan"."""
    if act.form == "active":
        return True
    return act.form == "noun" and any(
        other.form == "active" and other.name not in MOVING and subject.last < other.first < act.first
        for other in sentence.acts
    )


def _behind(act: Sign, party: Party, text: Text) -> bool:
    gap = range(act.last + 1, party.first + 1)
    return 0 < len(gap) <= _OBJECT and all(text.breaks[i] < SENTENCE for i in gap)


def _subject(act: Sign, party: Party, text: Text) -> bool:
    gap = range(party.last + 1, act.first + 1)
    return 0 < len(gap) <= _SUBJECT and sum(text.breaks[i] >= COMMA for i in gap) in (0, 2)


def tight(sentence: DealSentence, text: Text) -> bool:
    """Do goods stand right beside an act that moves them?"""
    return any(
        _gap(act, phrase.start, phrase.end, text) <= _TIGHT
        for act in moving(sentence)
        for phrase in sentence.goods
    )


def _gap(act: Sign, start: int, end: int, text: Text) -> int:
    first, last = text.at(start), text.until(end) - 1
    return first - act.last - 1 if first > act.last else act.first - last - 1


def moving(sentence: DealSentence) -> Sequence[Sign]:
    """The acts of a sentence that move goods, not who does them."""
    return [act for act in sentence.acts if act.name in MOVING and act.form != "agent"]
