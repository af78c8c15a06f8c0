"""Mends the tagger's names by what the article and the gazetteers say of them.

A tagger judges each sentence alone. An article agrees with itself: the Putin it tags a place here is the
Vladimir Putin it tags a person there.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from processors.languages.pack import LanguagePack, gazetteer_key
from processors.records import EntityType
from processors.tagged import Name
from processors.wordlists import table

_INITIALS = re.compile(r" (?:[A-Z]\.? )+")
_LAST_WORD = re.compile(r"([^\W\d_]+(?: besar)?)\.?\s$", re.IGNORECASE)
_PAIR = re.compile(r"([A-Z]\w+(?: [A-Z][\w.]*)+) ?[-–] ?([A-Z]\w+(?: [A-Z][\w.]*)+)")
_RANK = 24  # characters that a rank may take
_TITLE = re.compile(r"[^\W\d_]+\.?\s+")
_CAPITAL = re.compile(r"(?<!\w)[A-Z][\w’]*")
_TAIL = re.compile(r"-([^\W\d_A-Z]{2,})(?!\w)")
_ABBREVIATED = 5  # letters of an abbreviation, its stop included
_WHOLE = 5  # letters of a name, and of what is glued to it
_PARTICLES = frozenset(table("trailers.toml")["name_particles"])
_DOUBT = 2  # mentions of another type that a person's full name outweighs
_CLITICS = {"nya", "lah", "kah", "pun", "ku", "mu"}
_BRACKETED = re.compile(r"([^()]+?)\s*\(([^()]+)\)?")
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")


def mended(body: str, names: Iterable[Name], pack: LanguagePack) -> list[Name]:
    """The names with titles and blanks off their ends and types that agree, in order, none in another."""
    given = _cut([name for name in names if name.text not in pack.no_names], pack)
    places = _seen_apart(given)
    given = [_retyped(name, "PER") if _ranked(body, name, pack) else name for name in _bridged(body, given)]
    given = [one for name in given for one in _running_mates(body, name)]
    bare = [part for name in given for part in _described(body, name, pack)]
    trimmed = [part for name in bare for part in _trimmed(body, name, places, pack)]
    apart = _apart([*trimmed, *_certain(body, pack)])
    types = _types(apart, pack)
    agreed = [_retyped(name, types[name.text]) for name in apart]
    return sorted([*agreed, *_overlooked(body, agreed)], key=lambda name: name.start)


def _cut(names: Sequence[Name], pack: LanguagePack) -> list[Name]:
    """Names less what is glued to them, where the article has them without: 'Eri Cahyadiberencana'."""
    forms = {name.text for name in names if len(name.text) >= _WHOLE}
    return [_less_glued(name, forms, pack) for name in names]


def _less_glued(name: Name, forms: set[str], pack: LanguagePack) -> Name:
    for at in range(len(name.text) - 1, _WHOLE - 1, -1):
        rest = name.text[at:]
        glued = (
            rest.isalpha()
            and (rest[0].isupper() or rest.startswith(pack.verb_prefixes))
            and len(rest) >= _WHOLE
        )
        if glued and name.text[:at] in forms and name.text[at - 1].islower():
            return Name(start=name.start, end=name.start + at, text=name.text[:at], type=name.type)
    return name


def _bridged(body: str, names: Sequence[Name]) -> list[Name]:
    """'Teguh P. Nugroho': two names of a person are one where only initials stand between them."""
    joined: list[Name] = []
    for name in names:
        last = joined[-1] if joined else None
        if last and last.type == name.type == "PER" and _INITIALS.fullmatch(body, last.end, name.start):
            joined[-1] = _name(body, last.start, name.end, "PER")
        else:
            joined.append(name)
    return joined


def _ranked(body: str, name: Name, pack: LanguagePack) -> bool:
    """Behind 'dr' or 'Komisaris Besar' stands a person, whatever the tagger takes the name for."""
    before = _LAST_WORD.search(body, max(0, name.start - _RANK), name.start)
    return name.type != "PER" and before is not None and before[1].casefold() in pack.ranks


def _running_mates(body: str, name: Name) -> Iterator[Name]:
    """'Anies Baswedan-Muhaimin Iskandar': two people, each with a name of two words or more."""
    pair = _PAIR.fullmatch(name.text) if name.type == "PER" else None
    if not pair:
        yield name
        return
    yield _name(body, name.start, name.start + pair.end(1), "PER")
    yield _name(body, name.start + pair.start(2), name.end, "PER")


def _described(body: str, name: Name, pack: LanguagePack) -> Iterator[Name]:
    """A name without words that describe it; an abbreviation of an organisation in brackets stands alone."""
    start, end = name.start, name.end
    first = _TITLE.match(body, start, end)
    governs = first is not None and first[0].strip().casefold() in pack.government
    if first and governs and gazetteer_key(body[first.end() : end]) in pack.countries:
        yield _name(body, first.end(), end, "LOC")
        return
    if name.type == "LOC":
        for words in pack.descriptions:
            if name.text.casefold().startswith(f"{words} "):
                start += len(words) + 1
    bracketed = _BRACKETED.fullmatch(name.text) if name.type == "ORG" else None
    if bracketed and bracketed[2].casefold() not in pack.forms:
        yield _name(body, start, start + bracketed.end(1), "ORG")
        if bracketed[2] not in pack.no_names:
            yield _name(body, start + bracketed.start(2), start + bracketed.end(2), "ORG")
        return
    yield name if start == name.start else _name(body, start, end, cast("EntityType", name.type))


def _trimmed(body: str, name: Name, places: Mapping[str, EntityType], pack: LanguagePack) -> Iterator[Name]:
    """A person's name without titles; a place before it is a name of its own."""
    start, end = name.start, name.end
    while start < end and body[start].isspace():
        start += 1
    while end > start and (body[end - 1].isspace() or _full_stop(body, start, end)):
        end -= 1
    kind = cast("EntityType", name.type)
    if kind == "PER":
        start = _past_titles(body, start, end, pack)
        end = _capitalised_end(body, start, end)
        place = _place(body, start, end, places, pack)
        if place:
            yield _name(body, start, *place)
            start = _past_titles(body, _past_blanks(body, place[0], end), end, pack)
    tail = _TAIL.match(body, end)
    if tail and tail[1] not in _CLITICS:  # Jong-un: a hyphen ends no name
        end = tail.end()
    if start < end:
        yield _name(body, start, end, kind)


