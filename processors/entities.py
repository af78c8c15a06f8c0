"""Groups an article's names into entities with ids that are the same in every article.

Ids: a country's ISO 3166 code ("US"), `org:` with the slug of the gazetteer or of its full name, `per:` and
`loc:` with the slug of the name.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

from processors.languages.pack import LanguagePack, gazetteer_key
from processors.records import Entity, EntityType, Mention
from processors.tagging import Name

MANY = 200  # persons in one article; above it variants of their names are not looked for

_WORD = re.compile(r"[^\W_]+")
_BRACKET = re.compile(r"\s{0,2}\(\s?")
_NEAR = 60  # characters between a name and its bearer's other name
_SMALL_WORDS = {"dan", "untuk", "di", "of", "the", "and", "for", "on"}


@dataclass(slots=True)
class _Form:
    """All mentions of one spelling; `words` are folded."""

    type: EntityType
    words: tuple[str, ...]
    mentions: list[Mention] = field(default_factory=list)

    @property
    def first(self) -> int:
        return self.mentions[0].start

    @property
    def text(self) -> str:
        return self.mentions[0].text


class _Forms:
    """The spellings of an article in order of appearance, and which of them are one entity: a forest."""

    def __init__(self, names: Sequence[Name], pack: LanguagePack) -> None:
        self.pack = pack
        self.names = sorted(names, key=lambda name: name.start)
        by_key: dict[tuple[EntityType, tuple[str, ...]], _Form] = {}
        self.of: list[_Form] = []  # by name
        for name in self.names:
            words = fold(name.text, pack)
            kind = cast("EntityType", name.type)
            form = by_key.setdefault((kind, words), _Form(kind, words))
            form.mentions.append(Mention(start=name.start, end=name.end, text=name.text))
            self.of.append(form)
        self.all = list(by_key.values())
        self._up = {id(form): form for form in self.all}

    def root(self, form: _Form) -> _Form:
        while (up := self._up[id(form)]) is not form:
            self._up[id(form)] = self._up[id(up)]
            form = up
        return form

    def join(self, one: _Form, other: _Form) -> None:
        if one.type == other.type:
            self._up[id(self.root(other))] = self.root(one)

    def persons(self) -> list[_Form]:
        return [form for form in self.all if form.type == "PER"]

    def groups(self) -> list[list[_Form]]:
        groups: dict[int, list[_Form]] = {}
        for form in self.all:
            groups.setdefault(id(self.root(form)), []).append(form)
        return list(groups.values())


def group(body: str, names: Sequence[Name], pack: LanguagePack) -> list[Entity]:
    """The entities of an article in order of first mention; every name is a mention of exactly one."""
    forms = _Forms(names, pack)
    _join_known(forms)
    _join_bracketed(forms, body)
    _join_called(forms, body)
    _join_parts(forms)
    entities = _merged(_entity(group, pack) for group in forms.groups())
    return sorted(entities, key=lambda entity: entity.mentions[0].start)


def fold(name: str, pack: LanguagePack) -> tuple[str, ...]:
    """The words of a name without accents, case, punctuation and variants of spelling."""
    plain = unicodedata.normalize("NFKD", name.replace("’", "").replace("'", ""))
    plain = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    return tuple(pack.spellings.get(word, word) for word in _WORD.findall(plain)) or (name,)


def _known(form: _Form, pack: LanguagePack) -> str | None:
    """The id that a gazetteer gives a form."""
    name = gazetteer_key(form.text)
    if form.type == "LOC":
        return pack.countries.get(name)
    if form.type == "ORG" and name in pack.organisations:
        return f"org:{pack.organisations[name]}"
    if form.type == "PER" and name in pack.bynames:
        return "per:" + "-".join(fold(pack.bynames[name], pack))
    return None


def _join_known(forms: _Forms) -> None:
    """AS and Amerika Serikat, PBB and Perserikatan Bangsa-Bangsa, Jokowi and Joko Widodo."""
    seen: dict[str, _Form] = {"per:" + "-".join(form.words): form for form in forms.persons()}
    for form in forms.all:
        key = _known(form, forms.pack)
        if key:
            forms.join(seen.setdefault(key, form), form)


def _join_bracketed(forms: _Forms, body: str) -> None:
    """ "Kementerian Pertahanan (Kemhan)", "BPK (Badan Pemeriksa Keuangan)": what the letters bear out."""
    for (one, first), (other, second) in pairwise(zip(forms.names, forms.of, strict=True)):
        bracket = _BRACKET.match(body, one.end)
        if (
            not bracket
            or bracket.end() != other.start
            or body[other.end : other.end + 1] not in (")", ",", ";")
        ):
            continue
        acronym = one.type == "ORG" and other.text.isupper() and other.text.isalnum()
        if acronym or abbreviates(one.text, other.text) or abbreviates(other.text, one.text):
            forms.join(first, second)


def abbreviates(short: str, long: str) -> bool:
    """Are these the letters of the longer name, its words' initials first? (Kemhan, BPK, Jokowi, DAPA)"""
    letters = [char for char in short.casefold() if char.isalnum()]
    words = [word.casefold() for word in _WORD.findall(long) if word.casefold() not in _SMALL_WORDS]
    if not letters or len(words) < 2 or len(letters) >= len("".join(words)) or letters[0] != words[0][0]:
        return False
    if not _in_order(letters, "".join(words)):
        return False
    initials = {word[0] for word in words}
    of_initials = sum(letter in initials for letter in letters) * 2 >= len(letters)
    of_syllables = (
        len(letters) > 3 and "".join(letters[:2]) == words[0][:2] and not _in_order(letters, words[0])
    )
    return of_initials or of_syllables


