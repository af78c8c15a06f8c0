"""Says who speaks: names, surnames, pronouns, offices and silence resolved to the full name in the article.

One pass through the text in order. Every cue outside quotations says who speaks there, also where nothing is
quoted ("Dasco menilai …"); a pronoun, "katanya" or a quotation without a cue takes up whoever spoke last.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from processors.entities import fold
from processors.quotes import Cue, Direct
from processors.records import Entity, Mention, Quote, SpeakerMethod
from processors.reported import Reported
from processors.subjects import Kind, Names, Span, Subject, after, before
from processors.words import COMMA, NONE, SENTENCE, Text


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who, and how it was found. `person` False: an organisation, a place or a role of one."""

    name: str
    id: str | None
    method: SpeakerMethod
    mention: Mention | None
    person: bool

    def taken_up(self, method: SpeakerMethod, mention: Mention | None) -> "Speaker":
        """The same speaker, meant again by other words or by none."""
        return Speaker(self.name, self.id, method, mention, self.person)


def attribute(
    text: Text, quotes: Sequence[Direct], entities: Sequence[Entity], clauses: Sequence[Reported] = ()
) -> list[Quote]:
    """Quotes and reported clauses with their speakers, in text order. `entities` have all their mentions."""
    return _Article(text, entities).attribute(quotes, clauses)


