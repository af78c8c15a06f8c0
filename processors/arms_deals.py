"""Finds the mentions of arms deals in an article: who supplies what to whom, by whose word, and how surely.

sentences ─► which speak of a deal ─► parties ─► act, status ─► claimant, amounts ─► grade

What the sentences are asked is in `deal_features`, `deal_roles` and `deal_acts`, the words in
`languages/<code>/deals.toml`, and what each answer weighs in `languages/deals.json`, trained by
`training.deals` on annotated articles.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import cast

from processors import parties
from processors.claim_status import statuses
from processors.claimants import Claimant, Named, Quotes, claimant
from processors.deal_acts import acts_features
from processors.deal_features import Context, article_features, context, likely
from processors.deal_frames import Frame, filled
from processors.deal_roles import Prior, assigned, main_parties, prior
from processors.deal_sentences import MOVING, DealSentence, sentences
from processors.deal_words import deal_words
from processors.linear import Linear, linear
from processors.parties import Party
from processors.records import Act, ArmsDeal, DealStatus, Entity, Grade, Quote
from processors.tagged import Tagged
from processors.words import Text

_CUES = {  # the words that speak for a status, by their class
    "alleged": "allege",
    "reported": "report",
    "confirmed": "confirm",
    "planned": "plan",
    "denied": "deny",
    "urged_against": "urge",
    "suspended": "suspend",
    "possible": "possible",
}
_MARKS = "\"“”„«»‹›'’‘` \n"
_RELEVANT = -0.5  # log-odds that make an article one about deals
_LEAST = -0.6  # log-odds that make a sentence of a relevant article a mention
_NEAR = 12  # characters between a number and the goods it counts


def find(text: Text, tagged: Tagged, entities: Sequence[Entity], quotes: Sequence[Quote]) -> list[ArmsDeal]:
    """The mentions of an article in text order. Time and memory grow with its length."""
    return told(read(text, tagged, entities), quotes)


def told(around: Context, quotes: Sequence[Quote], model: Callable[[str], Linear] = linear) -> list[ArmsDeal]:
    """The mentions of an article that has been read, by classifiers of the names that `linear` knows."""
    chosen = mentions(around, model)
    if not chosen:
        return []
    known = prior(chosen, around, model("roles"))
    roles = [assigned(sentence, around, known, model("roles-known")) for sentence in chosen]
    own = [Frame(found["supplier"], found["recipient"]) for found in roles]
    whole = [
        _as_named(frame, sentence)
        for frame, sentence in zip(filled(own, main_frame(known, around)), chosen, strict=True)
    ]
    said, named = Quotes(quotes), Named(around)
    found: list[ArmsDeal] = []
    acts = [model("act").best(features) for features in acts_features(chosen, around)]
    each = zip(chosen, own, whole, acts, statuses(chosen), strict=True)
    for sentence, said_here, frame, act, status in each:
        by = claimant(sentence, said, named)
        found.append(_deal(sentence, around, cast("Act", act), status, said_here, frame, by))
    return found


def read(text: Text, tagged: Tagged, entities: Sequence[Entity]) -> Context:
    """An article's sentences with what they say, for the rules to look at."""
    words = deal_words(text.pack.code)
    return context(text, words, sentences(text, tagged, parties.mentioned(text, entities), words))


def mentions(around: Context, model: Callable[[str], Linear] = linear) -> list[DealSentence]:
    """The sentences that speak of a deal; none where the article as a whole does not."""
    if not any(sentence.named for sentence in around.sentences):
        return []
    weights = model("mention")
    scores = [likely(sentence, around, weights) for sentence in around.sentences]
    if model("article").scores(article_features(scores, around))[0] < _RELEVANT:
        return []
    return [s for s, score in zip(around.sentences, scores, strict=True) if score >= _LEAST]


def main_frame(known: Prior, around: Context) -> Frame:
    """The parties of the deal that an article tells of, by the names it uses most."""
    supplier, recipient = main_parties(known)
    return Frame(_usual(supplier, around), _usual(recipient, around))


def _usual(key: str | None, around: Context) -> tuple[Party, ...]:
    named = around.named.get(key or "", ())
    often = Counter(party.name for party in named)
    return tuple(sorted(named, key=lambda party: -often[party.name])[:1])


def _as_named(frame: Frame, sentence: DealSentence) -> Frame:
    """The parties as the sentence names them, else as the article does most."""
    here = {party.key: party for party in reversed(sentence.parties)}

    def named(party: Party) -> Party:
        if sentence.first <= party.first < sentence.end:
            return party
        return here.get(party.key) or party

    return Frame(tuple(map(named, frame.supplier)), tuple(map(named, frame.recipient)))


