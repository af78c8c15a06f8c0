"""The user's own names: a CSV file whose ids, names and types go before those that Kawat knows.

One name a row, so that spreadsheets and the Wikidata query service write it and every mistake has a line:

    id,type,name
    Q7747,PER,Vladimir Putin
    Q7747,PER,Putin
    Q30,LOC,United States

The first name of an id is the one its entity is shown by. Commas, semicolons or tabs part the columns;
more columns may follow and are not read.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import cast, get_args

from processors.errors import UsageError
from processors.languages.pack import LANGUAGES, pack
from processors.languages.registry import gazetteer_key, registry
from processors.records import EntityType
from processors.spelling import fold, plain

COLUMNS = ("id", "type", "name")
TYPES = get_args(EntityType)
LONGEST = 200  # characters of an id or a name


@dataclass(frozen=True, slots=True)
class Known:
    """An entity of the user's: its id and the name it is shown by."""

    id: str
    type: EntityType
    name: str


Key = tuple[EntityType, str]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Entities by type and name. An empty one changes nothing."""

    by_name: Mapping[Key, Known] = field(default_factory=dict)
    by_id: Mapping[str, Known] = field(default_factory=dict)

    def find(self, name: str, kind: EntityType) -> Known | None:
        """Whom a name is, its type as tagged; of another type where only one entity is called so."""
        if not self.by_name:
            return None
        if found := self.by_name.get((kind, key(name))):
            return found
        others = [found for other in TYPES if (found := self.by_name.get((other, key(name))))]
        return others[0] if len(others) == 1 else None

    def known_as(self, id_: str, kind: EntityType) -> Known | None:
        """The user's entity that has any of the names of one of Kawat's ids: AS, so United States."""
        if id_ in self.by_id or not self.by_name:
            return self.by_id.get(id_)
        return next((found for name in _names().get(id_, ()) if (found := self.find(name, kind))), None)


EMPTY = Gazetteer()


def key(name: str) -> str:
    """Names are one without regard to accents, punctuation and case; up to three capitals stay capitals."""
    exact = gazetteer_key(name)
    return exact if exact.isupper() else " ".join(plain(name))


def parse(text: str, source: str) -> Gazetteer:
    """The gazetteer of a file's text. Raises UsageError with `source` and the line of the first mistake."""
    rows = _rows(text.removeprefix("\ufeff"), source)
    by_name: dict[Key, Known] = {}
    by_id: dict[str, Known] = {}
    line_of: dict[Key, int] = {}
    for line, (id_, kind, name) in rows:
        known = by_id.setdefault(id_, Known(id_, kind, name))
        if known.type != kind:
            raise UsageError(f"{source}, line {line}: {id_} is {known.type} in a line before, not {kind}")
        other = by_name.setdefault((kind, key(name)), known)
        before = line_of.setdefault((kind, key(name)), line)
        if other.id != id_:
            raise UsageError(
                f"{source}, line {line}: {name!r} is {other.id} in line {before}; give it one id"
            )
    return Gazetteer(by_name, by_id)


def _rows(text: str, source: str) -> Iterator[tuple[int, tuple[str, EntityType, str]]]:
    """The lines with what they say, blank ones left out."""
    header = text.partition("\n")[0].strip().casefold()
    delimiter = next((mark for mark in ",;\t" if header.split(mark)[:3] == list(COLUMNS)), None)
    if delimiter is None:
        raise UsageError(f"{source}, line 1: the first line must be {','.join(COLUMNS)}")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        next(reader)
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, _read(row, f"{source}, line {reader.line_num}")
    except csv.Error as error:
        raise UsageError(f"{source}, line {reader.line_num}: {error}") from None


def _read(row: Sequence[str], where: str) -> tuple[str, EntityType, str]:
    if len(row) < len(COLUMNS):
        raise UsageError(f"{where}: {len(row)} of the {len(COLUMNS)} columns {','.join(COLUMNS)}")
    id_, kind, name = row[0].strip(), row[1].strip().upper(), " ".join(row[2].split())
    if not id_ or not name:
        raise UsageError(f"{where}: the {'name' if id_ else 'id'} is empty")
    if any(char.isspace() for char in id_) or len(id_) > LONGEST or len(name) > LONGEST:
        raise UsageError(f"{where}: an id has no blanks, and it and the name at most {LONGEST} characters")
    if kind not in TYPES:
        raise UsageError(f"{where}: type is {row[1].strip()!r}, not one of {', '.join(TYPES)}")
    return id_, cast("EntityType", kind), name


@cache
def _names() -> dict[str, list[str]]:
    """Every name by which the registries of all languages know an entity, by Kawat's id."""
    names: dict[str, list[str]] = {}
    for language in filter(None, map(pack, LANGUAGES)):
        known = registry(language.code)
        for name, code in known.countries.items():
            names.setdefault(code, []).append(name)
        for name, slug in known.organisations.items():
            names.setdefault(f"org:{slug}", []).append(name)
        for name, slug in known.cities.items():
            names.setdefault(f"loc:{slug}", []).append(name)
        for name, full in {**known.alone, **known.bynames}.items():
            names.setdefault("per:" + "-".join(fold(full, language)), []).extend((full, name))
    return names
