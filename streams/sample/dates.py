"""Moves the dates in a story: timestamps by the exact span, printed days by whole days.

Printed dates far from the base are history ("kontrak 5 Februari 2018") and stay; every capitalised
weekday moves, because copy names a weekday only for days of its own week.
"""

import re
from datetime import date, datetime, timedelta
from functools import cache

from babel.dates import get_day_names, get_month_names

NEWS = timedelta(days=45)  # a printed date this near the base belongs to the news
LOCALES = ("id", "en")

_TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)"
_SLASHED = r"(?<![\d/])\d{1,2}/\d{1,2}(?:/\d{4})?(?![\d/])"  # 12/3, 12/3/2026


@cache
def _names(locale: str) -> tuple[list[str], list[str]]:
    """Its months from January on and its weekdays from Monday on."""
    months, days = get_month_names("wide", locale=locale), get_day_names("wide", locale=locale)
    return [months[n] for n in range(1, 13)], [days[n] for n in range(7)]


@cache
def _pattern() -> re.Pattern[str]:
    names = [_names(locale) for locale in LOCALES]
    months = "|".join(dict.fromkeys(name for of_year, _ in names for name in of_year))
    days = "|".join(dict.fromkeys(name for _, of_week in names for name in of_week))
    return re.compile(
        rf"(?P<timestamp>{_TIMESTAMP})|(?P<slashed>{_SLASHED})"
        rf"|(?P<day_first>\b\d{{1,2}} (?:{months})\b(?: \d{{4}})?)"  # 12 Maret 2026
        rf"|(?P<month_first>\b(?:{months}) \d{{1,2}}\b(?:, \d{{4}})?)"  # March 12, 2026
        rf"|(?P<weekday>\b(?:{days})\b)"
    )


def shift(text: str, base: datetime, anchor: datetime) -> str:
    """The text as if `base` were `anchor`; both carry a time zone. Printed days are those of base's zone."""
    span = anchor - base
    days = anchor.astimezone(base.tzinfo).date() - base.date()

    def moved(match: re.Match[str]) -> str:
        kind, printed = match.lastgroup, match.group()
        if kind == "timestamp":
            return _timestamp(printed, span)
        if kind == "weekday":
            return _weekday(printed, days)
        return _printed_date(printed, base.date(), days)

    return _pattern().sub(moved, text)


def _timestamp(printed: str, span: timedelta) -> str:
    later = (datetime.fromisoformat(printed) + span).isoformat(timespec="seconds")
    return later.replace("+00:00", "Z") if printed.endswith("Z") else later


def _weekday(printed: str, days: timedelta) -> str:
    week = next(of_week for _, of_week in map(_names, LOCALES) if printed in of_week)
    return week[(week.index(printed) + days.days) % 7]


def _printed_date(printed: str, base: date, days: timedelta) -> str:
    """Keeps the form: separators, names or numbers, leading zeros, with or without a year."""
    parts = re.findall(r"\w+", printed)
    month_at = next((n for n, part in enumerate(parts) if part.isalpha()), 1)
    day_at = 0 if month_at else 1
    year = int(parts[2]) if len(parts) == 3 else base.year
    months = next((of_year for of_year, _ in map(_names, LOCALES) if parts[month_at] in of_year), None)
    try:
        month = months.index(parts[month_at]) + 1 if months else int(parts[month_at])
        day = date(year, month, int(parts[day_at]))
    except ValueError:  # a fraction, a score: no date
        return printed
    if abs(day - base) > NEWS:
        return printed
    moved = day + days
    padded = "02" if any(part.startswith("0") for part in parts) else ""
    values = {day_at: f"{moved.day:{padded}}", month_at: f"{moved.month:{padded}}", 2: str(moved.year)}
    if months:
        values[month_at] = months[moved.month - 1]
    order = iter(range(3))
    return re.sub(r"\w+", lambda _: values[next(order)], printed)
