"""Which act a sentence speaks of: what the classifier is asked."""

from collections import Counter
from collections.abc import Iterator, Sequence

from processors import claim_status
from processors.deal_features import Context
from processors.deal_sentences import MOVING, DealSentence

_FIRST = ("smuggling", "embargo", "suspension", "licence", "talks")
_LEAD = 4  # sentences that say what an article is about
_COMMON = 2  # letters: shorter words say nothing


def acts_features(chosen: Sequence[DealSentence], around: Context) -> list[list[str]]:
    """The features of an article's mentions, in order.

    A sentence without an act of its own speaks of the one before it, or of what the article is about.
    """
    ruled = [by_rule(sentence, around) for sentence in chosen]
    usual = next((act for act, _ in Counter(filter(None, ruled)).most_common(1)), "")
    found, before = [], ""
    for sentence, act in zip(chosen, ruled, strict=True):
        found.append(_features(sentence, around, act, before, usual))
        before = act or before
    return found


def by_rule(sentence: DealSentence, around: Context) -> str:
    """What stops a deal, is against the law or comes before it, before the deal itself."""
    names = {act.name for act in sentence.acts if act.form != "agent"}
    return next((name for name in _FIRST if name in names), "") or _main(sentence, around)


def _features(sentence: DealSentence, around: Context, act: str, before: str, usual: str) -> list[str]:
    found: list[str] = [f"main:{_main(sentence, around)}", f"rule:{act}", f"usual:{usual}"]
    status = claim_status.by_rule(sentence)
    found += [f"status:{status}", f"{act}&{status}"]
    if not act:
        found += [f"no-act:usual:{usual}", f"no-act:before:{before}"]
    if "smuggling" in {one.name for other in around.sentences[:_LEAD] for one in other.acts}:
        found.append("lead:smuggling")
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
