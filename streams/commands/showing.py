"""How what the index brings is shown: to programs a line each, to people without what a terminal obeys."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING

import msgspec

from streams.elastic.hits import END_MARK, MARK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from rich.text import Text

    from streams.elastic.hits import Hit

_FIELDS = ("id", "at", "source", "language", "status", "change", "headline", "url")
_COLUMNS = (*_FIELDS, "persons", "organisations", "places", "quotes", "arms_deals")
_FORMULA = ("=", "+", "-", "@", "\t")
_UNSHOWABLE = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def print_json(hits: Iterable[Hit]) -> None:
    """One document a line, with its score and, in <em>, the places found; with its copies where asked."""
    for hit in hits:
        places = [_tagged(each) for each in (hit.headline or "", *hit.fragments) if each]
        line = hit.document | {"score": hit.score, "highlights": places}
        if hit.copies is not None:
            line["copies"] = hit.copies
        sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.flush()


def print_csv(hits: Iterable[Hit]) -> None:
    """A row a story under a row of names, lists joined by semicolons."""
    rows = csv.writer(sys.stdout)
    rows.writerow(_COLUMNS)
    for hit in hits:
        rows.writerow([_cell(value) for value in _row(hit.document)])
    sys.stdout.flush()


def _row(document: Mapping[str, Any]) -> Iterator[Any]:
    yield from (document.get(name) for name in _FIELDS)
    for kind in ("PER", "ORG", "LOC"):
        yield "; ".join(each["name"] for each in document["entities"] if each["type"] == kind)
    yield len(document["quotes"])
    yield "; ".join(
        f"{', '.join(deal['supplier'])} → {', '.join(deal['recipient'])}: {', '.join(deal['goods'])}"
        for deal in document["arms_deals"]
    )


def _cell(value: Any) -> Any:
    """As text: a spreadsheet would reckon what begins so."""
    if not isinstance(value, str):
        return value
    shown = showable(value)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def showable(text: str) -> str:
    """Without what a terminal would obey."""
    return text.translate(_UNSHOWABLE)


def source(document: Mapping[str, Any]) -> Iterator[str]:
    """Whose story it is and, where it is not just new and usable, what became of it."""
    yield showable(document["source"])
    if document["status"] != "usable":
        yield document["status"].upper()
    elif document["change"] != "new":
        yield document["change"]


def styled(marked: str, style: str, mark_style: str) -> Text:
    """The places found in a style of their own."""
    from rich.text import Text

    shown = Text(style=style)
    for part in showable(marked).split(MARK):
        inside, found, rest = part.partition(END_MARK)
        shown.append(inside, mark_style if found else None)
        shown.append(rest)
    return shown


def _tagged(marked: str) -> str:
    return marked.replace(MARK, "<em>").replace(END_MARK, "</em>")
