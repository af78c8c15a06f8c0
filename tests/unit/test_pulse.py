"""The pulse counts by the minute and forgets what is old."""

from datetime import timedelta

from streams.monitor.pulse import Pulse
from tests.wire.elastic_stories import NOON


def test_stories_are_counted_by_the_minute_over_half_an_hour() -> None:
    pulse = Pulse()
    for minutes in (45, 29, 1, 1, 0):
        pulse.counts(NOON - timedelta(minutes=minutes))
    assert pulse.beat(NOON).per_minute == [1, *([0] * 27), 2, 1]


def test_latencies_are_those_of_the_last_ten_minutes() -> None:
    pulse = Pulse()
    pulse.took(60_000, NOON - timedelta(minutes=11))
    for latency in range(1, 201):
        pulse.took(latency, NOON - timedelta(minutes=1))
    found = pulse.beat(NOON).latency_ms
    assert (found.p50, found.p99) == (100, 198)


def test_where_nothing_came_nothing_is_claimed() -> None:
    beat = Pulse().beat(NOON)
    assert (beat.latency_ms.p50, beat.latency_ms.p99, beat.lag, beat.feed) == (None, None, None, "live")