class _Article:
    """The people of an article and, as the pass goes on, who spoke last."""

    def __init__(self, text: Text, entities: Sequence[Entity]) -> None:
        self.text = text
        self.entities = entities
        self.names = Names(text, entities)
        self.offices = _offices(text, self.names)
        self.last: Speaker | None = None
        self.last_person: Speaker | None = None
        self.roles: list[Speaker] = []
        self._named_until = 0  # the sentence up to this word has named its subject

    def attribute(self, quotes: Sequence[Direct], clauses: Sequence[Reported]) -> list[Quote]:
        used = {quote.cue.first: quote for quote in quotes if quote.cue}
        found: dict[int, Speaker | None] = {}
        told: list[Quote] = []
        begins: dict[int, list[Reported]] = {}
        for clause in clauses:
            begins.setdefault(self.text.at(_begin(clause)), []).append(clause)
        silent = {self.text.at(quote.pair.start): quote for quote in quotes if not quote.cue}
        for i in range(len(self.text)):
            told += [
                _clause(self.text, clause, self._heard(self._teller(clause), narrated=True))
                for clause in begins.get(i, ())
            ]
            if i in silent:
                found[silent[i].number] = self._silent(i)
            elif i in used:
                quote = used[i]
                assert quote.cue  # noqa: S101
                found[quote.number] = self._heard(self._spoken(quote.cue))
            elif self.text.quoted[i] < 0:
                self._narrated(i)
        self._look_ahead(quotes, found)
        self._look_on(quotes, found)
        said = [_quote(self.text, quote, found.get(quote.number)) for quote in quotes]
        return sorted([*said, *told], key=lambda quote: quote.start)

    def _teller(self, clause: Reported) -> Speaker | None:
        """Whom the mention beside a reported clause means; without one it is whoever spoke last."""
        text = self.text
        if clause.mention is None:
            return self._silent(text.at(clause.start)) if clause.cue else None
        first, last = text.at(clause.mention[0]), text.until(clause.mention[1]) - 1
        if last < first:
            return None
        if clause.mention == clause.cue or text.low[first].removesuffix(text.pack.clitic) in text.pack.stems:
            return self._silent(first, self._mention(first, last))
        if text.low[first] in text.pack.pronouns:
            return self._resolve(Subject("pronoun", first, last))
        spans = [self.names.at(i) for i in range(first, last + 1)]
        named = tuple(dict.fromkeys(span for span in spans if span))
        if named:
            return self._resolve(Subject("name", named[0].first, named[-1].last, named))
        kind: Kind = "name" if text.upper(first) and last > first else "definite"
        return self._resolve(Subject(kind, first, last))

    def _look_ahead(self, quotes: Sequence[Direct], found: dict[int, Speaker | None]) -> None:
        """A quotation right before another one, nothing between them, is the same speaker's."""
        for quote, following in zip(reversed(quotes[:-1]), reversed(quotes[1:]), strict=True):
            between = self.text.body[quote.pair.close : following.pair.open]
            speaker = found.get(following.number)
            opens = self.text.body[max(0, quote.pair.open - 1) : quote.pair.open] in ("", "\n")
            if quote.cue is None and opens and not between.strip() and speaker:
                found[quote.number] = speaker.taken_up("implied", None)

    def _look_on(self, quotes: Sequence[Direct], found: dict[int, Speaker | None]) -> None:
        """Quotations before anybody is named are the first speaker's."""
        first = next((speaker for quote in quotes if (speaker := found.get(quote.number))), None)
        for quote in quotes:
            if found.get(quote.number):
                return
            if first:
                mention = self._mention(quote.cue.first, quote.cue.last) if quote.cue else None
                found[quote.number] = first.taken_up("implied", mention)

    def _heard(self, speaker: Speaker | None, *, narrated: bool = False) -> Speaker | None:
        if speaker:
            if speaker.person or not narrated or self.last is None or not self.last.person:
                self.last = speaker
            if speaker.person:
                self.last_person = speaker
            if speaker.id is None:
                self.roles.append(speaker)
        return speaker

    def _silent(self, i: int, mention: Mention | None = None) -> Speaker | None:
        """Whoever spoke last; where nobody has, the person named last."""
        if self.last:
            return self.last.taken_up("implied", mention)
        span = self.names.before(i, ["PER"])
        return (
            self._named([span], self._mention(span.first, span.last)).taken_up("implied", mention)
            if span
            else None
        )

    def _spoken(self, cue: Cue) -> Speaker | None:
        """Who the cue of a quotation says speaks."""
        if cue.style == "clitic" or (cue.style == "introducer" and self._has_clitic(cue.first)):
            return self._silent(cue.first, self._mention(cue.first, cue.last))
        if cue.after and cue.style != "verb":
            subject = after(self.text, self.names, cue.last + 1)
        elif cue.style == "passive":
            subject = after(self.text, self.names, cue.last + 1) or before(self.text, self.names, cue.first)
        else:
            subject = before(self.text, self.names, cue.first)
        if subject is None and cue.style == "stem" and not cue.after:
            subject = after(self.text, self.names, cue.last + 1)
        return self._resolve(subject) if subject else self._silent(cue.first)

    def _has_clitic(self, i: int) -> bool:
        clitic = self.text.pack.clitic
        return bool(clitic) and self.text.low[i].endswith(clitic)

    def _narrated(self, i: int) -> None:
        """A cue in the running text: who speaks there is who "dia" is next."""
        text, pack, word = self.text, self.text.pack, self.text.low[i]
        subject: Subject | None = None
        if word in pack.verbs:
            subject = before(text, self.names, i)
        elif word in pack.introducers or (word in pack.stems and text.breaks[i] == COMMA):
            subject = after(text, self.names, i + 1)
        elif text.breaks[i] >= COMMA:
            span = self._opens_clause(i)
            if span and span.first >= self._named_until and self._introduced(span):
                subject = Subject("name", span.first, span.last, (span,))
                self._named_until = self._sentence_end(span.last)
        if subject and self._acts(subject):
            self._heard(self._resolve(subject), narrated=True)

    def _introduced(self, span: Span) -> bool:
        """Is this the person's first mention?"""
        mentions = self.entities[span.entity].mentions
        return self.text.start[span.first] <= mentions[0].start or self.last_person is None

    def _sentence_end(self, i: int) -> int:
        breaks = self.text.breaks
        return next((j for j in range(i + 1, min(i + 60, len(breaks))) if breaks[j] >= SENTENCE), i + 1)

    def _acts(self, subject: Subject) -> bool:
        """Can these words speak? Pronouns change nothing; a phrase must be headed by a person or a body."""
        pack = self.text.pack
        if subject.kind == "name":
            return True
        words = self.text.low[subject.first : subject.last + 1]
        nouns = pack.person_nouns | pack.organisation_nouns | pack.titles
        return subject.kind in ("definite", "indefinite") and not nouns.isdisjoint(words[:2])

    def _opens_clause(self, i: int) -> Span | None:
        """The first person of a sentence, where a clause begins with the name behind titles and offices."""
        text, pack = self.text, self.text.pack
        start = i
        while (
            i < len(text) and i - start < 12 and (i == start or text.breaks[i] == NONE) and text.quoted[i] < 0
        ):
            span = self.names.at(i)
            if span and span.type == "PER":
                return None if i > start and text.low[i - 1] in pack.relations else span
            if not span and text.low[i] not in pack.titles and text.low[i] not in pack.person_nouns:
                return None
            i = span.last + 1 if span else i + 1
        return None

    def _resolve(self, subject: Subject) -> Speaker | None:
        mention = self._mention(subject.first, subject.last)
        if subject.kind == "again":
            return self._silent(subject.first, mention)
        if subject.kind == "pronoun":
            return self._pronoun(subject, mention)
        if subject.names:
            return self._named(subject.names, mention)
        if subject.kind == "name":
            return self._untagged(mention)
        return self._role(subject, mention)

    def _named(self, spans: Sequence[Span], mention: Mention) -> Speaker:
        entities = [self.entities[span.entity] for span in spans]
        joined = f" {_and(self.text)} ".join(entity.name for entity in entities)
        return Speaker(
            joined,
            entities[0].id if len(entities) == 1 else None,
            "explicit",
            mention,
            entities[0].type == "PER",
        )

    def _pronoun(self, subject: Subject, mention: Mention) -> Speaker | None:
        speaker = self.last_person if subject.kind == "pronoun" and self._person_fits() else self.last
        if speaker:
            return speaker.taken_up("coreference", mention)
        span = self.names.before(subject.first, ["PER"])
        return self._named([span], mention).taken_up("coreference", mention) if span else None

    def _person_fits(self) -> bool:
        return self.last_person is not None

    def _untagged(self, mention: Mention) -> Speaker:
        """Capitals that are no tagged name: part of a name in the article, else a name as it stands."""
        words = set(fold(mention.text, self.text.pack))
        for entity in self.entities:
            if entity.type == "PER" and words <= set(fold(entity.name, self.text.pack)):
                return Speaker(entity.name, entity.id, "explicit", mention, person=True)
        return Speaker(" ".join(mention.text.split()), None, "explicit", mention, person=True)

    def _role(self, subject: Subject, mention: Mention) -> Speaker | None:
        """An office or a description: its holder's name in the article, else the words themselves."""
        text, pack = self.text, self.text.pack
        words = text.low[subject.first : subject.last + 1]
        if subject.kind == "definite":
            holder = words[0] not in pack.organisation_nouns and self._holder(words, subject.first)
            if holder:
                return holder.taken_up("role", mention)
            if not pack.demonstratives.isdisjoint((words[0], words[-1])) or words[0] in pack.describing:
                meant = self._meant(words, subject.first)
                if meant:
                    return meant.taken_up("coreference", mention)
        person = words[0] not in pack.organisation_nouns
        return Speaker(" ".join(mention.text.split()), None, "role", mention, person)

    def _holder(self, words: Sequence[str], i: int) -> Speaker | None:
        wanted = _office_words(words, self.text)
        if not wanted:
            return None
        fitting = [(first, span) for first, span, held in self.offices if wanted <= held]
        if not fitting:
            return None
        earlier = bisect_left([first for first, _ in fitting], i)
        span = fitting[max(0, earlier - 1)][1]
        return self._named([span], self._mention(span.first, span.last))

    def _meant(self, words: Sequence[str], i: int) -> Speaker | None:
        """'kementerian itu', 'pria tersebut', 'laporan itu'."""
        pack = self.text.pack
        if words[0] in pack.text_nouns:
            return self.last
        if words[0] in pack.organisation_nouns:
            return self._organisation(words[0], i) or (
                None if self.last is None or self.last.person else self.last
            )
        for role in reversed(self.roles):
            if words[0] in role.name.casefold().split():
                return role
        if words[0] in pack.anonymous:
            return None
        return self.last_person or self._pronoun(Subject("pronoun", i, i), self._mention(i, i))

    def _organisation(self, noun: str, i: int) -> Speaker | None:
        last: Span | None = None
        for span in self.names.within(max(0, i - 400), i):
            if span.type != "ORG":
                continue
            if noun in self.entities[span.entity].name.casefold() or last is None:
                last = span
        return self._named([last], self._mention(last.first, last.last)) if last else None

    def _mention(self, first: int, last: int) -> Mention:
        start, end = self.text.start[first], self.text.end[last]
        return Mention(start=start, end=end, text=self.text.body[start:end])


