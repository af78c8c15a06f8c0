"""The dateline: "JAKARTA, KOMPAS.com –", "Seoul (ANTARA) -", "TEMPO.CO, Jakarta -", "PARIS, Nov 3 (AFP)"."""

import re
from itertools import islice

from processors.dates import DAY_AND_MONTH
from processors.records import Dateline
from processors.wordlists import words

_FOREIGN = frozenset(words("agencies.txt", "en"))
_AGENCIES = frozenset(words("agencies.txt"))
_AGENCIES_ANY_CASE = frozenset(name.casefold() for name in _AGENCIES if len(name) > 3)
_PLACES = frozenset(words("dateline_places.txt"))
_PLACES_ANY_CASE = frozenset(map(str.casefold, _PLACES))
DOMAIN = (
    r"[A-Za-z0-9][\w-]{0,40}(?:\.[\w-]{1,40}){0,2}"
    r"\.(?:com|co\.id|co|id|net|tv|news|org|or\.id|go\.id)(?:\.(?:au|uk|id|my|sg|br))?"
)
_DOMAIN = re.compile(DOMAIN, re.IGNORECASE)
_REACH = 110  # characters a dateline takes at most
_SEPARATOR = re.compile(r"(?<=\S)(?:\s+-{1,3}(?=\S)|\s*-{2,3}\s*|\s+-\s+|(?<=[\w).,])-\s+|\s*[–—]\s*|\s+-$)")
_MORE_DASHES = " –—-"
_OUTLET_COMMA = re.compile(r"((?:[A-Z0-9]+\.)+(?:COM|CO|ID|NET)|Liputan6\.com)\s?,\s+(?=[A-Z“\"])")
_PARTS = re.compile(r"\s*[,|]\s*|\s*[()]\s*")
_SMALL = frozenset(["of", "the", "dan", "de", "la", "al", "el", "di", "and"])


def split(paragraph: str) -> tuple[Dateline | None, str]:
    """The dateline that opens a paragraph, and the rest; (None, paragraph) where none does.

    Of several in a row ("Merdeka.com - Kapanlagi.com -") the first counts and all go.
    """
    first: Dateline | None = None
    start = 0
    while found := _at(paragraph, start):
        line, start = found
        first = first or line
    return first, paragraph[start:].lstrip() if first else paragraph


def agencies(dateline: Dateline) -> list[str]:
    """The agencies of a dateline one by one: ANTARA/Xinhua are two."""
    return [name.strip() for name in (dateline.agency or "").split("/") if name.strip()]


def is_foreign(agency: str) -> bool:
    """Whether the agency is one outside Indonesia."""
    return agency in _FOREIGN


def _at(paragraph: str, start: int) -> tuple[Dateline, int] | None:
    """The dateline at `start` and where it ends."""
    head = paragraph[start : start + _REACH]
    for separator in islice(_SEPARATOR.finditer(head), 2):
        end = start + len(head) - len(head[separator.end() :].lstrip(_MORE_DASHES))
        if found := _read(head[: separator.start()], paragraph[end : end + _REACH].lstrip()):
            return found, end
    return _outlet_only(head, start) or (_bare(head, start) if start == 0 else None)


def _read(head: str, rest: str) -> Dateline | None:
    """The dateline in `head`, if that is all that it is."""
    agency, date, places = None, None, []
    parts = [part for part in _PARTS.split(head.strip(" ,.")) if part]
    if not 1 <= len(parts) <= 4:
        return None
    for part in parts:
        if agency is None and _is_agency(part):
            agency = part
        elif date is None and DAY_AND_MONTH.fullmatch(part):
            date = part
        elif _is_place(part):
            places.append(part)
        else:
            return None
    if (
        agency is None
        and len(places) == 2
        and _sure_place(places[0])
        and places[1] not in _PLACES
        and len(rest) > 40
    ):
        agency = (
            places.pop()
        )  # an outlet nobody listed: "Jakarta, Kilas Nusantara --", "BISNISKINI, BANDUNG —"
        if agency.casefold() in _PLACES_ANY_CASE and places[0].casefold() not in _PLACES_ANY_CASE:
            agency, places = places[0], [agency]
    if agency is None and not (len(places) == 1 and _sure_place(places[0]) and _opens_sentence(rest)):
        return None
    if len(places) > 2:
        return None
    return Dateline(place=", ".join(places) or None, agency=agency, date=date)


def _outlet_only(head: str, start: int) -> tuple[Dateline, int] | None:
    """ "AKURAT.CO, Belakangan ini …" and "Liputan6.com, Jakarta Presiden …", where no dash follows."""
    found = _OUTLET_COMMA.match(head)
    if not found:
        return None
    first, _, after = head[found.end() :].partition(" ")
    if first in _PLACES and after[:1].isupper():
        return Dateline(place=first, agency=found[1]), start + found.end() + len(first)
    return Dateline(agency=found[1]), start + found.end()


def _bare(head: str, start: int) -> tuple[Dateline, int] | None:
    """A known place in capitals before a colon ("LAGOS: …"), or with its country on a line of its own."""
    place, colon, rest = head.partition(": ")
    if colon and place.isupper() and place.casefold() in _PLACES_ANY_CASE and rest[:1].isupper():
        return Dateline(place=place), start + len(place) + len(colon)
    parts = [part for part in _PARTS.split(head) if part]
    if len(head) < 40 and len(parts) <= 2 and parts and parts[0].isupper() and all(map(_is_place, parts)):
        return (
            (Dateline(place=", ".join(parts)), start + len(head))
            if parts[0].casefold() in _PLACES_ANY_CASE
            else None
        )
    return None


def _is_agency(part: str) -> bool:
    names = [name.strip() for name in part.split("/")]
    return all(
        _DOMAIN.fullmatch(name) or name in _AGENCIES or name.casefold() in _AGENCIES_ANY_CASE
        for name in names
    )


def _is_place(part: str) -> bool:
    tokens = part.replace("/", " ").split()
    return (
        1 <= len(tokens) <= 4
        and len(part) > 1
        and tokens[0][0].isupper()
        and all(
            (token[0].isupper() or token in _SMALL) and not any(map(str.isdigit, token)) for token in tokens
        )
    )


def _sure_place(part: str) -> bool:
    """A place by itself: printed in capitals, or one of the listed."""
    return part in _PLACES or (part.isupper() and sum(map(str.isalpha, part)) > 3)


def _opens_sentence(rest: str) -> bool:
    first = rest.lstrip("\"“'‘(")[:1]
    return not rest or ((first.isupper() or first.isdigit()) and len(rest) > 40)