def _full_stop(body: str, start: int, end: int) -> bool:
    """The stop of a sentence that was taken for part of a name, not that of an abbreviation (Tbk., S.H.)."""
    last = body[start:end].rsplit(maxsplit=1)[-1]
    return last.endswith(".") and last.count(".") == 1 and (len(last) > _ABBREVIATED or "-" in last)


def _past_titles(body: str, start: int, end: int, pack: LanguagePack) -> int:
    while match := _TITLE.match(body, start, end):
        if match[0].rstrip(". \t\n\u00a0").casefold() not in pack.titles | pack.offices.keys():
            break
        start = match.end()
    return start


def _capitalised_end(body: str, start: int, end: int) -> int:
    """Where a person's name ends that has ordinary words behind it: 'Marsh hasn’t'."""
    words = list(_WORD.finditer(body, start, end))
    if not words or not words[0][0][0].isupper():
        return end
    while len(words) > 1 and words[-1][0].islower() and words[-1][0] not in _PARTICLES:
        words.pop()
    return words[-1].end() if words[-1].end() < end and body[words[-1].end()].isspace() else end


def _past_blanks(body: str, start: int, end: int) -> int:
    while start < end and not body[start].isalnum():
        start += 1
    return start


def _place(
    body: str, start: int, end: int, places: Mapping[str, EntityType], pack: LanguagePack
) -> tuple[int, EntityType] | None:
    """Where a place or organisation ends that begins a person's name, and which of them it is.

    'Rusia Vladimir Putin', 'Xiaomi Lei Jun', 'Pancoran Iptu Abdullah': two more words must follow, or one
    where the gazetteers know the first; it must be known to them, tagged elsewhere, or be before a title.
    """
    words = [(match[0], match.end()) for match in _WORD.finditer(body, start, end)]
    for count in (2, 1):
        if len(words) <= count:
            continue
        text = body[start : words[count - 1][1]]
        known = _known(text, pack)
        kind = known or places.get(text)
        if kind and (len(words) > count + 1 or known):
            return words[count - 1][1], kind
    titled = len(words) > 2 and words[1][0].casefold() in pack.titles
    return (words[0][1], "LOC") if titled else None


