"""Points in time as people give them."""

import re
from datetime import UTC, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from processors.errors import UsageError

_AGO = re.compile(r"(\d{1,4})\s*([mhdw])", re.IGNORECASE)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
# https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options#date-math
_MATHS = re.compile(r"now(?P<steps>(?:[+-]\d{1,4}[smhdwMy])*)(?:/(?P<unit>[smhdwMy]))?")
_STEP = re.compile(r"([+-]\d+)([smhdwMy])")
_STEPS = {**_UNITS, "s": "seconds", "M": "months", "y": "years"}
_FLOORS = {  # what a unit's beginning sets
    "s": {"microsecond": 0},
    "m": {"microsecond": 0, "second": 0},
    "h": {"microsecond": 0, "second": 0, "minute": 0},
    "d": {"microsecond": 0, "second": 0, "minute": 0, "hour": 0},
    "w": {"microsecond": 0, "second": 0, "minute": 0, "hour": 0},  # and back to Monday
    "M": {"microsecond": 0, "second": 0, "minute": 0, "hour": 0, "day": 1},
    "y": {"microsecond": 0, "second": 0, "minute": 0, "hour": 0, "day": 1, "month": 1},
}


def moment(text: str, now: datetime, *, end: bool = False) -> datetime:
    """2026-11-20, 2026-11-20T14:30, 7d, 2h, today, yesterday, now-1M/d.

    A day begins where `now`'s time zone says; with `end` the end of a day or of a rounded unit is meant, so
    that `until` a day includes it. Raises UsageError.
    """
    given = text.strip().lower()
    if maths := _MATHS.fullmatch(text.strip()):
        return _reckoned(maths["steps"], maths["unit"], now, end=end)
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    named = {"today": midnight, "yesterday": midnight - timedelta(days=1)}
    day = timedelta(days=1 if end else 0)
    if given in named:
        return named[given] + day
    if ago := _AGO.fullmatch(given):
        return now - timedelta(**{_UNITS[ago[2].lower()]: int(ago[1])})
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{text!r} is no time: give a date (2026-11-20), a time (2026-11-20T14:30), "
            "7d, 2h, 30m, today, yesterday or now-1M/d"
        ) from None
    if len(text.strip()) == len("2026-11-20"):
        at += day
    return at if at.tzinfo else at.replace(tzinfo=now.tzinfo or UTC)


def _reckoned(steps: str, unit: str | None, now: datetime, *, end: bool) -> datetime:
    try:
        for count, name in _STEP.findall(steps):
            now += _step(int(count), name)
    except (OverflowError, ValueError):
        raise UsageError(f"now{steps} is beyond the calendar") from None
    if unit is None:
        return now
    begin = now.replace(**_FLOORS[unit])  # type: ignore[arg-type]  # names and numbers as `replace` has them
    if unit == "w":
        begin -= timedelta(days=begin.weekday())
    return begin + _step(1, unit) if end else begin


def _step(count: int, unit: str) -> relativedelta:
    return relativedelta(None, None, **{_STEPS[unit]: count})
