"""Organisations: what makes two names of one alike, the bodies of states, acronyms and shorter names."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from processors.abbreviations import abbreviates, initials
from processors.forms import Forest, Form
from processors.languages.registry import Registry, gazetteer_key
from processors.places import country
from processors.records import EntityType
from processors.spelling import KEPT, plain

MANY = 50  # longer names that begin alike; above it none is taken for the one that is meant

_LONGEST = 12  # words of the name of a state's body, the state's with it
_MUCH = 3  # times the words of the shorter name

_BRACKET = re.compile(r"\s{0,2}\(\s?")
_BRACKETED = re.compile(r"\s*\([^()]*\)")
_INNER = re.compile(r"\(([^()]+)\)")
_OWNS = re.compile(r"['’]s?$")


@lru_cache(maxsize=KEPT)
def bare(text: str, registry: Registry) -> str:
    """A name without brackets, forms of companies and the home country behind it."""
    name = _BRACKETED.sub("", text)
    words = name.split()
    if " ".join(words[:2]).casefold() in registry.forms and len(words) > 2:
        words = words[2:]
    while len(words) > 1 and words[0].strip(".").casefold() in registry.forms:
        words = words[1:]
    while len(words) > 1 and words[-1].strip(".,").casefold() in registry.forms:
        words = words[:-1]
    if " ".join(words[-2:]).casefold() in registry.home_endings and len(words) > 2:
        return " ".join(words[:-2])
    if words[-1:] == ["RI"] and "ri" in registry.home_endings and len(words) > 1:
        return " ".join(words[:-1])
    return " ".join(words) or text


def known(text: str, registry: Registry) -> str | None:
    """The id of an organisation that the registry has, or of a body of a state that is named with it."""
    exact = _listed(text, registry)
    if exact:
        return exact
    kind, state = body(text, registry) or ("", "")
    if kind:
        return f"org:{kind}-{state.lower()}" if state else None
    return _listed(bare(text, registry), registry)


def _listed(text: str, registry: Registry) -> str | None:
    key = gazetteer_key(text)
    if key in registry.bodies or key not in registry.organisations:
        return None
    return f"org:{registry.organisations[key]}"


@lru_cache(maxsize=KEPT)
def body(text: str, registry: Registry) -> tuple[str, str] | None:
    """The kind and the ISO 3166 code of a state's body: "Kemhan Rusia", "Russia's Defence Ministry".

    The code is "" where the name has no state.
    """
    named = _BRACKETED.sub("", text)
    words = named.split()
    ours = bare(text, registry)
    if kind := registry.bodies.get(gazetteer_key(ours)):
        return kind, registry.home if ours != named else ""
    if len(words) > _LONGEST or registry.body_words.isdisjoint(map(str.casefold, words)):
        return None
    for i in range(1, len(words)):
        head, tail = " ".join(words[:i]), " ".join(words[i:])
        if (kind := registry.bodies.get(gazetteer_key(head))) and (code := _state(tail, registry)):
            return kind, code
        if (kind := registry.bodies.get(gazetteer_key(tail))) and (code := _state(head, registry)):
            return kind, code
    return None


def _state(text: str, registry: Registry) -> str | None:
    text = _OWNS.sub("", text.removeprefix("of ").removeprefix("the ").removeprefix("The "))
    return country(text, registry) or registry.adjectives.get(gazetteer_key(text))


def normal(text: str, registry: Registry) -> tuple[str, ...]:
    """The words of an organisation's name, short ones written out, without what is no part of it."""
    name = " ".join(plain(bare(text, registry)))
    return tuple(registry.shorts.sub(lambda found: registry.short[found[0]], name).split()) or plain(text)


def join(forest: Forest, text: str, registry: Registry) -> None:
    alike: dict[tuple[str, ...], Form] = {}
    for form in forest.typed("ORG"):
        forest.join(alike.setdefault(form.words, form), form)
    _join_bracketed(forest, text)
    _join_inner(forest)
    _join_bodies(forest, registry)
    _join_longer(forest, registry)
    _join_acronyms(forest, "ORG")
    _join_acronyms(forest, "LOC")


