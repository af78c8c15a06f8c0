"""The parties of deals by the names that people call them, in every language there is."""

from functools import cache

from processors.claims import state_of
from processors.languages.pack import LANGUAGES
from processors.languages.registry import gazetteer_key, organisations_listed, registry, territories

_LITERAL = "id:"  # before an id of the user's own gazetteer


def id_of(name: str) -> str | None:
    """The id of a country or an organisation; None where nobody is called so.

    "AS", "Amerika Serikat", "US" and "United States" are US; "org:nato" stands for itself, so does "Q30" in
    "id:Q30".
    """
    if name.startswith(_LITERAL):
        return name.removeprefix(_LITERAL)
    if ":" in name:
        return name
    key = gazetteer_key(name)
    for language in LANGUAGES:
        known = registry(language)
        if found := known.countries.get(key):
            return found
        if slug := known.organisations.get(key):
            return state_of(f"org:{slug}")
    return name.upper() if name.upper() in territories(LANGUAGES[0]) else None


@cache
def names() -> frozenset[str]:
    """Every name that `id_of` knows, as printed where that is known."""
    printed = (territories(language).values() for language in LANGUAGES)
    listed = (organisations_listed(language) for language in LANGUAGES)
    return frozenset(name for some in (*printed, *listed) for name in some)
