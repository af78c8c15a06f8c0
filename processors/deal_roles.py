"""Which of the parties of a sentence supplies and which receives, and who does where the sentence is silent.

"X membeli … dari Y", "dipasok oleh Y", "bantuan militer AS untuk Ukraina": what tells is the act beside a
name, its direction and voice, on which side of it the name stands, and the preposition between them. Whom the
article elsewhere tells to supply, supplies here too, where nothing speaks against it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from processors import deal_grammar as grammar
from processors.deal_features import Context, is_party
from processors.deal_sentences import MOVING, DealSentence
from processors.deal_words import Sign
from processors.linear import Linear
from processors.parties import Party
from processors.words import SENTENCE

ROLES = ("none", "supplier", "recipient")

_LEAD, _LEADING = 3, 2.0  # the first sentences weigh more: they tell the deal that the article is about
_LIKELY = 0.25  # weight of who may be a party of it
_KEPT = 12  # the likeliest of each side
_UNSURE = 0.55  # chance of no role at all, from which on a party has none
_REACH = 14  # words from a name to the act that says its role
_LIST = 3  # words between names of one list: "A, B, dan C"
_SPEECH = ("say", "deny", "allege", "report", "urge")


@dataclass(slots=True, eq=False)
class Prior:
    """What an article says of each party's role: log-odds, added up over its sentences."""

    supplier: dict[str, float] = field(default_factory=dict)
    recipient: dict[str, float] = field(default_factory=dict)

    def features(self, key: str) -> Iterator[str]:
        for role, table in (("supplier", self.supplier), ("recipient", self.recipient)):
            weight = table.get(key, 0.0)
            yield f"prior:{role}{0 if weight < 0.3 else 1 if weight < 0.8 else 2 if weight < 1.6 else 3}"
            if weight >= 0.3 and weight == max(table.values()):
                yield f"prior:main-{role}"


def prior(chosen: Sequence[DealSentence], around: Context, model: Linear) -> Prior:
    """The roles that the sentences give by themselves, summed up by party."""
    found = Prior()
    for sentence in chosen:
        for party, features in role_features(sentence, around).items():
            none, supplier, recipient = model.probabilities(features)
            weight = (1 - none) * (_LEADING if sentence.number < _LEAD else 1)
            key = party.key
            found.supplier[key] = found.supplier.get(key, 0.0) + supplier * weight
            found.recipient[key] = found.recipient.get(key, 0.0) + recipient * weight
    return found


def main_parties(known: Prior) -> tuple[str | None, str | None]:
    """Who supplies and who receives in the deal an article tells of: keys, None where nobody is likely to."""
    pairs = [
        (one_weight + other_weight, one, other)
        for one, one_weight in _likeliest(known.supplier)
        for other, other_weight in _likeliest(known.recipient)
        if one != other and min(one_weight, other_weight) >= _LIKELY
    ]
    if pairs:
        _, one, other = max(pairs)
        return one, other
    suppliers = [key for key, weight in _likeliest(known.supplier)[:1] if weight >= _LIKELY]
    recipients = [key for key, weight in _likeliest(known.recipient)[:1] if weight >= _LIKELY]
    if suppliers == recipients:
        return (suppliers[0] if suppliers else None), None
    return (suppliers[0] if suppliers else None), (recipients[0] if recipients else None)


