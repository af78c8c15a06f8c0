"""When a delivery may first go."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from processors.identity import UNTIL_FURTHER_NOTICE
from streams.notify.sending import LONGEST_PAUSE, pause_after
from streams.notify.timing import EMBARGO_LOOK, first_due

FRIDAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
JAKARTA = ZoneInfo("Asia/Jakarta")


def test_an_alert_goes_at_once() -> None:
    assert first_due(None, None, FRIDAY, JAKARTA) == FRIDAY
    assert first_due(None, FRIDAY - timedelta(hours=1), FRIDAY, JAKARTA) == FRIDAY


def test_under_an_embargo_it_waits_for_its_end_and_looks_whether_that_was_moved() -> None:
    soon = FRIDAY + timedelta(minutes=1)
    assert first_due(None, soon, FRIDAY, JAKARTA) == soon
    assert first_due(None, UNTIL_FURTHER_NOTICE, FRIDAY, JAKARTA) == FRIDAY + EMBARGO_LOOK


def test_a_digest_goes_at_its_next_time() -> None:
    monday = datetime(2026, 11, 23, 0, tzinfo=UTC)  # 07:00 in Jakarta
    assert first_due("weekly mon 07:00", None, FRIDAY, JAKARTA) == monday
    assert first_due("weekly mon 07:00", UNTIL_FURTHER_NOTICE, FRIDAY, JAKARTA) == monday


def test_pauses_double_within_bounds() -> None:
    assert 0.8 <= pause_after(1) <= 1.2
    assert 6.4 <= pause_after(4) <= 9.6
    assert pause_after(10_000) <= LONGEST_PAUSE * 1.2
