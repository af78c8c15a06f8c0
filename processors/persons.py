"""Persons: short names, by-names and slips of spelling that are one person's."""

import re
from collections import deque
from collections.abc import Iterable, Sequence

from processors.forms import Forest, Form
from processors.languages.pack import LanguagePack
from processors.languages.registry import Registry, gazetteer_key
from processors.spelling import WORD, close, fold
from processors.tagged import Name

MANY = 200  # of one article; above it persons' names are not looked through for each other

_NEAR = 60  # characters between a name and its bearer's other name
_BACK = 1500  # characters back to the full name of somebody "who is called X"
_RECENT = 12  # names back
_APPOSED = re.compile(r"[”\"’']?,[”\"’']? ")
_CHILDREN = {"putri", "putra", "poetri", "poetra"}
_FATHERS = {"bin", "binti", "ibn", "ben"}


def known(text: str, registry: Registry, pack: LanguagePack) -> str | None:
    full = registry.bynames.get(gazetteer_key(text))
    return person_id(full, pack) if full else None


def person_id(name: str, pack: LanguagePack) -> str:
    return "per:" + "-".join(fold(name, pack))


def join(forest: Forest, body: str, pack: LanguagePack, registry: Registry) -> None:
    _join_known(forest)
    _join_called(forest, body, pack)
    _join_parts(forest, registry, pack)
    _know_lone(forest, registry, pack)


def _join_known(forest: Forest) -> None:
    """Jokowi is the article's Joko Widodo."""
    full = {"per:" + "-".join(form.words): form for form in forest.typed("PER")}
    for form in forest.typed("PER"):
        if form.id and form.id in full:
            forest.join(full[form.id], form)


def _join_called(forest: Forest, body: str, pack: LanguagePack) -> None:
    """ "X alias Y", "X yang akrab disapa Y", "pria yang akrab disapa Y", "kata Y, sapaan akrabnya"."""
    persons = [(name, form) for name, form in zip(forest.names, forest.of, strict=True) if name.type == "PER"]
    recent: deque[tuple[Name, Form]] = deque(maxlen=_RECENT)
    for number, (name, form) in enumerate(persons):
        last = recent[-1] if recent else None
        between = (
            WORD.findall(body[last[0].end : name.start].casefold()) if last and _near(last[0], name) else []
        )
        before = WORD.findall(body[max(0, name.start - 20) : name.start].casefold())
        after = WORD.findall(body[name.end : name.end + 20].casefold())
        following = persons[number + 1] if number + 1 < len(persons) else None
        beside = not pack.bynaming.isdisjoint(between) and pack.aliasing.issuperset(between)
        bears = following is not None and following[0].start - name.end < 20 and bool(after)  # X alias Y
        cues = before[-1:] if bears else [*before[-1:], *after[:1]]
        if beside or not pack.bynaming.isdisjoint(cues):
            bearer = _alike(form, recent) or (last[1] if last and beside else None)
            if not bearer and following and _APPOSED.fullmatch(body, name.end, following[0].start):
                bearer = following[1]
            bearer = bearer or _full(name, recent)
            if bearer:
                forest.join(bearer, form)
            if last and beside and between[0] in pack.bynaming:
                forest.join(last[1], form)
        recent.append((name, form))


def _alike(form: Form, recent: Iterable[tuple[Name, Form]]) -> Form | None:
    """The person whose name the by-name is made of: Ubed, Ubedilah Badrun."""
    for _, other in recent:
        parts = other.words if len(other.words) > 1 and other is not form else ()
        if any(_begins(word, part) or word == part for word in form.words for part in parts):
            return other
    return None


def _full(name: Name, recent: Iterable[tuple[Name, Form]]) -> Form | None:
    """The full name before it, not far back."""
    full = [form for other, form in recent if len(form.words) > 1 and name.start - other.end < _BACK]
    return full[-1] if full else None


def _near(one: Name, other: Name) -> bool:
    return other.start - one.end < _NEAR


def _join_parts(forest: Forest, registry: Registry, pack: LanguagePack) -> None:
    """Kim is the Kim Jong-un named before; with several, `_meant` chooses."""
    by_word: dict[str, list[Form]] = {}
    alone: list[Form] = []
    persons = sorted(forest.typed("PER"), key=lambda form: (-len(form.words), -len("".join(form.words))))
    singles = {form.words[0] for form in persons if len(form.words) == 1}
    for form in persons:
        bearers = by_word.get(_rarest(form.words, by_word), ())[:MANY]
        full = [
            other
            for other in bearers
            if len(other.words) > len(form.words)
            and contains(other.words, form.words)
            and not _anothers(form, other, singles, registry, pack)
        ]
        if full:
            forest.join(_meant(form, full, singles, registry, pack), form)
        else:
            alone.append(form)
        for word in form.words:
            by_word.setdefault(word, []).append(form)
    if len(alone) <= MANY:
        _join_variants(forest, alone)