def _offices(text: Text, names: Names) -> list[tuple[int, Span, set[str]]]:
    """What stands before and, between commas, after each person's name: the words of their offices."""
    found = []
    for span in names.spans:
        if span.type != "PER":
            continue
        first = span.first
        while first > 0 and span.first - first < 10 and _in_office(text, first, span.first):
            first -= 1
        held = _office_words(text.low[first : span.first], text)
        last = span.last + 1
        if last < len(text) and text.breaks[last] == COMMA:
            end = next((j for j in range(last + 1, min(last + 12, len(text))) if text.breaks[j] > NONE), last)
            held |= _office_words(text.low[last:end], text)
        if held:
            found.append((span.first, span, held))
    return found


def _in_office(text: Text, first: int, name: int) -> bool:
    """May the word before `first` still be part of the office before a name?"""
    if text.breaks[first] > (COMMA if first == name else NONE):
        return False
    word, pack = text.low[first - 1], text.pack
    return not (
        word in pack.verbs or word in pack.passives or word in pack.prepositions or word in pack.pronouns
    )


def _office_words(words: Sequence[str], text: Text) -> set[str]:
    pack = text.pack
    skipped = pack.demonstratives | pack.indefinite | pack.prepositions | pack.joins | pack.defining
    long = " ".join(pack.offices.get(word, word) for word in words if word not in skipped)
    return set(long.split())


