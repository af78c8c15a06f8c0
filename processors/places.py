"""Places: the words that make two names of a place alike, and the ids of those known by name."""

from processors.forms import Forest, Form
from processors.languages.registry import Registry, gazetteer_key
from processors.spelling import plain


def known(text: str, registry: Registry) -> str | None:
    """The ISO 3166 code of a country, else the id of a place that the registry has."""
    code = country(text, registry)
    city = registry.cities.get(gazetteer_key(text))
    return code or (f"loc:{city}" if city else None)


def country(text: str, registry: Registry) -> str | None:
    """The ISO 3166 code of a country by any of its names, a word for its form of state before it or not."""
    key = gazetteer_key(text)
    if key in registry.countries:
        return registry.countries[key]
    for word in registry.states:
        if key.startswith(f"{word} "):
            return registry.countries.get(gazetteer_key(text[len(word) :]))
    return None


def normal(text: str, registry: Registry) -> tuple[str, ...]:
    """The words of a place without what says only which kind of place it is, short ones written out."""
    name = _written_out(text, registry)
    head, rest = _headed(name, registry.same)
    if not head or rest in registry.countries or known(name, registry):
        return tuple(name.split())
    if head in registry.regencies and rest in registry.shared:
        return tuple(name.split())
    return tuple(rest.split())


def join(forest: Forest) -> None:
    """Names alike are one place."""
    alike: dict[tuple[str, ...], Form] = {}
    for form in forest.typed("LOC"):
        if not form.acting:
            forest.join(alike.setdefault(form.words, form), form)


def join_beside(forest: Forest, registry: Registry) -> None:
    """ "Pulau Lipan" is the Lipan of its article, where no other Lipan is named."""
    plainly: dict[str, list[Form]] = {}
    fuller: dict[str, list[Form]] = {}
    for form in forest.typed("LOC"):
        if form.acting:
            continue
        name = _written_out(form.text, registry)
        plainly.setdefault(name, []).append(form)
        head, rest = _headed(name, registry.beside)
        if not head:
            head, rest = _headed(name, registry.same)
        if head:
            fuller.setdefault(rest, []).append(form)
    for name, forms in fuller.items():
        if name in plainly and len(forest.roots(forms)) == 1:
            forest.join(forms[0], plainly[name][0])


def _written_out(text: str, registry: Registry) -> str:
    return registry.shorts.sub(lambda found: registry.short[found[0]], " ".join(plain(text)))


def _headed(name: str, heads: frozenset[str]) -> tuple[str, str]:
    """The up to three words before a place's name, and the name; "" and "" where there are none."""
    words = name.split()
    for count in range(1, min(4, len(words))):
        head = " ".join(words[:count])
        if head in heads:
            return head, " ".join(words[count:])
    return "", ""
