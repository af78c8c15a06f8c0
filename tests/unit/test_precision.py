"""Precision of alert rules, counted from what people marked."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from processors.feedback import Action, Feedback
from processors.precision import Fired, RulePrecision, precision, verdicts
from streams.elastic.feedback import Entry, mutes

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def said(number: int, action: Action, **more: Any) -> Entry:
    return Entry(
        id=str(number), number=number, at=NOON + timedelta(minutes=number), who="rini", action=action, **more
    )


def figures(entries: Sequence[Feedback], **counts: int) -> dict[str, RulePrecision]:
    fired = [Fired("semua", "g1"), Fired("semua", "g2"), Fired("rudal", "g1")]
    return {each.rule: each for each in precision(counts, fired, entries)}


def test_a_mark_counts_for_every_rule_that_made_the_alert() -> None:
    found = figures([said(1, "true", group="g1"), said(2, "false", group="g2")], semua=9, rudal=4)
    assert (found["semua"].true, found["semua"].false, found["semua"].precision) == (1, 1, 50.0)
    assert (found["rudal"].alerts, found["rudal"].precision) == (4, 100.0)


def test_the_last_verdict_counts() -> None:
    entries = [said(1, "false", group="g1"), said(2, "true", group="g1")]
    assert verdicts(entries)["g1"].action == "true"
    assert figures(entries)["rudal"].precision == 100.0


def test_moving_an_alert_to_another_deal_says_nothing_of_its_truth() -> None:
    found = figures([said(1, "same-as", group="g1", other="d9"), said(2, "split", group="g2")])
    assert (found["semua"].same_as, found["semua"].split, found["semua"].precision) == (1, 1, None)


def test_a_rule_that_nobody_marked_has_no_precision() -> None:
    assert figures([], diam=3)["diam"] == RulePrecision(
        rule="diam", alerts=3, true=0, false=0, same_as=0, split=0, precision=None
    )


def test_of_several_mutes_of_one_thing_the_last_holds() -> None:
    week, hour = NOON + timedelta(days=7), NOON + timedelta(hours=1)
    entries = [
        said(1, "mute", rule="semua", until=week),
        said(2, "mute", deal="d1", until=week),
        said(3, "mute", rule="semua", until=hour),
        said(4, "mute", source="semua", until=week),
        said(5, "true", group="g1"),
    ]
    later = NOON + timedelta(hours=2)
    assert [each.number for each in mutes(entries, later)] == [2, 4]
    assert [each.number for each in mutes(entries, NOON)] == [2, 3, 4]
