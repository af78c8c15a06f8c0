"""Who says what a sentence says of a deal, and what kind of source that is: by the quotes and by grammar."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from processors.deal_features import Context
from processors.deal_sentences import DealSentence
from processors.parties import Party
from processors.records import ClaimantKind, Quote

_BESIDE = 10  # words around a name that say who its bearer is
_SUBJECT = 4  # words from a name to the verb it is the subject of
_CLAIMING = ("deny", "allege", "say", "confirm", "report", "urge")


@dataclass(frozen=True, slots=True)
class Claimant:
    """`name` None: the outlet itself."""

    name: str | None = None
    id: str | None = None
    kind: ClaimantKind = "media"
    country: str | None = None


def claimant(sentence: DealSentence, quotes: "Quotes", named: "Named") -> Claimant:
    """Who is quoted in a sentence; else the subject of its verb of denying, accusing, saying."""
    quote = quotes.over(sentence.start, sentence.stop)
    if quote and quote.speaker:
        return named.of_speaker(quote.speaker, quote.speaker_id)
    for sign in sentence.signs:
        if sign.name not in _CLAIMING:
            continue
        for party in sentence.parties:
            if 0 < sign.first - party.last <= _SUBJECT and party.first - sentence.first <= _BESIDE:
                return named.of_party(party)
    return Claimant()


class Quotes:
    """The quotes of an article by place."""

    def __init__(self, quotes: Sequence[Quote]) -> None:
        self._quotes = sorted(quotes, key=lambda quote: quote.start)
        self._starts = [quote.start for quote in self._quotes]

    def over(self, start: int, stop: int) -> Quote | None:
        """The quote that shares most of a stretch, if it shares any."""
        last = bisect_right(self._starts, stop)
        near = self._quotes[max(0, last - 6) : last]
        best = max(near, key=lambda quote: _shared(quote, start, stop), default=None)
        return best if best and _shared(best, start, stop) > 0 else None


def _shared(quote: Quote, start: int, stop: int) -> int:
    return min(quote.end, stop) - max(quote.start, start)


class Named:
    """Everybody an article names, with what is said beside their names."""

    def __init__(self, around: Context) -> None:
        self._around = around
        self._mentions: dict[str, list[tuple[Party, DealSentence]]] = {}
        for sentence in around.sentences:
            for party in sentence.parties:
                self._mentions.setdefault(party.id, []).append((party, sentence))

    def of_speaker(self, name: str, id_: str | None) -> Claimant:
        mentions = self._mentions.get(id_ or "", [])
        if mentions:
            found = self.of_party(mentions[0][0])
            return Claimant(name, id_, found.kind, found.country)
        return Claimant(name, id_, *self._kinds(name))

    def of_party(self, party: Party) -> Claimant:
        if party.kind in ("country", "body", "people"):
            return Claimant(party.name, party.id, "government", party.country)
        if party.kind == "outlet":
            return Claimant(party.name, party.id, "media")
        mentions = self._mentions[party.id][:3]
        signs: Counter[str] = Counter()
        countries: Counter[str] = Counter()
        for mention, sentence in mentions:
            low, high = mention.first - _BESIDE, mention.last + _BESIDE
            signs.update(sign.name for sign in sentence.signs if low <= sign.first <= high)
            near = [
                other
                for other in sentence.parties
                if other.country and low <= other.first <= high and other.id != party.id
            ]
            near.sort(key=lambda other: abs(other.first - mention.first))
            countries.update(other.country for other in near[:1] if other.country)
        kind = _kind(signs, organisation=party.kind == "organisation")
        country = next((code for code, _ in countries.most_common(1)), None)
        return Claimant(party.name, party.id, kind, country if kind in ("government", "company") else None)

    def _kinds(self, name: str) -> tuple[ClaimantKind, str | None]:
        """What a role is: "seorang pejabat Kementerian Pertahanan Korea Selatan"."""
        low = name.casefold().split()
        signs = Counter(sign.name for sign in self._around.words.signs(low, 0, len(low)))
        kind = _kind(signs, organisation=False)
        country = next(
            (
                mentions[0][0].country
                for mentions in self._mentions.values()
                if mentions[0][0].country and mentions[0][0].name.casefold() in name.casefold()
            ),
            None,
        )
        return kind, country if kind in ("government", "company") else None


def _kind(signs: Counter[str], *, organisation: bool) -> ClaimantKind:
    """The kind that most words beside a name speak for."""
    kinds: list[tuple[str, ClaimantKind]] = [
        ("analyst", "analyst"),
        ("outlet", "media"),
        ("business", "company"),
        ("official", "government"),
    ]
    if organisation and signs["outlet"]:
        return "media"
    best = max(kinds, key=lambda pair: signs[pair[0]])
    return best[1] if signs[best[0]] else "other"
