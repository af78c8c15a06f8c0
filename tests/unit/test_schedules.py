"""When digests are due."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from processors.schedules import schedule

JAKARTA, BERLIN = ZoneInfo("Asia/Jakarta"), ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "moment", "due"),
    [
        ("hourly", "2026-11-23T10:00", "2026-11-23T11:00"),
        ("daily 07:00", "2026-11-22T23:59", "2026-11-23T00:00"),
        ("daily 7:00", "2026-11-23T00:00", "2026-11-24T00:00"),
        ("weekly mon 07:00", "2026-11-23T00:00", "2026-11-30T00:00"),
        ("Weekly Friday 18:30", "2026-11-23T00:00", "2026-11-27T11:30"),
    ],
)
def test_due_next_in_jakarta(written: str, moment: str, due: str) -> None:
    assert schedule(written).next_after(utc(moment), JAKARTA) == utc(due)


def test_a_time_that_the_clocks_skip_comes_after_they_have() -> None:
    skipped = schedule("daily 02:30").next_after(utc("2027-03-27T12:00"), BERLIN)
    assert skipped == utc("2027-03-28T01:30")


@pytest.mark.parametrize("written", ["", "daily", "daily 25:00", "weekly 07:00", "monthly", "daily 07:60"])
def test_what_is_no_schedule(written: str) -> None:
    with pytest.raises(ValueError, match=r'a schedule is "hourly", "daily 07:00" or "weekly mon 07:00"'):
        schedule(written)
