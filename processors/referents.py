"""Whom the words beside a cue mean: a full name of the article, an office's holder, who spoke before."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from processors.entities import called, fold, is_capital
from processors.offices import Offices
from processors.records import Entity, Mention, SpeakerMethod
from processors.subjects import Names, Span, Subject, described, points_back
from processors.words import Text

_NEAR, _FAR = 60, 400  # words back to what and to whom "itu" points
_REMEMBERED = 30  # speakers that a pronoun or a description may take up


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who, and how it was found. `person` False: an organisation, a place, a role of one or a group."""

    name: str
    id: str | None
    method: SpeakerMethod
    mention: Mention | None
    person: bool
    several: bool = False  # a body, or more than one person: who "mereka" may be
    place: bool = False  # a country, or the capital that stands for it

    def taken_up(self, method: SpeakerMethod, mention: Mention | None) -> "Speaker":
        """The same speaker, meant again by other words or by none."""
        return replace(self, method=method, mention=mention)


@dataclass(slots=True)
class Heard:
    """Who spoke so far, each kind by itself."""

    last: Speaker | None = None  # stays with a person whom a body only interrupts
    of_all: Speaker | None = None
    body: Speaker | None = None  # of all but people and places: who may have written a report
    person: Speaker | None = None
    group: Speaker | None = None
    persons: list[Speaker] = field(default_factory=list)
    roles: list[Speaker] = field(default_factory=list)

    def add(self, speaker: Speaker, *, narrated: bool) -> None:
        """`narrated`: outside quotation marks."""
        self.of_all = speaker
        if not speaker.person and not speaker.place:
            self.body = speaker
        if speaker.person or not narrated or self.last is None or not self.last.person:
            self.last = speaker
        if speaker.person:
            self.person = speaker
            self.persons = [*self.persons[1 - _REMEMBERED :], speaker]
        if speaker.several:
            self.group = speaker
        if speaker.id is None:
            self.roles = [*self.roles[1 - _REMEMBERED :], speaker]


