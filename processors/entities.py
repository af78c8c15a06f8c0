"""Groups an article's names into entities with ids that are the same in every article.

Ids: the user's gazetteer's; else a country's ISO 3166 code ("US", also for "Washington" where the state is
meant), `org:` with the registry's slug or kind and state ("org:nato", "org:defence-ministry-ru"), and `per:`,
`org:`, `loc:` with the words of the fullest name.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from processors import capitals, organisations, persons, places
from processors.forms import Forest, Form
from processors.gazetteer import EMPTY, Gazetteer
from processors.languages.pack import LanguagePack
from processors.languages.registry import Registry, gazetteer_key, registry
from processors.records import Entity, EntityType, Mention
from processors.spelling import fold
from processors.tagged import Name

__all__ = ["called", "fold", "group"]

_Key = tuple[EntityType, str, str]  # type, spelling, and the state that a capital stands for


def group(body: str, names: Sequence[Name], pack: LanguagePack, gazetteer: Gazetteer = EMPTY) -> list[Entity]:
    """The entities of an article in order of first mention; every name is a mention of exactly one."""
    words = registry(pack.code)
    forest = _planted(body, names, pack, words, gazetteer)
    places.join(forest)
    organisations.join(forest, body, words)
    persons.join(forest, body, pack, words)
    places.join_beside(forest, words)
    entities = _merged(_entity(forms, forest, words, gazetteer) for forms in forest.groups())
    return sorted(entities, key=lambda entity: entity.mentions[0].start)


def called(entity: Entity, text: str, pack: LanguagePack) -> str:
    """The name of an entity where it is mentioned so: of a state that its capital stands for, the capital."""
    capital = entity.type == "LOC" and is_capital(text, pack)
    return " ".join(text.split()) if capital else entity.name


def is_capital(text: str, pack: LanguagePack) -> bool:
    """Is this the name of a capital, which may stand for its state?"""
    return gazetteer_key(text) in registry(pack.code).capitals


def _planted(
    body: str, names: Sequence[Name], pack: LanguagePack, words: Registry, gazetteer: Gazetteer
) -> Forest:
    """Every spelling with what is known of it, none joined yet but those the gazetteer says are one."""
    names = sorted(names, key=lambda name: name.start)
    states = capitals.states(body, names, words)
    forms: dict[_Key, Form] = {}
    of: list[Form] = []
    for name in names:
        kind, state = cast("EntityType", name.type), states.get(name.start, "")
        key = (kind, name.text, state)
        if key not in forms:
            forms[key] = _form(kind, name.text, state, pack, words, gazetteer)
        forms[key].mentions.append(Mention(start=name.start, end=name.end, text=name.text))
        of.append(forms[key])
    forest = Forest(names, of)
    by_id: dict[tuple[str, str], Form] = {}
    for form in forest.all:
        if form.id:
            forest.join(by_id.setdefault((form.type, form.id), form), form)
    return forest


def _form(
    kind: EntityType, text: str, state: str, pack: LanguagePack, words: Registry, gazetteer: Gazetteer
) -> Form:
    found = gazetteer.find(words.territories[state] if state else text, kind)
    if found:
        kind = found.type
    known: str | None
    if kind == "LOC":
        spelling, known = places.normal(text, words), state or places.known(text, words)
    elif kind == "ORG":
        spelling, known = organisations.normal(text, words), organisations.known(text, words)
    else:
        spelling, known = fold(text, pack), persons.known(text, words, pack)
    return Form(kind, spelling, found.id if found else known, bool(state))


def _entity(forms: Sequence[Form], forest: Forest, words: Registry, gazetteer: Gazetteer) -> Entity:
    mentions = sorted((m for form in forms for m in form.mentions), key=lambda mention: mention.start)
    kind = forms[0].type
    longest = max(forms, key=lambda form: (len("".join(form.words)), -form.first))
    id_ = forest.id(forms[0]) or f"{kind.lower()}:{'-'.join(longest.words)}"
    theirs = gazetteer.known_as(id_, kind)
    if theirs:
        return Entity(id=theirs.id, name=theirs.name, type=kind, mentions=mentions)
    return Entity(id=id_, name=_name(forms, id_, words), type=kind, mentions=mentions)


def _name(forms: Sequence[Form], id_: str, words: Registry) -> str:
    """The longest form; of a country the name that CLDR gives it, and no by-name or capital if another is."""
    texts = [" ".join(form.text.split()) for form in forms]
    if id_ in words.territories:
        proper = [
            text
            for form, text in zip(forms, texts, strict=True)
            if not form.acting and gazetteer_key(text) not in words.nicknames
        ]
        texts = [text for text in proper if text == words.territories[id_]] or proper or texts
    return max(texts, key=lambda text: (len(text), not text.isupper()))


def _merged(entities: Iterable[Entity]) -> Iterator[Entity]:
    """No id twice in an article."""
    by_id: dict[str, Entity] = {}
    for entity in entities:
        other = by_id.setdefault(entity.id, entity)
        if other is not entity:
            other.mentions = sorted([*other.mentions, *entity.mentions], key=lambda mention: mention.start)
            other.name = max(other.name, entity.name, key=len)  # the user's names are the same
    yield from by_id.values()
