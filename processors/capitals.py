"""Whether a capital stands for its state where it is named: "Moskow menuduh …", not "di Moskow"."""

import re
from collections.abc import Sequence
from itertools import pairwise

from processors.languages.registry import Registry, gazetteer_key
from processors.tagged import Name

_TOKEN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*|[^\w\s]|\n")
_WORDS_AROUND = 60  # characters looked at on either side
_AUXILIARIES = 4
_BLOW = 5  # words back: "serangan rudal terhadap Kyiv" hits the city
_CLOSE = "-–(/)"  # a clause does not begin behind them


def states(body: str, names: Sequence[Name], registry: Registry) -> dict[int, str]:
    """The ISO 3166 codes of the states that capitals stand for, by the place in the text. `names` in order.

    The capital of the press's own country is a city.
    """
    codes = [_code(name, registry) for name in names]
    found = {
        name.start: code
        for name, code in zip(names, codes, strict=True)
        if code and _acts(body, name.start, name.end, registry)
    }
    for (one, first), (other, second) in pairwise(zip(names, codes, strict=True)):
        if not (first and second) or not _joined(body[one.end : other.start], registry):
            continue
        if one.start in found or other.start in found or _between(body, one.start, registry):
            found[one.start], found[other.start] = first, second
    return found


def _code(name: Name, registry: Registry) -> str | None:
    code = registry.capitals.get(gazetteer_key(name.text)) if name.type == "LOC" else None
    return None if code == registry.home else code


def _acts(body: str, start: int, end: int, registry: Registry) -> bool:
    before = _TOKEN.findall(body[max(0, start - _WORDS_AROUND) : start].casefold())
    after = _TOKEN.findall(body[end : end + _WORDS_AROUND].casefold())
    acting = registry.acting
    last = before[-1] if before else "\n"
    if last in acting.places:
        return False
    if last in acting.before:
        return acting.blows.isdisjoint(before[-_BLOW:])
    opens = last in acting.openers or not (last[0].isalnum() or last in _CLOSE)
    return opens and _has_verb(after, registry)


def _has_verb(after: Sequence[str], registry: Registry) -> bool:
    for word in after[: _AUXILIARIES + 1]:
        if word in registry.acting.verbs:
            return True
        if word not in registry.acting.auxiliaries:
            return False
    return False


def _joined(between: str, registry: Registry) -> bool:
    return between.strip().casefold() in registry.acting.joins or between in ("-", "–")


def _between(body: str, start: int, registry: Registry) -> bool:
    before = _TOKEN.findall(body[max(0, start - _WORDS_AROUND) : start].casefold())
    return bool(before) and before[-1] in registry.acting.between
