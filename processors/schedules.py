"""When a digest is due."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

Every = Literal["hourly", "daily", "weekly"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FORMS = '"hourly", "daily 07:00" or "weekly mon 07:00"'
_FORM = re.compile(
    r"(hourly)|(daily) +(\d{1,2}):(\d\d)|(weekly) +(" + "|".join(WEEKDAYS) + r")\w* +(\d{1,2}):(\d\d)"
)


class Schedule(msgspec.Struct, frozen=True):
    """`hourly`, `daily 07:00` or `weekly mon 07:00`, in the rules' time zone."""

    every: Every
    at: time = time(0)
    weekday: int = 0  # Monday is 0

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first time after the moment at which the digest is due, UTC.

        A time that the clocks skip is due when they have skipped it; one that they repeat, the first time.
        """
        if self.every == "hourly":
            whole = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            return whole + timedelta(hours=1)
        day = moment.astimezone(zone).date()
        while True:
            due = datetime.combine(day, self.at, zone).astimezone(UTC)
            if due > moment and (self.every == "daily" or day.weekday() == self.weekday):
                return due
            day += timedelta(days=1)


def schedule(text: str) -> Schedule:
    """Raises ValueError saying what a schedule looks like."""
    found = _FORM.fullmatch(text.strip().lower())
    if not found:
        raise ValueError(f"a schedule is {FORMS}")
    if found[1]:
        return Schedule("hourly")
    hour, minute = (found[3], found[4]) if found[2] else (found[7], found[8])
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError(f"{hour}:{minute} is no time of day; a schedule is {FORMS}")
    at = time(int(hour), int(minute))
    return Schedule("daily", at) if found[2] else Schedule("weekly", at, WEEKDAYS.index(found[6]))
