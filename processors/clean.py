"""Cleans a story: furniture out, dateline and attribution into their fields, broken sentence gaps mended.

`body` after this is what every offset refers to. Cleaning a clean story changes nothing.
"""

from datetime import datetime

import msgspec

from processors import attribution, boilerplate, dateline, dates, gaps, glue, layout, notices
from processors.attribution import Credits
from processors.identity import UNTIL_FURTHER_NOTICE
from processors.records import Dateline, Item

_HEAD = 3  # paragraphs from the top among which embargo, byline and date may stand
_ROUNDS = 50  # each takes something off or adds a space, so real texts end in two


def clean(item: Item) -> Item:
    """The cleaned story; the item given is left as it was. Pure and idempotent."""
    current = msgspec.structs.replace(
        item, headline=_one_line(item.headline), slugline=_one_line(item.slugline)
    )
    for _ in range(_ROUNDS):
        following = _round(current)
        if following == current:
            break
        current = following
    return current


def _round(item: Item) -> Item:
    paragraphs = boilerplate.without(layout.paragraphs(item.body))
    found = Credits()
    paragraphs, held, place = _take_head(paragraphs, found)
    paragraphs = attribution.take_tail(paragraphs, found)
    body = layout.join(glue.part([gaps.mend(paragraph) for paragraph in paragraphs]))
    line = place or item.dateline
    change = item.change
    if change == "new":
        change = (
            notices.change_of(item.slugline, item.headline, paragraphs[0] if paragraphs else None) or "new"
        )
    return msgspec.structs.replace(
        item,
        body=body,
        change=change,
        dateline=_merged(item.dateline, place),
        byline=item.byline or found.byline,
        copyright=item.copyright or found.copyright,
        ednote="; ".join(dict.fromkeys(filter(None, [item.ednote, held, *found.notes]))) or None,
        embargo_until=item.embargo_until or (_until(held) if held else None),
        published=item.published or (dates.printed(found.published) if found.published else None),
        credited_sources=_distinct(
            [*item.credited_sources, *_origins(line), *found.sources, *attribution.credited(body)]
        ),
        translated=item.translated or found.translated,
    )


def _take_head(paragraphs: list[str], into: Credits) -> tuple[list[str], str | None, Dateline | None]:
    """The paragraphs less what stands before the story: embargo line, byline, date, and the dateline."""
    kept: list[str] = []
    held: str | None = None
    place: Dateline | None = None
    for at, paragraph in enumerate(paragraphs):
        if len(kept) == _HEAD:
            return kept + paragraphs[at:], held, place
        if notices.is_embargo(paragraph):
            held = held or paragraph
            continue
        if attribution.take_head(paragraph, into):
            continue
        found, rest = (None, paragraph) if kept else dateline.split(paragraph)
        place = place or found
        if rest:
            kept.append(rest)
    return kept, held, place


def _until(line: str) -> datetime:
    return notices.embargo_until(line) or UNTIL_FURTHER_NOTICE


def _merged(given: Dateline | None, printed: Dateline | None) -> Dateline | None:
    """What the format said of place, agency and date comes first, the text fills the rest."""
    if given is None or printed is None:
        return given or printed
    return Dateline(
        place=given.place or printed.place,
        agency=given.agency or printed.agency,
        date=given.date or printed.date,
    )


def _origins(line: Dateline | None) -> list[str]:
    """Foreign agencies that share a dateline with the sender: Xinhua in ANTARA/Xinhua."""
    names = dateline.agencies(line) if line else []
    return [name for name in names if dateline.is_foreign(name)] if len(names) > 1 else []


def _distinct(names: list[str]) -> list[str]:
    """Each name once, as first printed, whatever its case."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return list(first.values())


def _one_line(text: str | None) -> str | None:
    return (" ".join(layout.paragraphs(text)) or None) if text else None
