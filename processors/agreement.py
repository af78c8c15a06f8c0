"""How far the enrichment of an article agrees with what people have annotated in it.

Quotes    direct ones against direct ones; indirect and mixed ones together, as "reported". Two are the same
          where their bags of words (letter case aside) overlap with an F1 of at least 0.8; one to one, the
          most alike first, and of equally alike ones the earlier first.
Speakers  of matched quotes. Two names are the same where at least half of the words of both together are in
          both: "Vladimir Putin" is "Putin" and "Presiden Vladimir Putin", not "Putin Sang Presiden". No
          speaker is right where none is annotated, and only there.
Names     a mention is right with the same text (blanks aside) and the same type. The body is cleaned and so
          shifted: an article's equal mentions are told apart by their number, not by their place.
Links     of all spellings that are annotated and found as names in an article, each pair that is one entity.
          So names that were overlooked cost names and no links. Spellings annotated for two entities are
          left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import TypeVar

import msgspec

from processors.annotations import AnnotatedEntity, AnnotatedQuote, Annotation
from processors.records import Document, Entity, Quote
from processors.scoring import TYPES, Score, score, share

ALIKE = 0.8  # F1 of two quotes' words
SAME_NAME = 0.5  # share of two names' words that both have
KINDS = {"direct": ("direct",), "reported": ("indirect", "mixed")}
METHODS = ("explicit", "coreference", "role", "implied", "none")
MISTAKES = (
    *(f"{kind} {what}" for kind in KINDS for what in ("missed", "false", "speaker")),
    *(f"{kind} {what}" for kind in ("name", "link") for what in ("missed", "false")),
)
_AROUND = 80  # characters of context on either side
_LONG = 240  # characters of a quote that are shown whole
_WORD = re.compile(r"\w+")
_BLANKS = re.compile(r"\s+")

T = TypeVar("T")
_Named = tuple[str, str]  # text, type
_Place = tuple[int, int]
_Places = dict[_Named, list[_Place]]


class Measure(Score, frozen=True):
    """Precision, recall and F1 in per cent, with the numbers behind them."""

    wanted: int
    found: int
    right: int


class QuoteMeasure(Measure, frozen=True):
    """`speaker`: of the quotes that are right, the per cent whose speaker is, too."""

    speaker: float


class MethodMeasure(msgspec.Struct, frozen=True):
    """Of the matched quotes whose speaker was found in one way: how many, and the per cent that is right."""

    quotes: int
    right: float


class Figures(msgspec.Struct, frozen=True):
    """All measures over a set of articles. None where no article has names annotated."""

    articles: int
    direct: QuoteMeasure
    reported: QuoteMeasure
    speakers: dict[str, MethodMeasure]  # by `speaker_method`
    names: dict[str, Measure] | None  # "all" and by type
    links: Measure | None

    def measures(self) -> Iterator[tuple[str, Measure]]:
        """Every measure there is by the name it is shown with."""
        yield "direct quotes", self.direct
        yield "reported quotes", self.reported
        for kind, measure in (self.names or {}).items():
            yield "names" if kind == "all" else kind, measure
        if self.links:
            yield "links", self.links


class Mistake(msgspec.Struct, frozen=True):
    """Something missed or wrongly found, for a person to read: a line of its article, parted in three.

    `wanted` and `found` are speakers, of names types, of links the annotated name and the ids. What is
    missed is shown in the article as it was sent, what is found in the cleaned one.
    """

    what: str  # one of MISTAKES
    article: str
    wanted: str | None
    found: str | None
    before: str
    text: str
    after: str


class Comparison(msgspec.Struct, frozen=True):
    """What one article adds to the figures."""

    counts: Counter[str]
    mistakes: list[Mistake]


def compare(article: str, text: str, annotation: Annotation, document: Document) -> Comparison:
    """The document of an article with this id and text against its annotation."""
    comparison = Comparison(Counter(articles=1), [])
    for kind in KINDS:
        _compare_quotes(kind, article, text, annotation.quotes, document, comparison)
    if annotation.entities is not None:
        comparison.counts["named"] += 1
        _compare_names(article, text, annotation.entities, document, comparison)
        _compare_links(article, annotation.entities, document.entities, comparison)
    return comparison


def figures(comparisons: Iterable[Comparison]) -> Figures:
    """The figures of all articles together: every quote and name counts alike, however long its article."""
    counts: Counter[str] = Counter()
    for comparison in comparisons:
        counts.update(comparison.counts)
    named = counts["named"] > 0
    return Figures(
        articles=counts["articles"],
        direct=_quote_measure("direct", counts),
        reported=_quote_measure("reported", counts),
        speakers={method: _method_measure(method, counts) for method in METHODS},
        names={kind: _measure(kind, counts) for kind in ("all", *TYPES)} if named else None,
        links=_measure("link", counts) if named else None,
    )


def examples(mistakes: Iterable[Mistake], count: int) -> list[Mistake]:
    """So many mistakes of each kind, taken evenly from all articles, a kind after the other."""
    kinds: dict[str, list[Mistake]] = {what: [] for what in MISTAKES}
    for mistake in mistakes:
        kinds[mistake.what].append(mistake)
    shown = {what: min(count, len(those)) for what, those in kinds.items()}
    return [those[n * len(those) // shown[what]] for what, those in kinds.items() for n in range(shown[what])]


# ── quotes and speakers ───────────────────────────────────────────────────────────────────────────────


def matches(wanted: Sequence[str], found: Sequence[str]) -> list[tuple[int, int]]:
    """Which of the quotes are the same, as (index, index): one to one, the most alike first."""
    ours, theirs = [_bag(text) for text in wanted], [_bag(text) for text in found]
    alike = sorted((-_overlap(a, b), i, j) for i, a in enumerate(ours) for j, b in enumerate(theirs))
    left, free = set(range(len(wanted))), set(range(len(found)))
    pairs: list[tuple[int, int]] = []
    for overlap, i, j in alike:
        if -overlap < ALIKE:
            break
        if i in left and j in free:
            left.remove(i)
            free.remove(j)
            pairs.append((i, j))
    return pairs


def same_name(one: str | None, other: str | None) -> bool:
    """Whether two names of a speaker are the same; two that are none are."""
    a, b = _bag(one or "").keys(), _bag(other or "").keys()
    return len(a & b) >= SAME_NAME * len(a | b) if a and b else not a and not b


def _bag(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _overlap(one: Counter[str], other: Counter[str]) -> float:
    both = one.total() + other.total()
    return 2 * (one & other).total() / both if both else 0.0


def _compare_quotes(
    kind: str,
    article: str,
    text: str,
    annotated: Sequence[AnnotatedQuote],
    document: Document,
    to: Comparison,
) -> None:
    wanted = [quote for quote in annotated if quote.kind in KINDS[kind]]
    found = [quote for quote in document.quotes if quote.kind in KINDS[kind]]
    pairs = matches([quote.text for quote in wanted], [quote.text for quote in found])
    _count(to, kind, right=len(pairs), wanted=len(wanted), found=len(found))
    for i, j in sorted(pairs):
        right = same_name(wanted[i].speaker, found[j].speaker)
        method = found[j].speaker_method or "none"
        to.counts.update({f"{kind} speaker": right, f"{method} quotes": 1, f"{method} right": right})
        if not right:
            place = found[j].start, found[j].end
            names = wanted[i].speaker, _speaker(found[j])
            to.mistakes.append(_mistake(f"{kind} speaker", article, document.body, place, *names))
    for i in sorted({*range(len(wanted))} - {i for i, _ in pairs}):
        said = wanted[i]
        shown = text if said.text in text else said.text  # whoever annotated may have mistyped
        start = shown.find(said.text)
        place = start, start + len(said.text)
        to.mistakes.append(_mistake(f"{kind} missed", article, shown, place, said.speaker, None))
    for j in sorted({*range(len(found))} - {j for _, j in pairs}):
        place = found[j].start, found[j].end
        speaker = _speaker(found[j])
        to.mistakes.append(_mistake(f"{kind} false", article, document.body, place, None, speaker))


def _speaker(quote: Quote) -> str:
    return f"{quote.speaker or 'nobody'} ({quote.speaker_method or 'none'})"


# ── names ─────────────────────────────────────────────────────────────────────────────────────────────


def _compare_names(
    article: str, text: str, annotated: Sequence[AnnotatedEntity], document: Document, to: Comparison
) -> None:
    wanted, found = _annotated_names(text, annotated), _found_names(document.entities)
    for name in {**wanted, **found}:
        ours, theirs = len(wanted.get(name, ())), len(found.get(name, ()))
        for kind in ("all", name[1]):
            _count(to, kind, right=min(ours, theirs), wanted=ours, found=theirs)
    for name, places in wanted.items():
        other = _other_type(name, found)
        for place in places[len(found.get(name, ())) :]:
            to.mistakes.append(_mistake("name missed", article, text, place, name[1], other))
    for name, places in found.items():
        other = _other_type(name, wanted)
        for place in places[len(wanted.get(name, ())) :]:
            to.mistakes.append(_mistake("name false", article, document.body, place, other, name[1]))


def _annotated_names(text: str, entities: Sequence[AnnotatedEntity]) -> _Places:
    """Where every name occurs: the longest form first, each at word boundaries, none inside another."""
    forms = [(form, entity.type) for entity in entities for form in entity.forms]
    taken = bytearray(len(text))
    found: list[tuple[_Place, _Named]] = []
    for form, kind in sorted(forms, key=lambda each: -len(each[0])):
        for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text):
            start, end = match.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                found.append(((start, end), (_one_line(form), kind)))
    return _placed(found)


def _found_names(entities: Sequence[Entity]) -> _Places:
    return _placed(
        ((mention.start, mention.end), (_one_line(mention.text), entity.type))
        for entity in entities
        for mention in entity.mentions
    )


def _placed(names: Iterable[tuple[_Place, _Named]]) -> _Places:
    places: _Places = {}
    for place, name in sorted(names):
        places.setdefault(name, []).append(place)
    return places


def _other_type(name: _Named, others: _Places) -> str | None:
    return next((kind for text, kind in others if text == name[0] and kind != name[1]), None)


# ── links ─────────────────────────────────────────────────────────────────────────────────────────────


def _compare_links(
    article: str, annotated: Sequence[AnnotatedEntity], entities: Sequence[Entity], to: Comparison
) -> None:
    ours = {
        form: owners[0] for form, owners in _owners(_annotated_forms(annotated)).items() if len(owners) == 1
    }
    theirs = _owners(
        (_one_line(mention.text), entity.id) for entity in entities for mention in entity.mentions
    )
    for one, other in combinations(sorted(ours.keys() & theirs.keys()), 2):
        wanted, found = ours[one] == ours[other], not {*theirs[one]}.isdisjoint(theirs[other])
        _count(to, "link", right=wanted and found, wanted=wanted, found=found)
        if wanted != found:
            names = dict.fromkeys(annotated[n].name for n in (ours[one], ours[other]))
            ids = dict.fromkeys([*theirs[one], *theirs[other]])
            what = "link missed" if wanted else "link false"
            forms = f"{one} = {other}"
            to.mistakes.append(Mistake(what, article, " | ".join(names), " | ".join(ids), "", forms, ""))


def _annotated_forms(entities: Sequence[AnnotatedEntity]) -> Iterator[tuple[str, int]]:
    return ((_one_line(form), n) for n, entity in enumerate(entities) for form in entity.forms)


def _owners(forms: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    """The entities of each form, in order."""
    owners: dict[str, dict[T, None]] = {}
    for form, owner in forms:
        owners.setdefault(form, {})[owner] = None
    return {form: [*each] for form, each in owners.items()}


# ── counts and what is shown ──────────────────────────────────────────────────────────────────────────


def _count(to: Comparison, what: str, *, right: int, wanted: int, found: int) -> None:
    to.counts.update({f"{what} right": right, f"{what} wanted": wanted, f"{what} found": found})


def _measure(what: str, counts: Counter[str]) -> Measure:
    right, wanted, found = (counts[f"{what} {side}"] for side in ("right", "wanted", "found"))
    shares = score(right, wanted, found)
    return Measure(shares.p, shares.r, shares.f1, wanted, found, right)


def _quote_measure(kind: str, counts: Counter[str]) -> QuoteMeasure:
    measure = _measure(kind, counts)
    speaker = share(counts[f"{kind} speaker"], measure.right)
    return QuoteMeasure(**msgspec.structs.asdict(measure), speaker=speaker)


def _method_measure(method: str, counts: Counter[str]) -> MethodMeasure:
    quotes = counts[f"{method} quotes"]
    return MethodMeasure(quotes, share(counts[f"{method} right"], quotes))


def _mistake(
    what: str, article: str, text: str, place: _Place, wanted: str | None, found: str | None
) -> Mistake:
    start, end = place
    inside = _one_line(text[start:end])
    if len(inside) > _LONG:
        inside = f"{inside[: _LONG // 2]} … {inside[-_LONG // 2 :]}"
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    return Mistake(
        what, article, wanted, found, _squeezed(before).lstrip(), inside, _squeezed(after).rstrip()
    )


def _squeezed(text: str) -> str:
    return _BLANKS.sub(" ", text)


def _one_line(text: str) -> str:
    return " ".join(text.split())