def _anothers(form: Form, other: Form, singles: set[str], registry: Registry, pack: LanguagePack) -> bool:
    """Prabowo is no Listyo Sigit Prabowo, and Macron no Brigitte Macron who is Brigitte elsewhere.

    Who is famous by a name has it first, the other one last, or the other one has a short name of their own.
    """
    famous = registry.alone.get(gazetteer_key(form.text))
    if famous is None or len(form.words) > 1 or other.words == fold(famous, pack):
        return False
    first = fold(famous, pack)[0] == form.words[0]
    return first != (other.words[0] == form.words[0]) or _has_own(other, form, singles)


def _has_own(other: Form, form: Form, singles: set[str]) -> bool:
    """Is the longer name's bearer called by another of its words elsewhere?"""
    return not singles.isdisjoint(set(other.words) - set(form.words))


def _rarest(words: Sequence[str], by_word: dict[str, list[Form]]) -> str:
    whole = [word for word in words if len(word) > 1] or words
    return min(whole, key=lambda word: len(by_word.get(word, ())))


def contains(long: Sequence[str], short: Sequence[str]) -> bool:
    """All words of the shorter name stand in the longer one in order; initials stand for words.

    A father's name (bin Salman) is not what somebody is called by.
    """
    if _FATHERS.isdisjoint(short):
        long = [word for i, word in enumerate(long) if i == 0 or long[i - 1] not in _FATHERS]
    rest = iter(long)
    return all(
        any(word == other or (len(word) == 1 and other[0] == word) for other in rest) for word in short
    )


def _meant(
    form: Form, full: Sequence[Form], singles: set[str], registry: Registry, pack: LanguagePack
) -> Form:
    """Of several persons a short name may be, the one everybody knows by it, else one who has no short name
    of their own (Brigitte, so that Macron is the other one), else the one named last before it.
    """
    if len(full) == 1:
        return full[0]
    famous = registry.alone.get(gazetteer_key(form.text))
    for other in full:
        if famous and fold(famous, pack) == other.words:
            return other
    free = [other for other in full if not _has_own(other, form, singles)]
    return _nearest(free or full, form.first)


def _nearest(forms: Sequence[Form], position: int) -> Form:
    """The one mentioned last before a place in the text, else the first to come."""

    def distance(form: Form) -> tuple[bool, int]:
        before = [mention.start for mention in form.mentions if mention.start < position]
        return (not before, position - before[-1] if before else form.first)

    return min(forms, key=distance)


def _join_variants(forest: Forest, alone: Sequence[Form]) -> None:
    """Short calling names (Christo, Melki), initials (SYL) and misspellings, where only one person fits."""
    for number, form in enumerate(alone):
        full = [other for other in alone[:number] if _varies(form, other)]
        if len(forest.roots(full)) == 1:
            forest.join(full[0], form)


def _varies(short: Form, long: Form) -> bool:
    if "".join(short.words) == "".join(long.words):
        return True
    if contains(long.words, short.words):
        return False  # a part of the name, and found to be another's
    if len(short.words) > 1:
        return len(short.words) == len(long.words) and all(map(close, short.words, long.words))
    word = short.words[0]
    if short.text.isupper() and 2 <= len(word) <= 4 and len(long.words) == len(word):
        return word == "".join(other[0] for other in long.words)
    return any(word != other and (_begins(word, other) or close(word, other)) for other in long.words)


def _begins(short: str, word: str) -> bool:
    """Yuri, Yurianto; Soekarno is another than his daughter Soekarnoputri."""
    return len(short) >= 3 and word.startswith(short) and word.removeprefix(short) not in _CHILDREN


def _know_lone(forest: Forest, registry: Registry, pack: LanguagePack) -> None:
    """A lone Putin is Vladimir Putin."""
    for forms in forest.groups():
        if forms[0].type != "PER" or forest.id(forms[0]):
            continue
        longest = max(forms, key=lambda form: len(form.words))
        full = registry.alone.get(gazetteer_key(longest.text))
        if full:
            forest.know(longest, person_id(full, pack))
