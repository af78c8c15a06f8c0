"""When a delivery may go."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from processors.schedules import schedule

EMBARGO_LOOK = timedelta(minutes=5)  # an embargo may be lifted before its end, and may have none


def first_due(digest: str | None, not_before: datetime | None, now: datetime, zone: ZoneInfo) -> datetime:
    """At once; a digest at its next time; under an embargo when that is to be looked at again."""
    if digest is not None:
        return schedule(digest).next_after(now, zone)
    return max(now, min(not_before, now + EMBARGO_LOOK)) if not_before else now
