"""Finds the words that name the subject of a cue (kata X, X mengatakan), titles and appositions put aside.

Grammar only: who the words mean in the article is the business of `speakers`.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from processors.records import Entity, EntityType
from processors.words import COLON, COMMA, NONE, SENTENCE, Text

Kind = Literal["name", "pronoun", "definite", "indefinite", "again"]  # again: whoever spoke last

_REACH = 16  # words from a cue to the end of its subject
_BACK = 40  # words from a verb back to its subject


@dataclass(frozen=True, slots=True)
class Span:
    """A mention in words, both ends included."""

    first: int
    last: int
    entity: int
    type: EntityType


@dataclass(frozen=True, slots=True)
class Subject:
    """Words `first` to `last` say who; `names`: the entities they name."""

    kind: Kind
    first: int
    last: int
    names: tuple[Span, ...] = ()


class Names:
    """The mentions of an article's entities, by word."""

    def __init__(self, text: Text, entities: Sequence[Entity]) -> None:
        spans = [
            Span(text.at(mention.start), text.at(mention.end) - 1, number, entity.type)
            for number, entity in enumerate(entities)
            for mention in entity.mentions
        ]
        self.spans = sorted((span for span in spans if span.first <= span.last), key=lambda span: span.first)
        self._first = [span.first for span in self.spans]
        self._at = {i: span for span in self.spans for i in range(span.first, span.last + 1)}

    def at(self, i: int) -> Span | None:
        """The mention that word i is part of."""
        return self._at.get(i)

    def within(self, first: int, end: int) -> list[Span]:
        """Mentions that begin in words first … end - 1."""
        return self.spans[bisect_right(self._first, first - 1) : bisect_right(self._first, end - 1)]

    def before(self, i: int, types: Sequence[EntityType]) -> Span | None:
        """The last mention of one of these types that begins before word i."""
        for span in reversed(self.spans[: bisect_right(self._first, i - 1)][-50:]):
            if span.type in types:
                return span
        return None


def marked(text: Text, names: Names, first: int, last: int) -> Subject:
    """What words that are known to say who speaks are: a name, a pronoun, or an office or description."""
    pack = text.pack
    first, last = _trimmed(text, first, last)
    if text.low[first] in pack.pronouns:
        return Subject("pronoun", first, last)
    if text.low[first] in pack.continuing:
        return Subject("again", first, last)
    spans = tuple(dict.fromkeys(span for i in range(first, last + 1) if (span := names.at(i))))
    whole = spans and spans[-1].last == last and text.low[first] in pack.articles  # the Financial Times
    if _names_office(text, first, last) or (points_back(text, first, last) and not whole):
        return Subject("definite", first, last)
    persons = tuple(span for span in spans if span.type == "PER" and not _belongs(text, first, span))
    if persons:
        return Subject("name", first, last, _listed(text, persons))
    if whole:
        return Subject("name", first, last, spans[-1:])
    if spans and spans[0].first <= first and not text.low[spans[0].last].endswith(pack.possessives):
        return Subject("name", first, last, _listed(text, spans))
    if len(spans) == 1 and (text.low[first] in pack.text_nouns or _outlet(text, first, last, spans[0])):
        return Subject("name", spans[0].first, spans[0].last, spans)
    if text.low[first] in pack.indefinite:
        return Subject("indefinite", first, last)
    return Subject("name" if not spans and _capitalised(text, first, last) else "definite", first, last)


def _trimmed(text: Text, first: int, last: int) -> tuple[int, int]:
    """Without the conjunction before a phrase and the 'yang' behind it."""
    while last > first and text.low[last] in text.pack.defining:
        last -= 1
    while last > first and text.low[first] in text.pack.opening:
        first += 1
    return first, last


def apposed(text: Text, names: Names, first: int, last: int) -> Subject | None:
    """Who a phrase between commas is: 'raksasa asal Cina, Huawei, menyebut', 'Li, a herder, said'."""
    behind, before_it = names.at(last + 1), names.at(first - 1) if first else None
    own = names.at(first)
    if behind and behind.first == last + 1 and behind.type != "LOC" and _between_commas(text, behind):
        return None if own and own.type == behind.type else Subject("name", first, behind.last, (behind,))
    phrase = Span(first, last, -1, "PER")
    if before_it and before_it.type == "PER" and not own and _between_commas(text, phrase):
        described = not text.pack.person_nouns.isdisjoint(text.low[first : last + 1])
        return Subject("name", before_it.first, before_it.last, (before_it,)) if described else None
    return None


def _between_commas(text: Text, span: Span) -> bool:
    end = span.last + 1
    return text.breaks[span.first] == COMMA and end < len(text) and text.breaks[end] == COMMA


