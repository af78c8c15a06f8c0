"""An article as the tagger would hand it on, without the tagger: names are given, not found."""

import re

from processors import entities, quotes, speakers
from processors.languages.pack import LanguagePack, pack
from processors.records import Entity, Quote
from processors.tagged import Name
from processors.words import Text


def language(code: str = "id") -> LanguagePack:
    found = pack(code)
    assert found
    return found


def tagged(body: str, **forms: str) -> list[Name]:
    """Every occurrence of the forms, longest first; `PER="Kim Jong Un|Kim"`."""
    kinds = {form: kind for kind, listed in forms.items() for form in listed.split("|")}
    longest = sorted(kinds, key=len, reverse=True)
    pattern = "|".join(rf"(?<!\w){re.escape(form)}(?!\w)" for form in longest)
    found = re.finditer(pattern, body) if longest else ()
    return [Name(start=m.start(), end=m.end(), text=m[0], type=kinds[m[0]]) for m in found]


def grouped(body: str, code: str = "id", **forms: str) -> list[Entity]:
    return entities.group(body, tagged(body, **forms), language(code))


def heard(body: str, code: str = "id", **forms: str) -> list[Quote]:
    """The direct quotes of a body with their speakers."""
    found = grouped(body, code, **forms)
    text = Text(body, language(code), [(m.start, m.end) for entity in found for m in entity.mentions])
    return speakers.attribute(text, quotes.direct(text), found)


def said(body: str, code: str = "id") -> list[str]:
    """What the direct quotes of a body say."""
    text = Text(body, language(code))
    return [body[quote.pair.start : quote.pair.end] for quote in quotes.direct(text)]