def _join_bracketed(forest: Forest, text: str) -> None:
    """ "Kementerian Pertahanan (Kemhan)", "BPK (Badan Pemeriksa Keuangan)": what the letters bear out."""
    for (one, first), (other, second) in pairwise(zip(forest.names, forest.of, strict=True)):
        bracket = _BRACKET.match(text, one.end)
        if (
            not bracket
            or bracket.end() != other.start
            or text[other.end : other.end + 1] not in (")", ",", ";")
        ):
            continue
        if _parts(one.text, other.text):
            continue
        acronym = (
            one.type == "ORG"
            and other.text.isupper()
            and other.text.isalnum()
            and text.startswith(")", other.end)
        )
        if acronym or abbreviates(one.text, other.text) or abbreviates(other.text, one.text):
            forest.join(first, second)


def _parts(long: str, short: str) -> bool:
    """Are these the initials of the name's last words only? (Kantor Wilayah Badan Gizi Nasional, BGN)"""
    letters = initials(long)
    return (
        letters != short.casefold() and letters.endswith(short.casefold()) and len(letters) > len(short) > 2
    )


def _join_inner(forest: Forest) -> None:
    """Brackets inside a name: BPN is the Badan Pertanahan Nasional (BPN) Nganjuk."""
    shorts = {form.text: form for form in forest.typed("ORG")}
    for form in forest.typed("ORG"):
        for inner in _INNER.finditer(form.text):
            short = shorts.get(inner[1])
            if short and not forest.id(short) and abbreviates(inner[1], form.text[: inner.start()]):
                forest.join(form, short)


def _join_bodies(forest: Forest, registry: Registry) -> None:
    """A ministry named without its state is that of the one state whose ministry the article names.

    Where it names none, the home country's: always by a short name (Kemhan), by a full name where no other
    country is named oftener.
    """
    nameless: dict[str, list[Form]] = {}
    named: dict[str, list[Form]] = {}
    for form in forest.typed("ORG"):
        kind, state = body(form.text, registry) or ("", "")
        if kind:
            (named if state else nameless).setdefault(kind, []).append(form)
    for kind, forms in nameless.items():
        for form in forms:
            forest.join(forms[0], form)
        theirs = named.get(kind, [])
        if len(forest.roots(theirs)) == 1:
            forest.join(theirs[0], forms[0])
        elif not theirs and registry.home and not forest.id(forms[0]):
            short = any(" " not in form.text for form in forms)
            if short or _at_home(forest, registry):
                forest.know(forms[0], f"org:{kind}-{registry.home.lower()}")


def _at_home(forest: Forest, registry: Registry) -> bool:
    count: dict[str, int] = {}
    for form in forest.typed("LOC"):
        if form.id and not form.id.startswith("loc:"):
            count[form.id] = count.get(form.id, 0) + len(form.mentions)
    return count.get(registry.home, 0) >= max(count.values(), default=0)


def _join_longer(forest: Forest, registry: Registry) -> None:
    """ "Komisi I" is the Komisi I DPR, "Persib" Persib Bandung, where only one longer name begins so."""
    forms = sorted(forest.typed("ORG"), key=lambda form: (-len(form.words), form.first))
    longer: dict[tuple[str, ...], list[Form]] = {}
    for form in forms:
        begun = [one for one in longer.get(form.words, ()) if len(one.words) <= _MUCH * len(form.words)]
        known = forest.id(form) or body(form.text, registry)
        if not known and 0 < len(begun) <= MANY and len(forest.roots(begun)) == 1:
            forest.join(begun[0], form)
        for end in range(1, min(len(form.words), _LONGEST)):
            longer.setdefault(form.words[:end], []).append(form)


def _join_acronyms(forest: Forest, kind: EntityType) -> None:
    """Letters that only one of the article's longer names bears out: UNY, Kemensos, PALI."""
    by_initials: dict[str, list[Form]] = {}
    by_beginning: dict[str, list[Form]] = {}
    for form in forest.typed(kind):
        for long in {form.text, " ".join(form.words)}:
            if letters := initials(long):
                by_initials.setdefault(letters, []).append(form)
        if len(form.words) > 1:
            by_beginning.setdefault(form.text[:2].casefold(), []).append(form)
    for form in forest.typed(kind):
        if " " in form.text or len(form.text) < 2 or forest.id(form):
            continue
        longer: Sequence[Form] = by_initials.get(form.text.casefold(), ())
        if not longer and len(form.text) > 4:
            begun = by_beginning.get(form.text[:2].casefold(), ())
            longer = [other for other in begun[:MANY] if abbreviates(form.text, other.text)]
        if len(forest.roots(longer)) == 1:
            forest.join(longer[0], form)
