"""Dates as wires print them. Only complete ones count: day, month, year, time and zone, nothing guessed."""

import re
from datetime import UTC, datetime, timedelta, timezone

from processors.wordlists import table

_NAMES = table("months.toml")
MONTHS: dict[str, int] = _NAMES["months"]
ZONES: dict[str, int] = _NAMES["zones"]  # hours east of UTC; WIB, WITA, WIT = +7, +8, +9
_FILLERS = frozenset(_NAMES["fillers"])


def _any_of(names: dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


_MONTH = rf"(?P<month>{_any_of(MONTHS)})\.?"
_DAY = r"(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4})"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_DAY}[ /-]{_MONTH}[ ,/-]+{_YEAR}\b",
        rf"\b{_MONTH} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}\b",
        rf"\b{_DAY}[/.-](?P<month>\d{{1,2}})[/.-]{_YEAR}\b",
        rf"\b{_YEAR}-(?P<month>\d{{2}})-{_DAY}\b",
    )
)
_TIME = re.compile(
    rf"\b(?P<hour>\d{{1,2}})(?:[.:]?(?P<minute>\d{{2}}))?(?:[.:](?P<second>\d{{2}}))?"
    rf"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>{_any_of(ZONES)})\b",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})")
_WORD = re.compile(r"[^\W\d_]+")

# A day and month without a year, or a date in figures: what a dateline may carry.
DAY_AND_MONTH = re.compile(
    rf"(?:\d{{1,2}} (?:{_any_of(MONTHS)})\.?|(?:{_any_of(MONTHS)})\.? \d{{1,2}}|\d{{1,2}}/\d{{1,2}})"
    r"(?:,? ?/?\d{4})?",
    re.IGNORECASE,
)


def iso(value: object) -> datetime | None:
    """An ISO 8601 date and time; UTC where it names no zone. None for all else, a date alone included."""
    if not isinstance(value, str) or len(value) > 40 or "T" not in value.strip().replace(" ", "T", 1).upper():
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        moment.astimezone(UTC)  # the years 1 and 9999 may not reach it
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def printed(text: str) -> datetime | None:
    """The date and time that `text` (a line, not an article) gives in full, with its own UTC offset.

    "Senin, 23 November 2026 14:05 WIB", "25 November 2026 pukul 09.00 WITA", "0001 GMT Nov 25, 2026",
    ISO 8601. Relative or incomplete ones ("besok", "12 September") give None.
    """
    if stamp := _ISO.search(text):
        return iso(stamp[0])
    date = next((found for pattern in _DATES if (found := pattern.search(text))), None)
    if not date:
        return None
    time = _TIME.search(text[: date.start()] + " " + text[date.end() :])  # a year is not 20.26
    if not time:
        return None
    hour, half = int(time["hour"]), (time["half"] or "")[:1].lower()
    if half:
        hour = hour % 12 + 12 * (half == "p")
    month = date["month"].lower()
    try:
        return datetime(
            int(date["year"]),
            MONTHS.get(month) or int(month),
            int(date["day"]),
            hour,
            int(time["minute"] or 0),
            int(time["second"] or 0),
            tzinfo=timezone(timedelta(hours=ZONES[time["zone"].lower()])),
        )
    except ValueError:
        return None


def dated_line(text: str) -> datetime | None:
    """The moment that a line gives which says nothing else; None where the line is prose."""
    if len(text) > 90 or (moment := printed(text)) is None:
        return None
    bare = _ISO.sub(" ", text)
    for pattern in (*_DATES, _TIME):
        bare = pattern.sub(" ", bare)
    return moment if all(word.lower() in _FILLERS for word in _WORD.findall(bare)) else None