def _and(text: Text) -> str:
    return "and" if text.pack.code == "en" else "dan"


def _begin(clause: Reported) -> int:
    return min([clause.start, *(span[0] for span in (clause.mention, clause.cue) if span)])


def _clause(text: Text, clause: Reported, speaker: Speaker | None) -> Quote:
    said = Quote(
        text=text.body[clause.start : clause.end], start=clause.start, end=clause.end, kind=clause.kind
    )
    if clause.cue:
        start, end = clause.cue
        said.cue = Mention(start=start, end=end, text=text.body[start:end])
    return _attributed(said, speaker)


def _quote(text: Text, quote: Direct, speaker: Speaker | None) -> Quote:
    start, end = quote.pair.start, quote.pair.end
    cue = quote.cue
    said = Quote(text=text.body[start:end], start=start, end=end, kind="direct")
    if cue:
        begin, stop = text.start[cue.first], text.end[cue.last]
        said.cue = Mention(start=begin, end=stop, text=text.body[begin:stop])
    return _attributed(said, speaker)


def _attributed(said: Quote, speaker: Speaker | None) -> Quote:
    if speaker:
        said.speaker, said.speaker_id = speaker.name, speaker.id
        said.speaker_method, said.speaker_mention = speaker.method, speaker.mention
    return said
