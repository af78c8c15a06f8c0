"""Who may be a party to an arms deal in an article: states, their bodies, companies, armed groups.

A state is one party by whatever name: "Moskow", "Kemhan Rusia" and "Russian" are all RU.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from processors.deal_words import deal_words
from processors.languages.registry import Registry, gazetteer_key, registry
from processors.records import Entity
from processors.words import COMMA, Text

Kind = Literal["country", "body", "organisation", "outlet", "place", "person", "trader", "people"]


@dataclass(frozen=True, slots=True)
class Party:
    """Words `first` to `last` name it; `id` is an entity's, of a state and its bodies the ISO 3166 code."""

    first: int
    last: int
    name: str
    id: str
    kind: Kind
    country: str | None

    @property
    def key(self) -> str:
        """Who it is: of a state, whatever speaks for it."""
        return self.country if self.country and self.kind != "organisation" else self.id


def mentioned(text: Text, entities: Sequence[Entity]) -> list[Party]:
    """Everybody and every place an article names, and peoples, in text order."""
    known, outlets = registry(text.pack.code), deal_words(text.pack.code).outlets
    named = [party for entity in entities for party in _of_entity(text, entity, known, outlets)]
    taken = {i for party in named for i in range(party.first, party.last + 1)}
    others = (*_peoples(text, known, taken), *_groups(text, taken))
    return sorted([*named, *others], key=lambda party: party.first)


def _of_entity(text: Text, entity: Entity, known: Registry, outlets: re.Pattern[str]) -> Iterator[Party]:
    kind, country = _kind(entity, known)
    if kind == "organisation" and outlets.search(entity.name):
        kind = "outlet"
    for mention in entity.mentions:
        first, last = text.at(mention.start), text.at(mention.end) - 1
        if first > last:
            continue
        name = " ".join(mention.text.split())
        state = known.capitals.get(gazetteer_key(name)) if kind == "place" else None
        if state and not _where(first, last, text, known):
            yield Party(first, last, name, state, "country", state)
        else:
            yield Party(first, last, name, entity.id, kind, country)


def _where(first: int, last: int, text: Text, known: Registry) -> bool:
    """Is it the city, where something is: "di Seoul", "…, Seoul, Senin"? Arms go to "Kyiv", the state."""
    if first == 0:
        return False
    if text.breaks[first] >= COMMA and last + 1 < len(text) and text.breaks[last + 1] >= COMMA:
        return True
    moving = deal_words(text.pack.code).ways
    return text.low[first - 1] in known.acting.places - moving


def _kind(entity: Entity, known: Registry) -> tuple[Kind, str | None]:
    if entity.id in known.territories:
        return "country", entity.id
    if entity.type == "LOC":
        return "place", None
    if entity.type == "PER":
        return "person", None
    body, _, state = entity.id.removeprefix("org:").rpartition("-")
    if state.upper() in known.territories and body in known.bodies.values():
        return "body", state.upper()
    return "organisation", None


def _peoples(text: Text, known: Registry, taken: set[int]) -> Iterator[Party]:
    """Russian, Ukrainian: adjectives that stand for a state and are no part of a name."""
    if not known.adjectives:
        return
    for i in range(len(text)):
        code = known.adjectives.get(gazetteer_key(text.slice(i, i))) if text.upper(i) else None
        if code and i not in taken:
            yield Party(i, i, text.slice(i, i), code, "people", code)


def _groups(text: Text, taken: set[int]) -> Iterator[Party]:
    """Armed groups by what everybody calls them, where it is no part of a name: "KKB"."""
    words = deal_words(text.pack.code)
    for found in words.group.finditer(text.body):
        first, last = text.at(found.start()), text.at(found.end()) - 1
        slug = words.groups.get(found[0].casefold())
        if slug and first <= last and taken.isdisjoint(range(first, last + 1)):
            yield Party(first, last, found[0], f"org:{slug}", "organisation", None)