def points_back(text: Text, first: int, last: int) -> bool:
    """'kementerian itu', 'sang prajurit': somebody named before; not 'warga yang melihat peristiwa itu'."""
    pack = text.pack
    if text.low[first] in pack.demonstratives:
        return True
    words = text.low[first:last]
    if text.low[last] in pack.same and not pack.defining.isdisjoint(words[-1:]):
        return True
    written = text.low[first] in pack.text_nouns and not pack.prepositions.isdisjoint(words)
    new = written or (text.low[first] in pack.indefinite and last - first > 1)
    whole = text.low[first] in pack.organisation_nouns or pack.defining.isdisjoint(words)
    return text.low[last] in pack.demonstratives and not new and whole


def described(text: Text, names: Names, noun: int) -> Subject:
    """The whole phrase around its noun: 'seorang sumber yang dekat dengan Hamas'."""
    pack = text.pack
    first = noun
    while first > 0 and text.breaks[first] == NONE and text.low[first - 1] in pack.indefinite:
        first -= 1
    last = noun
    while (
        last + 1 < len(text)
        and text.breaks[last + 1] == NONE
        and text.quoted[last + 1] < 0
        and last - noun < _REACH
        and (text.low[last + 1] not in pack.verbs | (pack.stops - pack.linking) or names.at(last + 1))
    ):
        last += 1
    return Subject("indefinite", first, last)


def _outlet(text: Text, first: int, last: int, name: Span) -> bool:
    """'kantor berita negara KCNA': the name says it all."""
    return name.type == "ORG" and name.last == last and text.low[first] in text.pack.outlet_nouns


def _names_office(text: Text, first: int, last: int) -> bool:
    return " ".join(text.low[first : last + 1]) in text.pack.offices


def _belongs(text: Text, first: int, person: Span) -> bool:
    """'orang tua Jeane', 'penasihat hukum dari Jeane': somebody of that person's, not the person."""
    if person.first == first:
        return False
    word = text.low[person.first - 1]
    return word in text.pack.relations or word in text.pack.prepositions