def _likeliest(table: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(table.items(), key=lambda pair: (-pair[1], pair[0]))[:_KEPT]


def role_features(
    sentence: DealSentence, around: Context, known: Prior | None = None
) -> dict[Party, list[str]]:
    """The features of each party of a sentence; those of one list share the first one's."""
    found: dict[Party, list[str]] = {}
    before: Party | None = None
    for party in filter(is_party, sentence.parties):
        own = [f"kind:{party.kind}", *(known.features(party.key) if known else ())]
        if before and _listed(before, party, sentence, around):
            shared = [name for name in found[before] if not name.startswith(("kind:", "prior:"))]
            found[party] = [*shared, *own]
        else:
            found[party] = [*_beside(party, sentence, around), *own]
        before = party
    return found


def _listed(before: Party, party: Party, sentence: DealSentence, around: Context) -> bool:
    """Do only commas and "dan" stand between two names?"""
    gap = range(before.last + 1, party.first)
    if len(gap) > _LIST:
        return False
    joins = {i for sign in sentence.signs if sign.name == "and" for i in range(sign.first, sign.last + 1)}
    between = around.text.body[around.text.end[before.last] : around.text.start[party.first]]
    return all(i in joins for i in gap) and (bool(joins & set(gap)) or between.strip() in (",", "/"))


def _beside(party: Party, sentence: DealSentence, around: Context) -> Iterator[str]:
    text = around.text
    preposition = grammar.preposition(party, sentence, around.text)
    yield f"prep:{preposition}"
    if party.first > sentence.first:
        yield f"before:{text.low[party.first - 1]}"
    if party.last + 1 < sentence.end:
        yield f"after:{text.low[party.last + 1]}"
    if party.first - sentence.first <= 1:
        yield "begins"
    left = _nearest(party, sentence, around, back=True)
    right = _nearest(party, sentence, around, back=False)
    for side, sign in (("L", left), ("R", right)):
        if sign is None:
            yield f"{side}:none"
            continue
        kind = f"{side}:{_direction(sign, around)}.{sign.form}"
        yield from (kind, f"{kind}|{preposition}", f"{side}:{sign.name}|{preposition}")
        if abs(sign.first - party.last) <= 2:
            yield f"{kind}|close"
    yield f"sides:{_side(left, around)}{_side(right, around)}|{preposition}"
    if left and right is None:
        yield f"last|{preposition}"
    yield from _speech(party, sentence)
    yield from dict.fromkeys(grammar.sides(party, sentence, around.text, around.words))
    if any(0 < around.text.at(found.start) - party.last <= 2 for found in sentence.goods):
        yield "before-goods"
    if any(0 <= party.first - around.text.until(found.end) <= 2 for found in sentence.goods):
        yield f"behind-goods|{preposition}"


def _side(sign: Sign | None, around: Context) -> str:
    return f"({_direction(sign, around)}.{sign.form})" if sign else "()"


def _direction(sign: Sign, around: Context) -> str:
    return around.words.directions[sign.name] if sign.name in MOVING else "talks"


def _nearest(party: Party, sentence: DealSentence, around: Context, *, back: bool) -> Sign | None:
    """The nearest act on one side of a name, within reach; one that moves goods before others."""
    moving = [sign for sign in sentence.acts if sign.name in MOVING]
    others = [sign for sign in sentence.acts if sign.name not in MOVING]
    return _nearest_of(moving, party, around, back=back) or _nearest_of(others, party, around, back=back)


def _nearest_of(acts: Sequence[Sign], party: Party, around: Context, *, back: bool) -> Sign | None:
    breaks = around.text.breaks
    best: Sign | None = None
    for sign in acts:
        gap = party.first - sign.last if back else sign.first - party.last
        if not 0 < gap <= _REACH or any(
            breaks[i] >= SENTENCE
            for i in (
                range(sign.last + 1, party.first + 1) if back else range(party.last + 1, sign.first + 1)
            )
        ):
            continue
        nearer = best is None or (sign.first > best.first if back else sign.first < best.first)
        if nearer:
            best = sign
    return best


def _speech(party: Party, sentence: DealSentence) -> Iterator[str]:
    """Is it who speaks? A verb of saying right behind a name, or "kata" before it."""
    for sign in sentence.signs:
        if sign.name in _SPEECH:
            if 0 < sign.first - party.last <= 3:
                yield f"speaks:{sign.name}"
            if 0 < party.first - sign.last <= 2:
                yield f"spoken:{sign.name}"


def assigned(
    sentence: DealSentence, around: Context, known: Prior, model: Linear
) -> Mapping[str, tuple[Party, ...]]:
    """The parties of a sentence by role: the likeliest one and those in one list with it.

    Nobody is both, and each is named once.
    """
    told = role_features(sentence, around, known)
    lists = _lists(list(told), sentence, around)
    chances = {party: model.probabilities(features) for party, features in told.items()}
    found: dict[str, tuple[Party, ...]] = {"supplier": (), "recipient": ()}
    taken: set[str] = set()
    sure = sorted(lists, key=lambda group: -max(chances[group[0]][1:]))
    for group in sure:
        none, supplier, recipient = chances[group[0]]
        role = "supplier" if supplier > recipient else "recipient"
        if none >= _UNSURE or found[role]:
            continue
        fresh = {party.key: party for party in reversed(_makers(group)) if party.key not in taken}
        taken |= set(fresh)
        found[role] = tuple(reversed(fresh.values()))
    return found


def _lists(told: Sequence[Party], sentence: DealSentence, around: Context) -> list[list[Party]]:
    """The parties of a sentence in lists, most of one."""
    lists: list[list[Party]] = []
    for party in told:
        if lists and _listed(lists[-1][-1], party, sentence, around):
            lists[-1].append(party)
        else:
            lists.append([party])
    return lists


def _makers(group: Sequence[Party]) -> list[Party]:
    """ "produsen Korea Selatan, Hyundai Rotem" is one party, of a country."""
    if len(group) == 2 and group[0].country and group[1].kind == "organisation":
        return [replace(group[1], country=group[0].country)]
    return list(group)