class Referents:
    """The people and bodies of an article, and who of them was heard."""

    def __init__(self, text: Text, entities: Sequence[Entity], names: Names) -> None:
        self.heard = Heard()
        self._text = text
        self._entities = entities
        self._names = names
        self._offices = Offices(text, names)
        self._persons = [(set(fold(one.name, text.pack)), one) for one in entities if one.type == "PER"]

    def resolve(self, subject: Subject, said: range) -> Speaker | None:
        """Whom a subject means; `said`: the words that are spoken, whose own names its pronoun can't mean."""
        mention = self.mention(subject.first, subject.last)
        if subject.kind == "again":
            return self._again(subject, said, mention)
        if subject.kind == "pronoun":
            return self._pronoun(subject, said, mention)
        if subject.names:
            return self.named(subject.names, mention)
        if subject.kind == "name" and self._text.low[subject.first] not in self._text.pack.offices:
            return self._untagged(mention)
        return self._role(subject, said, mention)

    def silent(self, i: int, said: range, mention: Mention | None = None) -> Speaker | None:
        """Whoever spoke last; where nobody has, the person named last before word i."""
        if last := self._other(self.heard.last, said):
            return last.taken_up("implied", mention)
        span = self._names.before(i, ["PER"])
        return self._span(span).taken_up("implied", mention) if span else None

    def named(self, spans: Sequence[Span], mention: Mention) -> Speaker:
        entities = [self._entities[span.entity] for span in spans]
        named = [self._called(span) for span in spans]
        joined = f" {_and(self._text)} ".join(named)
        first = entities[0]
        state = ":" not in first.id or is_capital(named[0], self._text.pack)
        person = first.type == "PER" or (first.type == "LOC" and not state)  # no other place speaks
        return Speaker(
            joined,
            first.id if len(entities) == 1 else None,
            "explicit",
            mention,
            person=person,
            several=len(entities) > 1 or not person,
            place=first.type == "LOC" and state,
        )

    def _called(self, span: Span) -> str:
        """The full name, but "Teheran" for the Iran that it stands for."""
        text = self._text.slice(span.first, span.last)
        return called(self._entities[span.entity], text, self._text.pack)

    def mention(self, first: int, last: int) -> Mention:
        """Words `first` to `last` as a mention."""
        start, end = self._text.start[first], self._text.end[last]
        return Mention(start=start, end=end, text=self._text.body[start:end])

    def introduced(self, span: Span) -> bool:
        """Is this the first mention of its person, or has nobody spoken yet?"""
        first = self._entities[span.entity].mentions[0].start
        return self._text.start[span.first] <= first or self.heard.person is None

    def _span(self, span: Span) -> Speaker:
        return self.named([span], self.mention(span.first, span.last))

    def _other(self, speaker: Speaker | None, said: range) -> Speaker | None:
        """The speaker, but for one whom the words said name: "dia meminta Fadli" is somebody else's."""
        if speaker is None or not self._names_in(speaker, said):
            return speaker
        return next((one for one in reversed(self.heard.persons) if not self._names_in(one, said)), speaker)

    def _names_in(self, speaker: Speaker, said: range) -> bool:
        spans = self._names.within(said.start, said.stop) if speaker.id else ()
        return any(self._entities[span.entity].id == speaker.id for span in spans)

    def _again(self, subject: Subject, said: range, mention: Mention) -> Speaker | None:
        """'pernyataan tersebut' is whose words were last, be it a body or a person."""
        pack, heard = self._text.pack, self.heard
        words = self._text.low[subject.first : subject.last + 1]
        teller = (heard.body if not pack.documents.isdisjoint(words) else None) or heard.of_all
        if teller and words[0] in pack.text_nouns | pack.statements:
            return teller.taken_up("coreference", mention)
        return self.silent(subject.first, said, mention)

    def _pronoun(self, subject: Subject, said: range, mention: Mention) -> Speaker | None:
        heard = self.heard
        group = heard.group if self._text.low[subject.first] in self._text.pack.plural else None
        if speaker := self._other(group or heard.person or heard.last, said):
            return speaker.taken_up("coreference", mention)
        span = self._names.before(subject.first, ["PER"])
        return self._span(span).taken_up("coreference", mention) if span else None

    def _untagged(self, mention: Mention) -> Speaker:
        """Capitals that are no tagged name: part of a name in the article, else a name as it stands."""
        words = set(fold(mention.text, self._text.pack))
        for name, entity in self._persons:
            if words <= name:
                return Speaker(entity.name, entity.id, "explicit", mention, person=True)
        capitals = " ".join(takewhile(lambda word: not word[0].islower(), mention.text.split()))
        return Speaker(capitals or mention.text, None, "explicit", mention, person=True)

    def _role(self, subject: Subject, said: range, mention: Mention) -> Speaker | None:
        """An office or a description: its holder's name in the article, else the words themselves."""
        text, pack = self._text, self._text.pack
        words = text.low[subject.first : subject.last + 1]
        noun = self._noun(words)
        if subject.kind != "indefinite":
            if holder := self._offices.holder(words, subject.first):
                return self._span(holder).taken_up("role", mention)
            back = points_back(text, subject.first, subject.last) or noun in pack.describing
            if back and (meant := self._meant(noun, subject, said)):
                return meant.taken_up("coreference", mention)
        group = words[0] in pack.groups or noun in pack.groups
        person = self._is_person(words[0], noun) and not group
        several = group or noun in pack.organisation_nouns
        return Speaker(" ".join(mention.text.split()), None, "role", mention, person, several)

    def _noun(self, words: Sequence[str]) -> str:
        """What a phrase is about: its first noun, in a language with articles its last before 'of'."""
        pack = self._text.pack
        if not pack.articles:
            counting = (pack.indefinite | pack.groups) - pack.anonymous
            return next((word for word in words if word not in counting), words[0])
        ends = pack.prepositions | pack.defining
        own = list(takewhile(lambda word: word not in ends or word in pack.articles, words))
        return (own or words)[-1]

    def _is_person(self, first: str, noun: str) -> bool:
        pack = self._text.pack
        if first in pack.indefinite:
            return noun not in pack.organisation_nouns
        return any(noun in listed for listed in (pack.person_nouns, pack.titles, pack.offices))

    def _meant(self, noun: str, subject: Subject, said: range) -> Speaker | None:
        """'kementerian itu', 'pria tersebut', 'laporan itu'."""
        pack, heard, i = self._text.pack, self.heard, subject.first
        if noun in pack.text_nouns:
            author = heard.body if noun in pack.documents else None
            return self._antecedent(noun, i, _NEAR) or author or heard.of_all
        if noun in pack.organisation_nouns:
            body = heard.last if heard.last and not heard.last.person else None
            return self._organisation(noun, i) or body
        if described_before := self._heard_as(noun) or self._antecedent(noun, i, _FAR):
            return described_before
        if noun in pack.anonymous:
            return heard.roles[-1] if heard.roles else None
        return heard.person or self._pronoun(subject, said, self.mention(i, i))

    def _heard_as(self, noun: str) -> Speaker | None:
        """Who spoke last under a description with this noun."""
        for role in reversed(self.heard.roles):
            words, pack = role.name.casefold().split(), self._text.pack
            points = words[-1] in pack.demonstratives and pack.defining.isdisjoint(words)
            if noun in words and not points:
                return role
        return None

    def _antecedent(self, noun: str, i: int, reach: int) -> Speaker | None:
        """'seorang prajurit Israel yang …', of whom 'prajurit itu' speaks `reach` words later at most."""
        text = self._text
        for j in range(i - 1, max(0, i - reach), -1):
            if text.low[j] == noun and text.low[j - 1] in text.pack.indefinite and text.quoted[j] < 0:
                phrase = described(text, self._names, j)
                mention = self.mention(phrase.first, phrase.last)
                person = noun in text.pack.person_nouns or noun in text.pack.anonymous
                return Speaker(" ".join(mention.text.split()), None, "role", mention, person)
        return None

    def _organisation(self, noun: str, i: int) -> Speaker | None:
        """The organisation named last, rather one whose name has the noun."""
        spans = [span for span in self._names.within(max(0, i - _FAR), i) if span.type == "ORG"]
        fitting = [span for span in spans if noun in self._entities[span.entity].name.casefold()]
        return self._span((fitting or spans)[-1]) if spans else None


def _and(text: Text) -> str:
    return "and" if text.pack.code == "en" else "dan"