def _listed(text: Text, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The first name and those that are joined to it."""
    count = 1
    while count < len(spans) and any(
        word in text.pack.joins for word in text.low[spans[count - 1].last + 1 : spans[count].first]
    ):
        count += 1
    return tuple(spans[:count])


def _capitalised(text: Text, first: int, last: int) -> bool:
    """A name that nobody tagged: capitals all along, and no noun that only begins a sentence."""
    pack, word = text.pack, text.low[first]
    nouns = pack.person_nouns | pack.organisation_nouns | pack.text_nouns | pack.indefinite
    if word in nouns or word in pack.offices or word in pack.government:
        return False
    return all(text.upper(i) for i in range(first, last + 1)) and (
        last > first or text.breaks[first] < SENTENCE
    )


def after(text: Text, names: Names, i: int) -> Subject | None:
    """The subject that begins with word i, right behind its cue; None: there is none."""
    pack = text.pack
    start = i
    while (
        i < len(text)
        and i < start + 6
        and (text.low[i] in pack.text_nouns | pack.statements | pack.attributing)
    ):
        if i > start and text.breaks[i] != NONE:
            return Subject("again", start, i - 1)
        i += 1
    if i == len(text) or text.quoted[i] >= 0 or text.breaks[i] > COMMA:
        return Subject("again", start, i - 1) if i > start else None
    if i > start and (text.low[i] in pack.demonstratives or text.breaks[i] != NONE):
        return Subject("again", start, i if text.breaks[i] == NONE else i - 1)
    if i > start and not names.within(i, i + 6) and text.low[i] not in pack.organisation_nouns:
        return Subject("again", start, i - 1)
    if text.low[i] in pack.pronouns:
        return Subject("pronoun", i, i)
    if text.low[i] in pack.stops and not names.at(i):
        return None
    end = _end(text, names, i)
    comma = next((j for j in range(i + 1, end) if text.breaks[j] == COMMA), end)
    return _phrase(text, names, i, comma, end)


def _end(text: Text, names: Names, i: int) -> int:
    """The word behind the subject that begins with word i."""
    for j in range(i + 1, min(i + _REACH, len(text))):
        if text.breaks[j] >= COLON or text.quoted[j] >= 0:
            return j
        if text.low[j] in text.pack.stops and not names.at(j) and not _goes_on(text, names, j):
            describes = not text.pack.defining.isdisjoint(text.low[i:j])  # "yang dekat dengan perundingan"
            if not describes or text.low[j] not in text.pack.linking:
                return j
    return min(i + _REACH, len(text))


def _goes_on(text: Text, names: Names, j: int) -> bool:
    """'pejabat di Kementerian Pertahanan', 'A dan B': the phrase holds more than the stop word ends."""
    following = names.at(j + 1)
    if not following or text.breaks[j] != NONE:
        return text.low[j] in text.pack.joins and _person_ahead(text, names, j + 1)
    return following.type == "ORG" or text.low[j] in text.pack.joins


def _person_ahead(text: Text, names: Names, j: int) -> bool:
    """A person's name behind nothing but titles."""
    while j < len(text) and text.breaks[j] == NONE and not names.at(j) and text.low[j] in text.pack.titles:
        j += 1
    span = names.at(j)
    return span is not None and span.type == "PER" and text.breaks[j] == NONE


def _phrase(text: Text, names: Names, i: int, comma: int, end: int) -> Subject:
    """The subject in words i … comma - 1, with what follows its first comma up to `end`."""
    if _names_office(text, i, comma - 1):
        return Subject("definite", i, comma - 1)
    persons = [span for span in names.within(i, comma) if span.type == "PER" and _is_itself(text, i, span)]
    apposed = _apposed(text, names, comma, end)
    if persons:
        one = persons[0]
        if apposed and one.first > i and one.last == comma - 1:
            return Subject("name", apposed.first, apposed.last, (apposed,))
        return _joint(text, persons)
    if apposed:
        return Subject("name", apposed.first, apposed.last, (apposed,))
    missed = _missed(text, names, comma, end) if comma < end else None
    return missed or _nameless(text, names, i, comma)


def _missed(text: Text, names: Names, i: int, end: int) -> Subject | None:
    """Two or more words in capitals where a name is due, none of them tagged: a person the tagger missed."""
    first = _after_titles(text, names, i, end) if text.low[i] in text.pack.titles else i
    last = first
    while last < end and (last == first or text.breaks[last] == NONE) and _could_be_name(text, names, last):
        last += 1
    return Subject("name", first, last - 1) if last - first >= 2 else None


def _could_be_name(text: Text, names: Names, i: int) -> bool:
    pack = text.pack
    ordinary = (
        text.low[i] in pack.titles or text.low[i] in pack.stops or text.low[i] in pack.organisation_nouns
    )
    return text.upper(i) and text.low[i].isalpha() and not names.at(i) and not ordinary


def _joint(text: Text, persons: Sequence[Span]) -> Subject:
    group = [persons[0]]
    for span in persons[1:]:
        between = text.low[group[-1].last + 1 : span.first]
        if (
            not between
            or between[0] not in text.pack.joins
            or any(w not in text.pack.titles for w in between[1:])
        ):
            break
        group.append(span)
    return Subject("name", group[0].first, group[-1].last, tuple(group))


def _is_itself(text: Text, i: int, person: Span) -> bool:
    """False for the name in 'istri Budi' and 'pria yang menuduh Budi'."""
    before = text.low[i : person.first]
    if before and before[-1] in text.pack.relations:
        return False
    if text.pack.defining.isdisjoint(before):
        return True
    return not text.pack.called.isdisjoint(before)


def _apposed(text: Text, names: Names, comma: int, end: int) -> Span | None:
    """'kata ketua serikat itu, Torben Skaarup': the person behind the comma, past bodies and places."""
    while comma < end:
        j = _after_titles(text, names, comma, end)
        span = names.at(j)
        if not span or span.first != j:
            return None
        if span.type == "PER":
            return span
        comma = span.last + 1
        if comma >= end or text.breaks[comma] != COMMA:
            return None
    return None


def _missed_last(text: Text, names: Names, i: int, end: int) -> Subject | None:
    """'pengamat militer Nadia Ferhati': the run of capitals that ends the phrase."""
    first = end
    while (
        first > i and _could_be_name(text, names, first - 1) and (first == end or text.breaks[first] == NONE)
    ):
        first -= 1
    if end - first < 2 or (first == i and text.breaks[i] >= SENTENCE):
        return None
    return Subject("name", first, end - 1)


def _after_titles(text: Text, names: Names, j: int, end: int) -> int:
    """The first word from j on that is no title nor other word in capitals: 'Laksamana Muda X'."""
    start = j
    while j + 1 < end and j - start < 5 and not names.at(j) and text.breaks[j + 1] == NONE:
        if text.low[j] not in text.pack.titles and not text.upper(j):
            break
        j += 1
    return j


def _nameless(text: Text, names: Names, i: int, end: int) -> Subject:
    """An organisation, a place that acts, an office, or words in capitals that no one tagged."""
    pack = text.pack
    head = text.low[i]
    named = [span for span in names.within(i, end) if span.type != "PER"]
    pointing = pack.demonstratives - pack.articles
    cut = next((j for j in range(i, end) if text.low[j] in pointing), None)
    if head in pack.indefinite and cut is None:
        return Subject("indefinite", i, end - 1)
    missed = _missed_last(text, names, i, end)
    if missed and missed.first > i:
        return missed
    if named and named[0].first == i + (head in pack.articles):
        return Subject("name", i, named[0].last, (named[0],))
    if named and head in pack.organisation_nouns and not _about_person(text, i, named[-1].first):
        return Subject("name", named[-1].first, named[-1].last, (named[-1],))
    if not named and (capitals := _capitals(text, i, end)):
        return Subject("name", *capitals)
    noun = head in pack.person_nouns or head in pack.organisation_nouns or head in pack.titles
    if (
        cut is None
        and not named
        and not noun
        and head not in pack.offices
        and head.startswith(pack.verb_prefixes)
    ):
        return Subject("again", i, i)
    return Subject("definite", i, end - 1 if cut is None else cut)


def _about_person(text: Text, i: int, end: int) -> bool:
    return not text.pack.person_nouns.isdisjoint(text.low[i:end])


def _capitals(text: Text, i: int, end: int) -> tuple[int, int] | None:
    """A run of words in capitals behind titles: a name the tagger missed. A sentence's first word is none."""
    if text.breaks[i] >= SENTENCE and text.low[i] not in text.pack.titles:
        return None
    last = j = i
    while last < end and text.upper(last) and text.low[last] not in text.pack.demonstratives:
        last += 1
    j = max((k + 1 for k in range(i, last) if text.low[k] in text.pack.titles), default=i)
    return (j, last - 1) if last > j else None


def before(text: Text, names: Names, verb: int) -> Subject | None:
    """The subject of a verb: the nearest name or pronoun before it in its sentence that can be it."""
    pack = text.pack
    start = _sentence_start(text, verb)
    if verb > start and text.low[verb - 1] in pack.continuing and _spoke_before(text, start, verb - 1):
        return Subject("again", verb, verb)
    clause = _clause_start(text, start, verb)
    if clause < verb and text.low[verb - 1] in pack.demonstratives and verb - clause > 1:
        return _phrase_before(text, names, clause, verb)
    j = verb - 1
    while j >= start:
        span = names.at(j)
        if text.low[j] in pack.pronouns and not span and not _governed(text, start, j):
            return Subject("pronoun", j, j)
        if span and span.type == "PER" and not _governed(text, start, span.first):
            return _with_partner(text, names, start, span)
        j = span.first - 1 if span else j - 1
    return _phrase_before(text, names, clause, verb) if clause < verb else None


def _spoke_before(text: Text, start: int, i: int) -> bool:
    """'katanya, seraya menambahkan': the sentence has spoken before word i, or a quotation ends there."""
    pack = text.pack
    if i == start:
        return True
    return any(
        text.low[j] in pack.verbs
        or text.low[j] in pack.stems
        or text.low[j].removesuffix(pack.clitic) in pack.stems
        for j in range(start, i)
    )


def _with_partner(text: Text, names: Names, start: int, span: Span) -> Subject:
    """'A dan B mengatakan': both."""
    j = span.first - 1
    while j > start and text.low[j] in text.pack.titles:
        j -= 1
    if j > start and text.low[j] in text.pack.joins:
        partner = names.at(j - 1)
        if partner and partner.type == "PER" and text.breaks[j] == NONE:
            return Subject("name", partner.first, span.last, (partner, span))
    return Subject("name", span.first, span.last, (span,))


def _governed(text: Text, start: int, i: int) -> bool:
    """Does the word or name belong to a preposition or a relative (kepada X, istri X), titles put aside?"""
    j = i - 1
    while j >= start and text.low[j] in text.pack.titles and text.breaks[j + 1] == NONE:
        j -= 1
    if j < start or text.breaks[j + 1] != NONE:
        return False
    return text.low[j] in text.pack.prepositions or text.low[j] in text.pack.relations


def _sentence_start(text: Text, verb: int) -> int:
    j = verb
    while j > 0 and verb - j < _BACK and text.breaks[j] < SENTENCE and text.quoted[j - 1] < 0:
        j -= 1
    return j


def _clause_start(text: Text, start: int, verb: int) -> int:
    """Back to the comma before the subject; over a comma right before the verb, which ends an apposition."""
    j = verb
    if text.breaks[j] == COMMA and j > start:
        j -= 1
        while j > start and text.breaks[j] == NONE:
            j -= 1
        j = max(start, j - 1)
    while j > start and text.breaks[j] == NONE:
        j -= 1
    return j


def _phrase_before(text: Text, names: Names, clause: int, verb: int) -> Subject:
    end = verb
    while clause + 1 < verb and text.low[clause] in text.pack.opening:
        clause += 1
    comma = next((j for j in range(clause + 1, verb) if text.breaks[j] == COMMA), verb)
    for j in range(clause + 1, comma):
        if text.low[j] in text.pack.stops and not names.at(j) and not _goes_on(text, names, j):
            end = j
            break
    return _nameless(text, names, clause, min(end, comma))