def _known(form: str, pack: LanguagePack) -> EntityType | None:
    key = gazetteer_key(form)
    return "LOC" if key in pack.countries else "ORG" if key in pack.organisations else None


def _seen_apart(names: Iterable[Name]) -> dict[str, EntityType]:
    """Forms tagged as a place or an organisation twice, and oftener than as a person, with their type."""
    votes: dict[str, Counter[EntityType]] = {}
    for name in names:
        votes.setdefault(name.text, Counter())[cast("EntityType", name.type)] += 1
    return {
        form: max(count, key=lambda kind: count[kind])
        for form, count in votes.items()
        if max(count["LOC"], count["ORG"]) > max(1, count["PER"])
    }


def _certain(body: str, pack: LanguagePack) -> list[Name]:
    """Names that the gazetteers are sure of, tagged or not."""
    found = []
    for word in _CAPITAL.finditer(body):
        for name, kind in pack.certain.get(word[0], ()):
            end = word.start() + len(name)
            if body.startswith(name, word.start()) and not body[end : end + 1].isalnum():
                found.append(_name(body, word.start(), end, cast("EntityType", kind)))
                break
    return found


def _apart(names: Sequence[Name]) -> list[Name]:
    """In order; of names that share letters the longest, of equal ones the first given."""
    found: list[Name] = []
    for name in sorted(names, key=lambda name: (name.start, -name.end)):
        if not found or name.start >= found[-1].end:
            found.append(name)
        elif name.end - name.start > found[-1].end - found[-1].start:
            found[-1] = name
    return found


def _types(names: Sequence[Name], pack: LanguagePack) -> dict[str, EntityType]:
    """The type of each form in this article: the gazetteers', else of the full name, else of the most."""
    votes: dict[str, Counter[EntityType]] = {}
    persons: set[str] = set()
    for name in names:
        votes.setdefault(name.text, Counter())[cast("EntityType", name.type)] += 1
        words = name.text.split()
        if name.type == "PER" and len(words) > 1:
            persons.update(words)
    return {form: _type(form, count, persons, pack) for form, count in votes.items()}


def _type(form: str, count: Mapping[EntityType, int], persons: set[str], pack: LanguagePack) -> EntityType:
    most = max(count, key=lambda kind: count[kind])
    key = gazetteer_key(form)
    if key in pack.organisations:
        return "ORG"
    if key in pack.countries:
        return "LOC"
    doubted = count[most] <= count["PER"] + _DOUBT
    return "PER" if form in persons and doubted else most


def _overlooked(body: str, names: Sequence[Name]) -> Iterator[Name]:
    """Other places where a form that was tagged stands as whole words, and no name is yet."""
    forms = {name.text: cast("EntityType", name.type) for name in names if _distinct(name.text)}
    if not forms:
        return
    taken = sorted((name.start, name.end) for name in names)
    longest_first = sorted(forms, key=len, reverse=True)[:500]
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")
    free = 0
    for match in pattern.finditer(body):
        while free < len(taken) and taken[free][1] <= match.start():
            free += 1
        if free == len(taken) or taken[free][0] >= match.end():
            yield _name(body, match.start(), match.end(), forms[match[0]])


def _distinct(form: str) -> bool:
    """Is the form a name wherever it stands? Capitals in it, and more than three letters or all of them."""
    return form[0].isupper() and (len(form) > 3 or (form.isupper() and len(form) > 1))


def _name(body: str, start: int, end: int, kind: EntityType) -> Name:
    return Name(start=start, end=end, text=body[start:end], type=kind)


def _retyped(name: Name, kind: EntityType) -> Name:
    return name if name.type == kind else Name(start=name.start, end=name.end, text=name.text, type=kind)
