"""Which act a sentence speaks of: what the classifier is asked."""

from collections.abc import Iterator

from processors.deal_features import Context
from processors.deal_sentences import MOVING, DealSentence

_COMMON = 2  # letters: shorter words say nothing


def act_features(sentence: DealSentence, around: Context) -> list[str]:
    found: list[str] = [f"main:{_main(sentence, around)}"]
    found += _acts(sentence)
    found += (f"sign:{sign.name}" for sign in sentence.signs)
    found += _words(sentence, around)
    found.append("named" if sentence.goods else "unnamed")
    return list(dict.fromkeys(found))


def _main(sentence: DealSentence, around: Context) -> str:
    """The act that goods stand nearest to, else the first that moves any; "" without one."""
    acts = [act for act in sentence.acts if act.form != "agent"]
    if not acts:
        return ""
    at = [around.text.at(phrase.start) for phrase in sentence.goods]
    moving = [act for act in acts if act.name in MOVING] or acts
    if not at:
        return moving[0].name
    return min(moving, key=lambda act: min(abs(i - act.last) for i in at)).name


def _acts(sentence: DealSentence) -> Iterator[str]:
    names = list(dict.fromkeys(act.name for act in sentence.acts))
    for act in sentence.acts:
        yield from (f"act:{act.name}", f"act:{act.name}.{act.form}")
    if names:
        yield f"first:{names[0]}"
        yield f"last:{names[-1]}"
    yield from (f"pair:{one}+{other}" for one in names for other in names if one < other)


def _words(sentence: DealSentence, around: Context) -> Iterator[str]:
    named = {i for party in sentence.parties for i in range(party.first, party.last + 1)}
    for i in range(sentence.first, sentence.end):
        word = around.text.low[i]
        if i not in named and len(word) > _COMMON and word.isalpha():
            yield f"w:{word}"