def _deal(
    sentence: DealSentence,
    around: Context,
    act: Act,
    status: DealStatus,
    own: Frame,
    frame: Frame,
    by: Claimant,
) -> ArmsDeal:
    start, end = _evidence(sentence, around)
    frame, directed = _directed(frame)
    body = around.text.body
    systems = [system for phrase in sentence.goods for system in phrase.systems]
    return ArmsDeal(
        start=start,
        end=end,
        evidence=body[start:end],
        act=act,
        status=status,
        supplier=_names(frame.supplier),
        recipient=_names(frame.recipient),
        goods=list(dict.fromkeys(phrase.text for phrase in sentence.goods)),
        claimant=by.name,
        claimant_id=by.id,
        claimant_kind=by.kind,
        claimant_country=by.country,
        quantity=_quantity(sentence, around),
        value=_value(sentence, around),
        background=sentence.has("background") and status in ("confirmed", "reported", "alleged", "denied"),
        grade=_grade(sentence, own, frame),
        why=_why(sentence, around, status, own, frame),
        supplier_ids=_ids(frame.supplier),
        recipient_ids=_ids(frame.recipient),
        directed=directed,
        goods_classes=sorted({name for phrase in sentence.goods for name in phrase.classes}),
        systems=list(dict.fromkeys(systems)),
    )


def _directed(frame: Frame) -> tuple[Frame, bool]:
    """ "kedua negara": two on one side and nobody on the other are partners, not two suppliers."""
    if len(frame.recipient) > 1 and not frame.supplier:
        return Frame(frame.recipient, ()), False
    return frame, not (len(frame.supplier) > 1 and not frame.recipient)


def _evidence(sentence: DealSentence, around: Context) -> tuple[int, int]:
    """The sentence without marks around it."""
    body, start, end = around.text.body, sentence.start, sentence.stop
    while start < end and body[start] in _MARKS:
        start += 1
    while end > start and body[end - 1] in _MARKS:
        end -= 1
    return start, end


def _names(named: Sequence[Party]) -> list[str]:
    return [party.name for party in named]


def _ids(named: Sequence[Party]) -> list[str]:
    """States by their codes; of a company its own id and, where the article says it, its country's."""
    return sorted({id_ for party in named for id_ in (party.key, party.country) if id_})


def _quantity(sentence: DealSentence, around: Context) -> str | None:
    """How many, as printed: "42 unit", before goods or a unit of them."""
    body, goods = around.text.body, [phrase.start for phrase in sentence.goods]
    units = {around.text.start[sign.first]: sign for sign in sentence.signs if sign.name == "unit"}
    for number in around.words.count.finditer(body, sentence.start, sentence.stop):
        unit = units.get(number.end() + 1)
        if unit:
            return body[number.start() : around.text.end[unit.last]]
        if any(0 < start - number.end() <= _NEAR for start in goods):
            return number[0]
    return None


def _value(sentence: DealSentence, around: Context) -> str | None:
    price = around.words.price.search(around.text.body, sentence.start, sentence.stop)
    return price[0] if price else None


def _grade(sentence: DealSentence, own: Frame, frame: Frame) -> Grade:
    """A: act, goods and both parties in the sentence; B: one of them; C: nobody, or nothing by name."""
    moving = any(act.name in MOVING for act in sentence.acts)
    if own.whole and sentence.named and moving:
        return "A"
    if (own.supplier or own.recipient) and (sentence.acts or sentence.goods):
        return "B"
    if sentence.named and (frame.supplier or frame.recipient):
        return "B"
    return "C"


def _why(sentence: DealSentence, around: Context, status: DealStatus, own: Frame, frame: Frame) -> list[str]:
    """What a mention rests on, for people: words of act and status, goods, and parties named elsewhere."""
    text = around.text
    acts = [f"act: {text.slice(sign.first, sign.last)}" for sign in sentence.acts]
    cues = [f"status: {text.slice(s.first, s.last)}" for s in sentence.signs if s.name == _CUES.get(status)]
    goods = [f"goods: {phrase.text}" for phrase in sentence.goods]
    sides = (("supplier", own.supplier, frame.supplier), ("recipient", own.recipient, frame.recipient))
    from_article = [f"{side}: of the article" for side, here, all_ in sides if all_ and not here]
    return list(dict.fromkeys([*acts, *cues, *goods, *from_article]))
