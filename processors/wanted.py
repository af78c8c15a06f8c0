"""Which stories somebody watches for: filters that are judged story by story, as they come. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

from processors.records import Document


@dataclass(frozen=True, slots=True)
class Traits:
    """What filters look at, made once for each version of a story. All text is casefolded."""

    text: str  # headline and body
    source: str
    language: str  # without its region
    names: tuple[str, ...]  # of persons and organisations
    countries: frozenset[str]  # codes
    deals: bool

    @classmethod
    def of(cls, document: Document) -> Self:
        entities = document.entities
        return cls(
            text=f"{document.headline or ''}\n{document.body}".casefold(),
            source=document.source.casefold(),
            language=document.language.partition("-")[0].casefold(),
            names=tuple(entity.name.casefold() for entity in entities if entity.type != "LOC"),
            countries=frozenset(entity.id for entity in entities if entity.type == "LOC"),
            deals=bool(document.arms_deals),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked at. Several values of one filter: any of them; several filters: all of them."""

    words: Sequence[str] = ()  # all of them, in whatever case, as they are
    sources: Sequence[str] = ()
    languages: Sequence[str] = ()
    names: Sequence[str] = ()  # of persons and organisations, or part of them
    countries: Sequence[frozenset[str]] = ()  # the codes that one name stands for
    deals: bool = False

    def __call__(self, document: Document) -> bool:
        return self.fits(Traits.of(document))

    def fits(self, traits: Traits) -> bool:
        return (
            (not self.deals or traits.deals)
            and _any(self.sources, lambda each: each == traits.source)
            and _any(self.languages, lambda each: each == traits.language)
            and (not self.countries or any(traits.countries & each for each in self.countries))
            and _any(self.names, lambda each: any(each in name for name in traits.names))
            and all(word.casefold() in traits.text for word in self.words)
        )


def _any(values: Sequence[str], fits: Callable[[str], bool]) -> bool:
    return not values or any(fits(each.casefold()) for each in values)
