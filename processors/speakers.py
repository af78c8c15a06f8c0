"""Says who speaks: names, surnames, pronouns, offices and silence resolved to the full name in the article.

One pass through the text in order. Every cue outside quotations says who speaks there, also where nothing is
quoted ("Dasco menilai …"); a pronoun, "katanya" or a quotation without a cue takes up whoever spoke last.
"""

from collections.abc import Sequence

from processors.quotation_marks import Pair
from processors.quotes import Cue, Direct
from processors.records import Entity, Mention, Quote
from processors.referents import Referents, Speaker
from processors.reported import Reported
from processors.subjects import Names, Span, Subject, after, apposed, before, marked
from processors.words import COMMA, NONE, SENTENCE, Text


def attribute(
    text: Text, quotes: Sequence[Direct], entities: Sequence[Entity], clauses: Sequence[Reported] = ()
) -> list[Quote]:
    """Quotes and reported clauses with their speakers, in text order. `entities` have all their mentions."""
    return _Article(text, entities).attribute(quotes, clauses)


class _Article:
    """The pass: who is heard as the words go by."""

    def __init__(self, text: Text, entities: Sequence[Entity]) -> None:
        self.text = text
        self.names = Names(text, entities)
        self.referents = Referents(text, entities, self.names)
        self._named_until = 0  # the sentence up to this word has named its subject

    def attribute(self, quotes: Sequence[Direct], clauses: Sequence[Reported]) -> list[Quote]:
        used = {quote.cue.first: quote for quote in quotes if quote.cue}
        silent = {self.text.at(quote.pair.start): quote for quote in quotes if not quote.cue}
        begins: dict[int, list[Reported]] = {}
        for clause in clauses:
            begins.setdefault(self.text.at(_begin(clause)), []).append(clause)
        found: dict[int, Speaker | None] = {}
        told: list[Quote] = []
        for i in range(len(self.text)):
            for clause in begins.get(i, ()):
                speaker = self._heard(self._teller(clause), narrated=True)
                told.append(_clause(self.text, clause, speaker))
            if i in silent:
                found[silent[i].number] = self.referents.silent(i, self._said(silent[i].pair))
            elif i in used:
                found[used[i].number] = self._heard(self._spoken(used[i]))
            elif self.text.quoted[i] < 0:
                self._narrated(i)
        self._look_ahead(quotes, found)
        self._look_on(quotes, found)
        said = [_quote(self.text, quote, found.get(quote.number)) for quote in quotes]
        return sorted([*said, *told], key=lambda quote: quote.start)

    def _said(self, span: Pair | Reported) -> range:
        return range(self.text.at(span.start), self.text.at(span.end))

    def _heard(self, speaker: Speaker | None, *, narrated: bool = False) -> Speaker | None:
        if speaker:
            self.referents.heard.add(speaker, narrated=narrated)
        return speaker

    def _teller(self, clause: Reported) -> Speaker | None:
        """Whom the mention beside a reported clause means; without one it is whoever spoke last."""
        text, said = self.text, self._said(clause)
        if clause.mention is None or self._agentless(clause):
            return self._unmarked(clause)
        first, last = text.at(clause.mention[0]), text.until(clause.mention[1]) - 1
        if last < first:
            return None
        if clause.mention == clause.cue or text.low[first].removesuffix(text.pack.clitic) in text.pack.stems:
            return self.referents.silent(first, said, self.referents.mention(first, last))
        subject = apposed(text, self.names, first, last) or marked(text, self.names, first, last)
        return self.referents.resolve(subject, said)

    def _unmarked(self, clause: Reported) -> Speaker | None:
        """The subject that grammar finds for a clause's cue; whoever spoke last where it finds none."""
        if clause.cue is None:
            return None
        text, cue = self.text, self.text.at(clause.cue[0])
        if cue == len(text) or self._passive(cue):
            return None
        subject = None
        if text.low[cue] in text.pack.verbs:
            subject = before(text, self.names, cue)
        elif text.low[cue] in text.pack.introducers or text.low[cue] in text.pack.crediting:
            subject = after(text, self.names, _past(text, cue + 1))
        said = self._said(clause)
        return self.referents.resolve(subject, said) if subject else self.referents.silent(cue, said)

    def _agentless(self, clause: Reported) -> bool:
        """'X dinilai …', 'X dilaporkan …': X is whom it is about; who says it may stand behind."""
        if clause.cue is None or clause.mention is None:
            return False
        return self._passive(self.text.at(clause.cue[0])) and clause.mention[0] < clause.cue[0]

    def _passive(self, cue: int) -> bool:
        """Does word `cue` say no more than that it is said? (dilaporkan, was reported)"""
        text, pack = self.text, self.text.pack
        if cue == len(text) or text.low[cue] not in pack.agentless:
            return False
        return not pack.auxiliaries or (cue > 0 and text.low[cue - 1] in pack.auxiliaries)

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
                mention = self.referents.mention(quote.cue.first, quote.cue.last) if quote.cue else None
                found[quote.number] = first.taken_up("implied", mention)

    def _spoken(self, quote: Direct) -> Speaker | None:
        """Who the cue of a quotation says speaks."""
        cue, said = quote.cue, self._said(quote.pair)
        assert cue  # noqa: S101
        if cue.style == "clitic" or (cue.style == "introducer" and self._has_clitic(cue.first)):
            return self.referents.silent(cue.first, said, self.referents.mention(cue.first, cue.last))
        subject = self._subject(cue)
        return self.referents.resolve(subject, said) if subject else self.referents.silent(cue.first, said)

    def _subject(self, cue: Cue) -> Subject | None:
        """What grammar makes the subject of a quotation's cue."""
        behind = cue.last + 1
        if cue.style == "statement" and self._points(behind):
            return Subject("again", cue.first, behind)
        if cue.after and cue.style != "verb":
            return after(self.text, self.names, behind)
        if cue.style == "passive":
            agent = after(self.text, self.names, _past(self.text, behind))
            return agent or before(self.text, self.names, cue.first)
        subject = before(self.text, self.names, cue.first)
        if subject is None and cue.style == "stem":
            return after(self.text, self.names, behind)
        return subject

    def _points(self, i: int) -> bool:
        return i < len(self.text) and self.text.low[i] in self.text.pack.demonstratives

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
            if span and span.first >= self._named_until and self.referents.introduced(span):
                subject = Subject("name", span.first, span.last, (span,))
                self._named_until = self._sentence_end(span.last)
        if subject and subject.names and subject.names[0].type == "PER":
            self._heard(self.referents.resolve(subject, range(0)), narrated=True)

    def _sentence_end(self, i: int) -> int:
        breaks = self.text.breaks
        return next((j for j in range(i + 1, min(i + 60, len(breaks))) if breaks[j] >= SENTENCE), i + 1)

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


def _past(text: Text, i: int) -> int:
    """The word behind prepositions and adverbs at word i: 'dikutip dari', 'disebutkan juga oleh'."""
    skipped = text.pack.prepositions | text.pack.adverbs
    while i < len(text) and text.low[i] in skipped and text.breaks[i] == NONE:
        i += 1
    return i


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
