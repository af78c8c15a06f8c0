"""Plain text as wires and web pages give it: optional header lines, a headline, the story."""

import re

from processors import attribution, boilerplate, dateline, dates, layout, notices
from processors.errors import Reason, Rejected
from processors.formats import json_value
from processors.formats.encoding import decode
from processors.records import Item
from processors.wordlists import table

NAME = "text"

_FIELDS: dict[str, str] = table("header_fields.toml")
_FIELD = re.compile(
    r"(?P<key>" + "|".join(map(re.escape, _FIELDS)) + r")\s*:\s*(?P<value>\S.*)", re.IGNORECASE
)
_MARKUP = re.compile(rb"[\s\xef\xbb\xbf]*<[?!/a-zA-Z]")
_HEADLINE_LENGTH = range(8, 161)
_FEWEST_WORDS = 3
_NOT_AFTER_A_HEADLINE = (".", ",", ";", ":", "-", "–", "—", '"', "”", "…")
_SKIPPED = 6  # lines that may stand before the headline


def sniff(payload: bytes) -> float:
    """A little sure of anything that is neither markup nor JSON: text has no signature."""
    return 0.0 if _MARKUP.match(payload[:256]) or json_value.opens(payload) else 0.1


def parse(payload: bytes) -> list[Item | Rejected]:
    """The one story of the file. Raises Rejected where the bytes are no text, or no letter is in it."""
    return [story(decode(payload))]


def story(text: str) -> Item:
    """The story in a text; not cleaned yet. Raises Rejected where it holds no letter or digit."""
    rows = layout.lines(text)
    if not any(character.isalnum() for row in rows for character in row):
        raise Rejected(Reason.EMPTY, "the text holds no letters")
    item = Item(format=NAME, body="")
    rows = _take_fields(rows, item)
    at = None if item.headline else _headline_at(rows)
    if at is not None:
        item.headline = rows[at]
        rows = rows[:at] + rows[at + 1 :]
    item.body = "\n".join(rows).strip()
    return item


def _take_fields(rows: list[str], item: Item) -> list[str]:
    """Reads "SLUG: …" and its like from the top; the rows without them."""
    for at, row in enumerate(rows):
        found = _FIELD.fullmatch(row) if len(row) < 400 else None
        if row and not found:
            return rows[at:]
        if found:
            name, value = _FIELDS[found["key"].lower()], found["value"]
            if name == "keywords":
                item.keywords = [word.strip() for word in value.split(",") if word.strip()]
            else:
                setattr(item, name, value)
    return []


def _headline_at(rows: list[str]) -> int | None:
    """The row of the headline: short, no stop at its end, a blank line after it and a longer story below."""
    skipped = 0
    for at, row in enumerate(rows):
        if not row:
            continue
        if skipped == _SKIPPED or not _is_before_headline(row):
            return at if _is_headline(rows, at) else None
        skipped += 1
    return None


def _is_before_headline(row: str) -> bool:
    return len(row) < 300 and (
        boilerplate.is_one(row)
        or boilerplate.is_caption(row)
        or notices.is_embargo(row)
        or attribution.is_line(row)
        or dates.dated_line(row) is not None
    )


def _is_headline(rows: list[str], at: int) -> bool:
    row = rows[at]
    if (
        len(row) not in _HEADLINE_LENGTH
        or row.endswith(_NOT_AFTER_A_HEADLINE)
        or not any(map(str.isupper, row))
    ):
        return False
    if len(row.split()) < _FEWEST_WORDS or at + 2 >= len(rows) or rows[at + 1] or dateline.split(row)[0]:
        return False
    return max(map(len, rows[at + 2 :])) > 40