def _in_order(letters: Iterable[str], word: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters)


def _join_called(forms: _Forms, body: str) -> None:
    """ "X alias Y", "X yang akrab disapa Y", "pria yang akrab disapa Y", "kata Y, sapaan akrabnya"."""
    pack = forms.pack
    last: tuple[Name, _Form] | None = None
    full: _Form | None = None
    for name, form in zip(forms.names, forms.of, strict=True):
        if name.type != "PER":
            continue
        between = (
            _WORD.findall(body[last[0].end : name.start].casefold()) if last and _near(last[0], name) else []
        )
        before = _WORD.findall(body[max(0, name.start - 20) : name.start].casefold())
        after = _WORD.findall(body[name.end : name.end + 20].casefold())
        if last and not pack.bynaming.isdisjoint(between) and pack.aliasing.issuperset(between):
            forms.join(last[1], form)
        elif full and not pack.bynaming.isdisjoint((*before[-1:], *after[:1])):
            forms.join(full, form)
        elif len(form.words) > 1:
            full = form
        last = name, form


def _near(one: Name, other: Name) -> bool:
    return other.start - one.end < _NEAR


def _join_parts(forms: _Forms) -> None:
    """Kim is the Kim Jong-un named before; with several, the one named last before it."""
    by_word: dict[str, list[_Form]] = {}
    alone: list[_Form] = []
    for form in sorted(forms.persons(), key=lambda form: (-len(form.words), -len("".join(form.words)))):
        full = [
            other
            for other in by_word.get(_rarest(form, by_word), ())
            if len(other.words) > len(form.words) and _contains(other.words, form.words)
        ]
        if full:
            forms.join(_nearest(full, form.first), form)
        else:
            alone.append(form)
        for word in form.words:
            by_word.setdefault(word, []).append(form)
    if len(alone) <= MANY:
        _join_variants(forms, alone)


def _rarest(form: _Form, by_word: dict[str, list[_Form]]) -> str:
    whole = [word for word in form.words if len(word) > 1] or form.words
    return min(whole, key=lambda word: len(by_word.get(word, ())))


def _contains(long: Sequence[str], short: Sequence[str]) -> bool:
    """All words of the shorter name stand in the longer one in order; initials stand for words."""
    rest = iter(long)
    return all(
        any(word == other or (len(word) == 1 and other[0] == word) for other in rest) for word in short
    )


def _nearest(forms: Sequence[_Form], position: int) -> _Form:
    """Of several persons a short name may be, the one mentioned last before it, else the first to come."""

    def distance(form: _Form) -> tuple[bool, int]:
        before = [mention.start for mention in form.mentions if mention.start < position]
        return (not before, position - before[-1] if before else form.first)

    return min(forms, key=distance)


def _join_variants(forms: _Forms, alone: Sequence[_Form]) -> None:
    """Short calling names (Christo, Melki), initials (SYL) and misspellings, where only one person fits."""
    for number, form in enumerate(alone):
        full = [other for other in alone[:number] if _varies(form, other)]
        if len({id(forms.root(other)) for other in full}) == 1:
            forms.join(full[0], form)


def _varies(short: _Form, long: _Form) -> bool:
    if len(short.words) > 1:
        return len(short.words) == len(long.words) and all(map(_close, short.words, long.words))
    word = short.words[0]
    if short.text.isupper() and 2 <= len(word) <= 4 and len(long.words) == len(word):
        return word == "".join(other[0] for other in long.words)
    return any((len(word) >= 3 and other.startswith(word)) or _close(word, other) for other in long.words)


def _close(one: str, other: str) -> bool:
    """One slip apart (a letter more, less, other, misplaced), in words long enough for it to be one."""
    if one == other:
        return True
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 1:
        return False
    differing = [i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    if len(one) == len(other) >= 9 and len(differing) <= 2:
        return True
    head = differing[0] if differing else min(len(one), len(other))
    a, b = one[head:], other[head:]
    return a[1:] == b[1:] or a == b[1:] or a[1:] == b or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _entity(forms: Sequence[_Form], pack: LanguagePack) -> Entity:
    mentions = sorted((m for form in forms for m in form.mentions), key=lambda mention: mention.start)
    kind = forms[0].type
    known = next((key for form in forms if (key := _known(form, pack))), None)
    longest = max(forms, key=lambda form: (len("".join(form.words)), -form.first))
    return Entity(
        id=known or f"{kind.lower()}:{'-'.join(longest.words)}",
        name=_fullest(mentions),
        type=kind,
        mentions=mentions,
    )


def _fullest(mentions: Sequence[Mention]) -> str:
    """The longest form; of equal ones the one in ordinary capitals, blanks made single."""
    best = max(mentions, key=lambda m: (len(" ".join(m.text.split())), not m.text.isupper(), -m.start))
    return " ".join(best.text.split())


def _merged(entities: Iterable[Entity]) -> Iterator[Entity]:
    """No id twice in an article."""
    by_id: dict[str, Entity] = {}
    for entity in entities:
        other = by_id.setdefault(entity.id, entity)
        if other is not entity:
            other.mentions = sorted([*other.mentions, *entity.mentions], key=lambda mention: mention.start)
            other.name = _fullest(other.mentions)
    yield from by_id.values()
